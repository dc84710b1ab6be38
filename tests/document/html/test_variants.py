"""Tests kinds of markup that contain policy text, and kinds of markup that only look like policy text. Every word of
the policy must be read once and in order.

Each kind has a file in `variants/`. A case is markup that is put between two sections of a policy. It may contain three
kinds of marks. Words in {- -} must be left out, and words in {? ?} may be left out. {|} separates two words that must
be read as two words, although the markup has no space there. All other words between tags must be read, unless the case
itself lists the expected text. If the markup says "never", the page is also read with "always" in its place. The two
texts must not count as the same.
"""

from __future__ import annotations

import html
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from document import identity_words, read
from document.model import Page

FOLDER = Path(__file__).with_name("variants")
NEVER = re.compile(r"\bnever\b|\btidak pernah\b")
LEFT_OUT = re.compile(r"\{-.*?-\}", re.DOTALL)
OPTIONAL = re.compile(r"\{\?(.*?)\?\}", re.DOTALL)
BLOCK = re.compile(
    r"</?(?:p|br|div|h\d|li|[uod]l|d[dt]|t[dhr]|table|section|nav|menu|aside|header|footer|search|article|form|label|button"
    r"|details|summary|dialog|figure|figcaption|blockquote|address|fieldset|legend|textarea|iframe|pre|output|del|ins)\b"
)
UNREAD = re.compile(r"<(script|style|svg)\b.*?</\1>|<!--.*?-->", re.DOTALL)
TAG = re.compile(r"</?[a-z][^>]*>")
SIGNS = re.compile(r"\{[-?]|[-?]\}|\{\|\}")
FRAMES: dict[str, dict[str, str]] = tomllib.loads((FOLDER / "frame.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """Markup in a policy, and the words that a reader of the page sees in it."""

    markup: str
    text: str
    optional: str
    head: str
    end: str
    frame: str

    def words(self) -> list[str]:
        return tokens(FRAMES[self.frame]["policy"].replace("BODY", self.text))

    def page(self, edit: Callable[[str], str]) -> str:
        page = FRAMES[self.frame]["page"].replace("HEAD", self.head)
        return edit(page.replace("BODY", self.markup).replace("END", self.end))

    def promises(self) -> int:
        return len(NEVER.findall(f"{self.markup}{self.end}"))

    def edits(self) -> Iterator[Callable[[str], str]]:
        """Yield a function for each promise. The function replaces the "never" of this promise by "always"."""
        for number in range(self.promises()):
            yield partial(nth_turned_round, number)


def variant(case: dict[str, str]) -> Variant:
    case = {key: with_parts(value) for key, value in case.items()}
    marked = case["html"]
    shown = LEFT_OUT.sub(" ", OPTIONAL.sub(" ", marked)).replace("{|}", " ")
    return Variant(
        markup=SIGNS.sub("", marked),
        text=text_of(case.get("text", shown)),
        optional=" ".join(OPTIONAL.findall(marked)),
        head=case.get("head", ""),
        end=case.get("end", ""),
        frame=case.get("frame", "section"),
    )


def nth_turned_round(number: int, text: str) -> str:
    place = list(NEVER.finditer(text))[number]
    return f"{text[: place.start()]}always{text[place.end() :]}"


def with_parts(value: str) -> str:
    for name, part in FRAMES["parts"].items():
        value = value.replace(name, part)
    return value


def text_of(markup: str) -> str:
    return html.unescape(TAG.sub("", BLOCK.sub(r" \g<0>", UNREAD.sub("", markup))))


def tokens(text: str) -> list[str]:
    """Return the words of a text without the punctuation marks around the words. A text such as "out.In" counts as
    one word, so that a missing space is noticed."""
    return re.findall(r"\w+(?:[^\w\s]+\w+)*", text)


def words_read(variant: Variant, edit: Callable[[str], str] = str) -> list[str]:
    page = Page(variant.page(edit).encode(), content_type="text/html; charset=utf-8")
    words, _, _ = identity_words(read(page).document)
    return tokens(" ".join(words))


def missing(expected: Iterable[str], words: Iterable[str]) -> list[str]:
    """Return the expected words that are missing in `words`. A word at a wrong place counts as missing."""
    rest = iter(words)
    return [word for word in expected if word not in rest]


VARIANTS = {
    f"{file.stem}/{name}": variant(case)
    for file in sorted(FOLDER.glob("[0-9]*.toml"))
    for name, case in tomllib.loads(file.read_text(encoding="utf-8")).items()
}


def cases(names: Iterable[str]) -> list[Any]:
    return [pytest.param(VARIANTS[name], id=name) for name in names]


@pytest.mark.parametrize("variant", cases(VARIANTS))
def test_every_word_of_the_policy_is_read_in_order(variant: Variant) -> None:
    assert not missing(variant.words(), words_read(variant))


@pytest.mark.parametrize("variant", cases(VARIANTS))
def test_no_word_is_read_twice_and_no_word_beside_the_policy_is_read(variant: Variant) -> None:
    foreign = Counter(words_read(variant)) - Counter(variant.words())
    assert not foreign - Counter(tokens(variant.optional))


@pytest.mark.parametrize("variant", cases([name for name in VARIANTS if VARIANTS[name].promises()]))
def test_a_reversed_promise_is_a_different_text(variant: Variant) -> None:
    words = words_read(variant)
    assert all(words_read(variant, turned_round) != words for turned_round in variant.edits())
