"""Tests edits that are typical of lawyers and editors. The edits are in `sentences/edits.toml`,
`edits_later.toml` and `formal.toml`."""

from __future__ import annotations

import tomllib

import pytest

from tests.differ.policies import SENTENCES, compared, policy

SETS = ("edits", "edits_later")
OPEN = {("edits", "en"): (1, 4), ("edits", "id"): (2, 0), ("edits_later", "en"): (2, 1), ("edits_later", "id"): (1, 2)}
"""Maximum numbers of false alarms and of misses for each set and language. These numbers may only be lowered."""


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("name", SETS)
def test_edits_alarm_if_they_alter_who_gets_data_or_what_people_can_do(name: str, language: str) -> None:
    rows = tomllib.loads((SENTENCES / f"{name}.toml").read_text(encoding="utf-8"))[language]
    false_alarms = [row for row in rows["quiet"] if alarms(language, *row)]
    missed = [row for row in rows["material"] if not alarms(language, *row)]
    most_alarms, most_misses = OPEN[name, language]
    assert len(false_alarms) <= most_alarms, false_alarms
    assert len(missed) <= most_misses, missed


@pytest.mark.parametrize("language", ["en", "id", "fr"])
def test_formal_edits_alarm_if_they_alter_a_disclosure_or_a_right(language: str) -> None:
    rows = tomllib.loads((SENTENCES / "formal.toml").read_text(encoding="utf-8"))[language]
    assert [row for row in rows["quiet"] if alarms(language, *row)] == []
    assert [row for row in rows["material"] if not alarms(language, *row)] == []


def alarms(language: str, under: str, before: str, after: str) -> bool:
    """Whether an edit of a sentence under a heading is material."""
    return compared(policy(language, before, under), policy(language, after, under), language).material
