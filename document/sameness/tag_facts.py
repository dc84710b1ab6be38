"""Finds the parts of a token that affect extraction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from document.html.boilerplate import telling_tokens
from document.html.controls import DESCRIBERS, OPENERS, described_names, opened_names
from document.html.elsewhere import FEWEST_WORDS, UNSEEN_SIZES
from document.html.shown_text import BOUNDARY, REORDERED, ROWS, SEGMENT, TEMPLATES
from document.html.stylesheet import declarations
from document.sameness.link_targets import stable_link_target
from document.sameness.selector_needs import Needs
from document.sameness.tokenizer import OddMarkupError, opening, resolved, taken_apart
from document.text.hidden_emails import decode_hex

END = "\0"
"""The character that ends each hashed field. It cannot occur in decoded text."""
_MOST_KEPT = 10_000
_LONGEST_KEPT = 500
"""Limits for the cache of tags: the number of tags, and the length of a tag in characters."""
_LISTS = frozenset({"ol", "ul", "dir", "menu"})
_RAW = frozenset(
    {"hidden", "aria-hidden", "aria-expanded", "role", "aria-level", "lang", "xml:lang", "http-equiv", "slot"}
)
"""Attributes that are read unchanged, whatever the element is."""
_RAW_ON = {
    "type": _LISTS | {"li", "input"},
    "start": _LISTS,
    "reversed": _LISTS,
    "value": frozenset({"li"}),
    "name": frozenset({"slot"}),
    "size": frozenset({"font"}),
}
_OPENERS = frozenset({*OPENERS, *DESCRIBERS, "onclick"})
_FLAGS = frozenset({*TEMPLATES, "readonly", "disabled", "hreflang"})
"""Attributes whose value does not matter. It matters only whether an element has the attribute."""
_ELSEWHERE = {
    "src": frozenset({"iframe", "embed", "img"}),
    "data": frozenset({"object"}),
    "alt": frozenset({"img"}),
    "width": frozenset({"iframe", "object", "embed", "img"}),
    "height": frozenset({"iframe", "object", "embed", "img"}),
}
"""Attributes of elements whose text is outside the page. The values are the tags of these elements."""
_READ = _RAW | _RAW_ON.keys() | _OPENERS | _ELSEWHERE.keys() | {"aria-modal", "href", "data-cfemail", "style", "srcdoc"}
_READ = _READ | _FLAGS
_NAMES = ("class", "id", "aria-label")
_VOID = frozenset({"meta", "link", "base", "br", "hr", "img", "input"})
"""Elements that mean the same with and without a slash at the end of the tag."""
WITH_CONTENT = frozenset({"script", "style", "title", "textarea", "iframe", "noembed", "noframes", "xmp"})


@dataclass(frozen=True, slots=True)
class Piece:
    """The parts of a token that are read, as fields. The first character of a field says what kind of field it is."""

    fixed: str
    classes: frozenset[str] = frozenset()
    identifier: str = ""
    opens: tuple[str, ...] = ()
    """Ids of the parts that the element opens."""
    sheet: str = ""
    """The text of a style sheet."""


class Pieces:
    """Makes pieces from tokens. Pieces of short tokens are cached, because most tags also occur in the next page."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs
        self._known: dict[str, Piece] = {}

    def of(self, markup: Iterable[str]) -> dict[str, Piece]:
        """Return a piece for each token. Raises OddMarkupError for ambiguous markup."""
        remembered = self._known
        pieces = {token: remembered.get(token) or _piece(token, self._needs) for token in markup}
        if len(remembered) > _MOST_KEPT:
            remembered.clear()
        remembered.update((token, piece) for token, piece in pieces.items() if len(token) <= _LONGEST_KEPT)
        return pieces


@lru_cache(maxsize=4)
def pieces_for(needs: Needs) -> Pieces:
    """Return the `Pieces` for one set of needs."""
    return Pieces(needs)


def _piece(markup: str, needs: Needs) -> Piece:
    if markup == "<":
        return Piece(f"t<{END}")
    if markup.startswith("<!--"):
        return Piece(f"<!--{END}{_comment(markup[4:-3].strip())}{END}")
    if markup[1] in "!?":
        return Piece(f"{markup}{END}")
    tag = markup if markup.startswith("</") else opening(markup)
    name, ends, closes, written = taken_apart(tag)
    if ends:
        return Piece(f"</{name}{END}")
    content = markup[len(tag) : markup.rfind("<")] if len(markup) > len(tag) else ""
    if name in WITH_CONTENT and len(markup) == len(tag) and not closes:
        # In "<script src=x/>" the slash belongs to the value of `src`, so the tag does not close the element.
        raise OddMarkupError(markup[:80])
    attributes: dict[str, str] = {}
    for key, value in written:
        attributes.setdefault(key, value)
    fixed = [f"<{name}{'/' if closes and name not in _VOID else ''}", *_attributes(name, attributes, needs)]
    if name in WITH_CONTENT:
        fixed.append(_content(name, content))
    return Piece(
        END.join((*fixed, "")),
        frozenset(resolved(attributes.get("class", "")).split()),
        identifier=resolved(attributes.get("id", "")),
        opens=tuple(_opens(name, attributes)),
        sheet=content if name == "style" else "",
    )


