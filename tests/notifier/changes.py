"""Makes changes of a made-up policy and records the changes as a crawl does. Makes findings for the tests of
messages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from archive.questions.history import policy_names
from archive.recording.policies import synchronise
from archive.recording.recorder import latest, record
from archive.storage.database import Archive
from differ.explanation import Explanation
from differ.model import Comparison, Edit, Finding, Severity, Timing
from document.model import StatedDate
from notifier.contents.change_notice import Alert, Notice, Seen
from notifier.texts.dialects import Dialect
from notifier.texts.message import Message
from tests.archive.visits import HOUR, RETENTION, SHARING, START, TEAHOUSE, seen, written

NOW = START + 100 * HOUR

CONSENT = replace(
    SHARING,
    section="1. Who sees your data > Partners",
    severity="critical",
    rule="sharing.consent",
    source="WP260 rev.01, paragraph 29",
    explanation=Explanation("Sharing no longer needs consent: “will not” became “may”."),
)


def clause(marked: str, base: Finding = CONSENT) -> Finding:
    """Return a finding about a changed clause. The marks in the text show the change: `We [-will not-]{+may+}
    share.`"""
    edits = []
    for part in re.findall(r"\[-.*?-\]|\{\+.*?\+\}|(?:(?!\[-|\{\+).)+", marked, re.DOTALL):
        if part.startswith("[-"):
            edits.append(Edit("delete", part[2:-2]))
        elif part.startswith("{+"):
            edits.append(Edit("insert", part[2:-2]))
        else:
            edits.append(Edit("keep", part))
    before = "".join(edit.text for edit in edits if edit.operation != "insert")
    after = "".join(edit.text for edit in edits if edit.operation != "delete")
    return replace(base, before=before, after=after, edits=tuple(edits))


WILL_NOT = clause("We [-will not-]{+may+} share your orders with others[- without your consent-].")


def record_change(
    archive: Archive,
    *findings: Finding,
    policy: str = "Teahouse",
    boundary: bool = False,
    timing: Timing | None = None,
    drift: tuple[str, ...] = (),
    back_to: int | None = None,
) -> None:
    """Record one more version of a policy. Its text has the words of these findings after the change. If `back_to` is
    given, its text is the text of the version with that number, which must have been recorded without findings.

    If the policy is not watched yet, it is added to the watched policies and gets a first version.
    """
    if policy not in policy_names(archive):
        names = (*policy_names(archive), policy)
        synchronise(archive, [replace(TEAHOUSE, name=name) for name in names], START)
        record_change(archive, policy=policy)
    known = latest(archive, policy)
    number = known.number if known else 0
    at = START + (number + 1) * HOUR
    words = dict.fromkeys(finding.after for finding in findings)
    text = written(" ".join([f"Edition {back_to or number + 1}.", *words]), date(2026, 1, 15))
    judged = Comparison(changed=True, findings=findings, timing=timing or Timing(), drift=drift)
    comparison = None if known is None else judged
    result = seen(at, text, known.number if known else None, comparison)
    result = replace(result, fetch=replace(result.fetch, policy=policy))
    if boundary and result.assessment is not None:
        result = replace(result, assessment=replace(result.assessment, boundary=True, comparison=None))
    record(archive, result, at)


def record_first(archive: Archive) -> None:
    """Record the first version of the teahouse's policy."""
    record_change(archive)


def notice(*findings: Finding, policy: str = "Teahouse", url: str = "https://teahouse.example/privacy") -> Notice:
    """Return a notice with these findings."""
    moment = datetime(2026, 11, 22, 21, 4, tzinfo=UTC)
    stated = (StatedDate("updated", date(2025, 3, 1), "Last changed on 1 March 2025."),)
    return Notice(
        subscriber="Privacy desk",
        policy=policy,
        url=url,
        earlier=Seen(3, moment - timedelta(days=90), moment - timedelta(hours=12), dates=stated),
        later=Seen(4, moment, moment, dates=stated),
        alerts=tuple(Alert(f"{place:016x}", finding) for place, finding in enumerate(findings, start=1)),
    )


def of(topic: str, severity: Severity, *, material: bool) -> Finding:
    """Return a finding with these judgements."""
    return replace(RETENTION, topic=topic, severity=severity, material=material)


def plain(message: Message) -> str:
    """Return the short form of a message, for a service that needs no escapes and allows long messages."""
    return message.chat.single(Dialect(10_000, str), message.subject)
