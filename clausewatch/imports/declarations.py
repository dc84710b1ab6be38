"""Reads declarations of Open Terms Archive. There is a JSON file for each service, with the documents to track."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from clausewatch.imports.nesting import require_shallow
from clausewatch.imports.small_files import RefusedFileError, small_file
from clausewatch.imports.watch_lists import WatchedPolicy, WatchList, WatchListError, limited_text

LARGEST = 2_000_000
"""Maximum size of one declaration in bytes. The largest real declarations have about 20,000 bytes."""

UNREADABLE = (ValueError, RecursionError)

STARTS, ENDS = ("startBefore", "startAfter"), ("endBefore", "endAfter")

NEEDLESS = re.compile(
    r"(remove|clean)\w*(Url|QueryParam|Sid|AmpDevice|Empty|Svg|Image|Img|Script)\w*|unify\w*Email\w*", re.IGNORECASE
)
"""Matches names of filters that change only links, pictures or scripts. We do not compare these."""

LIKELY: Mapping[str, str] = {
    "remove": "removes",
    "clean": "cleans",
    "replace": "replaces",
    "convert": "converts",
    "move": "moves",
    "number": "numbers",
    "correct": "corrects",
    "recover": "restores",
    "unify": "unifies",
    "download": "downloads",
    "hide": "hides",
    "format": "formats",
}
"""First words of filter names, each with a verb for the message about such a filter."""


def from_declarations(folder: Path, types: Collection[str] = ()) -> WatchList:
    """Read the declarations in a folder.

    If `types` is not empty, read only documents of these types, such as "Privacy Policy". Raises WatchListError if the
    folder has no declarations.
    """
    watches = WatchList(f"the declarations in {folder.name}")
    files = [file for file in sorted(folder.glob("*.json")) if not file.name.endswith(".history.json")]
    if not files:
        raise WatchListError(f"{folder} has no declarations: name the folder with a JSON file for each service")
    for file in files:
        try:
            _add_service(watches, file, types)
        except (RefusedFileError, *UNREADABLE) as error:
            watches.refused.append((file.name, f"it cannot be read ({' '.join(str(error).split())})"))
    return watches


def _add_service(watches: WatchList, file: Path, types: Collection[str]) -> None:
    text = small_file(file, LARGEST).decode("utf-8-sig")
    require_shallow(file, text)
    declaration = json.loads(text)
    terms = declaration.get("terms") if isinstance(declaration, dict) else None
    if not isinstance(terms, dict):
        watches.refused.append((file.name, "it has no `terms`, so it is not a declaration"))
        return
    service = str(declaration.get("name") or file.stem)
    for kind, document in terms.items():
        if types and kind not in types:
            continue
        if isinstance(document, dict):
            watches.add(_entry(service, kind, document))
        else:
            watches.refused.append((f"{service} {kind}", "it is not a table of keys"))


def _entry(service: str, kind: str, document: Mapping[str, Any]) -> WatchedPolicy:
    """Return the policy for a document. A combined document becomes a policy with several addresses."""
    parts = document.get("combine")
    pages = (
        [{**document, **part} for part in parts if isinstance(part, dict)] if isinstance(parts, list) else [document]
    )
    urls = list(dict.fromkeys(str(page.get("fetch") or "") for page in pages)) or [""]
    tag = "-".join(kind.lower().split())
    entry = WatchedPolicy(f"{service} {kind}", urls[0], tags=[tag] if tag else [])
    entry.further = urls[1:]
    entry.render = any(page.get("executeClientScripts") is True for page in pages)
    for page in pages:
        _add_parts(entry, entry.select, page.get("select"), "select")
        _add_parts(entry, entry.remove, page.get("remove"), "remove")
        entry.lost += _filters(page.get("filter"))
    entry.lost[:] = dict.fromkeys(entry.lost)
    if len(pages) > 1 and len({json.dumps([page.get("select"), page.get("remove")]) for page in pages}) > 1:
        entry.lost.append("which page each selector is for: all of them are used on every page")
    return entry


def _add_parts(entry: WatchedPolicy, into: list[str], parts: Any, what: str) -> None:
    """Add each selector and range to the list `into`, without duplicates."""
    for part in parts if isinstance(parts, list) else [parts] if parts else []:
        text = _range(part) if isinstance(part, dict) else str(part)
        if text is None:
            entry.lost.append(f"the {what} {limited_text(json.dumps(part))}: it is neither a selector nor a range")
        elif text not in into:
            entry.add_css(into, text.strip(), what)


def _range(part: Mapping[str, Any]) -> str | None:
    """Return a range in the form of our configuration; None if the start or the end of the range is missing."""
    start = next((key for key in STARTS if isinstance(part.get(key), str)), None)
    end = next((key for key in ENDS if isinstance(part.get(key), str)), None)
    return None if start is None or end is None else f"{start}: {part[start]}; {end}: {part[end]}"


def _filters(filters: Any) -> Iterator[str]:
    """Yield a sentence for each filter.

    A filter is a JavaScript function, of which the declaration contains only the name.
    """
    for each in filters if isinstance(filters, list) else []:
        name = next(iter(each), "") if isinstance(each, dict) else str(each)
        shown = limited_text(json.dumps(each, ensure_ascii=False) if isinstance(each, dict) else name)
        if NEEDLESS.fullmatch(name):
            yield f"the filter {shown}: not needed, as only words and rights links are compared"
        else:
            yield f"the filter {shown}, {_likely(name)}: see `clausewatch doctor`, and write a `remove` if it is needed"


def _likely(name: str) -> str:
    """Return a phrase that says what a filter probably does. The phrase is guessed from the filter's name."""
    words = re.findall(r"[A-Z]{2,}s?(?![a-z])|[A-Z]?[a-z]+|[A-Z]|[0-9]+", name)
    verb = LIKELY.get(words[0].lower()) if words else None
    if verb is None or len(words) == 1:
        return "whose purpose its name does not say"
    return f"which probably {verb} {' '.join(word if word[:2].isupper() else word.lower() for word in words[1:])}"
