from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from archive.errors import UnknownPolicyError, UnknownTagError
from archive.recording.policies import synchronise
from archive.recording.recorder import record
from archive.search.index import PART_WORDS, clear_index, index_missing, reindex, section_parts, waiting
from archive.search.query import Search, SearchResult, SectionMatch, search
from archive.search.stems import MOST_WORDS, SearchTermsError
from archive.storage.database import Archive
from document.model import Block, Document, Section
from tests.archive.visits import HOUR, JUDGED, START, TEAHOUSE, fetched, record_two_versions, seen, watch, written

DAY = 24 * HOUR


def places(answer: SearchResult) -> list[tuple[str, str, int, int]]:
    """Return the policy, the section, the first version and the last version of each match."""
    return [(each.policy, each.section, each.first, each.last) for each in answer.matches]


def shown(found: SectionMatch) -> str:
    """Return a snippet with its matches in brackets."""
    return "".join(f"[{piece.text}]" if piece.matches else piece.text for piece in found.snippet)


def speaking(language: str, *blocks: str, heading: str = "Notice") -> Document:
    """Return a document with one section, which has these paragraphs in this language."""
    section = Section(heading, "", 1, (heading,), language, tuple(Block("paragraph", block) for block in blocks))
    return Document((section,), (language,))


def told(archive: Archive, *documents: Document) -> None:
    """Record a version of the teahouse's policy for each document, with a day between the versions."""
    watch(archive)
    for number, document in enumerate(documents):
        comparison = JUDGED if number else None
        record(archive, seen(START + number * DAY, document, number or None, comparison), START + number * DAY)


def test_an_earlier_text_is_found_with_its_versions(archive: Archive) -> None:
    record_two_versions(archive)
    (found,) = search(archive, Search("cooks only")).matches
    assert (found.policy, found.section) == ("Teahouse", "1. Who sees your data")
    assert (found.first, found.last) == (1, 1)
    assert (found.appeared_at, found.gone_at) == (START, START + 48 * HOUR)
    assert shown(found) == "[Only] our [cooks] see your orders."


def test_an_unchanged_text_is_one_match_over_all_versions(archive: Archive) -> None:
    record_two_versions(archive)
    (found,) = search(archive, Search("copy of your orders")).matches
    assert (found.first, found.last, found.gone_at) == (1, 2, None)


def test_a_text_that_returned_is_found_for_each_time_that_it_was_current(archive: Archive) -> None:
    told(archive, written("Nobody."), written("Our cooks."), written("Nobody."))
    assert places(search(archive, Search("nobody"))) == [
        ("Teahouse", "1. Who sees your data", 1, 1),
        ("Teahouse", "1. Who sees your data", 3, 3),
    ]


@pytest.mark.parametrize(
    ("language", "stands", "asked"),
    [
        ("en", "We share it with third parties.", "sharing party"),
        ("en", "We share it with third parties.", "THIRD-PARTY"),
        ("id", "Kami membagikan data kepada mitra.", "dibagikan"),
        ("id", "Penghapusan data pribadi Anda.", "menghapus"),
        ("fr", "Vos données sont effacées.", "DONNÉE"),
        ("cs", "Chráníme osobní údaje.", "udaje"),
        ("ja", "個人情報 を 共有 します。", "共有"),
        ("und", "Write to privacy@teahouse.example please.", "privacy@teahouse.example"),
    ],
)
def test_a_word_is_found_in_its_other_forms(archive: Archive, language: str, stands: str, asked: str) -> None:
    told(archive, speaking(language, stands))
    assert len(search(archive, Search(asked)).matches) == 1


@pytest.mark.parametrize(
    ("asked", "matches"),
    [
        ('"third parties"', True),
        ('"parties third"', False),
        ('"your orders third"', False),
        ('"third parties" orders', True),
        ('"third parties" neighbours', False),
        ("parties third", True),
    ],
)
def test_the_words_of_a_phrase_are_adjacent_and_in_one_block(archive: Archive, asked: str, matches: bool) -> None:
    told(archive, speaking("en", "We show them your orders.", "Third parties see nothing."))
    assert bool(search(archive, Search(asked)).matches) is matches


@pytest.mark.parametrize(
    "asked",
    ['"orders', 'orders" OR "1', "orders AND NOT (", "orders*:^-+{}", "orders'); DROP TABLE section;--", "\x00orders"],
)
def test_no_punctuation_mark_is_a_syntax_error(archive: Archive, asked: str) -> None:
    """Punctuation is ignored. Words such as "or" and "drop" are ordinary words."""
    told(archive, speaking("en", "Orders or and not drop table section 1."))
    assert len(search(archive, Search(asked)).matches) == 1


@pytest.mark.parametrize("asked", ["", '""', "-- * !", "word " * 5 + " ".join(f"w{n}" for n in range(MOST_WORDS))])
def test_a_query_without_words_or_with_too_many_words_is_refused(archive: Archive, asked: str) -> None:
    with pytest.raises(SearchTermsError):
        search(archive, Search(asked))


