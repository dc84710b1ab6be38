"""Tests real fetches of real pages. The document changes if and only if the policy changed."""

from __future__ import annotations

import json
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from document import identity_words, read, screen
from document.identity import Identity
from document.model import ExtractionOptions, Page

PARTS = tuple(f"[aria-labelledby={name}]" for name in ("privacy-policy", "crpn", "gdpr", "dpf", "data-retention"))
SELECT = {"uptimerobot": (), "open-collective": (), "open-terms-archive": (), "buffer": PARTS}
EVERY = 1 if os.environ.get("CLAUSEWATCH_LONG") else 24
"""Only every 24th fetch is read, to save time. In addition, the fetch at each change is read, with the fetches just
before and just after it. With CLAUSEWATCH_LONG all fetches are read.
"""


def truly_changed(row: dict[str, Any]) -> bool:
    return any(change["class"] in ("substantive", "editorial") for change in row.get("changes", ()))


@pytest.mark.parametrize("name", SELECT)
def test_document_changes_only_with_the_policy(shared: Path, name: str) -> None:
    text = (shared / "replay" / f"{name}.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    beside = {place + step for place, row in enumerate(rows) if row.get("changes") for step in (-1, 0, 1)}
    before: Identity | None = None
    changed, found, false = 0, 0, []
    with tarfile.open(shared / "replay" / f"{name}.tar.xz") as members:
        bodies = {member.name.rsplit("/", 1)[-1]: members.extractfile(member) for member in members if member.isfile()}
        for place, row in enumerate(rows):
            changed += truly_changed(row)
            body = bodies[row["file"]]
            if body is None or (place not in beside and place % EVERY):
                continue
            page = Page(body.read(), "text/html", 200, "https://policy.example/")
            extracted = read(page, ExtractionOptions(select=SELECT[name]))
            if screen(page, extracted.document):
                assert any(change["class"] == "broken" for change in row["changes"])
                continue
            now = identity_words(extracted.document)
            if before is not None and now != before:
                found += truly_changed(row)
                false += [] if truly_changed(row) else [row["file"]]
            before = now
    print(f"{name}: {found} of {changed} changes found, {len(false)} false")
    assert found == changed
    assert not false
