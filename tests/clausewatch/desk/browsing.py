"""Opens pages of the desk in Chromium, and notes everything that a page must not do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.clausewatch.desk.running import Opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@dataclass
class Watched:
    """A page in the browser, and the errors that occurred on it."""

    page: Page
    wrong: list[str] = field(default_factory=list)
    """Errors of scripts, violations of the content security policy, and requests to other servers."""


@contextmanager
def visiting(browser: Browser, desk: Opened, name: str = "", **settings: Any) -> Iterator[Watched]:
    """Open a page of a new browser, in which a person is signed in."""
    context = browser.new_context(**settings)
    if name:
        secret = desk.session(name).cookies["clausewatch"]
        context.add_cookies([{"name": "clausewatch", "value": secret, "url": desk.address}])
    watched = Watched(context.new_page())

    def note(request: Any) -> None:
        if not request.url.startswith((desk.address, "about:")) and request.failure != "csp":
            watched.wrong.append(f"request to {request.url}: {request.failure}")

    context.on("requestfinished", note)
    context.on("requestfailed", note)
    watched.page.on("pageerror", lambda error: watched.wrong.append(str(error)))
    watched.page.on("console", lambda said: watched.wrong.append(said.text) if "Security" in said.text else None)
    watched.page.on("dialog", lambda dialog: watched.wrong.append(f"dialog {dialog.message}"))
    try:
        yield watched
    finally:
        context.close()


def is_block(fault: str) -> bool:
    """Whether a report of the browser says that it blocked something in the frame with the stored page."""
    return "/stored?" in fault or "img-src data:" in fault or "unsafe-inline" in fault
