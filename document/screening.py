"""Decides whether a page is a policy at all.

This module examines only a single page. Other modules compare the page with the previous version, and may find that it
is another document, lost text, or is in another language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from bs4 import NavigableString, Tag

from document.formats.content_type import WHAT_TO_DO, file_kind, is_file
from document.formats.decoding import decode
from document.formats.mhtml import unwrapped
from document.formats.silent_files import why_silent
from document.html.nesting import nests_too_deeply
from document.html.soup import attribute, events, parse
from document.model import RENDERED, UNKNOWN_LANGUAGE, Document, ExtractionOptions, Page
from document.text.languages import is_listed
from document.text.normalise import normalise
from languages import records

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
    "cut",
    "language-gone",
    "other-edition",
    "encoding",
    "refused-limit",
    "http-error",
]

_POLICY_WORDS = 150
"""Minimum number of words of a text that certainly is a policy. The text must also have the vocabulary of a policy."""
_SHORT_POLICY_WORDS = 25
_VOCABULARY = 6
"""Minimum number of different policy terms in a text with the vocabulary of a policy."""
_LEAST_VOCABULARY = 4
_ANY_VOCABULARY = 3
_LETTERS_A_WORD = 3
_FIRST_PART = 6_000
_LOOKED_AT = 300_000
"""Number of characters at the start of a text that are searched for policy terms."""
_FEW_WORDS = 12
"""Minimum number of words of a page. A page with fewer words counts as empty."""
_WALL_WORDS = 400
"""Maximum number of words of a page that is searched for phrases, such as a phrase of a login page."""
_COOKIE_WORDS = 80
"""Maximum number of words of a page that may be only a request to allow cookies."""
_NO_OPTIONS = ExtractionOptions()
_RUBBISH = 0.05
"""Maximum share of characters that are not text. A body with a larger share is not read as text."""
_FIREWALLS = {
    "cf-mitigated": ("challenge", "block"),
    "x-amzn-waf-action": ("challenge", "captcha", "block"),
    "x-vercel-mitigated": ("challenge", "deny"),
    "x-azure-waf-action": ("jschallenge", "challenge", "block"),
    "x-datadome-action": ("challenge", "captcha", "block"),
}
"""Headers, each with its value, that a firewall sends when it answers instead of the site."""
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f\ufffd]")


@dataclass(frozen=True, slots=True)
class Screening:
    """The reason why a response is not comparable."""

    reason: Reason
    detail: str
    """A sentence that describes what was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningWords:
    """The phrases of one language, from its `screening.toml`."""

    bot_challenge: Sequence[str]
    consent_wall: Sequence[str]
    maintenance: Sequence[str]
    soft_404: Sequence[str]
    login: Sequence[str]
    answers: Sequence[str]
    login_address: Sequence[str]
    policy: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Seen:
    """The visible parts of a page that holds little policy text."""

    title: str
    text: str
    """All words of the page. The words of dialogs, forms and `noscript` notices are included."""
    buttons: str = ""
    """Labels of the page's buttons."""
    password: bool = False
    scripts: int = 0
    refresh: bool = False


def screen(page: Page, document: Document, options: ExtractionOptions = _NO_OPTIONS) -> Screening | None:
    """Return the reason why the page is not a policy, or None if the page may be a policy.

    `document` is the result of `read` for the page and the same options. Phrases such as "page not found" count only on
    a page with hardly any policy text.
    """
    page = unwrapped(page)
    if page.status in (404, 410):
        return Screening("gone", f"The server answered {page.status}.")
    if is_file(page):
        if not document.sections:
            return Screening(*why_silent(page, options.max_unpacked))
    elif rubbish := _rubbish(page):
        return Screening("encoding", rubbish)
    elif nests_too_deeply(page, options.max_nesting):
        detail = (
            f"The page nests its elements more than {options.max_nesting:,} deep, which is the limit (max_nesting)."
        )
        return Screening("refused-limit", detail)
    if (reason := challenge(page)) is not None:
        return Screening("bot-challenge", f"A firewall answered instead of the server ({reason}).")
    if page.status < 400 and _is_policy(document.text):
        return None
    seen = _look(page, document)
    found_wall = _wall(page, seen, document)
    if page.status >= 400:
        reason = (
            found_wall.reason if found_wall and found_wall.reason in ("bot-challenge", "maintenance", "login") else None
        )
        return Screening(
            reason or "http-error",
            f"The server answered {page.status}{f', and a page: {seen.title!r}' if seen.title else ''}.{_wish(page)}",
        )
    return found_wall


