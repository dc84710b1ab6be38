"""Weighs the links and addresses that may lead to a legal document, before the document is fetched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, replace
from urllib.parse import urlsplit

from document.discovery.legal_names import (
    Kind,
    address_words,
    folder_words,
    further_names,
    is_hub,
    legal_name,
    name_in_address,
    other_matters,
    years,
    years_in_address,
)
from document.discovery.page_links import PageLink
from languages import language_name

FULL_NAME, SHORT_NAME = 30, 22
"""Points of a link by its whole text. The first number is for the full name of a document. The second number is for a
short word such as "Privacy".
"""
DECLARED = 45
"""Points of an address that a site declares by a link relation or a file in `/.well-known/`."""
LISTED = 20
"""Points of an address in a sitemap. The last folder of the address must be the name of a document."""
PLACES = {"footer": 12, "navigation": 6, "body": 0, "head": 0}
"""Additional points for the place of a link."""
IN_HUB = 10
"""Additional points of a link if it is in the text of a page like "Legal", which lists legal documents."""
OTHER_MATTER = 25
"""Points that an address loses for each word that shows a different matter, such as "careers". At most `MOST_MATTERS`
words count.
"""
OTHER_FOLDER = 15
"""Points that an address loses for each such word in its folders."""
MOST_MATTERS = 2
OTHER_SITE = 20
"""Points that a link loses if it leads to a different site."""
HUB, HUB_IN_FOOTER, EDITION = 14, 20, 16
"""Points of pages that are fetched only for their links. The first number is for a page like "Legal", the second for
such a page that is linked in the footer, and the third for the start page in a different language.
"""
OTHER_LANGUAGE = 5
"""Points that a clue loses if it belongs to the edition of a document in another language."""
LEAST = 8
"""Minimum points of an address that is fetched."""


@dataclass(frozen=True, slots=True)
class Clue:
    """A reason why an address may be a legal document."""

    kind: Kind
    points: int
    reason: str
    """A phrase for a person, such as "linked in the footer as 'Privacy policy'"."""
    doubts: tuple[str, ...] = ()
    """Phrases that say what speaks against the address."""
    _: KW_ONLY
    prominent: bool = False
    """Whether the page is named in a menu, a footer, a list of legal documents, or a declaration of the site."""
    further: frozenset[str] = frozenset()
    """Words of the link that may name a product."""
    old_years: frozenset[int] = frozenset()
    """Earlier years in the link or the address, as in "Privacy policy 2019"."""


@dataclass(frozen=True, slots=True)
class SiteNames:
    """The hosts of a site, and the words of its name."""

    hosts: tuple[str, ...]
    """Hosts and ports of the site, without "www."."""
    words: frozenset[str] = frozenset()
    """Words that do not count in the name of a document, because they name the company."""
    year: int = 0
    """The year of the search. If the name of a document has an earlier year, the document may be an old edition."""

    def holds(self, url: str) -> bool:
        """Whether an address belongs to one of the site's hosts or to a subdomain."""
        host = host_of(url)
        return any(host == own or host.endswith(f".{own}") for own in self.hosts)

    def old_years(self, text: str) -> frozenset[int]:
        """Return the years before the search that a text names. Years in the name of the company do not count."""
        return frozenset(year for year in years(text) if self._is_old(year))

    def old_years_in_address(self, url: str) -> frozenset[int]:
        """Return the years before the search that an address names."""
        return frozenset(year for year in years_in_address(url) if self._is_old(year))

    def _is_old(self, year: int) -> bool:
        return year < self.year and str(year) not in self.words


def host_of(url: str) -> str:
    """Return the host and port of an address, without "www."."""
    return urlsplit(url).netloc.lower().removeprefix("www.")


def clue_of_link(link: PageLink, site: SiteNames, *, in_hub: bool = False) -> Clue | None:
    """Return the clue that a link gives, or None if the link names no legal document. `in_hub` says whether the link is
    on a page like "Legal", which lists legal documents.
    """
    if link.declared:
        return declared_clue(link.declared, link.target, "a link relation", site)
    name = legal_name(link.text, site.words)
    if name is None:
        return None if link.text else clue_of_address(link.target, "in a link without words", site)
    in_text = link.place == "body"
    points = (SHORT_NAME if name.short else FULL_NAME) * name.share
    points += IN_HUB if in_text and in_hub else PLACES[link.place]
    matters = other_matters(link.text, site.words)
    points -= OTHER_MATTER * min(len(matters), MOST_MATTERS)
    where = f"in the {link.place}" if not in_text else "among legal documents" if in_hub else "in a text"
    prominent = in_hub or not in_text
    doubts = _doubts(matters) if prominent else (*_doubts(matters), "linked only in a text")
    reason = f'linked {where} as "{link.text}"'
    clue = Clue(
        name.kind,
        round(points),
        reason,
        doubts,
        prominent=prominent,
        further=further_names(link.text, site.words),
        old_years=site.old_years(link.text),
    )
    return _off_site(clue, link.target, site)


def clue_of_address(url: str, source: str, site: SiteNames) -> Clue | None:
    """Return the clue that the words of an address give, or None. `source` says where the address was found."""
    name = name_in_address(url, site.words)
    if name is None:
        return None
    matters = other_matters(f"{folder_words(url)} {address_words(url)}", site.words)
    points = LISTED * name.share * (SHORT_NAME / FULL_NAME if name.short else 1)
    points -= OTHER_FOLDER * min(len(matters), MOST_MATTERS)
    clue = Clue(name.kind, round(points), source, _doubts(matters), old_years=site.old_years_in_address(url))
    return _off_site(clue, url, site)


def declared_clue(kind: Kind, url: str, source: str, site: SiteNames) -> Clue:
    """Return the clue of an address that the site declares as a document of a kind."""
    return _off_site(Clue(kind, DECLARED, f"declared in {source}", prominent=True), url, site)


def hub_points(link: PageLink, site: SiteNames) -> int:
    """Return the points of a link to a page that may lead to legal documents; 0 if the link does not name one."""
    if not site.holds(link.target) or not is_hub(link.text, site.words):
        return 0
    return HUB_IN_FOOTER if link.place == "footer" else HUB


def _off_site(clue: Clue, url: str, site: SiteNames) -> Clue:
    """Return the clue with fewer points if its address belongs to a different site."""
    if site.holds(url):
        return clue
    doubts = (*clue.doubts, foreign(url))
    return replace(clue, points=clue.points - OTHER_SITE, doubts=doubts)


def foreign(url: str) -> str:
    """Return the phrase for the doubt that an address belongs to a different site."""
    return f"on a different site, {host_of(url)}"


def _doubts(matters: tuple[str, ...]) -> tuple[str, ...]:
    return (f"it mentions {', '.join(matters)}",) if matters else ()


def edition_clues(clues: Iterable[Clue], language: str) -> list[Clue]:
    """Return the clues of a document's edition in another language. These clues have fewer points than the clues of the
    document itself.
    """
    name = language_name(language)
    return [
        replace(clue, points=clue.points - OTHER_LANGUAGE, reason=f"the edition in {name} of a page {clue.reason}")
        for clue in clues
    ]
