"""Waits until the markup that will be stored of a page stops changing, and returns it."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.async_api import Error as BrowserError
from playwright.async_api import Page

QUIET = 1.5
"""Seconds without a request and without a change of the text until a page counts as finished, at least."""
PAUSES = 2.0
"""Time that a page must stay the same, as a multiple of the longest pause between two changes."""
LOOK = 0.2
"""Seconds between two checks whether a page is finished."""

OPEN_ROOTS = """{
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) { return attach.call(this, {...options, mode: "open"}); };
}"""
"""Opens the shadow roots that a page's scripts close: a reader sees their text."""
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
"""All text that is stored, whether it is shown now or not. Numbers count as equal: clocks and counters do not end."""

MARKUP = f"""() => {{
  {_ROOTS}
  const html = document.documentElement, kind = document.doctype;
  const inner = html.getHTML ? html.getHTML({{shadowRoots: roots.slice(1)}}) : html.innerHTML;
  const start = html.cloneNode(false).outerHTML.slice(0, -"</html>".length);
  return (kind ? new XMLSerializer().serializeToString(kind) : "") + start + inner + "</html>";
}}"""
"""The page as it is stored: its markup, and that of its shadow roots as templates with `shadowrootmode`."""


@dataclass(slots=True)
class Stillness:
    """Follows how long the text of a page stays the same."""

    text: str | None = None
    since: float = field(default_factory=time.monotonic)
    """Time of the last change."""
    longest: float = 0.0
    """Seconds of the longest pause between two changes."""

    def note(self, text: str | None, now: float) -> None:
        """Note the text that a page holds now; None if that is not known."""
        if text is None or text != self.text:
            if self.text is not None and text is not None:
                self.longest = max(self.longest, now - self.since)
            self.text, self.since = text, now

    def is_over(self, busy_until: float, now: float) -> bool:
        """Whether the text stayed the same for long enough after it changed, and after the last request."""
        return now - max(self.since, busy_until) >= max(QUIET, PAUSES * self.longest)


def with_open_roots(markup: bytes) -> bytes:
    """Return the markup of a page with its closed shadow roots opened."""
    return _CLOSED.sub(rb"\1open", markup)


async def settle(page: Page, seconds: float, busy_until: Callable[[], float | None]) -> bool:
    """Wait until the text of a page stays the same. Return False if it still changed after this many seconds.

    `busy_until` returns when the page's last request ended, the present while one is under way, and None to stop.
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
    """Return the markup of a page with its shadow roots; None while it navigates to another page."""
    return await _evaluated(page, MARKUP)


async def _evaluated(page: Page, expression: str) -> str | None:
    try:
        return str(await page.evaluate(expression))
    except BrowserError:
        if page.is_closed():
            raise
        return None
