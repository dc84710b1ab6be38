"""Tests quotations: the deciding words of an edit, as the policy writes them."""

from __future__ import annotations

import pytest

from differ.matching.wording import word_edits
from differ.model import side
from differ.quotation import Side, excerpt, quotes


def quoted(phrases: list[str], text: str, other: str | None = None) -> list[str]:
    """Return the quotations of phrases from a text that was edited into another one."""
    edits = word_edits(text, other or "")
    return quotes(phrases, side(text, edits, "delete"))


@pytest.mark.parametrize(
    ("phrases", "text", "written"),
    [
        (["ktp"], "Sertakan KTP, lalu tunggu.", ["KTP"]),
        (["Harbour"], "Our harbour closes at night.", ["Harbour"]),
        (
            ["providers", "third party"],
            "We use Third-Party providers.",
            ["Third-Party providers"],
        ),
        (
            ["providers", "third party"],
            "Third-party AI providers.",
            ["Third-party AI providers"],
        ),
        (["fee"], "Each copy has a fee of 12 euro if you insist on a printed one.", ["fee of 12 euro"]),
        (["banks", "insurers"], "We pay banks, insurers.", ["banks", "insurers"]),
        (["30 tiga puluh hari", "3 puluh hari"], "Dalam 30 (tiga puluh) hari, kami jawab.", ["30 (tiga puluh) hari"]),
        (["3 puluh hari"], "Dalam tiga puluh hari, kami jawab.", ["tiga puluh hari"]),
        (["puluh hari"], "Dalam waktu 30 (tiga puluh) hari.", ["(tiga puluh) hari"]),
        (["biaya"], "Ada biaya Rp50.000.", ["biaya Rp50.000"]),
        (["for their own"], "They use it for their own aims.", ["for their own aims"]),
        (["for their own"], "They use it for their own aims and those of all their friends.", ["for their own"]),
        (["your captain's consent"], "Not without your captain’s consent.", ["your captain’s consent"]),
        (["sail"], "Sails and sailors.", ["sail"]),
        (["gulls", "banks"], "We pay BANKS.", ["BANKS", "gulls"]),
        (["banks"], "Banks, dear banks.", ["Banks"]),
    ],
)
def test_words_are_quoted_as_the_text_has_them(phrases: list[str], text: str, written: list[str]) -> None:
    assert quoted(phrases, text) == written


def test_a_word_that_stayed_is_not_quoted_if_another_one_changed() -> None:
    assert quoted(["see", "delete", "see and delete"], "You may see and delete it.", "You may see it.") == ["delete"]


def test_a_word_that_stayed_is_quoted_with_the_short_change_before_it() -> None:
    assert quoted(["sell"], "At present we do not sell it to any of them.", "We do not sell it to any of them.") == [
        "At present we do not sell"
    ]


@pytest.mark.parametrize(
    ("phrase", "text", "written"),
    [
        ("Larkpost", "We hand it to Larkpost only.", "Larkpost"),
        ("Larkpost", "It goes to Larkpost Ltd alone.", "Larkpost Ltd"),
        ("Larkpost", "It goes to Larkpost exclusively.", "Larkpost"),
        ("Larkpost", "Data diserahkan kepada Larkpost saja.", "Larkpost"),
        ("data brokers", "We sell it to data brokers only.", "data brokers"),
    ],
)
def test_a_word_that_limits_a_name_is_not_quoted_as_a_part_of_the_name(phrase: str, text: str, written: str) -> None:
    assert quoted([phrase], text) == [written]


def test_words_of_an_unknown_text_are_quoted_as_they_are() -> None:
    assert quotes(["list brokers", "gulls"], Side()) == ["list brokers", "gulls"]


def test_a_short_clause_is_quoted_whole_without_its_full_stop() -> None:
    assert excerpt(Side("See our Harbour page. ")) == "See our Harbour page"


def test_a_long_clause_is_quoted_around_its_change() -> None:
    words = [f"word{number}" for number in range(40)]
    text = " ".join(words)
    start = text.index("word20")
    assert excerpt(Side(text, ((start, start + 6),))) == f"… {' '.join(words[15:31])} …"
    assert excerpt(Side(text)) == f"{' '.join(words[:16])} …"
