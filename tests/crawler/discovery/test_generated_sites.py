"""Tests that `find` ranks the policy of generated sites first, and is never certain of a decoy.

With CLAUSEWATCH_LONG, 110 sites are searched: 60 sites with a policy, and 50 sites whose policy was removed. Otherwise
a sample of the sites is searched. The option -s prints the figures.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests import forking
from tests.chance import seeded
from tests.crawler.browsing import serve_built
from tests.crawler.discovery.sites import LANGUAGES, SHAPES, Plan, build, decoys, plans, texts
from tests.server import Site, serving

LONG = bool(os.environ.get("CLAUSEWATCH_LONG"))
SITES = plans(seeded("sites with a policy"))
PLAIN = [plan for plan in SITES if plan.shape != "script"]
SAMPLE = PLAIN if LONG else seeded("sample of the sites").sample(PLAIN, 3)
WITHOUT_POLICY = [replace(plan, number=plan.number + len(SITES)) for plan in (PLAIN if LONG else PLAIN[20:22])]
FIRST = 57
"""Minimum number of sites, of 60, whose policy is ranked first."""

CONFIGURATION = """
database = "sqlite:///watch.db"

[crawl]
delay = "0 s"
retries = 0
allow_private = ["127.0.0.1"]
"""


Found = dict[str, tuple[Plan, Site, dict[str, Any]]]
"""The plan, the server and the result of each site, by address."""


def searched(
    folder: Path, chosen: Sequence[Plan], *options: str, built: Sequence[Plan] = (), missing: Sequence[Plan] = ()
) -> Found:
    """Serve the sites, and search all of them in one call. The policies of `built` are made by scripts. The policies of
    `missing` do not exist.
    """
    (folder / "clausewatch.toml").write_text(CONFIGURATION, encoding="utf-8")
    with contextlib.ExitStack() as stack:
        sites = {}
        for plan in chosen:
            site = stack.enter_context(serving())
            build(plan, site)
            if plan in built:
                serve_built(site, plan.path)
            if plan in missing:
                del site.pages[plan.path]
            sites[site.base] = (plan, site)
        done = forking.run("clausewatch", "find", *sites, "--format", "json", *options, folder=folder, timeout=600)
    assert done.code == 0 or (done.code == 1 and missing), done.out + done.err
    return {row["domain"]: (*sites[row["domain"]], row) for row in json.loads(done.out)}


def check(found: Found) -> None:
    """Check all sites of a search, and print how many policies are first and certain."""
    missed, certain = [], 0
    for plan, site, row in found.values():
        policies = [page["url"] for page in row["pages"] if page["kind"] == "policy"]
        if policies[:1] != [site.url(plan.path)]:
            missed.append(f"{plan.name}: {policies}")
        certain += row["certain"] is not None
        assert row["certain"] in (None, site.url(plan.path)), plan.name
        assert len(site.asked) == row["used"]["requests"] <= 40
        twice = {path for path, times in Counter(path for path, _ in site.asked).items() if times > 1}
        assert not twice - {"/"}, plan.name
    print(f"{len(found) - len(missed)} of {len(found)} policies are first, {certain} are certain")
    assert len(missed) <= (60 - FIRST if LONG else 0), missed


def test_the_policy_is_first_and_no_decoy_is_certain(tmp_path: Path) -> None:
    found = searched(tmp_path, [*SAMPLE, *WITHOUT_POLICY], missing=WITHOUT_POLICY)
    without = {address: row for address, row in found.items() if row[0] in WITHOUT_POLICY}
    assert len(without) == len(WITHOUT_POLICY)
    check({address: row for address, row in found.items() if address not in without})
    certain = {plan.name: row["certain"] for plan, _, row in without.values() if row["certain"] is not None}
    print(f"{len(certain)} decoys of {len(without)} sites without a policy are certain")
    assert not certain


@pytest.mark.skipif(not LONG, reason="long: see CLAUSEWATCH_LONG")
def test_footers_made_by_scripts_are_searched_in_a_browser(tmp_path: Path) -> None:
    check_rendered(searched(tmp_path, [plan for plan in SITES if plan.shape == "script"], "--render"))


def test_a_footer_and_a_policy_made_by_scripts_are_read_in_a_browser(tmp_path: Path) -> None:
    footer = next(plan for plan in SITES if plan.shape == "script")
    policy = next(plan for plan in SITES if (plan.shape, plan.language) == ("footer", "en"))
    check_rendered(searched(tmp_path, [footer, policy], "--render", built=[policy]), [policy])


def check_rendered(found: Found, built: Sequence[Plan] = ()) -> None:
    """Check sites whose policy is found only in a browser. The policy itself is then read without a browser, unless a
    script makes it.
    """
    for plan, site, row in found.values():
        first = row["pages"][0]
        assert (first["url"], first["rendered"]) == (site.url(plan.path), plan in built), plan.name
        assert row["certain"] in (None, first["url"])


def test_every_shape_and_language_has_sites() -> None:
    assert Counter(plan.shape for plan in SITES) == dict.fromkeys(SHAPES, 10)
    assert {(plan.shape, plan.language) for plan in SITES} == {(shape, code) for shape in SHAPES for code in LANGUAGES}
    assert all(plan.decoys for plan in SITES)


@pytest.mark.parametrize("decoy", decoys(), ids=lambda decoy: decoy["path"])
def test_a_decoy_is_complete(decoy: dict[str, Any]) -> None:
    assert decoy.keys() - {"place", "with_policy"} == {"language", "text", "path", "title", "body"}
    assert decoy["language"] in LANGUAGES
    assert decoy.get("place", "body") in ("body", "navigation", "footer")
    assert decoy["path"].startswith("/")
    assert "{name}" not in decoy["text"], "the words of a link are not filled in"
    words = texts()[decoy["language"]]
    assert decoy["path"] not in (*words["paths"], *words["listed"]), "the path may be the policy's own"


def test_decoys_of_one_language_have_different_paths() -> None:
    counts = Counter((decoy["language"], decoy["path"]) for decoy in decoys())
    assert max(counts.values()) == 1
