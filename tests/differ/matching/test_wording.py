"""Tests which words a reader sees struck out or underlined."""

from __future__ import annotations

import pytest

from differ.language.sentences import sentences
from differ.language.words import tokenize, words
from differ.matching.wording import WORD_BUDGET, after_text, before_text, word_edits
from differ.model import Edit, Operation
from tests.differ.policies import compared

KEEP: Operation = "keep"
DELETE: Operation = "delete"
INSERT: Operation = "insert"


def test_equal_texts_have_one_unmarked_piece() -> None:
    assert word_edits("The lamp burns.", "The lamp burns.") == (Edit(KEEP, "The lamp burns."),)


def test_two_empty_texts_have_no_edit() -> None:
    assert word_edits("", "") == ()


@pytest.mark.parametrize(
    ("before", "after", "edits"),
    [
        ("The lamp burns.", "", (Edit(DELETE, "The lamp burns."),)),
        ("", "The lamp burns.", (Edit(INSERT, "The lamp burns."),)),
        (
            "The lamp burns all night.",
            "The candle burns all night.",
            (Edit(KEEP, "The "), Edit(DELETE, "lamp"), Edit(INSERT, "candle"), Edit(KEEP, " burns all night.")),
        ),
        (
            "Lampu menyala sepanjang malam.",
            "Lampu tidak menyala sepanjang malam.",
            (Edit(KEEP, "Lampu "), Edit(INSERT, "tidak "), Edit(KEEP, "menyala sepanjang malam.")),
        ),
    ],
)
def test_edits_are_whole_words(before: str, after: str, edits: tuple[Edit, ...]) -> None:
    assert word_edits(before, after) == edits


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Answers come in 14 days.", "Answers come in 41 days."),
        ("Write to old@mill.example now.", "Write to new@mill.example now."),
        ("See https://mill.example/a for more.", "See https://mill.example/b for more."),
        ("On 03/05/2024 we met.", "On 03/06/2024 we met."),
    ],
)
def test_a_number_or_an_address_is_replaced_as_one_word(before: str, after: str) -> None:
    """A deadline or an address is struck out as a whole, never only some of its digits or letters."""
    changed = [edit.text for edit in word_edits(before, after) if edit.operation != KEEP]
    gone, new = set(before.rstrip(".").split()), set(after.rstrip(".").split())
    assert changed == [*(gone - new), *(new - gone)]


def test_a_text_that_exceeds_the_budget_is_replaced_as_a_whole() -> None:
    """The budget limits the size of the texts, not the time. Both texts can still be restored from the edits."""
    size = int(WORD_BUDGET**0.5)
    before, after = "mill " * size, "weir " * size
    edits = word_edits(before, after)
    assert edits == (Edit(DELETE, before), Edit(INSERT, after))
    assert (before_text(edits), after_text(edits)) == (before, after)


def test_texts_may_have_more_different_words_than_the_first_unicode_plane_has_characters() -> None:
    """Each different word is coded as a character. No code is a surrogate."""
    many = " ".join(f"w{number}" for number in range(0xD800 + 10))
    edits = word_edits("first", f"{many} last")
    assert (before_text(edits), after_text(edits)) == ("first", f"{many} last")


@pytest.mark.parametrize(
    "text", ["a  b\tc", "“Quoted”—said; he’s", "１２ ﬁne\u00a0x", "x@y.example, https://a.example/b.", ""]
)
def test_joined_tokens_give_the_text(text: str) -> None:
    assert "".join(tokenize(text)) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Third-party lamps", "third party lamps"),
        ("the keeper’s lamp", "The keeper's lamp"),
        ("ﬁne lamps", "fine lamps"),
        ("lamps, oil; wicks.", "lamps oil wicks"),
    ],
)
def test_words_do_not_depend_on_case_hyphens_and_punctuation(one: str, other: str) -> None:
    assert words(one) == words(other)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("We light lamps. We trim wicks.", 2),
        ("We light lamps, e.g. Old ones, at dusk.", 1),
        ("Contact PT. Lampu Terang at the pier.", 1),
        ("It costs 3.50 a night.", 1),
        ("It ends here: Nothing follows.", 2),
        ("Apakah lampu menyala? Ya, selalu.", 2),
        ("Gilt seit dem 3. März 2024.", 1),
        ("See section 3. Lamps are there.", 2),
    ],
)
def test_sentences_end_where_a_reader_sees_an_end(text: str, count: int) -> None:
    found = sentences(text)
    assert len(found) == count
    assert " ".join(found) == text


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Your visit from {} is kept in our logs for seven days and given to nobody."),
        ("id", "Kunjungan Anda dari {} kami simpan selama tujuh hari dan tidak kami bagikan kepada siapa pun."),
        ("nl", "Uw bezoek vanaf {} bewaren wij zeven dagen en delen wij met niemand."),
    ],
)
def test_a_change_of_the_visitors_ip_address_is_quiet(language: str, sentence: str) -> None:
    for old, new in (
        ("203.0.113.7", "198.51.100.23"),
        ("2001:db8::17:4", "2001:db8:0:3::9"),
        ("203.0.113.7", "2001:db8::1:2"),
    ):
        found = compared(f"# A\n\n{sentence.format(old)}\n", f"# A\n\n{sentence.format(new)}\n", language)
        assert [quiet.reason for quiet in found.suppressed] == ["visitor"]
        assert not found.findings
    moved = sentence.replace("seven", "ninety").replace("tujuh", "sembilan puluh").replace("zeven", "negentig")
    found = compared(
        f"# A\n\n{sentence.format('203.0.113.7')}\n", f"# A\n\n{moved.format('198.51.100.23')}\n", language
    )
    assert found.findings
