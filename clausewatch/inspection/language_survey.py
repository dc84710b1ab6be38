"""Reports for each language which files exist, and which files are invalid. Also reports which keys are missing,
compared with English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass
from functools import partial
from string import Formatter
from types import MappingProxyType
from typing import Any

import snowballstemmer

from differ.language.countries import Places
from differ.language.lexicon import load_lexicon
from differ.language.sentences import SentenceWords
from document.discovery.legal_names import DiscoveryWords
from document.screening import ScreeningWords
from document.text.counters import CountingWords
from document.text.dates import DateWords
from document.text.languages import LanguageSigns
from document.text.rights_links import LinkWords
from languages import FILES, LanguageError, Naming, languages, languages_with, naming, read_record, read_table
from notifier.texts.phrases import phrases_for

MODEL = "en"
"""The language with complete files. The other languages are compared with it."""
_DEEP = {"lexicon": 2, "reasons": 2, "places": 2, "messages": 4, "desk": 3}
"""Number of levels of nested tables whose keys must be the same in every language, by file. For other files, the number
is 1.
"""
_OWN = ("short", "states")
"""Tables of the file `places` with different keys in each language. So these tables are not searched for missing keys.
"""
_PATTERNS = {"screening": (), "dates": (), "links": ("rights",)}
"""Files with regular expressions, each with the keys whose values are plain words and not regular expressions."""
_NEEDED = {"screening": "policy", "counters": "ago"}
"""Files with a required key, each with this key. Its value must not be empty."""
_PLACEHOLDER = re.compile(r"(?<!\\)\{[a-z]\w*\}")
"""Matches a placeholder in a pattern. All known placeholders are replaced first. So a match is an unknown placeholder,
which is a mistake.
"""


@dataclass(frozen=True, slots=True)
class LanguageReport:
    """Says which files and keys of a language exist, and which are missing."""

    code: str
    naming: Naming
    files: tuple[str, ...]
    """The existing files, in the order of `FILES`."""
    _: KW_ONLY
    short: bool
    """Whether the language's word list is marked as short."""
    lacks: Mapping[str, tuple[str, ...]]
    """Keys that English has and this language does not, by file. Files that do not exist are not listed."""
    problems: tuple[str, ...]
    """The problems of the files. Each is a sentence with the name of the file."""

    @property
    def missing(self) -> tuple[str, ...]:
        """The missing files."""
        return tuple(file for file in FILES if file not in self.files)


def survey() -> tuple[LanguageReport, ...]:
    """Return a report on each language, sorted by code."""
    return tuple(map(language_report, languages()))


def language_report(language: str) -> LanguageReport:
    """Return the report on one language."""
    problems = tuple(_problems(language))
    if problems:
        return LanguageReport(language, Naming(language), (), short=False, lacks={}, problems=problems)
    files = tuple(file for file in FILES if language in languages_with(file))
    lexicon = load_lexicon(language)
    return LanguageReport(
        language,
        naming(language),
        files,
        short=lexicon is not None and lexicon.short,
        lacks=MappingProxyType({file: keys for file in files if (keys := tuple(_lacking(language, file)))}),
        problems=(),
    )


def _lacking(language: str, file: str) -> Iterator[str]:
    model, table = read_table(MODEL, file), read_table(language, file)
    if model is not None and table is not None:
        own = _OWN if file == "places" else ()
        yield from _missing({key: value for key, value in model.items() if key not in own}, table, _DEEP.get(file, 1))


def _missing(model: Mapping[str, Any], table: Mapping[str, Any], levels: int) -> Iterator[str]:
    """Yield the keys of a model that a table does not have.

    The keys of inner tables are compared too, down to `levels` levels. They are written with dots, such as
    "outer.inner".
    """
    for key, value in model.items():
        if key not in table:
            yield key
        elif levels > 1 and isinstance(value, Mapping):
            yield from (f"{key}.{below}" for below in _missing(value, table[key], levels - 1))


