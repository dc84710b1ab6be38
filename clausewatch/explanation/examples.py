"""Finds example names, such as `example.org` or `change-me`, that the user did not replace."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clausewatch.config.model import Configuration

_RESERVED = ("example.com", "example.org", "example.net", "example", "invalid", "test")
"""Names that RFC 2606 reserves for examples and tests: https://www.rfc-editor.org/rfc/rfc2606"""
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_PLACEHOLDER = re.compile(r"(?<![a-z-])(?:change|replace)[-_]?(?:me|this)(?![a-z-])", re.IGNORECASE)


def examples(configuration: Configuration) -> Iterator[tuple[str, str]]:
    """Yield the place and the text of each example name in the configuration. If the name is in the value of a
    variable, the place is the variable's name.

    The value of a variable may be a secret, so the text is "" for a variable.
    """
    places = [(place, word) for place, value in _values(configuration) for word in example_names(value)]
    variables = [(name, "") for name, value in configuration.redacted.values.items() if example_names(value)]
    yield from dict.fromkeys([*places, *variables])


def example_names(value: str) -> list[str]:
    """Return the hosts in a value that are reserved for examples, and the placeholders such as `change-me`."""
    hosts = [host for host in _HOST.findall(value) if _is_reserved(host.casefold())]
    return [*hosts, *_PLACEHOLDER.findall(value)]


def _values(configuration: Configuration) -> Iterator[tuple[str, str]]:
    """Yield each address in the configuration with the name of its place.

    Values of variables in the addresses are masked.
    """
    redacted = configuration.redacted
    if not configuration.database.startswith("sqlite:"):
        yield "database", redacted(configuration.database)
    yield "crawl.contact", redacted(configuration.crawl.contact)
    for entry in configuration.crawl.allow_private:
        yield "crawl.allow_private", redacted(entry)
    if configuration.watchdog.ping:
        yield "watchdog.ping", redacted(configuration.watchdog.ping)
    if configuration.stamping is not None:
        yield "evidence.timestamp", redacted(configuration.stamping.authority)
    for policy in configuration.policies:
        for url in policy.urls:
            yield policy.name, redacted(url)
    for channel in configuration.channels:
        yield f"channel {channel.name}", redacted(channel.url)
    for subscriber in configuration.subscribers:
        for target in subscriber.via:
            yield subscriber.name, redacted(target.recipient)


def _is_reserved(host: str) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in _RESERVED)
