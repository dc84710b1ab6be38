"""Finds the browser that runs a page's scripts, and configures it without network access.

The browser cannot resolve any name or address, and its only proxy does not exist. The crawler fetches the files that a
page requests; see `crawler.middlewares.rendering`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from archive.model import Policy
from crawler.crawl_settings import CrawlSettings

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""Names of Chromium on the PATH. The first name that exists is used."""

ARGUMENTS = (
    # No network access: names and addresses do not resolve, the only proxy does not exist, other transports are off.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://proxy.invalid:9",
    "--proxy-bypass-list=<-loopback>",
    "--disable-quic",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--no-pings",
    # Save memory and CPU time.
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--blink-settings=imagesEnabled=false",
    "--js-flags=--max-old-space-size=512",
    "--renderer-process-limit=2",
)


class NoBrowserError(Exception):
    """A page must be rendered, but there is no browser. The message says what to do."""


def find_chromium(configured: str) -> str:
    """Return the path of the configured browser.

    If none is configured, return the first of `NAMES` that is on the PATH. Raises NoBrowserError if there is no
    browser, or if the extra `render` is not installed.
    """
    if find_spec("scrapy_playwright") is None:
        raise NoBrowserError("needs the extra `render`: pip install 'clausewatch[render]'")
    if configured:
        path = shutil.which(configured)
        if path is None:
            raise NoBrowserError(f'cannot be run: there is no program "{configured}"; correct chromium under [crawl]')
        return path
    for name in NAMES:
        if path := shutil.which(name):
            return path
    raise NoBrowserError(
        "needs Chromium, which is not on the PATH: install it (on Debian, apt-get install chromium), "
        "or name it by chromium under [crawl]"
    )


def with_browser(settings: Mapping[str, Any], policies: Sequence[Policy]) -> Mapping[str, Any]:
    """Return Scrapy's settings. If one of the policies is rendered, the settings include a browser. Raises
    NoBrowserError.
    """
    return rendering(settings) if any(policy.options.rendered for policy in policies) else settings


def rendering(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return Scrapy's settings with a browser. Raises NoBrowserError if there is none."""
    crawl: CrawlSettings = settings["CLAUSEWATCH_CRAWL"]
    middlewares = {**settings["DOWNLOADER_MIDDLEWARES"], "crawler.middlewares.rendering.RenderingMiddleware": 50}
    return {**settings, "DOWNLOADER_MIDDLEWARES": middlewares, **_playwright(find_chromium(crawl.chromium))}


def _playwright(chromium: str) -> dict[str, Any]:
    launch = {
        "executable_path": chromium,
        "headless": True,
        # Root cannot use Chromium's sandbox; all other users can.
        "chromium_sandbox": os.geteuid() != 0,
        "args": list(ARGUMENTS),
        # The browser ends when its pipe closes, even if this process is killed.
        "handle_sigint": False,
        "handle_sigterm": False,
        "handle_sighup": False,
    }
    return {
        "PLAYWRIGHT_BROWSER_TYPE": "chromium",
        "PLAYWRIGHT_LAUNCH_OPTIONS": launch,
        "PLAYWRIGHT_ABORT_REQUEST": "crawler.middlewares.rendering.refuse",
        "PLAYWRIGHT_PROCESS_REQUEST_HEADERS": None,
    }
