"""Reads the watch lists of changedetection.io, urlwatch and webchanges into policies for our configuration."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from clausewatch.config.quantities import duration_text
from clausewatch.config.tables import SHORTEST_EVERY, web_address
from clausewatch.errors import ClausewatchError, ExitCode
from document.html.selectors import SelectorError, check_selector


class WatchListError(ClausewatchError):
    """The file is no watch list of this tool."""

    exit_code = ExitCode.USAGE


@dataclass
class Entry:
    """One policy of our configuration, and what of the other tool's watch it leaves out."""

    name: str
    url: str
    every: timedelta | None = None
    tags: list[str] = field(default_factory=list)
    select: list[str] = field(default_factory=list)
    remove: list[str] = field(default_factory=list)
    render: bool = False
    lost: list[str] = field(default_factory=list)
    """What could not be carried over, each a sentence without its full stop."""


@dataclass
class WatchList:
    """What a watch list holds for us."""

    source: str
    entries: list[Entry] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    """What could not be carried over at all: its name and why."""

    def add(self, entry: Entry) -> None:
        """Take an entry over under a name that no other has, or note why it cannot be."""
        try:
            web_address(entry.url)
        except ValueError as error:
            self.refused.append((entry.name, f"its address {entry.url!r} {error}"))
            return
        entry.name = self._free_name(entry.name)
        self.entries.append(entry)

    def _free_name(self, name: str) -> str:
        wanted = " ".join(name.split()).removeprefix("tag:") or "policy"
        taken = {each.name for each in self.entries}
        candidates = (wanted if number == 1 else f"{wanted} ({number})" for number in range(1, len(taken) + 2))
        return next(each for each in candidates if each not in taken)


def toml(found: WatchList) -> str:
    """Return policies as they stand in our configuration, with comments that say what was left out."""
    return "\n".join([*_lines(found), ""])


def _lines(found: WatchList) -> Iterator[str]:
    yield f"# Carried over from {_comment(found.source)}. `clausewatch config check` says what each means."
    for name, why in found.refused:
        yield f"# Not carried over: {_comment(name)}: {_comment(why)}."
    for entry in found.entries:
        yield ""
        yield "[[policy]]"
        yield from (f"# Not carried over: {_comment(each)}." for each in entry.lost)
        yield f"name = {_string(entry.name)}"
        yield f"url = {_string(entry.url)}"
        if entry.every is not None:
            yield f"every = {_string(duration_text(max(entry.every, SHORTEST_EVERY)))}"
        for key, values in (("tags", entry.tags), ("select", entry.select), ("remove", entry.remove)):
            if values:
                yield f"{key} = [{', '.join(map(_string, values))}]"
        if entry.render:
            yield "render = true"


