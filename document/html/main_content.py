"""Finds the policy within a page by the shape of the elements, if no selector is configured."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import islice, takewhile

from bs4 import BeautifulSoup, PageElement, Tag

from document.html.boilerplate import has_name_of_boilerplate, is_called_boilerplate, leads_to_right
from document.html.controls import is_request_form
from document.html.inline import BLOCKS
from document.html.measures import HEADINGS, Size, Sizes
from document.html.soup import is_text
from document.html.tables import is_data_table
from document.text.dates import stated_dates
from document.text.normalise import normalise

_MOST = 0.75
"""Minimum share of its parent's prose that the main element contains."""
_LONG = 200
"""Minimum length, in characters of prose, of an element beside the main element that belongs to the text because of its
length.
"""
_SOME = 80
"""Minimum length, in characters of prose, of an element without a heading that can begin or end the text."""
_ROWS = 5
"""Minimum number of successive one-line elements with the same tag that count as lines of a text, like paragraphs."""
_CHAIN = 6
"""Maximum number of elements that may be nested around a line or a table."""
_NEAR = 64
"""Maximum number of ancestors of an element that are examined."""
_WORDS_A_LINK = 5
"""Minimum number of characters outside links for each link of a line. A line with fewer characters is a menu, because
only punctuation marks such as "|" are between its links.
"""
_DATED = 400
"""Maximum length, in characters, of an element that is searched for a date."""
_UNDIVIDED = HEADINGS | {"p", "ul", "ol", "dl", "li", "blockquote", "pre", "details", "a", "span"}
"""Elements that are judged as a whole, and not part by part."""
_LISTS = frozenset({"ul", "ol", "dl"})
_LOOSE = HEADINGS | {"p", "blockquote", "font", "b", "strong"}
"""Elements beside the main element that can contain a single line of the text."""
_OWNER = re.compile(r"©|\(c\)\s*\d{4}|&copy;", re.IGNORECASE)

Left = tuple[str, Tag]


