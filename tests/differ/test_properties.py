"""Tests what is true of any two documents: both can be restored from the edits, all visible changes are shown, and the
order of sections does not matter.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from differ import compare
from differ.language.words import words
from differ.matching.redline import redline
from differ.matching.wording import after_text, before_text, word_edits
from differ.model import Comparison, Finding, Suppression
from document.model import Block, Document, Section
from tests.chance import DRAW
from tests.sources import PROJECT

quick = settings(derandomize=not DRAW, deadline=None, max_examples=120, database=None)
"""Every machine uses the same examples, and no example has a time limit."""

SENTENCES = (
    "We share your personal data with our partners.",
    "We share your personal data with our partners and advertisers.",
    "We do not share your personal data with advertisers.",
    "We never sell your data.",
    "We may sell your data to data brokers.",
    "You have the right to access and erase your data.",
    "You have the right to access your data.",
    "You can opt out of marketing in the settings.",
    "You may withdraw your consent at any time.",
    "Requests are answered within 14 days, free of charge.",
    "Requests are answered within 60 days.",
    "Write to data@mill.example to delete your data.",
    "Your data is stored in Norway.",
    "Your data is stored in Brazil.",
    "The mill grinds rye, oats and barley.",
    "The mill grinds rye, oats, and barley.",
    "Flour is kept dry for three months.",
    "Last updated: 3 March 2024.",
    "Kami membagikan data pribadi Anda kepada mitra kami.",
    "Anda berhak menghapus data Anda.",
    "Mühlen mahlen Korn – jeden Tag.",
    "水車は麦をひく。",
)
NEW = (
    "Sponsors receive the list of winners.",
    "A fee of five euros is due for copies.",
    "Anyone can see the photos of the harvest.",
    "Complaints belong before the ombudsman.",
    "Children under ten visit with a parent.",
    "Stones are turned by the wind alone.",
    "Cameras watch the gate at night.",
)
HEADINGS = ("Sharing", "Your rights", "Hak Anda", "The mill", "Cookies", "Contact", "Retention")

any_text = st.text(max_size=60)
lines = st.one_of(
    st.sampled_from(SENTENCES),
    st.lists(
        st.sampled_from([word for sentence in SENTENCES for word in sentence.split()]), min_size=1, max_size=12
    ).map(" ".join),
)
blocks = st.builds(
    Block, kind=st.sampled_from(["paragraph", "item", "row"]), text=lines, marker=st.sampled_from(["", "1.", "(b)"])
)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Draw a document with a few sections and headings. Some of the languages have a lexicon, and some do not."""
    headings = draw(st.lists(st.sampled_from(HEADINGS), max_size=4, unique=True))
    sections = [section("", draw(st.lists(blocks, max_size=2)), draw(languages))]
    sections += [section(heading, draw(st.lists(blocks, max_size=4)), draw(languages)) for heading in headings]
    return written(sections)


languages = st.sampled_from(["en", "en", "id", "ja"])


def section(heading: str, content: Sequence[Block], language: str) -> Section:
    """Return an outermost section."""
    return Section(heading, "", int(bool(heading)), (heading,) if heading else (), language, tuple(content))


def written(sections: Sequence[Section]) -> Document:
    """Return a document of these sections."""
    return Document(tuple(sections), tuple(dict.fromkeys(each.language for each in sections)))


@quick
@given(any_text, any_text)
def test_both_texts_can_be_restored_from_the_edits(before: str, after: str) -> None:
    edits = word_edits(before, after)
    assert (before_text(edits), after_text(edits)) == (before, after)


@quick
@given(any_text)
def test_equal_texts_have_no_edits(text: str) -> None:
    assert {edit.operation for edit in word_edits(text, text)} <= {"keep"}


@quick
@given(documents(), documents())
def test_redline_has_every_line_of_both_documents(before: Document, after: Document) -> None:
    edits = [block for part in redline(before, after) for block in part.blocks]
    for side, document in ((before_text, before), (after_text, after)):
        assert Counter(filter(words, map(side, edits))) == Counter(filter(words, document.lines()))


