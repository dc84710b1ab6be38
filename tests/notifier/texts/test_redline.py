"""Tests how the edits of a clause are marked, and how a long clause is shortened."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from differ.model import Edit
from notifier.texts.redline import SIDE, SUMMARY, TextRun, after, before, marked, short
from tests.notifier.changes import CONSENT, clause

PADDING = "The kettle is filled in the morning and again after lunch, by whoever comes first. "


def test_old_and_new_words_are_marked_on_their_own_side() -> None:
    finding = clause("We [-will not-]{+may+} share.")
    old, new = before(finding), after(finding)
    assert old is not None
    assert new is not None
    assert old.runs == (
        TextRun("We ", marked=False),
        TextRun("will not", marked=True),
        TextRun(" share.", marked=False),
    )
    assert new.runs == (TextRun("We ", marked=False), TextRun("may", marked=True), TextRun(" share.", marked=False))
    assert not old.shortened


def test_a_new_clause_has_no_old_side_and_a_deleted_clause_has_no_new_side() -> None:
    assert before(clause("{+We sell data.+}")) is None
    assert after(clause("[-You may object.-]")) is None


def test_a_clause_without_edits_is_shown_without_marks() -> None:
    side = before(replace(CONSENT, edits=()))
    assert side is not None
    assert not any(run.marked for run in side.runs)


def test_a_long_clause_is_shortened_to_the_words_around_the_edits() -> None:
    finding = clause(
        PADDING * 5 + "We answer in [-14-]{+45+} days. " + PADDING * 5 + "It is [-free-]{+paid+}. " + PADDING * 5
    )
    side = after(finding)
    assert side is not None
    assert side.shortened
    text = marked(side, "{+|+}")
    assert "We answer in {+45+} days. The kettle" in text
    assert "It is {+paid+}. The kettle" in text
    assert text.startswith("… ")
    assert text.endswith(" …")
    assert text.count("…") == 3
    assert len(text) < 500


def test_a_summary_leaves_out_unchanged_text_before_changed_words() -> None:
    finding = clause(f"{PADDING * 5}".join(["We answer{+ in 45 days+}. ", "It is{+ paid+}. ", "We ask{+ for proof+}."]))
    side = short(after(finding))
    assert side is not None
    assert side.shortened
    assert len(side.text) <= SUMMARY
    assert [run.text for run in side.runs if run.marked] == [" in 45 days", " paid", " for proof"]
    whole = clause("We answer{+ in 45 days+}.")
    assert short(after(whole)) == after(whole)
    assert short(None) is None


def test_a_deletion_keeps_the_words_around_its_place_on_the_other_side() -> None:
    finding = clause(PADDING * 5 + "We share it[- with your consent-] freely. " + PADDING * 5)
    side = after(finding)
    assert side is not None
    assert "We share it freely." in side.text


def test_a_huge_clause_stays_within_its_limit() -> None:
    finding = clause("".join(f"[-word{number}-]{{+term{number}+}} and " for number in range(2000)))
    side = before(finding)
    assert side is not None
    assert side.shortened
    assert len(side.text) <= SIDE + 1


def test_marks_enclose_words_and_not_the_spaces_around_them() -> None:
    side = after(clause("We share it{+ with partners +}now."))
    assert side is not None
    assert marked(side, "{+|+}") == "We share it {+with partners+} now."


words = st.text(alphabet="ab \n", max_size=30)


@given(st.lists(st.tuples(st.sampled_from(["keep", "delete", "insert"]), words), max_size=8))
def test_a_short_clause_loses_no_word(parts: list[tuple[str, str]]) -> None:
    edits = tuple(Edit(operation, text) for operation, text in parts)  # type: ignore[arg-type]  # sampled from its values
    finding = replace(
        CONSENT,
        edits=edits,
        before="".join(edit.text for edit in edits if edit.operation != "insert"),
        after="".join(edit.text for edit in edits if edit.operation != "delete"),
    )
    for side, text in ((before(finding), finding.before), (after(finding), finding.after)):
        if side is not None and not side.shortened:
            assert side.text.split() == text.split()
