"""Identifies the rules that list the rights and recipients of a text. If the rules change, the lists are made again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import resources

from languages import file_bytes, languages_with

ROOMS = ("differ.language", "differ.matching", "differ.judgement")
"""Packages whose code affects the lists."""

WORD_LISTS = ("lexicon", "places", "sentences")
"""Files of each language that affect the lists."""


@cache
def inventory_identity() -> str:
    """Return a hash of the code and the word lists that make inventories. If the hash changes, inventories may change
    too."""
    digest = hashlib.sha256()
    for content in (*_sources(), *_word_lists()):
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()[:16]


def _sources() -> Iterator[bytes]:
    for room in ROOMS:
        files = [file for file in resources.files(room).iterdir() if file.name.endswith(".py")]
        yield from (file.read_bytes() for file in sorted(files, key=lambda file: file.name))


def _word_lists() -> Iterator[bytes]:
    for name in WORD_LISTS:
        for language in languages_with(name):
            yield language.encode()
            yield file_bytes(language, name)
