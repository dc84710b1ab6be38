"""Reads the watch list of changedetection.io.

It is the file `url-watches.json`, or a backup that contains this file.
"""

from __future__ import annotations

import json
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from clausewatch.imports.nesting import require_shallow
from clausewatch.imports.small_files import RefusedFileError, open_file, small_file
from clausewatch.imports.watch_lists import LARGEST, WatchedPolicy, WatchList, WatchListError

NAME = "url-watches.json"

LARGEST_DIRECTORY = 8_000_000
"""Maximum size in bytes of a zip file's directory. A directory of this size lists about 80,000 files."""

END_OF_DIRECTORY = struct.Struct("<4s4H2LH")
"""The last record of a zip file. It contains the size of the directory in bytes."""

UNREADABLE = (OSError, ValueError, EOFError, NotImplementedError, struct.error, zlib.error, lzma.LZMAError)
"""The errors that reading a damaged zip or JSON file may raise, besides BadZipFile."""

UNSUPPORTED = {
    "trigger_text": "text that must appear before it notifies: what is material is judged here",
    "ignore_text": "lines to ignore: noise is recognised here",
    "text_should_not_be_present": "text that must not be present",
    "extract_text": "parts taken out by patterns: the whole policy is read here",
    "headers": "headers of its own",
    "body": "a request body",
    "proxy": "a proxy of its own",
    "browser_steps": "steps in a browser",
    "webdriver_js_execute_code": "scripts to run in the page",
    "notification_urls": "whom it notifies: name channels and subscribers",
    "paused": "that it is paused",
}
"""Keys of a watch that have no equivalent in our configuration, each with its meaning."""


def from_changedetection(file: Path) -> WatchList:
    """Read a watch list. Raises WatchListError, RefusedFileError."""
    stored = _stored(file)
    watches = stored.get("watching")
    if not isinstance(watches, dict):
        raise WatchListError(f"{file}: holds no watches of changedetection.io (no table `watching`)")
    usual = _table(stored, "settings", "requests").get("time_between_check")
    tags = _table(stored, "settings", "application", "tags")
    titles = {key: str(_dict(tag).get("title", "")) for key, tag in tags.items()}
    watch_list = WatchList(f"{file.name} of changedetection.io")
    for key, watch in watches.items():
        if isinstance(watch, dict):
            watch_list.add(_entry(key, watch, titles, usual))
    return watch_list


def _stored(file: Path) -> dict[str, Any]:
    try:
        text = _text(file)
        require_shallow(file, text)
        stored = json.loads(text)
    except (*UNREADABLE, zipfile.BadZipFile) as error:
        raise WatchListError(f"{file}: is not a {NAME} and not a backup that holds it ({error})") from error
    return stored if isinstance(stored, dict) else {}


def _text(file: Path) -> str:
    with open_file(file) as opened:
        if not zipfile.is_zipfile(opened):
            return small_file(file, LARGEST).decode("utf-8-sig")
        _require_small_directory(file, opened)
        with zipfile.ZipFile(opened) as packed:
            info = next((info for info in packed.infolist() if PurePosixPath(info.filename).name == NAME), None)
            if info is None:
                raise WatchListError(f"{file}: this backup holds no {NAME}")
            if info.file_size > LARGEST or info.flag_bits & 1:
                raise RefusedFileError(f"{file}: its {NAME} is encrypted, or has more than {LARGEST:,} bytes")
            return packed.read(info).decode("utf-8-sig")


def _require_small_directory(file: Path, opened: BinaryIO) -> None:
    """Raise RefusedFileError if the directory of a zip file is too large. The directory is not read into memory."""
    opened.seek(0, 2)
    opened.seek(max(0, opened.tell() - END_OF_DIRECTORY.size - 0x10000 - 20))
    tail = opened.read()
    place = tail.rfind(b"PK\x05\x06")
    record = tail[place : place + END_OF_DIRECTORY.size]
    large = b"PK\x06\x07" in tail  # a zip64 file, which has its sizes in a different place
    if place < 0 or large or END_OF_DIRECTORY.unpack(record)[5] > LARGEST_DIRECTORY:
        raise RefusedFileError(f"{file}: its table of contents is too large: unpack {NAME} and give that file")


def _table(tables: Mapping[str, Any], *path: str) -> dict[str, Any]:
    table: Any = tables
    for key in path:
        table = _dict(table).get(key)
    return _dict(table)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _entry(key: str, watch: dict[str, Any], titles: Mapping[str, str], usual: Any) -> WatchedPolicy:
    url = str(watch.get("url") or "")
    entry = WatchedPolicy(str(watch.get("title") or url or key), url, tags=list(_tags(watch, titles)))
    uses_default = watch.get("time_between_check_use_default", False)
    entry.every = _interval(usual if uses_default else watch.get("time_between_check"))
    entry.add_selectors(entry.select, watch.get("include_filters") or watch.get("css_filter"), "include filter")
    entry.add_selectors(entry.remove, watch.get("subtractive_selectors"), "filter that takes away")
    entry.render = "webdriver" in str(watch.get("fetch_backend") or "")
    entry.lost += [what for name, what in UNSUPPORTED.items() if watch.get(name)]
    method = str(watch.get("method") or "GET")
    if method.upper() != "GET":
        entry.lost.append(f"the method {method}: policies are fetched with GET")
    return entry


def _tags(watch: Mapping[str, Any], titles: Mapping[str, str]) -> Iterator[str]:
    tags, tag = watch.get("tags"), watch.get("tag")
    for key in tags if isinstance(tags, list) else []:
        yield from filter(None, [titles.get(str(key))])
    for name in tag.split(",") if isinstance(tag, str) else []:
        yield from filter(None, [name.strip()])


def _interval(value: Any) -> timedelta | None:
    parts = {unit: _dict(value).get(unit) for unit in ("weeks", "days", "hours", "minutes", "seconds")}
    try:
        interval = timedelta(**{unit: part for unit, part in parts.items() if isinstance(part, int | float)})
    except (OverflowError, ValueError):  # a number of the interval is infinite or not a number
        return None
    return interval if interval > timedelta(0) else None