def challenge(page: Page) -> str | None:
    """Return the header that shows that a firewall answered instead of the site, or None."""
    for name, value in page.headers:
        if value.strip().lower() in _FIREWALLS.get(name, ()):
            return f"{name}: {value.strip().lower()}"
    return None


def _wish(page: Page) -> str:
    """Return a sentence about the pause that the server asks for; "" if the server asks for none."""
    stated = next((value for name, value in page.headers if name == "retry-after"), "")
    return f" It asks for a pause (Retry-After: {stated[:60]})." if stated else ""


def _rubbish(page: Page) -> str | None:
    if what := file_kind(page):
        return f"The body is {what}, which cannot be read: {WHAT_TO_DO}."
    text = decode(page.body[:100_000], page.content_type)
    broken = len(_NO_TEXT.findall(text))
    if broken > 20 and broken > _RUBBISH * len(text):
        return f"{broken} of {len(text)} characters at the start of the body are not text."
    return None


def _is_policy(text: str) -> bool:
    """Return whether a text has the length and the vocabulary of a policy in one of the supported languages."""
    words = len(text.split())
    return words >= _POLICY_WORDS and _vocabulary(text, _VOCABULARY) >= _VOCABULARY


def _wall(page: Page, seen: _Seen, document: Document) -> Screening | None:
    """Return a screening that says what the page shows instead of a policy, or None."""
    text = document.text
    spoken = _amount(text)
    vocabulary = _vocabulary(text, _VOCABULARY)
    if vocabulary < _VOCABULARY:
        searched = seen.text if len(seen.text.split()) <= _WALL_WORDS else text
        for reason in ("bot-challenge", "maintenance", "soft-404"):
            if detail := _phrase(reason, seen, searched):
                return Screening(reason, f"{detail}; it has {spoken} words of text.")
    if detail := _consent(seen, spoken):
        return Screening("consent-wall", detail)
    if detail := _login(page, seen, spoken):
        return Screening("login", detail)
    if seen.refresh and spoken < _SHORT_POLICY_WORDS:
        return Screening("empty-shell", "The page only redirects to another address.")
    if spoken < _FEW_WORDS:
        return Screening("empty-shell", _empty(page, seen, spoken) + _cookie_hint(page, seen))
    if vocabulary < _ANY_VOCABULARY and _is_judged_by_words(document, spoken):
        terms = f"The page's {spoken} words include hardly any terms of a policy."
        return Screening("other-document", terms + _cookie_hint(page, seen))
    return None


def _is_judged_by_words(document: Document, spoken: int) -> bool:
    """Return whether the number of policy terms can show that a text is not a policy.

    This is not possible if the text may be in a language without a list of policy terms.
    """
    language = next(iter(document.languages), UNKNOWN_LANGUAGE)
    unknown = language == UNKNOWN_LANGUAGE and spoken < _POLICY_WORDS
    return (is_listed(language) or unknown) and _is_latin(document.text)


def _empty(page: Page, seen: _Seen, spoken: int) -> str:
    if not seen.scripts:
        return f"The page holds {spoken} words of text."
    holds = f"The page holds {spoken} words of text and {seen.scripts} scripts"
    if any(name == RENDERED for name, _ in page.headers):
        return f"{holds}, which a browser has run."
    return f"{holds}: it may need JavaScript, which `render = true` runs."


def _cookie_hint(page: Page, seen: _Seen) -> str:
    """Return a hint if a short page mentions cookies; otherwise "".

    A visit already sends back the cookies from its responses, so only a script can set the missing cookie.
    """
    short = len(seen.text.split()) <= _COOKIE_WORDS
    if not short or "cookie" not in seen.text.lower() or any(name == RENDERED for name, _ in page.headers):
        return ""
    return " It mentions cookies: the site may need one that a script sets, and `render = true` runs its scripts."


