"""Waits until a page's text stops changing, and returns the page's markup."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.async_api import Error as BrowserError
from playwright.async_api import Page

QUIET = 1.5
"""Seconds without a request and without a change of the text, after which a page may count as finished."""
PAUSES = 2.0
"""A page counts as finished if its text has not changed for a certain time. This is the ratio of that time to the
longest pause between two earlier changes.
"""
LOOK = 0.2
"""Seconds between two checks of whether a page is finished."""

OPEN_ROOTS = """{
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) { return attach.call(this, {...options, mode: "open"}); };
}"""
"""A script for shadow roots that a page creates as closed. The script makes them open, because a reader sees the text
in closed roots too.
"""
_CLOSED = re.compile(rb"""(<template\b[^>]*\sshadowrootmode\s*=\s*["']?)closed\b""", re.IGNORECASE)

_ROOTS = """
const roots = [document], frames = [];
for (const root of roots)
  for (const element of root.querySelectorAll("*"))
    if (element.shadowRoot) roots.push(element.shadowRoot);
    else if (element.srcdoc) frames.push(element.srcdoc);
"""
TEXT = f"""() => {{
  {_ROOTS}
  const silent = new Set(["SCRIPT", "STYLE", "NOSCRIPT"]), texts = frames;
  for (const root of roots) {{
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {{
      const node = walker.currentNode;
      if (!silent.has(node.parentNode.nodeName.toUpperCase())) texts.push(node.data);
    }}
  }}
  return texts.join("\\n").replace(/\\d+/g, "0").replace(/\\s+/g, " ");
}}"""
"""A script that returns all text that will be stored, visible or not.

All numbers become 0. Otherwise the text of a clock or counter would never stop changing.
"""

MARKUP = f"""() => {{
  {_ROOTS}
  const html = document.documentElement, kind = document.doctype;
  const inner = html.getHTML ? html.getHTML({{shadowRoots: roots.slice(1)}}) : html.innerHTML;
  const start = html.cloneNode(false).outerHTML.slice(0, -"</html>".length);
  return (kind ? new XMLSerializer().serializeToString(kind) : "") + start + inner + "</html>";
}}"""
"""A script that returns the markup that will be stored. Shadow roots become templates with `shadowrootmode`."""


@dataclass(slots=True)
class Stillness:
    """Measures how long a page's text has stayed the same."""

    text: str | None = None
    since: float = field(default_factory=time.monotonic)
    """Time of the last change."""
    longest: float = 0.0
    """Longest pause between two changes, in seconds."""

    def note(self, text: str | None, now: float) -> None:
        """Note the page's current text. It is None if the text is not known."""
        if text is None or text != self.text:
            if self.text is not None and text is not None:
                self.longest = max(self.longest, now - self.since)
            self.text, self.since = text, now

    def is_over(self, busy_until: float, now: float) -> bool:
        """Whether the text has stayed the same for long enough. The time begins at the last change or at the end of the
        last request, whichever is later.
        """
        return now - max(self.since, busy_until) >= max(QUIET, PAUSES * self.longest)


def with_open_roots(markup: bytes) -> bytes:
    """Return the markup of a page, with its closed shadow roots declared as open."""
    return _CLOSED.sub(rb"\1open", markup)


async def settle(page: Page, seconds: float, busy_until: Callable[[], float | None]) -> bool:
    """Wait until a page's text stops changing. Return False if the text still changes after `seconds`.

    `busy_until` returns the time at which the page's last request ended. While a request is running, it returns the
    current time. It returns None if the waiting must stop.
    """
    stillness, end = Stillness(), time.monotonic() + seconds
    while time.monotonic() < end:
        await asyncio.sleep(LOOK)
        stillness.note(await _evaluated(page, TEXT), time.monotonic())
        busy = busy_until()
        if busy is None or stillness.is_over(busy, time.monotonic()):
            return True
    return False


async def stored_markup(page: Page) -> str | None:
    """Return a page's markup with its shadow roots. Return None if the browser is just leaving the page for a different
    page.
    """
    return await _evaluated(page, MARKUP)


async def _evaluated(page: Page, expression: str) -> str | None:
    try:
        return str(await page.evaluate(expression))
    except BrowserError:
        if page.is_closed():
            raise
        return None