def _string(value: str) -> str:
    """Return a TOML basic string."""
    return json.dumps(value.encode("utf-8", "replace").decode(), ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(value: str) -> str:
    """Return what may stand in a comment: one line of printable characters."""
    return "".join(each if each.isprintable() else " " for each in value.encode("utf-8", "replace").decode())


def from_changedetection(file: Path) -> WatchList:
    """Read `url-watches.json`, or a backup that holds it. Raises WatchListError."""
    stored = _changedetection_json(file)
    watches = stored.get("watching")
    if not isinstance(watches, dict):
        raise WatchListError(f"{file}: holds no watches of changedetection.io (no table `watching`)")
    settings = stored.get("settings")
    known = settings if isinstance(settings, dict) else {}
    usual = _table(known, "requests").get("time_between_check")
    titles = {key: str(_dict(tag).get("title", "")) for key, tag in _table(known, "application", "tags").items()}
    found = WatchList(f"{file.name} of changedetection.io")
    for key, watch in watches.items():
        if isinstance(watch, dict):
            found.add(_watch(key, watch, titles, usual))
    return found


def _changedetection_json(file: Path) -> dict[str, Any]:
    try:
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as packed:
                name = next((each for each in packed.namelist() if Path(each).name == "url-watches.json"), None)
                if name is None:
                    raise WatchListError(f"{file}: this backup holds no url-watches.json")
                text = packed.read(name)
        else:
            text = file.read_bytes()
        stored = json.loads(text)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise WatchListError(f"{file}: is no url-watches.json and no backup that holds it ({error})") from error
    return stored if isinstance(stored, dict) else {}


def _table(tables: Mapping[str, Any], *path: str) -> dict[str, Any]:
    found: Any = tables
    for key in path:
        found = _dict(found).get(key)
    return _dict(found)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


_UNSUPPORTED = {
    "trigger_text": "text that must appear before it tells: what is material is judged here",
    "ignore_text": "lines to ignore: noise is told from changes here",
    "text_should_not_be_present": "text that must not be present",
    "extract_text": "parts taken out by patterns: the whole policy is read here",
    "headers": "headers of its own",
    "body": "a request body",
    "proxy": "a proxy of its own",
    "browser_steps": "steps in a browser",
    "webdriver_js_execute_code": "scripts to run in the page",
    "notification_urls": "where it tells: name channels and subscribers",
}
"""Keys of a watch that have no counterpart, by what they are."""


def _watch(key: str, watch: dict[str, Any], titles: Mapping[str, str], usual: Any) -> Entry:
    url = str(watch.get("url") or "")
    entry = Entry(str(watch.get("title") or url or key), url)
    tags = watch.get("tags")
    entry.tags = [title for each in tags if (title := titles.get(str(each), ""))] if isinstance(tags, list) else []
    if isinstance(watch.get("tag"), str):
        entry.tags += [each.strip() for each in watch["tag"].split(",") if each.strip()]
    uses_default = watch.get("time_between_check_use_default", False)
    entry.every = _interval(usual if uses_default else watch.get("time_between_check"))
    _add_selectors(entry, entry.select, watch.get("include_filters") or watch.get("css_filter"), "include filter")
    _add_selectors(entry, entry.remove, watch.get("subtractive_selectors"), "filter that takes away")
    entry.render = "webdriver" in str(watch.get("fetch_backend") or "")
    entry.lost += [what for name, what in _UNSUPPORTED.items() if watch.get(name)]
    if str(watch.get("method") or "GET").upper() != "GET":
        entry.lost.append(f"the method {watch['method']}: policies are asked for by GET")
    if watch.get("paused"):
        entry.lost.append("that it is paused")
    return entry


def _interval(value: Any) -> timedelta | None:
    parts = {
        unit: number
        for unit in ("weeks", "days", "hours", "minutes", "seconds")
        if isinstance(number := _dict(value).get(unit), int | float) and number > 0
    }
    return timedelta(**parts) if parts else None


_XPATH = re.compile(r"^\s*(/|\(|xpath[1-3]?:)")
_OTHER_PATH = re.compile(r"^\s*(json|jq|jqraw):")


def _add_selectors(entry: Entry, into: list[str], selectors: Any, what: str) -> None:
    listed = [selectors] if isinstance(selectors, str) else selectors if isinstance(selectors, list) else []
    for selector in (str(each).strip() for each in listed):
        if _XPATH.match(selector) or _OTHER_PATH.match(selector):
            entry.lost.append(f"the {what} {selector}: write it as a CSS selector")
        elif selector:
            _add_css(entry, into, selector.removeprefix("css:").strip(), what)


def _add_css(entry: Entry, into: list[str], selector: str, what: str) -> None:
    try:
        check_selector(selector)
    except SelectorError:
        entry.lost.append(f"the {what} {selector}: it is no CSS selector")
    else:
        into.append(selector)


def from_urlwatch(file: Path) -> WatchList:
    """Read the jobs of `urls.yaml`. Raises WatchListError."""
    try:
        with file.open(encoding="utf-8") as stream:
            jobs = [each for each in yaml.load_all(stream, _Loader) if each is not None]
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise WatchListError(f"{file}: is no list of jobs ({' '.join(str(error).split())})") from error
    found = WatchList(f"{file.name} of urlwatch")
    for number, job in enumerate(jobs, 1):
        if not isinstance(job, dict):
            raise WatchListError(f"{file}: job {number} is no table of keys: is this a list of jobs of urlwatch?")
        _add_job(found, number, job)
    return found


class _Loader(yaml.SafeLoader):
    """Reads a job with a tag of Python's, which urlwatch writes at times, as a plain table; and runs nothing."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: _plain(loader, node))
_Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: _plain(loader, node))


def _plain(loader: _Loader, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


_CARRIED = {"name", "url", "navigate", "filter", "kind", "note", "user_visible_url", "location"}

_NEEDLESS = {"html2text", "beautify", "strip", "striplines", "strip_each_line", "remove-duplicate-lines", "pdf2text"}
"""Filters whose work is done here for every page."""


def _add_job(found: WatchList, number: int, job: dict[str, Any]) -> None:
    url = job.get("url") or job.get("navigate")
    name = str(job.get("name") or url or f"job {number}")
    if not url:
        found.refused.append((name, "it runs a command" if job.get("command") else "it has no address"))
        return
    entry = Entry(name, str(url), render=bool(job.get("navigate") or job.get("use_browser")))
    entry.lost += [f"`{key}`" for key in job if key not in _CARRIED and key != "use_browser"]
    for kind, options in _filters(job.get("filter")):
        _add_filter(entry, kind, options)
    found.add(entry)


def _filters(value: Any) -> Iterator[tuple[str, Any]]:
    """Return the filters of a job, in each of the ways in which urlwatch lets them be written."""
    if isinstance(value, str):
        for each in value.split(","):
            kind, _, option = each.partition(":")
            yield kind.strip(), option.strip() or None
    elif isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        for each in value:
            yield from _filters(each) if isinstance(each, dict) else [(str(each), None)]


_ELEMENTS: dict[str, Callable[[str], str]] = {
    "element-by-id": "#{}".format,
    "element-by-class": ".{}".format,
    "element-by-tag": "{}".format,
}


def _add_filter(entry: Entry, kind: str, options: Any) -> None:
    if kind in _NEEDLESS:
        return
    if kind == "css":
        table = options if isinstance(options, dict) else {"selector": options}
        _add_selectors(entry, entry.select, table.get("selector"), "filter css")
        _add_selectors(entry, entry.remove, table.get("exclude"), "filter css that takes away")
        entry.lost += [f"`{key}` of the filter css" for key in table if key not in ("selector", "exclude")]
    elif kind in _ELEMENTS:
        value = next(iter(options.values()), "") if isinstance(options, dict) else options
        _add_css(entry, entry.select, _ELEMENTS[kind](value), f"filter {kind}")
    else:
        entry.lost.append(f"the filter {kind}")