def _amount(text: str) -> int:
    """Return the number of words in a text. In a script without spaces, the number is estimated from the number of
    letters.
    """
    words = len(text.split())
    return words if _is_latin(text) else max(words, len(text) // _LETTERS_A_WORD)


def _is_latin(text: str) -> bool:
    letters = [letter for letter in text[:2000] if letter.isalpha()]
    return sum(letter < "\u0250" for letter in letters) * 2 > len(letters)


def _phrase(reason: Reason, seen: _Seen, text: str) -> str | None:
    """Return a sentence about a phrase that shows the reason, or None. The phrase must be in the title or in a short
    text.
    """
    pattern = _patterns()[reason]
    if match := pattern.search(seen.title):
        return f"The page's title says {match[0]!r}"
    match = pattern.search(text) if len(text.split()) <= _WALL_WORDS else None
    if match and _vocabulary(text, _LEAST_VOCABULARY) < _LEAST_VOCABULARY:
        return f"The page says {match[0]!r}"
    return None


def _consent(seen: _Seen, spoken: int) -> str | None:
    """Return a sentence about a consent wall, or None.

    A consent wall has a phrase in its title or text, and a button to answer it.
    """
    pattern, answers = _patterns()["consent-wall"], _patterns()["answers"]
    if spoken >= _POLICY_WORDS:
        return None
    match = pattern.search(seen.title) or pattern.search(seen.text[:_LOOKED_AT])
    if match and answers.search(seen.buttons):
        return f"The page says {match[0]!r}, and has a button to answer; it has {spoken} words of text."
    return None


def _login(page: Page, seen: _Seen, spoken: int) -> str | None:
    if seen.password and spoken < 2 * _SHORT_POLICY_WORDS:
        return f"The page asks for a password and has {spoken} words of text."
    match = _patterns()["login"].search(seen.title)
    if match and spoken < _SHORT_POLICY_WORDS:
        return f"The page's title says {match[0]!r}; it has {spoken} words of text."
    if _login_address().search(page.final_url) and spoken < _SHORT_POLICY_WORDS:
        return f"The address looks like a login page ({page.final_url}); the page has {spoken} words of text."
    return None


def _look(page: Page, document: Document) -> _Seen:
    if is_file(page):
        return _Seen(document.title, document.text)
    text = decode(page.body, page.content_type)
    if "<" not in text:
        return _Seen("", normalise(text))
    soup = parse(text)
    title = soup.find("title")
    pieces, buttons = [], []
    for kind, node in events(soup):
        if kind == "text":
            pieces.append(str(node))
        elif isinstance(node, Tag) and node.name not in ("b", "i", "em", "strong", "span", "a"):
            pieces.append(" ")
            if kind == "start" and (node.name == "button" or attribute(node, "role") == "button"):
                buttons.append(node.get_text(" "))
    inputs = {attribute(field, "type").lower() for field in soup.find_all("input")}
    meta = (attribute(element, "http-equiv").lower() == "refresh" for element in soup.find_all("meta"))
    name = (
        normalise("".join(piece for piece in title.strings if isinstance(piece, NavigableString)))
        if isinstance(title, Tag)
        else ""
    )
    return _Seen(
        name,
        normalise("".join(pieces)),
        buttons=" ".join(buttons),
        password="password" in inputs,
        scripts=len(soup.find_all("script")),
        refresh=any(meta),
    )


def _vocabulary(text: str, enough: int) -> int:
    """Return how many different policy terms of one language a text uses. The language with the most terms counts.
    Counting stops at `enough`.

    Most policies use enough terms in their first part. So only other texts are searched in full, in all languages.
    """
    text = text[:_LOOKED_AT]
    first = text[: text.find(" ", _FIRST_PART) + 1]
    used = _most_terms(first, enough)
    return used if used >= enough else _most_terms(text, enough)


def _most_terms(text: str, enough: int) -> int:
    most = 0
    for terms in _terms().values():
        used = 0
        for term in terms:
            used += term.search(text) is not None
            if used >= enough:
                return used
        most = max(most, used)
    return most


@cache
def _words() -> Mapping[str, ScreeningWords]:
    return dict(records("screening", ScreeningWords))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """Return a pattern for the phrases of each reason, and a pattern for the answers to a consent wall."""
    phrases = {
        "bot-challenge": [words.bot_challenge for words in _words().values()],
        "consent-wall": [words.consent_wall for words in _words().values()],
        "maintenance": [words.maintenance for words in _words().values()],
        "soft-404": [words.soft_404 for words in _words().values()],
        "login": [words.login for words in _words().values()],
        "answers": [words.answers for words in _words().values()],
    }
    return {reason: re.compile(rf"(?<!\w){_any(lists)}(?!\w)", re.IGNORECASE) for reason, lists in phrases.items()}


@cache
def _login_address() -> re.Pattern[str]:
    parts = _any(words.login_address for words in _words().values())
    return re.compile(rf"/{parts}(?:[/?.]|$)", re.IGNORECASE)


def _any(lists: Iterable[Sequence[str]]) -> str:
    return f"(?:{'|'.join(phrase for phrases in lists for phrase in phrases)})"


@cache
def _terms() -> dict[str, tuple[re.Pattern[str], ...]]:
    return {
        language: tuple(re.compile(rf"(?<!\w)(?:{term})(?!\w)", re.IGNORECASE) for term in words.policy)
        for language, words in _words().items()
    }
