"""Reads the files of languages.

Each language has a folder, and the program finds all folders by itself. The name of a folder is the code of its
language (ISO 639). A folder contains TOML files; each of these files may be missing. The environment variable
CLAUSEWATCH_LANGUAGES can name a second folder of languages. Files in this second folder replace the bundled files.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

ADDED = "CLAUSEWATCH_LANGUAGES"
"""The environment variable with the path of a second folder of languages."""

FILES: Mapping[str, str] = MappingProxyType(
    {
        "language": "its names and its stemmer, so that a search finds all forms of a word",
        "detection": "common words that show the language of a text",
        "screening": "words of policies, and of pages that are not a policy",
        "links": "words of links to rights and opt-outs, and of hidden e-mail addresses",
        "discovery": "names of legal documents in links and headings, so that `find` finds them",
        "dates": "months, and phrases that announce a date",
        "counters": "lines that count up at each visit and are not text",
        "sentences": "abbreviations that do not end a sentence, and answers",
        "lexicon": "what words mean, so that changes can be judged",
        "places": "countries, territories and regions",
        "reasons": "sentences that describe what a rule found",
        "messages": "texts of messages in this language",
        "desk": "texts of the desk's pages in this language",
    }
)
"""The names of a language's files. The values say what each file is for."""

READING = ("detection", "dates", "counters", "screening", "links")
"""The names of the files that affect how a page is read."""

_CODE = re.compile(r"[a-z]{2,3}")
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
_Record = TypeVar("_Record")


class LanguageError(ValueError):
    """A file of a language cannot be used. The message names the file and the fault."""


@cache
def languages() -> tuple[str, ...]:
    """Return the codes of all languages that have a folder, sorted."""
    return tuple(sorted({folder.name for root in _roots() for folder in _folders(root)}))


@cache
def languages_with(file: str) -> tuple[str, ...]:
    """Return the codes of the languages that have the given file of `FILES`, sorted."""
    return tuple(language for language in languages() if _path(language, file))


def read_table(language: str, file: str) -> Mapping[str, Any] | None:
    """Return the contents of a language's file, or None if the file does not exist. Raises LanguageError.

    `language` may be any text, because a page can declare anything.
    """
    return _parsed(language, file) if language in languages() else None


@cache
def _parsed(language: str, file: str) -> Mapping[str, Any] | None:
    path = _path(language, file)
    if path is None:
        return None
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LanguageError(f"{path}: {error}") from error
    try:
        return MappingProxyType(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise LanguageError(f"{path}: {error}{_advice(text, str(error))}") from error


def _advice(text: str, problem: str) -> str:
    """Return advice if the cause of a syntax error is a word with a letter such as "ü" outside quotation marks."""
    place = _PLACE.search(problem)
    if place is None:
        return ""
    letter = text.split("\n")[int(place[1]) - 1][int(place[2]) - 1 :][:1]
    return f"; write a word with {letter!r} in quotation marks" if letter.isalpha() and not letter.isascii() else ""


def read_record(language: str, file: str, record: type[_Record]) -> _Record | None:
    """Return a file as an object of a data class with a field for each key. Return None if the file does not exist.

    Each field has the annotation `str`, `Sequence[str]` or a mapping. Raises LanguageError for an unknown key, a
    missing key, or a value of the wrong type.
    """
    table = read_table(language, file)
    if table is None:
        return None
    path, values = _path(language, file), {key.replace("-", "_"): value for key, value in table.items()}
    fields = {field.name: field for field in dataclasses.fields(record)}  # type: ignore[arg-type]
    written = {name: name.replace("_", "-") for name in fields} | {key.replace("-", "_"): key for key in table}
    for key in sorted(values.keys() - fields.keys()):
        known = ", ".join(map(written.__getitem__, fields))
        raise LanguageError(f"{path}: unknown key {written[key]!r}; known are: {known}")
    for key, value in values.items():
        if (wanted := _wanted(value, str(fields[key].type))) is not None:
            raise LanguageError(f"{path}: {written[key]} is not {wanted}")
    for key, field in fields.items():
        if key not in values and field.default is field.default_factory is dataclasses.MISSING:
            raise LanguageError(f"{path}: the key {written[key]!r} is missing")
    return record(**values)


def _wanted(value: object, annotation: str) -> str | None:
    """Return the type that a TOML value must have, if the value has a wrong type. Return None if the type is right."""
    if annotation == "str":
        return None if isinstance(value, str) else "a text"
    if annotation == "Sequence[str]":
        fits = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return None if fits else "a list of texts"
    return None if isinstance(value, Mapping) else "a table"


def records(file: str, record: type[_Record]) -> Iterator[tuple[str, _Record]]:
    """Yield the code of each language that has the file, and the file as an object of a data class."""
    for language in languages_with(file):
        if (read := read_record(language, file, record)) is not None:
            yield language, read


@dataclasses.dataclass(frozen=True, slots=True)
class Naming:
    """A language's names, and its stemmer."""

    name: str
    """The name of the language in the language itself."""
    names: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """The names of the language in other languages. The key is the code of the other language."""
    stemmer: str = ""
    """Name of the Snowball stemmer for the language's words; "" if there is none."""


def naming(language: str) -> Naming:
    """Return the names of a language. If the language has no folder, its code is its name."""
    return read_record(language, "language", Naming) or Naming(language)


def language_name(language: str, reader: str = "en") -> str:
    """Return the name of a language in the reader's language. If there is none, return its name in the
    language itself.
    """
    called = naming(language)
    return called.names.get(reader, called.name)


def folders() -> tuple[str, ...]:
    """Return the folders that contain languages. The added folder comes first."""
    return tuple(map(str, _roots()))


def added_languages() -> str:
    """Return a hash of the added files that affect how a page is read. Return "" if there are none."""
    folder = _added()
    if folder is None:
        return ""
    files = [folder / language / f"{file}.toml" for language in languages() for file in READING]
    present = [(str(path.relative_to(folder)), path.read_bytes()) for path in files if path.is_file()]
    return hashlib.sha256(repr(present).encode()).hexdigest()[:16] if present else ""


def file_bytes(language: str, file: str) -> bytes:
    """Return the bytes of a language's file, or no bytes if the file does not exist."""
    path = _path(language, file)
    return b"" if path is None else path.read_bytes()


def _path(language: str, file: str) -> Traversable | None:
    """Return the path of a language's file, or None. A file in the added folder takes precedence over a bundled
    file.
    """
    paths = (root / language / f"{file}.toml" for root in _roots())
    return next((path for path in paths if path.is_file()), None)


@cache
def _roots() -> tuple[Traversable, ...]:
    ours = resources.files("languages")
    folder = _added()
    return (folder, ours) if folder else (ours,)


@cache
def _added() -> Path | None:
    value = os.environ.get(ADDED)
    if not value:
        return None
    folder = Path(value).absolute()
    if not folder.is_dir():
        raise LanguageError(f"{ADDED} names {value}, which is not a folder; make it, or unset the variable")
    return folder


def _folders(root: Traversable) -> Iterator[Traversable]:
    return (folder for folder in root.iterdir() if _CODE.fullmatch(folder.name) and folder.is_dir())
