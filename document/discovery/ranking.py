"""Ranks the pages that may be legal documents of a site, and decides which of them is certainly its privacy policy."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from datetime import date

from document.discovery.clues import MOST_MATTERS, OTHER_MATTER, Clue, SiteNames, clue_of_address, foreign
from document.discovery.legal_names import (
    KINDS,
    Kind,
    LegalName,
    further_names,
    further_names_in_address,
    legal_name,
    other_matters,
    plain_words,
)
from document.discovery.page_look import PageLook

TITLE, SHORT_TITLE = 25, 15
"""Points of a page by its heading or title. A page gets the first number if one of the two is exactly the name of a
document. It gets the second number if one of the two is exactly a short word such as "Privacy".
"""
CLAIM = 15
"""Points of a text that names itself, as in "this privacy policy"."""
LONG_TEXT = 10
"""Points of a text with at least `FEW_WORDS` words. A policy or terms with fewer words lose the same number of
points.
"""
FEW_WORDS = 150
ADDRESS = 0.4
"""Share of the points of its address that a page gets in addition to the points of its best clue."""
LEAST = 25
"""Minimum points of a page that is listed."""
SURE = 70
"""Minimum points of a page that may be added without a question."""
MARGIN = 15
"""Minimum difference, in points, between the best policy and the second. If the difference is smaller, a person must
choose.
"""


@dataclass(frozen=True, slots=True)
class LookedPage:
    """A page that was fetched, and the clues that led to it."""

    url: str
    """The address that was requested. The server may have redirected the request to the address in `look`."""
    look: PageLook
    clues: tuple[Clue, ...]
    rendered: bool = False
    """Whether a browser ran the page's scripts."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A page that is probably a legal document."""

    url: str
    kind: Kind
    points: int
    _: KW_ONLY
    title: str
    languages: tuple[str, ...]
    stated: date | None
    """The latest date that the document states about itself; None if it states no date."""
    words: int
    reasons: tuple[str, ...]
    """Phrases that say what speaks for this kind of document."""
    doubts: tuple[str, ...]
    """Phrases that say what speaks against this kind of document."""
    same_text: tuple[str, ...] = ()
    """Further addresses with the same text."""
    rendered: bool = False
    """Whether the text can be read only after a browser ran the page's scripts."""


def rank(pages: Iterable[LookedPage], site: SiteNames) -> tuple[Candidate, ...]:
    """Return the pages that are probably legal documents. Policies come first, and the most probable page of each kind
    comes before the others.

    Pages with the same text are one candidate.
    """
    by_text: dict[str, list[Candidate]] = {}
    for page in pages:
        candidate = _candidate(page, site)
        if candidate is not None and candidate.points >= LEAST and not _is_refused(candidate.kind, page.look):
            by_text.setdefault(page.look.text, []).append(candidate)
    return tuple(sorted((_merged(group) for group in by_text.values()), key=_order))


def _is_refused(kind: Kind, look: PageLook) -> bool:
    """Whether screening refused a page. If the only reason was that the page has hardly any terms of a policy, a page
    of another kind is not refused.
    """
    return bool(look.refused) and (kind == "policy" or look.refused != "other-document")


def certain_policy(candidates: Sequence[Candidate], languages: Collection[str] = ()) -> Candidate | None:
    """Return the candidate that is certainly the site's privacy policy, or None if a person must choose.

    Such a candidate has at least `SURE` points, no doubts, and a lead of `MARGIN` points. If `languages` are given,
    only policies in one of these languages count.
    """
    policies = [
        candidate for candidate in candidates if candidate.kind == "policy" and is_in_language(candidate, languages)
    ]
    if not policies or not is_good_policy(policies[0]):
        return None
    second = policies[1].points if len(policies) > 1 else 0
    return policies[0] if policies[0].points - second >= MARGIN else None


def is_good_policy(candidate: Candidate, languages: Collection[str] = ()) -> bool:
    """Whether a candidate is very probably a privacy policy of the site. If `languages` are given, the policy must be
    in one of these languages.
    """
    is_probable = candidate.kind == "policy" and candidate.points >= SURE and not candidate.doubts
    return is_probable and is_in_language(candidate, languages)


def is_in_language(candidate: Candidate, languages: Collection[str]) -> bool:
    """Whether a candidate is in one of the languages. Without languages, every candidate is."""
    return not languages or bool(set(candidate.languages) & set(languages))


def _order(candidate: Candidate) -> tuple[int, int, int, str]:
    day = candidate.stated.toordinal() if candidate.stated else 0
    return KINDS.index(candidate.kind), -candidate.points, -day, candidate.url


def _merged(group: Sequence[Candidate]) -> Candidate:
    """Return the best of several candidates with the same text. The result names the other addresses."""
    best, *others = sorted(group, key=_order)
    addresses = tuple(dict.fromkeys(other.url for other in others if other.url != best.url))
    return replace(best, same_text=addresses)


