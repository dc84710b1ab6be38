"""Whether a page is the policy at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from document.model import Document, Page

Reason = Literal[
    "bot-challenge",
    "consent-wall",
    "soft-404",
    "gone",
    "login",
    "maintenance",
    "empty-shell",
    "truncated",
    "other-language",
    "other-document",
    "shrunk",
    "encoding",
    "refused-limit",
    "http-error",
]


@dataclass(frozen=True, slots=True)
class Screening:
    """Why an answer is not comparable."""

    reason: Reason
    detail: str
    """One sentence that says what was seen."""


def screen(page: Page, document: Document) -> Screening | None:
    """Return why the page is not a policy, or None where it may be one."""
    if page.status in (404, 410):
        return Screening("gone", f"The server answered {page.status}.")
    if page.status >= 400:
        return Screening("http-error", f"The server answered {page.status}.")
    words = len(document.text.split())
    if words < 20:
        return Screening("empty-shell", f"The page holds {words} words of text.")
    return None
