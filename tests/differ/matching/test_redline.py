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


RIGHTS = """# Terms of the seed bank

## Your rights

You may ask for:

- a packet of beans,
- a copy of your card,
- a place in the garden,
- a refund of the deposit,
- a visit by a gardener.

## Opening hours

We open at nine in the morning.
"""


def statuses(before: str, after: str) -> list[tuple[str, str]]:
    """Return the sections of the redline of two texts, in order, with their statuses."""
    return [(section.section, section.status) for section in redline(document(before), document(after))]


def test_items_removed_at_two_places_of_a_section_are_in_that_section() -> None:
    after = RIGHTS.replace("- a copy of your card,\n", "").replace("- a refund of the deposit,\n", "")
    assert statuses(RIGHTS, after) == [
        ("Terms of the seed bank", "same"),
        ("Your rights", "changed"),
        ("Opening hours", "same"),
    ]


def test_last_item_removed_before_a_new_section_is_in_its_old_section() -> None:
    after = RIGHTS.replace("- a visit by a gardener.\n", "\n## Fees\n\nEvery packet costs one coin.\n")
    assert statuses(RIGHTS, after) == [
        ("Terms of the seed bank", "same"),
        ("Your rights", "changed"),
        ("Fees", "new"),
        ("Opening hours", "same"),
    ]


def test_item_removed_from_a_section_that_moved_is_in_the_moved_section_below_its_heading() -> None:
    hours = "## Opening hours\n\nWe open at nine in the morning.\n"
    after = RIGHTS.replace(hours, "").replace("## Your rights", f"{hours}\n## Your rights")
    found = redline(document(RIGHTS), document(after.replace("- a copy of your card,\n", "")))
    assert [section.section for section in found][1:] == ["Opening hours", "Your rights"]
    rights = found[2]
    assert rights.status == "changed"
    assert after_text(rights.blocks[0]) == "Your rights"
    assert [before_text(block) for block in rights.blocks if not after_text(block)] == ["a copy of your card,"]


def test_item_removed_under_an_edited_heading_is_in_the_section_with_the_new_heading() -> None:
    after = RIGHTS.replace("## Your rights", "## Your rights here").replace("- a copy of your card,\n", "")
    found = redline(document(RIGHTS), document(after))
    assert [section.section for section in found][1:] == ["Your rights here", "Opening hours"]
    assert found[1].former == {"Your rights"}


def test_section_whose_blocks_went_under_a_wholly_different_heading_is_not_removed() -> None:
    after = RIGHTS.replace("## Your rights", "## What members get")
    assert statuses(RIGHTS, after)[1:] == [("What members get", "changed"), ("Opening hours", "same")]


def test_section_of_which_only_one_item_remains_elsewhere_is_removed_once() -> None:
    start, end = RIGHTS.index("## Your rights"), RIGHTS.index("## Opening hours")
    after = RIGHTS[:start] + RIGHTS[end:] + "\nMembers get a refund of the deposit.\n\n- a copy of your card,\n"
    found = [status for name, status in statuses(RIGHTS, after) if name == "Your rights"]
    assert found == ["gone"]