def _comment(text: str) -> str:
    """Return the part of a comment that matters: its text if a framework uses the comment to mark a placeholder, and
    otherwise only whether the comment is empty.
    """
    return text if text in BOUNDARY or text.startswith(REORDERED) else "x" if text else ""


def _opens(tag: str, attributes: dict[str, str]) -> list[str]:
    read = {key: resolved(attributes[key]) for key in attributes.keys() & _OPENERS}
    if tag == "a" and _opens_part(attributes.get("href", "")):
        read["href"] = resolved(attributes["href"])
    return [*opened_names(tag, read), *described_names(tag, read)]


def read_value(tag: str, name: str, value: str, needs: Needs) -> str | None:
    """Return the part of an attribute's value that may matter to the document, or None if the value does not matter.

    The tag and the name are in lower case. If two values have the same result, they certainly give the same document.
    """
    raw = name in needs.attributes or name in _NAMES or name in _OPENERS
    if raw or (name == "href" and _opens_part(value)):
        return f"={value}"
    read = _value(tag, name, value) if name in _READ else None
    return None if read is None else f"~{read}"


def _opens_part(target: str) -> bool:
    """Return whether the address of a link may be a place in its own page."""
    return target.strip()[:1] in ("#", "&")


def _content(name: str, content: str) -> str:
    """Return the part of an element's content that matters, if the content is not markup. For a script or a style
    sheet, it matters only whether there is any content.
    """
    if name not in ("script", "style"):
        return f"c{content}"
    if "<!--" in content and "<script" in content.lower():
        # Within such a comment, the end tag of a script does not end the script.
        raise OddMarkupError(content[:80])
    return "x" if content.strip() else ""


def _attributes(tag: str, attributes: dict[str, str], needs: Needs) -> list[str]:
    facts = [f"r{name}={attributes[name]}" for name in attributes.keys() & needs.attributes]
    for name in attributes.keys() & _READ:
        read = _value(tag, name, attributes[name])
        if read is not None:
            facts.append(f"a{name}={read}")
    names: set[str] = set()
    for name in _NAMES:
        if name in attributes:
            for word in resolved(attributes[name]).split():
                names |= telling_tokens(word)
    if names:
        facts.append(f"n{sorted(names)}")
    identifier = attributes.get("id", "")
    may_move = tag in ROWS or "hidden" in attributes
    if (tag == "template" and identifier) or (may_move and ("&" in identifier or SEGMENT.match(identifier))):
        facts.append(f"s{identifier}")
    return sorted(facts)


def _value(tag: str, name: str, value: str) -> str | None:
    """Return the part of an attribute's value that is read, or None if the attribute has no effect."""
    if name in _RAW or tag in _RAW_ON.get(name, ()):
        return value
    if tag in _ELSEWHERE.get(name, ()):
        return _held_elsewhere(tag, name, value)
    read = _READERS.get(name)
    return read(tag, value) if read else None


def _style(tag: str, value: str) -> str | None:
    styles = declarations(value)
    return value if "&" in value else repr(sorted(styles.items())) if styles else None


def _target(tag: str, value: str) -> str | None:
    return stable_link_target(value) if tag == "a" else value if tag == "base" else None


def _presence(tag: str, value: str) -> str:
    return "1" if value else "0"


_READERS: dict[str, Callable[[str, str], str | None]] = {
    **dict.fromkeys(_FLAGS, lambda tag, value: ""),
    **dict.fromkeys((*_OPENERS, "aria-modal"), _presence),
    "href": _target,
    "data-cfemail": lambda tag, value: repr(decode_hex(value)),
    "srcdoc": lambda tag, value: value if tag == "iframe" else None,
    "style": _style,
}
"""Functions that read the value of an attribute. The key is the name of the attribute."""


def _held_elsewhere(tag: str, name: str, value: str) -> str | None:
    """Return the part of an attribute that is read, or None. The element is a frame, an object or a picture.

    An `alt` text is read only if it has at least `FEWEST_WORDS` words. The address of a picture is never read.
    """
    if "&" in value:
        return value
    if name in ("width", "height"):
        return value if value in UNSEEN_SIZES else None
    if name == "alt":
        return value if len(value.split()) >= FEWEST_WORDS else None
    return None if tag == "img" else value.strip().partition("#")[0].partition("?")[0]
