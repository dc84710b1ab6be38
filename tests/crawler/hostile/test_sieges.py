"""Tests that a hostile response makes only the check of its own policy fail.

The result names the limit that ended the check. No text is lost unless the result gives a reason.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.chance import seeded
from tests.crawler.hostile.attacks import ANSWERS, HEAVY_ROBOTS, PAGES, ROBOTS
from tests.crawler.hostile.sealed import run_sealed

LONG = bool(os.environ.get("CLAUSEWATCH_LONG"))
SEED = 20261123
MEMORY = 400_000_000
"""Maximum memory of all processes of a run together, in bytes."""
TIMEOUT = 10.0
"""Limit for one response in this configuration, in seconds."""
BUSY = 40.0
"""Additional time for a busy machine, in seconds. On a quiet machine 2 seconds are enough. The attackers continue for
60 seconds.
"""
PLAIN = [name for name in PAGES if not name.startswith(("300000", "500000"))]
CLASSES = [*ANSWERS, *ROBOTS, *HEAVY_ROBOTS, *PAGES]
GOOD = 99
"""Number of good sites beside one hostile site."""
FEW = 24
"""Number of good sites beside some hostile sites, to save time. It is more than the sites that a run visits at once."""
SAMPLE = [*zip(seeded(SEED).sample([*ANSWERS, *ROBOTS, *PLAIN], 3), (GOOD, FEW, FEW), strict=True)]

REASONS = {
    "too-large": ("body-of-10-gb", "bomb-gzip", "bomb-deflate", "bomb-bare-deflate", "bomb-br", "bomb-zstd",
                  "bomb-zstd-frames", "bomb-in-gzip"),
    "too-large-headers": ("headers-without-end", "header-of-100-mb", "header-lines-joined", "status-line-without-end",
                          "continue-without-end"),
    "encoding": ("bomb-in-ten", "coded-4000-times", "gzip-breaks-off", "deflate-breaks-off", "br-breaks-off",
                 "zstd-breaks-off", "unknown-coding", "not-as-coded"),
    "timeout": ("drip-header", "drip-body", "answers-nothing"),
    "redirects": ("redirects-1000", "redirects-to-new-hosts", "refreshes-1000"),
    "connection": ("breaks-off", "chunks-break-off", "two-lengths", "length-below-nothing", "no-http", "nothing",
                   "chunk-of-any-size", "chunk-of-no-size", "chunk-extension-without-end", "trailers-without-end"),
    "too-large or timeout": ("body-without-length", "chunks-without-end", "small-chunks-without-end"),
    "name": ("name-silent",),
}  # fmt: skip
WORDS = {
    "too-large": ("max_body, 8 MB",),
    "too-large-headers": ("max_headers, 100 kB",),
    "encoding": ("damaged or truncated", "more than 3", "can be read"),
    "timeout": ("within 10 seconds",),
    "redirects": ("More than 5 redirects",),
    "connection": ("broke off",),
    "too-large or timeout": ("max_body, 8 MB", "within 10 seconds"),
    "name": ("cannot be resolved", "within 10 seconds"),
}


def besieged(hosts: list[str], good: int, **settings: object) -> dict[str, Any]:
    task = {"hosts": [*hosts, *(f"good-{number}" for number in range(good))], "settings": settings}
    found: dict[str, Any] = run_sealed("tests.crawler.hostile.siege", task, seconds=900)
    assert set(found["results"]) == set(task["hosts"]), found["said"]
    return found


def checked(found: dict[str, Any]) -> int:
    """Return the number of good sites with a first version."""
    good = [result for host, result in found["results"].items() if host.startswith("good-")]
    return sum(result["outcome"] == "changed" for result in good)


@pytest.fixture(scope="module")
def answered() -> dict[str, Any]:
    """Return the outcome of one run for all hostile hosts together and some good hosts."""
    return besieged([*ANSWERS, *ROBOTS, *HEAVY_ROBOTS], good=9)


def test_every_attack_has_an_expected_reason() -> None:
    assert sorted(name for names in REASONS.values() for name in names) == sorted(ANSWERS)


@pytest.mark.parametrize("reason", REASONS)
def test_a_hostile_response_is_refused_and_its_limit_is_named(answered: dict[str, Any], reason: str) -> None:
    for name in REASONS[reason]:
        result = answered["results"][name]
        assert result["outcome"] == "failed", name
        assert any(words in result["detail"] for words in WORDS[reason]), (name, result["detail"])


def test_the_page_of_a_host_with_a_hostile_robots_txt_is_not_fetched(answered: dict[str, Any]) -> None:
    for name in ROBOTS:
        assert answered["results"][name]["outcome"] == "failed"
        assert "is unavailable, so nothing may be fetched" in answered["results"][name]["detail"]
    assert not [path for host, path in answered["asked"] if host.startswith("robots-") and path == "/privacy"
                and host.partition(".")[0] in ROBOTS]  # fmt: skip


def test_a_robots_txt_that_is_slow_to_parse_is_read(answered: dict[str, Any]) -> None:
    assert {answered["results"][name]["outcome"] for name in HEAVY_ROBOTS} == {"changed"}


def test_no_hostile_response_is_read_for_longer_than_the_limit(answered: dict[str, Any]) -> None:
    late = {host: seconds for host, seconds in answered["listened"].items() if seconds > TIMEOUT + BUSY}
    # A host that sends nothing does not notice that the client left.
    assert [host for host in late if "answers-nothing" not in host] == []


def test_all_attacks_together_need_little_memory_and_every_good_site_is_checked(answered: dict[str, Any]) -> None:
    assert checked(answered) == 9
    assert answered["memory"] < MEMORY, answered["parts"]


@pytest.mark.parametrize(("hostile", "good"), [(name, GOOD) for name in CLASSES] if LONG else SAMPLE)
def test_one_hostile_site_does_not_prevent_the_checks_of_many_good_sites(hostile: str, good: int) -> None:
    found = besieged([hostile], good=good, timeout="20 s")
    assert checked(found) == good
    assert found["memory"] < MEMORY, found["parts"]
    assert_kept_or_refused(hostile, found["results"][hostile])


def test_a_hostile_page_is_kept_whole_or_refused() -> None:
    names = PAGES if LONG else [*(name for name in PLAIN if "000" not in name), "3000-div", "300000-b"]
    found = besieged(list(names), good=1, concurrency=2, timeout="30 s")
    for name in names:
        assert_kept_or_refused(name, found["results"][name])


def assert_kept_or_refused(name: str, result: dict[str, Any]) -> None:
    """Check that the version of a page contains the sentinels.

    If there is no version, check that the result gives a reason.
    """
    if result["outcome"] != "changed":
        assert result["outcome"] in ("failed", "not comparable")
        assert result["detail"]
    elif name in PAGES:
        lost = {"before", "within", "after"} - set(result["text"])
        # Sentinels that no browser shows. For example, after a comment that is not closed, the rest of the page is part
        # of the comment.
        unshown = (
            {"within", "after"} if "unclosed" in name else {"within"} if name.endswith(("svg", "select")) else set()
        )
        assert lost <= unshown, f"{name} lost what stood {sorted(lost)}"
