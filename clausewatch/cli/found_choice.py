"""Asks which of several pages that were found is added, or prints the commands that add them."""

from __future__ import annotations

import itertools
import shlex
import sys
from collections.abc import Collection, Iterator, Sequence
from functools import partial

import click

from clausewatch.cli.found_pages import KIND_NAMES
from clausewatch.editing.entries import Entry, normalised
from clausewatch.output.terminal import printable, wrapped
from crawler.discovery.model import SearchResult
from document.discovery.clues import host_of
from document.discovery.ranking import MARGIN, SURE, Candidate, is_in_language


def chosen_pages(result: SearchResult, taken: Collection[str], config: Sequence[str]) -> tuple[Candidate, ...]:
    """Return the pages to add: the certain policy, or the pages that a person chooses.

    Without a terminal, print the commands that add the best pages, and return nothing. `taken` are names that policies
    have already. `config` are the words of the option that names the configuration file.
    """
    if result.certain is not None:
        return (result.certain,)
    if not result.candidates:
        return ()
    click.echo()
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        click.echo("\n".join(_advice(result, taken, config)))
        return ()
    for line in wrapped(f"It is not certain which page to add for {result.request.domain}. {why_uncertain(result)}"):
        click.echo(line)
    read_numbers = partial(_page_numbers, highest=len(result.candidates))
    numbers = click.prompt('Number of the page to add; "1 2" adds two pages, 0 adds nothing', value_proc=read_numbers)
    return tuple(result.candidates[number - 1] for number in numbers)


def why_uncertain(result: SearchResult) -> str:
    """Return a sentence that says why no page is certainly the policy of a site, by the numbers in the list."""
    policies = _policies(result)
    if not policies:
        languages = " or ".join(result.request.languages)
        return f"No privacy policy {f'in the language {languages} ' if languages else ''}was found."
    best = policies[0]
    number = result.candidates.index(best) + 1
    if best.doubts:
        return f"Against page {number}: {'; '.join(best.doubts)}."
    if best.points < SURE:
        return f"Page {number} has {best.points} points, and a certain page has at least {SURE}."
    rivals = [policy for policy in policies[1:] if best.points - policy.points < MARGIN]
    numbers = " and ".join(str(result.candidates.index(policy) + 1) for policy in (best, *rivals))
    if all(not set(policy.languages) & set(best.languages) for policy in rivals):
        return (
            f"Pages {numbers} are the policy in different languages. To choose a language, give --language, such as "
            f"--language {next(iter(best.languages), 'en')}. To watch each edition, add each page."
        )
    return f"Pages {numbers} are almost equally probable: fewer than {MARGIN} points lie between them."


def _entry(candidate: Candidate, name: str) -> Entry:
    """Return the entry to write into the configuration file for a candidate."""
    keys: Entry = {"url": candidate.url, "languages": list(candidate.languages), "render": candidate.rendered}
    return {"name": name, **normalised(keys)}


def entries_for(
    result: SearchResult, candidates: Sequence[Candidate], name: str, taken: Collection[str]
) -> list[Entry]:
    """Return an entry for each candidate of a site. Each entry gets a name that no policy has yet: the given name, or
    the name of the site.
    """
    entries: list[Entry] = []
    for candidate, wanted in zip(candidates, _names(result, candidates, name), strict=True):
        names = {*taken, *(str(entry["name"]) for entry in entries)}
        entries.append(_entry(candidate, _unused(wanted, candidate, names)))
    return entries


def _names(result: SearchResult, candidates: Sequence[Candidate], name: str) -> list[str]:
    """Return a name for each candidate. Policies in different languages get their languages in the name."""
    names = [name or _name(result, candidate) for candidate in candidates]
    if len({candidate.languages for candidate in candidates if candidate.kind == "policy"}) < 2:
        return names
    languages = [", ".join(candidate.languages) or "language unknown" for candidate in candidates]
    return [f"{name} ({language})" for name, language in zip(names, languages, strict=True)]


def _policies(result: SearchResult) -> list[Candidate]:
    """Return the policies of a site in the wanted languages, the best one first."""
    return [
        candidate
        for candidate in result.candidates
        if candidate.kind == "policy" and is_in_language(candidate, result.request.languages)
    ]


def _advice(result: SearchResult, taken: Collection[str], config: Sequence[str]) -> Iterator[str]:
    yield from wrapped(f"Nothing was added for {result.request.domain}. {why_uncertain(result)}")
    policies = _policies(result) or result.candidates[:1]
    near = [candidate for candidate in policies if policies[0].points - candidate.points < MARGIN]
    for candidate, name in zip(near, _names(result, near, ""), strict=True):
        options = [word for code in candidate.languages for word in ("--language", code)]
        words = ["clausewatch", *config, "policy", "add", _unused(name, candidate, taken), candidate.url, *options]
        number = result.candidates.index(candidate) + 1
        yield f"To add page {number}: {printable(shlex.join([*words, '--render'] if candidate.rendered else words))}"


def _page_numbers(typed: str, highest: int) -> tuple[int, ...]:
    """Return the numbers of pages that a person typed, without repeats; nothing for 0. Raises UsageError if one of them
    is not the number of a page.
    """
    words = typed.replace(",", " ").split()
    if not words or not all(word.isdecimal() and int(word) <= highest for word in words):
        raise click.UsageError(f"write numbers from 0 to {highest}")
    return tuple(dict.fromkeys(number for number in map(int, words) if number))


def _unused(name: str, candidate: Candidate, taken: Collection[str]) -> str:
    """Return a name that no policy has yet. If the name of the site is taken, the host of the page is added, and then a
    number.
    """
    host = host_of(candidate.url)
    numbered = (f"{name} ({host}, {number})" for number in itertools.count(2))
    return next(option for option in itertools.chain((name, f"{name} ({host})"), numbered) if option not in taken)


def _name(result: SearchResult, candidate: Candidate) -> str:
    """Return a name for a new entry: the site's name. If the document is not a privacy policy, its kind is added."""
    site = "".join(character for character in result.site_name if character.isprintable()) or host_of(candidate.url)
    return site if candidate.kind == "policy" else f"{site}, {KIND_NAMES[candidate.kind]}"
