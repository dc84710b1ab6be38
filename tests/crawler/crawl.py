"""Runs one crawl in its own process, because Twisted's reactor can start only once in a process.

The process gets its task as JSON in an argument, and prints its result as JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests import forking
from tests.archive.empty import put_empty_archive
from tests.sources import PROJECT

QUICK = {"delay": 0, "retries": 0, "timeout": 30, "allow_private": ("127.0.0.1",)}
"""Settings that make a crawl of a test quick. `timeout` is long enough for a busy machine."""


@dataclass(frozen=True, slots=True)
class Crawled:
    """The record that a crawl made for one policy."""

    policy: str
    outcome: str
    reason: str | None
    detail: str
    status: int | None
    final_url: str
    error_kind: str


def crawl(
    database: Path,
    policies: Mapping[str, str | Sequence[str]],
    *,
    profile: str = "default",
    rendered: bool = False,
    scrapy: Mapping[str, Any] = MappingProxyType({}),
    **settings: Any,
) -> dict[str, Crawled]:
    """Crawl these policies. `policies` has the address or the addresses of each policy, by name.

    Return the record of each policy for which a visit was recorded. If `rendered` is true, a browser runs the scripts
    of the pages. `scrapy` are Scrapy settings that replace ours.
    """
    task = {
        "database": f"sqlite:///{put_empty_archive(database)}",
        "policies": policies,
        "profile": profile,
        "rendered": rendered,
        "settings": QUICK | settings,
        "scrapy": dict(scrapy),
    }
    done = forking.run("tests.crawler.crawl", json.dumps(task), folder=PROJECT, timeout=600)
    assert done.code == 0, done.err
    rows = [Crawled(**json.loads(line)) for line in done.out.splitlines()]
    return {row.policy: row for row in rows}


def main() -> None:
    from archive.model import AssessedFetch, Policy
    from archive.recording.policies import synchronise
    from archive.recording.recorder import RecordedVisit
    from archive.storage.database import open_archive
    from crawler.crawl_settings import CrawlSettings
    from crawler.settings import scrapy_settings
    from crawler.visits.process import run_crawl
    from document.model import ExtractionOptions

    def show(result: AssessedFetch, recorded: RecordedVisit) -> None:
        fetch, assessment = result.fetch, result.assessment
        row = {
            "policy": fetch.policy,
            "outcome": recorded.outcome,
            "reason": assessment.reason if assessment else None,
            "detail": assessment.detail if assessment else fetch.error,
            "status": fetch.status,
            "final_url": fetch.final_url,
            "error_kind": fetch.error_kind,
        }
        print(json.dumps(row), flush=True)

    task = json.loads(sys.argv[1])
    profile, policies = task["profile"], []
    for name, named in task["policies"].items():
        url, *further = [named] if isinstance(named, str) else named
        options = ExtractionOptions(("en",), rendered=task["rendered"], further=tuple(further))
        policies.append(Policy(name, url, timedelta(hours=12), options=options, profile=profile))
    with open_archive(task["database"]) as archive:
        synchronise(archive, policies, datetime.now(UTC))
    built = scrapy_settings(CrawlSettings(**task["settings"]), task["database"]) | task["scrapy"]
    run_crawl(built, policies, show)


if __name__ == "__main__":
    main()