def test_policies_tags_and_days_narrow_a_search(archive: Archive) -> None:
    record_two_versions(archive)
    bakery = replace(TEAHOUSE, name="Bakery", tags=("shop", 'say "cheese" 100%'))
    synchronise(archive, [TEAHOUSE, bakery], START)
    visit = seen(START + 3 * DAY, written("Our cooks eat."), None)
    record(archive, replace(visit, fetch=replace(visit.fetch, policy="Bakery")), START)

    def found(**narrowed: Any) -> list[tuple[str, int]]:
        answer = search(archive, replace(Search("cooks"), **narrowed))
        return [(each.policy, each.first) for each in answer.matches]

    everything = [("Bakery", 1), ("Teahouse", 2), ("Teahouse", 1)]
    assert found() == everything
    assert found(policy="Bakery") == [("Bakery", 1)]
    assert found(tag="vendor") == [("Teahouse", 2), ("Teahouse", 1)]
    assert found(tag='say "cheese" 100%') == [("Bakery", 1)]
    assert found(policy="Teahouse", tag="shop") == []
    assert found(current=True) == [("Bakery", 1), ("Teahouse", 2)]
    assert found(until=START + DAY) == [("Teahouse", 1)]
    assert found(since=START + 2 * DAY) == [("Bakery", 1), ("Teahouse", 2)]
    assert found(since=START + 2 * DAY - timedelta(seconds=1)) == everything


def test_an_unknown_policy_or_tag_is_answered_with_the_nearest_names(archive: Archive) -> None:
    record_two_versions(archive)
    with pytest.raises(UnknownPolicyError, match="did you mean 'Teahouse'"):
        search(archive, Search("cooks", policy="Teahose"))
    with pytest.raises(UnknownTagError, match="did you mean 'vendor'"):
        search(archive, Search("cooks", tag="vendors"))


def test_an_answer_says_if_there_are_more_matches_than_its_limit(archive: Archive) -> None:
    told(archive, *(speaking("en", f"Rule {number}.") for number in range(5)))
    answer = search(archive, Search("rule", limit=3))
    assert (places(answer), answer.more) == ([("Teahouse", "Notice", n, n) for n in (5, 4, 3)], True)
    assert search(archive, Search("rule", limit=5)).more is False


def test_many_matching_sections_are_processed_in_batches(archive: Archive) -> None:
    """A few hundred sections match the word, but only the oldest section was current on the requested days."""
    sections = tuple(
        Section(f"Part {n}", "", 1, (f"Part {n}",), "en", (Block("paragraph", f"Rule {n}."),)) for n in range(300)
    )
    told(archive, Document(sections[:1], ("en",)), Document(sections, ("en",)))
    answer = search(archive, Search("rule", until=START + HOUR))
    assert places(answer) == [("Teahouse", "Part 0", 1, 2)]
    assert len(search(archive, Search("rule", limit=1000)).matches) == 300


def test_a_long_section_is_searched_to_its_end(archive: Archive) -> None:
    long = " ".join(f"word{n}" for n in range(PART_WORDS + 500)) + " pineapple"
    told(archive, speaking("en", long, "Papaya."))
    assert len(list(section_parts(speaking("en", long, "Papaya.")))) == 2
    for asked in ("word0", "pineapple", "papaya"):
        assert len(search(archive, Search(asked)).matches) == 1


def test_a_snippet_is_cut_between_words_around_the_match(archive: Archive) -> None:
    told(archive, speaking("en", "before " * 50 + "the pineapple stands here " + "after " * 80))
    (found,) = search(archive, Search("pineapples")).matches
    assert shown(found).startswith("… before ")
    assert "the [pineapple] stands here after" in shown(found)
    assert shown(found).endswith("after …")


def test_versions_from_an_older_program_are_indexed_once_and_in_order(archive: Archive) -> None:
    """As long as older versions are not indexed, a new version is not indexed either.

    Otherwise the dates in the index would be wrong.
    """
    record_two_versions(archive)
    with archive.writing() as session:
        clear_index(session)
    record(archive, seen(START + 3 * DAY, written("Nobody."), 2, JUDGED), START)
    assert search(archive, Search("cooks")) == SearchResult((), False, 1)
    assert index_missing(archive) == 1
    assert index_missing(archive) == 0
    assert places(search(archive, Search("cooks")))[-1] == ("Teahouse", "1. Who sees your data", 1, 1)
    assert [(each.first, each.last) for each in search(archive, Search("copy")).matches] == [(1, 3)]


def test_a_rebuilt_index_gives_the_same_answers(archive: Archive) -> None:
    told(archive, written("Nobody."), written("Our cooks."), written("Nobody."))
    questions = [Search(words) for words in ("nobody", "cooks", "copy orders", '"privacy notice"')]
    before = [search(archive, question) for question in questions]
    assert reindex(archive) == 1
    with archive.reading() as session:
        assert waiting(session) == []
    assert [places(search(archive, question)) for question in questions] == [places(answer) for answer in before]


def test_a_section_that_several_policies_share_is_stored_once(archive: Archive) -> None:
    watch(archive, TEAHOUSE, replace(TEAHOUSE, name="Bakery"))
    for policy in ("Teahouse", "Bakery"):
        visit = seen(START, written("Nobody."), None)
        record(archive, replace(visit, fetch=fetched(START, policy=policy)), START)
    with archive.reading() as session:
        assert session.execute(text("SELECT count(*) FROM section")).scalar() == 3
    assert {each.policy for each in search(archive, Search("nobody")).matches} == {"Teahouse", "Bakery"}