def _candidate(page: LookedPage, site: SiteNames) -> Candidate | None:
    look, clues = page.look, _best_clues(page.clues)
    titles = (look.heading, *look.title_parts)
    names = _names(titles, site)
    address = clue_of_address(look.url, "", site)
    points = {kind: _points(kind, clues.get(kind), names.get(kind), look) for kind in KINDS}
    if address is not None:
        points[address.kind] += round(ADDRESS * max(address.points, 0))
    kind = max(KINDS, key=points.__getitem__)
    clue = clues.get(kind)
    if clue is None and kind not in names:
        return None
    matters = other_matters(" ".join(titles), site.words)
    if kind == "policy" and not matters:
        matters = _product(" ".join(titles), page, site)
    old_years = _old_years(titles, [clue, address], site)
    flaws = len(matters) + bool(look.void) + bool(old_years)
    doubts = [*_doubts(kind, [clue, address], look, matters), *_old_edition(old_years), *_foreign(look, site)]
    return Candidate(
        look.url,
        kind,
        points[kind] - OTHER_MATTER * min(flaws, MOST_MATTERS),
        title=look.heading or look.title,
        languages=look.languages,
        stated=look.stated,
        words=look.words,
        reasons=tuple(_reasons(kind, clue, look, named=kind in names)),
        doubts=tuple(dict.fromkeys(doubts)),
        rendered=page.rendered,
    )


def _old_years(titles: Iterable[str], clues: Iterable[Clue | None], site: SiteNames) -> frozenset[int]:
    """Return the earlier years in the name of a document: in its titles, in the best link to it, or in its address."""
    of_titles = (site.old_years(title) for title in titles if legal_name(title, site.words))
    return frozenset().union(*of_titles, *(clue.old_years for clue in clues if clue is not None))


def _old_edition(old_years: Collection[int]) -> Iterator[str]:
    if old_years:
        yield f"its name has the year {', '.join(map(str, sorted(old_years)))}"


def _product(titles: str, page: LookedPage, site: SiteNames) -> tuple[str, ...]:
    """Return the name of the product that a policy is probably about: a word that is in the policy's titles, and also
    in its address or in the best link to it. The words of the site's name do not count.
    """
    around = further_names_in_address(page.look.url, site.words)
    clue = _best_clues(page.clues).get("policy")
    around |= clue.further if clue is not None else frozenset()
    return tuple(sorted(further_names(titles, site.words) & around)[:1])


def _reasons(kind: Kind, clue: Clue | None, look: PageLook, *, named: bool) -> Iterator[str]:
    if clue is not None:
        yield clue.reason
    if named:
        yield f'called "{look.heading or look.title}"'
    if kind in look.claims:
        yield "the text calls itself so"


def _foreign(look: PageLook, site: SiteNames) -> tuple[str, ...]:
    return () if site.holds(look.url) else (foreign(look.url),)


def _doubts(kind: Kind, clues: Iterable[Clue | None], look: PageLook, matters: Sequence[str]) -> Iterator[str]:
    for clue in clues:
        yield from clue.doubts if clue is not None else ()
    if matters:
        yield f"its title mentions {', '.join(matters)}"
    if look.void:
        yield f'the text says "{look.void}"'
    if _is_short(kind, look):
        yield f"only {look.words} words"


def _best_clues(clues: Iterable[Clue]) -> Mapping[Kind, Clue]:
    """Return the best clue for each kind. A prominent clue shows what the site itself calls the page, so it is better
    than a link in a text or an entry in a sitemap. Among other clues, the points decide.
    """
    return {clue.kind: clue for clue in sorted(clues, key=lambda clue: (clue.prominent, clue.points))}


def _names(titles: Iterable[str], site: SiteNames) -> Mapping[Kind, LegalName]:
    """Return the best name of each kind in the heading and the parts of the title."""
    best: dict[Kind, LegalName] = {}
    for title in titles:
        name = legal_name(title, site.words)
        if name is not None and _title_points(name) > _title_points(best.get(name.kind)):
            best[name.kind] = name
    return best


def _points(kind: Kind, clue: Clue | None, name: LegalName | None, look: PageLook) -> int:
    text = -LONG_TEXT if _is_short(kind, look) else LONG_TEXT
    claim = CLAIM if kind in look.claims else 0
    return (clue.points if clue else 0) + round(_title_points(name)) + claim + text


def _title_points(name: LegalName | None) -> float:
    return 0 if name is None else (SHORT_TITLE if name.short else TITLE) * name.share


def _is_short(kind: Kind, look: PageLook) -> bool:
    return kind in ("policy", "terms") and look.words < FEW_WORDS


def name_words(names: Iterable[str], titles: Iterable[str]) -> frozenset[str]:
    """Return the words that name a site's company: the words of its names, and the words of its start page's titles.

    Words of a title that show a different matter are left out, because a title can also be a slogan.
    """
    words = [word for name in names for word in plain_words(name).split()]
    words += [word for title in titles for word in plain_words(title).split() if not other_matters(word)]
    return frozenset(word for word in words if legal_name(word) is None)
