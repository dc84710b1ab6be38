"""Tests redlines. A redline merges two documents into one text and marks the edits."""

from __future__ import annotations

from differ.matching.redline import RedlineSection, redline
from differ.matching.wording import after_text, before_text
from tests.differ.policies import document

BEFORE = """# Terms of the tool library

Borrow what you need.

## Saws

Saws are lent for a week.

## Ladders

Ladders are lent for a day.

Return them dry.

## Drills

Drills are lent for an hour.
"""


def sections(after: str) -> dict[str, RedlineSection]:
    """Compare the library's terms with a second text. Return the sections of the redline by name."""
    return {section.section: section for section in redline(document(BEFORE), document(after))}


def test_equal_documents_have_only_unchanged_sections() -> None:
    assert {section.status for section in redline(document(BEFORE), document(BEFORE))} == {"same"}


def test_edited_section_is_changed_and_all_other_sections_are_the_same() -> None:
    found = sections(BEFORE.replace("for a week", "for a month"))
    assert {name: section.status for name, section in found.items() if section.status != "same"} == {"Saws": "changed"}


def test_new_section_is_new() -> None:
    found = sections(BEFORE + "\n## Benches\n\nBenches are never lent.\n")
    assert found["Benches"].status == "new"


def test_removed_section_keeps_its_place() -> None:
    after = BEFORE.replace("## Ladders\n\nLadders are lent for a day.\n\nReturn them dry.\n\n", "")
    found = redline(document(BEFORE), document(after))
    names = [section.section for section in found]
    assert next(section for section in found if section.section == "Ladders").status == "gone"
    assert names.index("Saws") < names.index("Ladders") < names.index("Drills")


def test_moved_section_is_moved() -> None:
    saws = "## Saws\n\nSaws are lent for a week.\n\n"
    found = sections(BEFORE.replace(saws, "") + "\n" + saws)
    assert found["Saws"].status == "moved"


def test_each_text_can_be_restored_from_the_marks() -> None:
    after = BEFORE.replace("for a day", "for two days").replace("Return them dry.", "").replace("Drills", "Planes")
    blocks = [edits for section in redline(document(BEFORE), document(after)) for edits in section.blocks]
    for side, text in ((before_text, BEFORE), (after_text, after)):
        assert sorted(filter(None, map(side, blocks))) == sorted(document(text).text.split("\n"))
