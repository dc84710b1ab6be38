"""Runs Scrapy with its default settings, except that robots.txt is obeyed.

A test compares this crawl with a crawl of Clausewatch.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response

reached: list[str] = []


class PlainSpider(Spider):
    name = "plain"
    custom_settings: dict[str, Any] = {"ROBOTSTXT_OBEY": True, "LOG_LEVEL": "CRITICAL", "RETRY_ENABLED": False}  # noqa: RUF012 - Scrapy's shape

    async def start(self) -> AsyncIterator[Request]:
        for name, url in json.loads(sys.argv[1]).items():
            yield Request(url, cb_kwargs={"policy": name}, dont_filter=True)

    def parse(self, response: Response, policy: str) -> None:
        reached.append(policy)


if __name__ == "__main__":
    process = CrawlerProcess({"TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False})
    process.crawl(PlainSpider)
    process.start()
    print(json.dumps(reached))