def _problems(language: str) -> Iterator[str]:
    readers: dict[str, Callable[[str], object]] = {
        "language": _read_naming,
        "detection": partial(read_record, file="detection", record=LanguageSigns),
        "screening": partial(read_record, file="screening", record=ScreeningWords),
        "links": partial(read_record, file="links", record=LinkWords),
        "discovery": partial(read_record, file="discovery", record=DiscoveryWords),
        "dates": partial(read_record, file="dates", record=DateWords),
        "counters": partial(read_record, file="counters", record=CountingWords),
        "sentences": partial(read_record, file="sentences", record=SentenceWords),
        "lexicon": _read_lexicon,
        "places": partial(read_record, file="places", record=Places),
        "reasons": _read_reasons,
        "messages": _read_messages,
        "desk": _read_desk,
    }
    for file, read in readers.items():
        if language not in languages_with(file):
            continue
        try:
            read(language)
        except LanguageError as error:
            yield str(error)
        else:
            yield from _unreadable_patterns(language, file)


def _read_naming(language: str) -> None:
    algorithm = naming(language).stemmer
    if algorithm and algorithm not in snowballstemmer.algorithms():
        known = ", ".join(snowballstemmer.algorithms())
        raise LanguageError(f"{language}/language.toml: there is no stemmer {algorithm!r}; there are: {known}")


def _read_lexicon(language: str) -> None:
    load_lexicon(language)
    model, table = read_table(MODEL, "lexicon") or {}, read_table(language, "lexicon") or {}
    for part in ("concepts", "headings"):
        for key in table[part].keys() - model[part].keys():
            raise LanguageError(f"{language}/lexicon.toml: {part} has the unknown key {key!r}: take a key of {MODEL}")


def _read_reasons(language: str) -> None:
    for rule, said in (read_table(language, "reasons") or {}).items():
        texts = said.values() if isinstance(said, Mapping) else [said]
        for text in texts:
            try:
                text.format(gone="", new="", before="", after="", things="", count="")
            except (AttributeError, KeyError, IndexError, ValueError) as error:
                place = f"{language}/reasons.toml: {rule}"
                raise LanguageError(f"{place}: {text!r} cannot be filled in: {error}") from error


def _read_messages(language: str) -> None:
    try:
        phrases_for(language)
    except KeyError as error:
        raise LanguageError(f"{language}/messages.toml: {error} is missing") from error
    _check_placeholders(language, "messages", "")


def _read_desk(language: str) -> None:
    _check_placeholders(language, "desk", "desk")


def _check_placeholders(language: str, file: str, further: str) -> None:
    """Raise LanguageError if a phrase of a file has a {word} that the English phrase does not have. `further` is the
    argument of `phrases_for`. A message with such a phrase could not be written.
    """
    model, above = phrases_for(MODEL, further=further).texts, f"{further}." if further else ""
    for key, text in phrases_for(language, further=further).texts.items():
        if key not in model or not key.startswith(above):
            continue
        place = f"{language}/{file}.toml: {key.removeprefix(above)}"
        try:
            unknown = sorted(_placeholders(text) - _placeholders(model[key]))
        except ValueError as error:
            raise LanguageError(f"{place}: {text!r} cannot be filled in: {error}") from error
        if unknown:
            raise LanguageError(f"{place}: {text!r} has the unknown word {{{unknown[0]}}}: take the words of {MODEL}")


def _placeholders(text: str) -> set[str]:
    """Return the words in braces. Raises ValueError if a brace is missing."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _unreadable_patterns(language: str, file: str) -> Iterator[str]:
    place = f"{language}/{file}.toml"
    for key, written, pattern in _patterns(language, file):
        try:
            matches_nothing = re.compile(pattern).fullmatch("") is not None
        except re.error as error:
            yield f"{place}: {key}: {written!r} is not a regular expression: {error}"
            continue
        if matches_nothing:
            yield f"{place}: {key}: it would match an empty text: write words, or leave the file out"
        if unknown := _PLACEHOLDER.search(pattern):
            yield f"{place}: {key}: {unknown[0]} is not a known placeholder; the comment at the top lists them"
    needed = _NEEDED.get(file)
    if needed and not (read_table(language, file) or {}).get(needed):
        yield f"{place}: {needed} is empty: write at least one, or leave the file out"


def _patterns(language: str, file: str) -> Iterator[tuple[str, str, str]]:
    """Yield a triple for each regular expression of a file: its key, its text in the file, and the pattern that is
    used.
    """
    if file == "counters":
        counting = read_record(language, file, CountingWords)
        yield from counting.patterns() if counting else ()
    elif file in _PATTERNS:
        for key, phrases in (read_table(language, file) or {}).items():
            yield from () if key in _PATTERNS[file] else ((key, phrase, phrase) for phrase in phrases)