@quick
@given(documents(), documents())
def test_edits_of_a_finding_restore_its_two_texts(before: Document, after: Document) -> None:
    for finding in compare(before, after).findings:
        assert (before_text(finding.edits), after_text(finding.edits)) == (finding.before, finding.after)


@quick
@given(documents())
def test_document_does_not_differ_from_itself(document: Document) -> None:
    comparison = compare(document, document)
    assert (comparison.changed, comparison.findings, comparison.suppressed) == (False, (), ())


@quick
@given(documents(), documents())
def test_changed_words_are_in_a_finding_or_a_suppression(before: Document, after: Document) -> None:
    """If a word occurs more often on one side, each additional occurrence is shown on that side."""
    comparison = compare(before, after)
    pieces: list[Finding | Suppression] = [*comparison.findings, *comparison.suppressed]
    gone, new = (Counter(words(document.text)) for document in (before, after))
    assert gone - new <= shown(piece.before for piece in pieces)
    assert new - gone <= shown(piece.after for piece in pieces)
    assert comparison.changed or not (gone - new or new - gone)


def shown(texts: Iterable[str]) -> Counter[str]:
    """Count the words of texts."""
    return Counter(word for text in texts for word in words(text))


@st.composite
def versions(draw: st.DrawFn) -> tuple[list[Section], list[Section]]:
    """Draw two versions of a policy with the same sections. Sentences stay, are edited, are removed, or are added."""
    sentences = draw(st.permutations(SENTENCES))
    coming = draw(st.permutations(NEW))
    before, after = [], []
    for place, heading in enumerate(HEADINGS):
        old = [Block("paragraph", sentence) for sentence in sentences[place :: len(HEADINGS)]]
        new = [edited for block in old for edited in draw(st.sampled_from(list(fates(block))))]
        new += [Block("paragraph", coming[place])] * draw(st.booleans())
        before.append(section(heading, old, "en"))
        after.append(section(heading, new, "en"))
    return before, after


def fates(block: Block) -> Iterable[list[Block]]:
    """Yield the possible results for a block: it stays, is edited, or is removed."""
    yield [block]
    yield [replace(block, text=block.text.replace("We ", "We never ").replace("your ", "all "))]
    yield []


@quick
@given(versions(), st.permutations(range(len(HEADINGS))))
def test_findings_do_not_depend_on_the_order_of_sections(
    pair: tuple[list[Section], list[Section]], order: list[int]
) -> None:
    """Both versions get the sections in the same new order, and the findings stay the same."""
    one, other = (written([sections[place] for place in order]) for sections in pair)
    before, after = pair
    assert essence(compare(written(before), written(after))) == essence(compare(one, other))


def essence(comparison: Comparison) -> Counter[tuple[object, ...]]:
    """Count the findings by rule, section and words."""
    return Counter((f.rule, f.section, f.before, f.after) for f in comparison.findings)


PROGRAM = """
import sys
from dataclasses import asdict
import json
from tests.differ.test_properties import pair
from differ import compare
print(json.dumps(asdict(compare(*pair())), default=str, ensure_ascii=True))
"""


def pair() -> tuple[Document, Document]:
    """Return two documents that differ in all sentences, in the order of the sentences, and in names."""
    before = [
        section(title, [Block("paragraph", s) for s in SENTENCES[n::7]], "en") for n, title in enumerate(HEADINGS)
    ]
    after = [
        section(title, [Block("item", s.replace("your", "any")) for s in SENTENCES[n + 1 :: 6]], "en")
        for n, title in enumerate(reversed(HEADINGS))
    ]
    return written(before), written(after)


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_the_output_does_not_depend_on_the_hash_seed_of_the_process(seed: str) -> None:
    said = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=PROJECT,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    assert said.strip() == json.dumps(asdict(compare(*pair())), default=str, ensure_ascii=True)
