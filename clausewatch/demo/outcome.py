"""Collects the results of the demo: the last visit of each policy, and the sent messages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

from archive.model import FetchOutcome, Version
from archive.questions.history import version
from archive.questions.status import PolicyStatus, statuses
from archive.storage.database import Archive, open_archive
from clausewatch.config import load
from clausewatch.output.redline_page import as_page, compare_versions


@dataclass(frozen=True, slots=True)
class Observation:
    """The result of the last visit of one policy."""

    policy: str
    outcome: FetchOutcome | None
    """None if the policy was not fetched."""
    changed: Version | None
    """The version that the last visit recorded; None if the policy had not changed."""
    _: KW_ONLY
    redline: Path | None = None
    """File with the redline page; None if there is no material change."""


@dataclass(frozen=True, slots=True)
class SentMail:
    """A message that the mail server received."""

    subject: str
    mail: Path
    """File with the message, for a mail program."""
    page: Path | None
    """File with the HTML part of the message, for a browser; None if the message has no such part."""


def observe(configuration: Path) -> tuple[Observation, ...]:
    """Return the result of the last visit of each policy.

    Write the redline pages into the folder of the configuration.
    """
    with open_archive(load(configuration).database) as archive:
        policy_statuses = statuses(archive, now=datetime.now(UTC))
        return tuple(_observation(archive, status, configuration.parent) for status in policy_statuses)


def keep_alerts(messages: Iterable[bytes], folder: Path) -> tuple[SentMail, ...]:
    """Write each message to a file in the folder, and its HTML part to a second file."""
    return tuple(_keep(raw, folder / f"alert-{number}") for number, raw in enumerate(messages, 1))


def _observation(archive: Archive, status: PolicyStatus, folder: Path) -> Observation:
    outcome = status.last_check.outcome if status.last_check else None
    is_new = outcome == "changed" and status.last_change is not None
    changed = version(archive, status.name, status.versions) if is_new else None
    material = changed is not None and changed.change is not None and changed.change.material
    page = _write_redline(archive, changed, folder) if changed is not None and material else None
    return Observation(status.name, outcome, changed, redline=page)


def _write_redline(archive: Archive, changed: Version, folder: Path) -> Path:
    before = version(archive, changed.policy, changed.number - 1)
    path = folder / f"redline-{re.sub(r'[^a-z0-9]+', '-', changed.policy.lower())}.html"
    path.write_text(as_page(compare_versions(archive, before, changed)), encoding="utf-8")
    return path


def _keep(raw: bytes, stem: Path) -> SentMail:
    message = message_from_bytes(raw, policy=policy.default)
    mail = stem.with_suffix(".eml")
    mail.write_bytes(raw)
    body = message.get_body(("html",))
    if body is None:
        return SentMail(str(message["subject"]), mail, None)
    page = stem.with_suffix(".html")
    page.write_text(body.get_content(), encoding="utf-8")
    return SentMail(str(message["subject"]), mail, page)