class PolicyPart:
    """Finds the elements that contain a page's text, and removes the elements around the text.

    A unit is a child of the element that is examined: an element or a piece of text.
    """

    def __init__(self, sizes: Sizes, is_out_of_sight: Callable[[Tag], bool]) -> None:
        """`is_out_of_sight` returns True if an element is hidden, and nothing on the page shows the element."""
        self._sizes = sizes
        self._is_out_of_sight = is_out_of_sight
        self._rows: frozenset[str] = frozenset()
        """Tags of children that are lines of a text, like paragraphs. They apply to the element that is being
        examined.
        """
        self.around: list[Left] = []
        """Elements that were removed from the tree, each with the reason."""

    def take_out_what_is_around(self, soup: BeautifulSoup) -> Tag:
        """Remove the elements before and after the text, beginning with the outermost. Return the root of
        what is left.
        """
        root = soup.body if isinstance(soup.body, Tag) else soup
        edges = [(root, True, True)]
        while edges:
            element, leading, trailing = edges.pop()
            units = [child for child in element.children if self._says_something(child)]
            self._rows = self._names_of_rows(units)
            kept = self._kept(element, units, leading, trailing) if len(units) > 1 else units
            if not kept:
                continue
            first, last = kept[0], kept[-1]
            if first is last:
                edges.extend(self._edge(first, leading, trailing))
            else:
                edges.extend(self._edge(first, leading, False))
                edges.extend(self._edge(last, False, trailing))
        return root

    def _names_of_rows(self, units: Sequence[PageElement]) -> frozenset[str]:
        tags = [unit for unit in units if isinstance(unit, Tag)] if len(units) >= _ROWS else []
        names = Counter(unit.name for unit in tags if self._is_plain(unit) and self._is_one_line(unit))
        return frozenset(name for name, number in names.items() if number >= _ROWS)

    def _is_one_line(self, unit: Tag) -> bool:
        """Return whether all text of an element is in one block."""
        for _ in range(_CHAIN):
            inner = [child for child in unit.children if self._says_something(child)]
            if len(inner) != 1 or not isinstance(inner[0], Tag):
                return not any(isinstance(child, Tag) and child.name in BLOCKS for child in inner)
            unit = inner[0]
        return False

    def _is_table(self, unit: Tag) -> bool:
        """Return whether an element contains nothing but a table. The table must hold data or be short."""
        for _ in range(_CHAIN):
            if unit.name == "table":
                return is_data_table(unit, self._sizes) or self._sizes[unit].text < _LONG
            inner = [child for child in unit.children if self._says_something(child)]
            if len(inner) != 1 or not isinstance(inner[0], Tag):
                return False
            unit = inner[0]
        return False

    def _is_row(self, unit: Tag) -> bool:
        return unit.name in self._rows and self._is_plain(unit) and self._is_one_line(unit)

    def _edge(self, unit: PageElement, leading: bool, trailing: bool) -> list[tuple[Tag, bool, bool]]:
        """Return a list with the unit if the unit's beginning or end must be examined too. Return an empty list if the
        unit is kept as a whole.
        """
        if not isinstance(unit, Tag) or not self._is_divided(unit) or not (leading or trailing):
            return []
        return [] if self._is_plain(unit) else [(unit, leading, trailing)]

    def _is_divided(self, unit: Tag) -> bool:
        """Return whether the parts of an element are judged one by one."""
        return unit.name not in _UNDIVIDED and not (unit.name == "table" and is_data_table(unit, self._sizes))

    def _is_plain(self, unit: Tag) -> bool:
        """Return whether an element has no controls, no links to other pages, and no copyright notice."""
        size = self._sizes[unit]
        return not (size.acts or size.away or _names_owner(unit, size))

    def _says_something(self, node: PageElement) -> bool:
        return is_text(node) or (isinstance(node, Tag) and self._sizes[node].text > 0)

    def _kept(self, element: Tag, units: Sequence[PageElement], leading: bool, trailing: bool) -> list[PageElement]:
        """Remove the units that are before or after the text; return the other units."""
        main = self._dominant(element, units)
        before, after = self._ends_around(element, units) if main is None else self._beside(units, main)
        out = [*(before if leading else ()), *(after if trailing else ())]
        for unit in out:
            if isinstance(unit, Tag):
                self.around.append((self._why(unit), unit))
                unit.extract()
        gone = {id(unit) for unit in out if isinstance(unit, Tag)}
        kept = [unit for unit in units if id(unit) not in gone]
        if main is not None and leading:
            self._take_out_links(takewhile(lambda unit: unit is not main, kept))
        return kept

    def _ends_around(self, element: Tag, units: Sequence[PageElement]) -> tuple[Sequence[PageElement], ...]:
        """Return the units before the first unit of the text, and the units after the last unit of the text."""
        first, last = self._ends(units, within=_is_within_text(element))
        return units[:first], units[last + 1 :]

    def _beside(self, units: Sequence[PageElement], main: Tag) -> tuple[Sequence[PageElement], ...]:
        """Return the units that do not belong to the text: the units before the main element, and the units
        after it.
        """
        place = next(number for number, unit in enumerate(units) if unit is main)
        before = [unit for unit in units[:place] if not self._belongs(unit, main, before=True)]
        after = [unit for unit in units[place + 1 :] if not self._belongs(unit, main, before=False)]
        return before, after

    def _take_out_links(self, heads: Iterable[PageElement]) -> None:
        """Remove elements before the text that consist only of links. Elements with a heading or with a link about a
        right are kept.
        """
        inner = [head for head in heads if isinstance(head, Tag) and self._is_divided(head)]
        while inner:
            for child in [child for child in inner.pop().children if isinstance(child, Tag)]:
                size = self._sizes[child]
                if size.away and size.linked == size.text and not (size.headings or leads_to_right(child)):
                    self.around.append((self._why(child), child))
                    child.extract()
                elif size.away and self._is_divided(child):
                    inner.append(child)

    def _dominant(self, element: Tag, units: Sequence[PageElement]) -> Tag | None:
        """Return the unit that contains most of an element's prose, or None. A unit is returned only if its parts are
        judged one by one.
        """
        tags = [unit for unit in units if isinstance(unit, Tag)]
        largest = max(tags, key=lambda unit: self._sizes[unit].prose, default=None)
        if largest is None or not self._is_divided(largest):
            return None
        return largest if self._sizes[largest].prose >= _MOST * max(1, self._sizes[element].prose) else None

    def _belongs(self, unit: PageElement, main: Tag, before: bool) -> bool:
        """Return whether a unit beside the main element belongs to the text."""
        if not isinstance(unit, Tag):
            return True
        if self._is_out_of_sight(unit):
            return False
        if self._is_dated(unit) or (self._is_line(unit) and self._is_loose(unit, main)):
            return True
        if before and self._sizes[unit].titles:
            return True
        if self._is_plain(unit) and self._is_headed(unit):
            return True
        if self._is_named(unit, 2 * _LONG) or (before and self._sizes[main].titles and is_called_boilerplate(unit)):
            return False
        return self._is_section(unit, main) or (before and self._is_head(unit))

    def _is_loose(self, unit: Tag, main: Tag) -> bool:
        """Return whether a unit is a line, a list or a table that may be outside the main element and still belong to
        the text.
        """
        if unit.name in _LISTS or self._is_table(unit):
            return self._is_plain(unit) and not is_called_boilerplate(unit)
        return unit.name in _LOOSE or (unit.name == main.name and self._is_sentence(unit))

    def _is_sentence(self, unit: Tag) -> bool:
        """Return whether an element is one line with a sentence, and has no controls and no links to other pages."""
        return self._sizes[unit].stops > 0 and self._is_plain(unit) and self._is_one_line(unit)

    def _is_headed(self, unit: Tag) -> bool:
        """Return whether an element has a heading and sentences."""
        return self._sizes[unit].headings > 0 and self._sizes[unit].reads_like_prose

    def _is_headed_alike(self, unit: Tag, main: Tag) -> bool:
        """Return whether an element has sentences and a heading, and the main element has headings of the
        same level.
        """
        heading = unit.find(list(HEADINGS)) if self._is_headed(unit) else None
        return isinstance(heading, Tag) and main.find(heading.name) is not None

    def _is_section(self, unit: Tag, main: Tag) -> bool:
        """Return whether an element beside the main element is a section of the text.

        A section has long prose, or headings of the same level as the main element, or the same structure.
        """
        size = self._sizes[unit]
        if size.is_widget or _names_owner(unit, size):
            return False
        if (size.reads_like_prose and size.prose >= 2 * _LONG) or self._is_headed_alike(unit, main):
            return True
        return not size.away and ((size.reads_like_prose and size.prose >= _LONG) or _alike(unit, main))

    def _is_head(self, unit: Tag) -> bool:
        """Return whether an element before the text has a heading, is not a widget, and has no links to other pages."""
        size = self._sizes[unit]
        return size.headings > 0 and not (size.away or size.is_widget)

    def _ends(self, units: Sequence[PageElement], within: bool) -> tuple[int, int]:
        """Return the indexes of the first and the last unit that belong to the text.

        Within `main` or `article`, the last unit may also be a sentence with one link or control.
        """
        first = self._first(units)
        if first is None:
            return 0, len(units) - 1
        last = next(number for number in range(len(units) - 1, -1, -1) if self._may_end(units[number], within))
        while first > 0 and self._goes_with(units[first - 1], units[first]):
            first -= 1
        while last + 1 < len(units) and self._goes_with(units[last + 1], units[last]):
            last += 1
        return first, last

    def _goes_with(self, unit: PageElement, part: PageElement) -> bool:
        """Return whether a unit beside a part of the text belongs to the text too, because the unit is a line or has
        the same structure as that part.
        """
        if self._is_line(unit):
            return True
        return (
            isinstance(unit, Tag) and isinstance(part, Tag) and _alike(unit, part) and not self._is_out_of_sight(unit)
        )

    def _first(self, units: Sequence[PageElement]) -> int | None:
        """Return the index of the first unit of the text, or None if no unit belongs to the text. Usually, the first
        unit is the unit with the title. If a longer text comes before the title, the unit with this longer text is the
        first.
        """
        titles = (number for number, unit in enumerate(units) if self._has_title(unit) and self._is_part(unit))
        titled = next(titles, None)
        early = (
            number
            for number, unit in enumerate(units[:titled])
            if (titled is None or not self._is_aside(unit)) and self._is_part(unit)
        )
        return next(early, titled)

    def _has_title(self, unit: PageElement) -> bool:
        return isinstance(unit, Tag) and self._sizes[unit].titles > 0

    def _may_end(self, unit: PageElement, within: bool) -> bool:
        """Return whether a unit may be the last unit of the text. A short sentence is enough."""
        if self._is_part(unit):
            return True
        if not isinstance(unit, Tag) or self._is_out_of_sight(unit) or self._is_named(unit, _LONG):
            return False
        size = self._sizes[unit]
        if _names_owner(unit, size) or not size.stops:
            return False
        return self._is_plain(unit) or (within and size.acts + size.links <= 1)

    def _is_part(self, unit: PageElement) -> bool:
        """Return whether a unit certainly belongs to the text."""
        if not isinstance(unit, Tag):
            return len(str(unit)) >= _SOME
        size = self._sizes[unit]
        if self._is_out_of_sight(unit) or _names_owner(unit, size):
            return False
        if size.is_widget and not size.titles:
            return size.stops > 0 and is_request_form(unit) and not has_name_of_boilerplate(unit)
        if size.titles or self._is_dated(unit):
            return True
        if self._is_plain(unit) and self._is_headed(unit):
            return True
        if self._is_named(unit, _LONG):
            return False
        if size.headings and not size.away:
            return True
        return size.reads_like_prose and size.prose >= _SOME

    def _is_named(self, unit: Tag, longest: int) -> bool:
        """Return whether an element is short, and its tag, role, class or id marks it as boilerplate. A line of the
        text does not count.
        """
        return self._sizes[unit].prose < longest and is_called_boilerplate(unit) and not self._is_row(unit)

    def _is_aside(self, unit: PageElement) -> bool:
        """Return whether a unit before the title is not part of the text. This is so if the unit is short, or is marked
        as boilerplate.
        """
        return isinstance(unit, Tag) and (self._sizes[unit].prose < _LONG or self._is_named(unit, 4 * _LONG))

    def _is_line(self, unit: PageElement) -> bool:
        """Return whether a unit beside the text is a line of the text. A line has no controls, and does not consist of
        links.
        """
        if not isinstance(unit, Tag):
            return True
        size = self._sizes[unit]
        linked = size.away > 0 and size.prose < _WORDS_A_LINK * size.links
        linked = linked and (size.links > 1 or unit.name not in _UNDIVIDED)
        plain = not (size.acts or linked or self._is_out_of_sight(unit) or _names_owner(unit, size))
        if unit.name in _UNDIVIDED or self._is_row(unit) or self._is_table(unit):
            return plain
        return plain and not is_called_boilerplate(unit) and (self._is_sentence(unit) or not unit.find(list(BLOCKS)))

    def _is_dated(self, unit: Tag) -> bool:
        """Return whether an element is short and states a date of the policy. Such elements are often at the beginning
        or the end of a text.
        """
        if self._sizes[unit].text > _DATED:
            return False
        lines = [normalise(line) for line in unit.stripped_strings]
        return bool(stated_dates(lines) or stated_dates([" ".join(lines)]))

    def _why(self, unit: Tag) -> str:
        size = self._sizes[unit]
        if self._is_out_of_sight(unit):
            return "hidden"
        if size.is_widget:
            return "fields and buttons beside the text"
        return "links beside the text" if size.mostly_links else "beside the text"


def _is_within_text(element: Tag) -> bool:
    """Return whether an element is a `main` or `article` element, or is within such an element."""
    return any(around.name in ("main", "article") for around in (element, *islice(element.parents, _NEAR)))


def _alike(unit: Tag, main: Tag) -> bool:
    """Return whether two elements have the same tag, and children with the same tags. This is typical for the parts of
    one text.
    """
    return unit.name == main.name and len(_parts(unit)) > 1 and _parts(unit) == _parts(main)


def _parts(element: Tag) -> list[str]:
    return [child.name for child in element.children if isinstance(child, Tag)]


def _names_owner(unit: Tag, size: Size) -> bool:
    """Return whether an element is short and names an owner of copyright ("© Example Ltd"), like the foot of a page."""
    return size.text <= 2 * _DATED and _OWNER.search(unit.get_text(" ")) is not None
