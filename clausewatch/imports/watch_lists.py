"""Converts watch lists of other tools to policies of our configuration."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from clausewatch.config.quantities import duration_text
from clausewatch.config.tables import SHORTEST_EVERY, web_address
from clausewatch.errors import ClausewatchError, ExitCode
from document.html.selectors import SelectorError, check_selector

LARGEST = 8_000_000
"""Maximum size of a watch list in bytes. A list of a thousand watches has about half of this size."""

DEEPEST = 64
"""Maximum number of nested levels in a watch list. Real lists have fewer than ten levels."""

MOST_ENTRIES = 10_000
"""Maximum number of watches that are converted."""

LONGEST_TEXT = 2_000
"""Maximum length, in characters, of a name, an address or a selector."""


class WatchListError(ClausewatchError):
    """The file is not a watch list of the expected tool."""

    exit_code = ExitCode.USAGE


@dataclass(slots=True)
class WatchedPolicy:
    """A policy that was converted from a watch of another tool. It also lists the parts of the watch that could not be
    converted.
    """

    name: str
    url: str
    every: timedelta | None = None
    tags: list[str] = field(default_factory=list)
    select: list[str] = field(default_factory=list)
    remove: list[str] = field(default_factory=list)
    render: bool = False
    further: list[str] = field(default_factory=list)
    """Addresses of further pages of the policy, in reading order after `url`."""
    lost: list[str] = field(default_factory=list)
    """Options that could not be converted. Each is a sentence without a full stop."""

    def add_selectors(self, into: list[str], selectors: Any, what: str) -> None:
        """Add a selector or a list of selectors to `into`.

        XPath, JSONPath and jq expressions are added to `lost` instead.
        """
        texts = [selectors] if isinstance(selectors, str) else selectors if isinstance(selectors, list) else []
        for selector in (str(text).strip() for text in texts):
            if OTHER_PATH.match(selector):
                self.lost.append(f"the {what} {limited_text(selector)}: write it as a CSS selector")
            elif selector:
                self.add_css(into, selector.removeprefix("css:").strip(), what)

    def add_css(self, into: list[str], selector: str, what: str) -> None:
        """Add a CSS selector to `into`. If the selector is invalid, add it to `lost` instead."""
        if not _is_selector(selector):
            self.lost.append(f"the {what} {limited_text(selector)}: it is not a CSS selector")
        else:
            into.append(selector)


def _is_selector(text: str) -> bool:
    try:
        check_selector(text[:LONGEST_TEXT])
    except (SelectorError, RecursionError):
        return False
    return len(text) <= LONGEST_TEXT


OTHER_PATH = re.compile(r"^\s*(/|\(|xpath[1-3]?:|(json|jq|jqraw):)")
"""Matches the beginning of an XPath, JSONPath or jq expression."""


@dataclass(slots=True)
class WatchList:
    """The policies from another tool's watch list, and the watches that were refused."""

    source: str
    entries: list[WatchedPolicy] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Names of watches that could not be converted at all, each with the reason."""
    _names: dict[str, int] = field(default_factory=dict)
    """Names that are in use, each with the number of policies that asked for this name."""

    def add(self, entry: WatchedPolicy) -> None:
        """Add a policy under a unique name.

        If its address is invalid, add the policy to `refused` instead. Raises WatchListError if there are too many
        policies.
        """
        if len(self.entries) + len(self.refused) >= MOST_ENTRIES:
            raise WatchListError(f"{self.source} has more than {MOST_ENTRIES:,} watches: split it")
        for url in (entry.url, *entry.further):
            try:
                web_address(url)
            except ValueError as error:
                self.refused.append((limited_text(entry.name), f"its address {limited_text(url)!r} {error}"))
                return
        entry.name = self._free_name(limited_text(entry.name))
        self.entries.append(entry)

    def _free_name(self, name: str) -> str:
        wanted = " ".join(name.split()).removeprefix("tag:") or "policy"
        free = wanted
        while free in self._names:
            self._names[wanted] += 1
            free = f"{wanted} ({self._names[wanted]})"
        self._names[free] = 1
        return free


def limited_text(text: str) -> str:
    """Return a text with at most `LONGEST_TEXT` characters."""
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def toml(watches: WatchList) -> str:
    """Return the policies as TOML for our configuration. Comments list the parts that were left out."""
    return "\n".join([*_header(watches), *(line for entry in watches.entries for line in _policy(entry)), ""])


def _header(watches: WatchList) -> Iterator[str]:
    yield f"# Carried over from {_comment(watches.source)}. `clausewatch config check` says what each means."
    for name, why in watches.refused:
        yield f"# Not carried over: {_comment(name)}: {_comment(why)}."


def _policy(entry: WatchedPolicy) -> Iterator[str]:
    yield from ("", "[[policy]]")
    yield from (f"# Not carried over: {_comment(lost)}." for lost in entry.lost)
    yield f"name = {_string(entry.name)}"
    if entry.further:
        yield f"urls = [{', '.join(map(_string, (entry.url, *entry.further)))}]"
    else:
        yield f"url = {_string(entry.url)}"
    if entry.every is not None:
        yield f"every = {_string(duration_text(max(entry.every, SHORTEST_EVERY)))}"
    yield from _lists(("tags", entry.tags), ("select", entry.select), ("remove", entry.remove))
    if entry.render:
        yield "render = true"


def _lists(*lists: tuple[str, Sequence[str]]) -> Iterator[str]:
    for key, values in lists:
        if values:
            yield f"{key} = [{', '.join(map(_string, values))}]"


def _string(value: str) -> str:
    """Return a text as a TOML basic string.

    Control characters are escaped. Dollar signs are doubled if one would begin a variable.
    """
    plain = value.encode("utf-8", "replace").decode()
    quoted = json.dumps(plain.replace("$", "$$") if "$$" in plain or "${" in plain else plain, ensure_ascii=False)
    return "".join(letter if letter.isprintable() else f"\\U{ord(letter):08x}" for letter in quoted)


def _comment(value: str) -> str:
    """Return a text as one line of printable characters, for a comment."""
    text = value.encode("utf-8", "replace").decode()
    return "".join(letter if letter.isprintable() else " " for letter in text)
