"""Tests what the pipeline passes to the workers."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from archive.model import Policy
from crawler.visits.pipelines import profile_of
from differ.judgement.profiles import load_profile, tailored
from document.model import ExtractionOptions
from tests.crawler.crawl import crawl
from tests.server import serving
from tests.sources import PROJECT


def policy(profile: str) -> Policy:
    return Policy(
        "Cloakroom",
        "https://cloakroom.example/privacy",
        timedelta(hours=12),
        options=ExtractionOptions(),
        profile=profile,
    )


def test_a_policy_is_judged_by_its_profile(caplog: pytest.LogCaptureFixture) -> None:
    ours = tailored(load_profile(), "ours", material=["retention"])
    assert profile_of(policy("ours"), {"ours": ours}) is ours
    assert profile_of(policy("default"), {}) == load_profile()
    assert caplog.records == []


def test_if_a_profile_no_longer_exists_the_default_is_used_and_a_warning_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert profile_of(policy("gone"), {"ours": load_profile()}) == load_profile()
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage() == "Cloakroom: the profile 'gone' no longer exists, so the default is used"


def test_a_crawl_continues_without_a_profile_that_no_longer_exists(tmp_path: Path) -> None:
    page = (PROJECT / "tests" / "policies" / "cloakroom.html").read_text(encoding="utf-8")
    with serving() as site:
        policies = {"Cloakroom": site.serve("/privacy", page)}
        assert crawl(tmp_path / "a.db", policies, profile="gone")["Cloakroom"].outcome == "changed"
        site.serve("/privacy", page.replace("</main>", "<p>We keep umbrellas for a year.</p></main>"))
        assert crawl(tmp_path / "a.db", policies, profile="gone")["Cloakroom"].outcome == "changed"
