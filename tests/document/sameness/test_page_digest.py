"""Tests that pages with the same digest give the same document. The option -s prints figures."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from document import PageDigest, differs_only_in_volatile_parts, digest_of, fingerprint, has_digest
from document.model import ExtractionOptions, Page
from tests.document.sameness.test_fingerprint import ADDRESS, NAMES, SELECT, TELLING, assert_equal_documents, html
from tests.document.sameness.test_volatile_parts import MARK, ROTATING_PARTS, VALUES
from tests.replay import history_pages

LEAST_DIGESTS = {"uptimerobot": 52, "open-collective": 6, "open-terms-archive": 31, "buffer": 48}
"""Minimum number of fetches that have a digest in common with the fetch before, for each history. The numbers may only
be raised.
"""
DEFAULTS = ExtractionOptions()
ENGLISH = "<p>We lend nets to the ferrymen.</p>"
INDONESIAN = "<p>Kami meminjamkan jala kepada nelayan.</p>"


def rotating(token: str, text: str = ENGLISH) -> Page:
    """Return a page with a token in a script, in a link and in a hidden field."""
    fields = f'<input type="hidden" name="csrf" value="{token}"><a href="/masuk?kembali={token}">Masuk</a>'
    return html(f'<script nonce="{token}">x="{token}"</script>{fields}{text}')


def known_digest(options: ExtractionOptions = DEFAULTS) -> PageDigest:
    """Return the digest of two pages that rotate."""
    known = digest_of(rotating("a1"), rotating("b22"), options)
    assert known is not None
    return known


@pytest.mark.parametrize("text", [ENGLISH, INDONESIAN])
def test_a_third_token_has_the_digest_of_the_first_two(text: str) -> None:
    known = digest_of(rotating("a1", text), rotating("b22", text))
    assert known is not None
    assert len(known.gaps) >= 3
    assert has_digest(rotating("c-333-longer", text), known)


@pytest.mark.parametrize(
    "page",
    [
        rotating("a1", INDONESIAN),
        rotating("a1", ENGLISH.replace("nets", "rods")),
        rotating("a1", ENGLISH + "<p>We sell them too.</p>"),
        rotating("a1", ENGLISH.replace("<p>", "<p hidden>")),
        rotating('a1"><p>We sell nets.</p><i x="'),
        rotating("a1</script><p>We sell nets.</p><script>"),
        rotating('a1" type="text'),
        Page(b"", "text/html", 200, ADDRESS),
        Page(b"We lend nets to the ferrymen.", "text/plain", 200, ADDRESS),
        Page(rotating("a1").body, rotating("a1").content_type, 200, f"{ADDRESS}/2"),
        Page(rotating("a1").body, "text/html; charset=koi8-r", 200, ADDRESS),
        Page(rotating("a1").body[:-30], rotating("a1").content_type, 200, ADDRESS),
    ],
    ids=lambda page: page.body.decode("utf-8", "replace")[-60:],
)
def test_another_page_has_another_digest(page: Page) -> None:
    assert not has_digest(page, known_digest())


def test_a_digest_is_never_valid_for_another_extraction() -> None:
    known = known_digest()
    for other in (ExtractionOptions(select=("main",)), ExtractionOptions(remove=("i",)), ExtractionOptions(("id",))):
        assert has_digest(rotating("c3"), known_digest(other), other)
        assert not has_digest(rotating("c3"), known, other)


def test_a_selector_that_may_depend_on_anything_has_no_digest() -> None:
    assert digest_of(rotating("a1"), rotating("b2"), ExtractionOptions(select=("p:-soup-contains(A)",))) is None


def test_volatile_tags_of_earlier_digests_are_kept() -> None:
    first = digest_of(html("<b data-a='1'>A</b><i data-b='1'>B</i>"), html("<b data-a='2'>A</b><i data-b='1'>B</i>"))
    assert first is not None
    later = html("<b data-a='1'>A</b><i data-b='2'>B</i>")
    assert not has_digest(later, first)
    both = digest_of(html("<b data-a='1'>A</b><i data-b='1'>B</i>"), later, known=first.gaps)
    assert both is not None
    assert has_digest(html("<b data-a='3'>A</b><i data-b='3'>B</i>"), both)


@pytest.mark.parametrize("gaps", [(10_000,), (0,), (1, 1), (0, 0, 10_000)])
def test_places_that_hold_no_tag_are_left_out_of_a_new_digest(gaps: tuple[int, ...]) -> None:
    found = digest_of(rotating("a1"), rotating("b2"), known=gaps)
    assert found is not None
    assert has_digest(rotating("c3"), found)
    assert not has_digest(rotating("c3"), PageDigest(found.digest, gaps))


@pytest.mark.parametrize(("before", "after"), TELLING)
def test_pages_with_different_texts_have_no_common_digest(before: str, after: str) -> None:
    assert digest_of(html(before), html(after)) is None


@pytest.mark.parametrize("other", ["#mast", " #mast", "&#35;mast"])
def test_a_link_to_another_place_in_the_page_is_not_a_volatile_part(other: str) -> None:
    before, after = (
        html(f'<a href="{target}">Nets</a><p id="keel" hidden>A') for target in (other.replace("mast", "keel"), other)
    )
    assert not differs_only_in_volatile_parts(before, after)
    assert digest_of(before, after) is None


@pytest.mark.parametrize("name", SELECT)
def test_digests_of_real_histories_imply_equal_fingerprints(shared: Path, name: str) -> None:
    options = ExtractionOptions(select=SELECT[name])
    bodies = history_pages(shared / "replay" / f"{name}.tar.xz")
    pages = [Page(body, "text/html", 200, ADDRESS) for body in bodies]
    known: PageDigest | None = None
    recognised = digests = 0
    for before, after in pairwise(pages):
        if known is not None and has_digest(after, known, options):
            assert fingerprint(before, options) == fingerprint(after, options)
            recognised += 1
        else:
            known = digest_of(before, after, options, known.gaps if known else ())
        if known is not None:
            assert fingerprint(before, options) == fingerprint(after, options)
            digests += 1
    print(f"{name}: {recognised} of {len(pages) - 1} fetches have the digest of the fetch before")
    assert digests >= LEAST_DIGESTS[name]


@pytest.mark.parametrize("name", NAMES)
def test_no_edit_of_a_real_policy_has_the_digest_of_its_base(shared: Path, name: str) -> None:
    folder = shared / "policies" / name
    rows = [json.loads(line) for line in (folder / "pages.jsonl").read_text(encoding="utf-8").splitlines()]
    pages = {row["file"]: Page((folder / row["file"]).read_bytes(), "text/html", 200, ADDRESS) for row in rows}
    base = next(file for file in pages if file.endswith("base.html"))
    known = digest_of(pages[base], pages[base])
    edits = {row["file"] for row in rows if row["kind"].startswith("edit")}
    for file, page in pages.items():
        common = digest_of(pages[base], page)
        assert common is None or file not in edits
        if known is not None and has_digest(page, known):
            assert fingerprint(pages[base]) == fingerprint(page)


@settings(deadline=None, max_examples=500, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ROTATING_PARTS, min_size=1, max_size=12), VALUES, VALUES, VALUES)
def test_generated_pages_with_one_digest_give_one_document(parts: list[str], one: str, other: str, third: str) -> None:
    """The digest of the first two pages is tried on a third page with the same parts."""
    body = "<p>We keep letters.</p>" + "".join(parts) + "<p>They are burnt.</p>"
    pages = [html(body.replace(MARK, value)) for value in (one, other, third)]
    known = digest_of(pages[0], pages[1])
    if known is None:
        return
    assert fingerprint(pages[0]) == fingerprint(pages[1])
    assert has_digest(pages[0], known)
    assert has_digest(pages[1], known)
    if has_digest(pages[2], known):
        assert fingerprint(pages[0]) == fingerprint(pages[2])
        assert_equal_documents(pages[0], pages[2], ExtractionOptions())
