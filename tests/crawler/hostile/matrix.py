"""Runs one crawl in a sealed network.

The crawl tries each spelling of an address in each way, for example directly or by a redirect.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.certificates import Authority
from tests.crawler.crawl import crawl
from tests.crawler.hostile.sealed import opened, seal
from tests.crawler.hostile.world import PORT, PUBLIC, TLS_PORT, refreshing, robots_of, through, world
from tests.sources import PROJECT

SITE = f"http://public.test:{PORT}"
TARGETS = ("file:///etc/hostname", "data:text/html,<p>inside</p>", "ftp://10.0.0.1/", "s3://bucket/key", "javascript:1")
"""Addresses to which the crawler must not follow a redirect."""
WAYS = ("direct", "tls", "redirect", "fifth redirect", "refresh", "robots.txt")


def address(way: str, host: str) -> str:
    """Return the address of a policy that leads the crawler to the host in the given way."""
    target = f"http://{host}:{PORT}/target"
    return {
        "direct": target,
        "tls": f"https://{host}:{TLS_PORT}/target",
        "redirect": SITE + through(1, target),
        "fifth redirect": SITE + through(5, target),
        "refresh": SITE + refreshing(target),
        "robots.txt": f"http://{robots_of(target)}:{PORT}/page",
    }[way]


def main() -> None:
    task = json.loads(sys.argv[1])
    seal()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        authority = Authority.founded(folder)
        os.environ["SSL_CERT_FILE"] = str(authority.file)
        with world(authority.context("public.test", "*.is.test", "*.turns.test", "*.both.test", *PUBLIC)) as found:
            before = opened()
            results = CRAWLERS[task["crawler"]](folder, task["policies"], task.get("scrapy", {}))
            begun = opened() - before
    asked = [asdict(each) for each in found.asked]
    print(
        json.dumps(
            {
                "results": results,
                "begun": begun,
                "accepted": found.accepted,
                "asked": asked,
                "queries": dict(found.queries),
            }
        )
    )


def clausewatch(folder: Path, policies: Mapping[str, str], scrapy: Mapping[str, Any]) -> dict[str, Any]:
    """Crawl with the same settings as `clausewatch run`."""
    crawled = crawl(
        folder / "a.db", policies, scrapy=scrapy, allow_private=(), timeout=10, retries=2, delay=0, concurrency=16
    )
    return {name: asdict(each) for name, each in crawled.items()}


def plain(_: Path, policies: Mapping[str, str], scrapy: Mapping[str, Any]) -> dict[str, Any]:
    """Crawl with the default settings of Scrapy, except that robots.txt is obeyed."""
    assert not scrapy
    command = [sys.executable, "-m", "tests.crawler.hostile.plain", json.dumps(dict(policies))]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return {name: {"status": 200} for name in json.loads(done.stdout.splitlines()[-1])}


CRAWLERS = {"clausewatch": clausewatch, "plain": plain}

if __name__ == "__main__":
    main()
