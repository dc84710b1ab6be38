"""Reads the list of jobs of urlwatch or webchanges, `urls.yaml`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from clausewatch.imports.small_files import RefusedFileError, small_file
from clausewatch.imports.watch_lists import DEEPEST, WatchedPolicy, WatchList, WatchListError

LARGEST = 2_000_000
"""Maximum size of a list of jobs in bytes. A list of a thousand jobs has about a tenth of this size."""

CARRIED = {"name", "url", "navigate", "filter", "kind", "note", "user_visible_url", "location", "use_browser"}

NEEDLESS = {"html2text", "beautify", "strip", "striplines", "strip_each_line", "remove-duplicate-lines", "pdf2text"}
"""Filters that can be left out, because Clausewatch does the same to every page."""

ELEMENTS: dict[str, Callable[[str], str]] = {
    "element-by-id": "#{}".format,
    "element-by-class": ".{}".format,
    "element-by-tag": "{}".format,
}

UNREADABLE = (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError, OverflowError, RecursionError)
"""The errors that reading a YAML file may raise. Some of them are built-in errors of Python."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the fast one, if it is installed
    """A YAML loader that runs no code. urlwatch sometimes writes a job with a tag for Python.

    Such a job is read as a plain table.
    """


def from_urlwatch(file: Path) -> WatchList:
    """Read a list of jobs. Raises WatchListError, RefusedFileError."""
    text = small_file(file, LARGEST)
    try:
        _require_plain(file, text)
        jobs = [job for job in yaml.load_all(text, _Loader) if job is not None]
    except UNREADABLE as error:
        raise WatchListError(f"{file}: is not a list of jobs ({' '.join(str(error).split())})") from error
    watches = WatchList(f"{file.name} of urlwatch")
    for number, job in enumerate(jobs, 1):
        if not isinstance(job, dict):
            raise WatchListError(f"{file}: job {number} is not a table of keys: is this a list of jobs of urlwatch?")
        _add_job(watches, number, job)
    return watches


def _require_plain(file: Path, text: bytes) -> None:
    """Raise RefusedFileError for aliases and deep nesting.

    With aliases, a few lines can expand to millions of values.
    """
    depth = 0
    for event in yaml.parse(text, _Loader):
        if isinstance(event, yaml.AliasEvent):
            raise RefusedFileError(f"{file}: it has an alias (*{event.anchor}): write out what that stands for")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise RefusedFileError(f"{file}: more than {DEEPEST} lists and tables within one another")


_Loader.add_multi_constructor("!", lambda loader, suffix, node: _plain(loader, node))
_Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: _plain(loader, node))


def _plain(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


def _add_job(watches: WatchList, number: int, job: dict[str, Any]) -> None:
    url = job.get("url") or job.get("navigate")
    name = str(job.get("name") or url or f"job {number}")
    if not url:
        watches.refused.append((name, "it runs a command" if job.get("command") else "it has no address"))
        return
    entry = WatchedPolicy(name, str(url), render=bool(job.get("navigate") or job.get("use_browser")))
    entry.lost += [f"`{key}`" for key in job if key not in CARRIED]
    for kind, options in _filters(job.get("filter")):
        _add_filter(entry, kind, options)
    watches.add(entry)


def _filters(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the name and the options of each filter of a job. urlwatch allows a text, a table or a list."""
    if isinstance(value, str):
        for part in value.split(","):
            kind, _, option = part.partition(":")
            yield kind.strip(), option.strip() or None
    elif isinstance(value, dict):
        yield from ((str(kind), options) for kind, options in value.items())
    elif isinstance(value, list):
        for part in value:
            yield from _filters(part) if isinstance(part, dict) else [(str(part), None)]


def _add_filter(entry: WatchedPolicy, kind: str, options: Any) -> None:
    if kind in NEEDLESS:
        return
    if kind == "css":
        table = options if isinstance(options, dict) else {"selector": options}
        entry.add_selectors(entry.select, table.get("selector"), "filter css")
        entry.add_selectors(entry.remove, table.get("exclude"), "filter css that takes away")
        entry.lost += [f"`{key}` of the filter css" for key in table if key not in ("selector", "exclude")]
    elif kind in ELEMENTS:
        value = next(iter(options.values()), "") if isinstance(options, dict) else options
        entry.add_css(entry.select, ELEMENTS[kind](value), f"filter {kind}")
    else:
        entry.lost.append(f"the filter {kind}")
