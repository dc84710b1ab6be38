"""Tests second looks, returning texts and flapping texts. Each test visits a sequence of pages and sets the clock."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from archive.model import SecondLooks
from archive.questions.status import statuses
from archive.storage.database import Archive
from document import read, text_identity
from document.model import ExtractionOptions, Page
from tests.chance import seeded
from tests.crawler.looking import (
    BASE,
    COLLECTED,
    DAY,
    HALF,
    HOUR,
    KEPT,
    MAINTENANCE,
    NO_RIGHTS,
    OTHER_HALF,
    RIGHTS,
    ROPEWALK,
    SHARED,
    SIGN_IN,
    SOLD,
    Watch,
    written,
)

U, C, P, N, F = "unchanged", "changed", "pending", "not comparable", "failed"
SEQUENCES = 500 if os.environ.get("CLAUSEWATCH_LONG") else 60
CONTENT_TYPE = "text/html"


@pytest.mark.parametrize(
    ("pages", "outcomes", "first_seen"),
    [
        pytest.param((BASE, SOLD), (C, C), 2, id="a small change is believed at once"),
        pytest.param((BASE, HALF, HALF), (C, P, C), 2, id="a second look that agrees dates it at the first sight"),
        pytest.param((BASE, NO_RIGHTS, NO_RIGHTS), (C, P, C), 2, id="a section on rights that goes is looked at twice"),
        pytest.param((BASE, HALF, BASE), (C, P, U), 1, id="the latest text again: nothing happened"),
        pytest.param((BASE, HALF, BASE, HALF, BASE), (C, P, U, P, U), 1, id="an odd text later starts again"),
        pytest.param((BASE, HALF, OTHER_HALF, HALF), (C, P, P, P), 1, id="odd texts that disagree start again"),
        pytest.param((BASE, HALF, OTHER_HALF, OTHER_HALF), (C, P, P, C), 3, id="the later odd text is confirmed"),
        pytest.param((BASE, HALF, MAINTENANCE, HALF), (C, P, N, C), 2, id="what is not the policy says nothing of it"),
        pytest.param((BASE, HALF, None, HALF), (C, P, F, C), 2, id="no answer says nothing of it"),
        pytest.param((BASE, HALF, SOLD), (C, P, C), 3, id="a small change after an odd text is believed"),
    ],
)  # fmt: skip
def test_outcomes_of_a_sequence_of_visits(
    archive: Archive, pages: Sequence[str | None], outcomes: Sequence[str], first_seen: int
) -> None:
    """At the end, the latest version is confirmed. It is dated to visit number `first_seen`."""
    watch = Watch(archive)
    start = watch.now
    assert tuple(watch.visit(page) for page in pages) == outcomes
    assert watch.newest.seen_at == start + first_seen * HOUR
    assert watch.newest.confirmed


CUT = BASE[: BASE.index("for three years")]


@pytest.mark.parametrize(
    ("pages", "outcomes", "versions"),
    [
        pytest.param((BASE, CUT, BASE), (C, P, U), 1, id="a cut page is not a version"),
        pytest.param((BASE, CUT, CUT, CUT), (C, P, N, N), 1, id="another cut page proves nothing"),
        pytest.param((BASE, CUT, CUT[:-90], CUT[:-9]), (C, P, P, P), 1, id="pages cut elsewhere start again"),
        pytest.param((BASE, CUT, CUT, BASE, CUT), (C, P, N, U, P), 1, id="the whole page ends it"),
        pytest.param((BASE, CUT, SOLD), (C, P, C), 2, id="a change after a cut page is believed"),
    ],
)
def test_outcomes_of_visits_to_a_cut_page(
    archive: Archive, pages: Sequence[str], outcomes: Sequence[str], versions: int
) -> None:
    watch = Watch(archive)
    assert tuple(watch.visit(page) for page in pages) == outcomes
    assert len(watch.versions) == versions


def test_a_page_that_stays_cut_is_recorded_as_unconfirmed_and_judged_after_confirm_max(archive: Archive) -> None:
    watch = Watch(archive)
    watch.visit(BASE)
    watch.visit(CUT)
    first = watch.now
    assert [watch.visit(CUT, DAY) for _ in range(3)] == [N, N, C]
    assert watch.last is not None
    assert "is the beginning of the previous version" in watch.last.detail
    assert (watch.newest.confirmed, watch.newest.seen_at) == (False, first)
    assert watch.newest.change is not None
    assert watch.newest.change.material


def test_a_pending_change_says_why_and_keeps_its_snapshot(archive: Archive) -> None:
    watch = Watch(archive)
    watch.visit(BASE)
    watch.visit(NO_RIGHTS)
    (status,) = statuses(archive, watch.now)
    assert status.health == "pending"
    assert status.pending is not None
    assert "The end is gone" in status.pending.reason
    assert (status.trouble_since, status.versions) == (None, 1)
    with archive.reading() as session:
        kept = session.connection().exec_driver_sql(
            "SELECT size FROM pending JOIN fetch ON fetch.id = fetch_id JOIN blob ON sha256 = snapshot_sha256"
        )
        assert kept.scalars().all() == [len(NO_RIGHTS.encode())]


def test_a_pending_policy_is_due_again_after_confirm_after(archive: Archive) -> None:
    watch = Watch(archive)
    watch.visit(BASE)
    assert not watch.due(HOUR)
    watch.visit(HALF)
    assert not watch.due(29 * HOUR / 60)
    assert watch.due(HOUR / 2)
    watch.visit(None)
    assert not watch.due(29 * HOUR / 60)
    watch.visit(BASE)
    assert not watch.due(HOUR)


def test_an_odd_change_that_no_second_look_confirms_is_recorded_as_unconfirmed_after_confirm_max(
    archive: Archive,
) -> None:
    """Each odd text differs from the odd texts before and is pending.

    `confirm_max` counts from the first odd text of the series.
    """
    watch = Watch(archive)
    watch.visit(BASE)
    pages = [written(collected=COLLECTED[:place], kept=()) for place in range(5)]
    assert [watch.visit(page, timedelta(hours=18)) for page in pages] == [P, P, P, P, C]
    assert (watch.newest.confirmed, watch.newest.seen_at) == (False, watch.now)
    assert statuses(archive, watch.now)[0].pending is None


def test_a_pending_text_that_is_found_again_after_confirm_max_is_confirmed(archive: Archive) -> None:
    watch = Watch(archive)
    watch.visit(BASE)
    watch.visit(HALF)
    first = watch.now
    watch.visit(None, 2 * DAY)
    watch.visit(None, 2 * DAY)
    assert not watch.due(HOUR)
    assert watch.visit(HALF, DAY) == C
    assert (watch.newest.confirmed, watch.newest.seen_at) == (True, first)


def test_no_change_is_pending_if_confirm_max_is_zero(archive: Archive) -> None:
    watch = Watch(archive, replace(ROPEWALK, looks=SecondLooks(confirm_max=timedelta(0))))
    assert [watch.visit(page) for page in (BASE, HALF)] == [C, C]
    assert not watch.newest.confirmed


def test_a_change_that_comes_with_a_fallback_gets_a_second_look(archive: Archive) -> None:
    watch = Watch(archive, replace(ROPEWALK, options=ExtractionOptions(("en",), ("#policy",))))
    selected = BASE.replace("<main>", '<main id="policy">')
    assert [watch.visit(page) for page in (selected, BASE, SOLD, SOLD, BASE)] == [C, U, P, C, C]


def test_a_return_and_flapping_are_marked(archive: Archive) -> None:
    watch = Watch(archive)
    for page in (BASE, SOLD, BASE, SOLD, BASE):
        assert watch.visit(page, DAY) == C
    assert [version.returns_to for version in watch.versions] == [None, None, 1, 2, 3]
    assert [version.flapping for version in watch.versions] == [False, False, False, True, True]
    assert watch.versions[2].back_to == watch.versions[0].seen_at
    watch.visit(BASE, DAY)
    assert statuses(archive, watch.now)[0].flapping
    watch.visit(BASE, 7 * DAY)
    assert not statuses(archive, watch.now)[0].flapping


def test_changes_between_two_texts_more_than_a_week_apart_are_not_flapping(archive: Archive) -> None:
    watch = Watch(archive)
    for page in (BASE, SOLD, BASE, SOLD, BASE):
        watch.visit(page, 8 * DAY)
    assert [version.returns_to for version in watch.versions] == [None, None, 1, 2, 3]
    assert not any(version.flapping for version in watch.versions)


def test_a_new_text_after_flapping_texts_is_not_flapping(archive: Archive) -> None:
    watch = Watch(archive)
    new = written(shared=(*SHARED, "We sell your personal data to rope dealers."))
    for page in (BASE, SOLD, BASE, SOLD, new):
        watch.visit(page, DAY)
    assert [version.flapping for version in watch.versions] == [False, False, False, True, False]


def own_broken(dice: random.Random, last: str | bytes | None) -> str | None:
    """Return a broken page at random: no response, a page that is not the policy, or a cut policy.

    A cut policy is never equal to the page of the last visit: if two successive pages were equal because of the same
    cut, the second look would take the cut for a real change.
    """
    collected, kept = dice.randrange(len(COLLECTED) // 2), dice.randrange(len(KEPT) // 3)
    cut = written(collected=COLLECTED[: collected + 1], kept=KEPT[:kept], rights=RIGHTS[: dice.randrange(len(RIGHTS))])
    pages: list[str | None] = [None, MAINTENANCE, SIGN_IN, *([] if cut == last else [cut, cut])]
    return dice.choice(pages)


EDITIONS = (
    BASE,
    SOLD,
    written(shared=(SHARED[0], "We share your personal data with advertisers."), rights=()),
)
"""The correct history. The second edition has a small change. In the third edition, the section on rights is removed
and a new recipient is named.
"""


def mixed(
    watch: Watch, editions: Sequence[str | bytes], dice: random.Random, broken: Sequence[bytes | None] = ()
) -> None:
    """Visit each edition until it is recorded. Between these visits, visit random broken pages."""
    page: str | bytes | None = None
    for edition in editions:
        for _ in range(2):
            for _ in range(dice.choice((0, 1, 1, 2))):
                page = dice.choice(broken) if broken else own_broken(dice, page)
                watch.visit(page)
            watch.visit(edition)
        if watch.visit(edition) == P:
            assert watch.visit(edition) == C


def texts(editions: Sequence[str | bytes], options: ExtractionOptions) -> list[str]:
    pages = [
        Page(each.encode() if isinstance(each, str) else each, CONTENT_TYPE, 200, ROPEWALK.url) for each in editions
    ]
    return [text_identity(read(page, options).document) for page in pages]


def test_random_broken_pages_cause_no_false_change_and_hide_no_real_change(archive: Archive) -> None:
    expected = texts(EDITIONS, ROPEWALK.options)
    wrong = {}
    for seed in range(SEQUENCES):
        dice = seeded(seed)
        watch = Watch(archive, replace(ROPEWALK, name=f"Ropewalk {seed}", url=f"https://ropewalk.example/{seed}"))
        watch.visit(EDITIONS[0])
        mixed(watch, EDITIONS, dice)
        found = watch.versions
        if [version.text for version in found] != expected or not all(version.confirmed for version in found):
            wrong[seed] = [version.text in expected for version in found]
    assert wrong == {}


@pytest.mark.parametrize("name", ["alumak", "btp", "hacktrace", "kartustok", "kenalan"])
def test_real_broken_pages_cause_no_false_change_and_hide_no_real_change(
    archive: Archive, shared: Path, name: str
) -> None:
    """Visits to a real policy and to its first edit are mixed at random with visits to broken pages."""
    folder = shared / "policies" / name
    edit = min((folder / "edits").glob("*.html"))
    editions = [path.read_bytes() for path in (folder / "base.html", edit)]
    broken = [path.read_bytes() for path in sorted((folder / "broken").glob("*.html"))]
    policy = replace(ROPEWALK, name=name, options=ExtractionOptions())
    watch = Watch(archive, policy)
    watch.visit(editions[0])
    expected = texts(editions, policy.options)
    dice = seeded(name)
    mixed(watch, editions, dice, [*broken, None])
    assert [version.text for version in watch.versions] == expected
