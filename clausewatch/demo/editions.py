"""The editions of the fictional policies. The first edition is a page, and each later edition replaces parts of it."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup


class EditionError(ValueError):
    """An edition cannot be made from the edition before it."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """A change in an edition. `before` occurs exactly once in the page's source, and `after` replaces it."""

    before: str
    after: str

    def apply(self, source: str, where: str) -> str:
        """Return the source after the replacement. Raises EditionError unless `before` occurs exactly once."""
        count = source.count(self.before)
        if count != 1:
            raise EditionError(f"{where}: {self.before!r} occurs {count} times in the edition before, not once")
        return source.replace(self.before, self.after)


@dataclass(frozen=True, slots=True)
class SitePolicy:
    """One fictional policy with all its editions."""

    name: str
    path: str
    """Path of the page on the site."""
    languages: tuple[str, ...]
    _: KW_ONLY
    remove: tuple[str, ...]
    """Selectors for boilerplate that Clausewatch cannot recognise from the page's markup."""
    charset: str
    """Encoding of the page. The page and its HTTP header may declare a wrong encoding, as on real sites."""
    content_type: str
    notes: tuple[str, ...]
    """Notes about the changes, one for each edition; "" for the first edition."""
    sources: tuple[str, ...]
    """The source of each edition. Parts that change with each request are placeholders."""

    def render(self, edition: int, request: str) -> bytes:
        """Return the page of an edition as a server would send it for one request.

        Equal `request` values give equal bytes.
        """
        digest = hashlib.sha256(f"{self.path} {request}".encode()).hexdigest()
        page = _ENVIRONMENT.from_string(self.sources[edition - 1]).render(
            nonce=digest[:24],
            token=digest[24:40],
            visitor=10_000 + int(digest[40:44], 16),
            email=lambda address: obfuscated(address, key=int(digest[44:46], 16)),
        )
        return page.encode(self.charset)


def obfuscated(address: str, key: int) -> Markup:
    """Return a link that hides an e-mail address in the same way as content delivery networks.

    The first byte is a key, and the key is XORed with each byte of the address.
    """
    code = bytes([key, *(byte ^ key for byte in address.encode())]).hex()
    return Markup(
        '<a href="/cdn-cgi/l/email-protection#{0}">'
        '<span class="__cf_email__" data-cfemail="{0}">[email&#160;protected]</span></a>'
    ).format(code)


@cache
def site_policies() -> tuple[SitePolicy, ...]:
    """Return the fictional policies, sorted by name. Raises EditionError if an edition cannot be made."""
    folder = files("clausewatch.demo") / "policies"
    manifests = [entry for entry in folder.iterdir() if entry.name.endswith(".toml")]
    policies = (_load(folder, manifest) for manifest in manifests)
    return tuple(sorted(policies, key=lambda policy: policy.name))


def edition_count() -> int:
    """Return the number of editions of each policy. Raises EditionError if some policies have more editions than
    others.
    """
    counts = {policy.name: len(policy.sources) for policy in site_policies()}
    if len(set(counts.values())) != 1:
        raise EditionError(f"the policies have different numbers of editions: {counts}")
    return next(iter(counts.values()))


def successive(base: str, manifest: dict[str, Any]) -> Iterable[str]:
    """Yield the source of each edition.

    The first edition is `base`. Raises EditionError if an edition cannot be made.
    """
    source = base
    yield source
    for position, edition in enumerate(manifest["edition"], start=2):
        where = f"{manifest['name']}, edition {position}"
        if edition["number"] != position:
            raise EditionError(f"{where}: its number is {edition['number']}; editions must be in order, from 2 on")
        for replacement in edition["replace"]:
            source = Replacement(**replacement).apply(source, where)
        yield source


def _load(folder: Traversable, manifest_file: Traversable) -> SitePolicy:
    manifest = tomllib.loads(manifest_file.read_text(encoding="utf-8"))
    base = (folder / manifest_file.name.replace(".toml", ".html")).read_text(encoding="utf-8")
    return SitePolicy(
        name=manifest["name"],
        path=manifest["path"],
        languages=tuple(manifest["languages"]),
        remove=tuple(manifest.get("remove", ())),
        charset=manifest["charset"],
        content_type=manifest["content_type"],
        notes=("", *(edition["note"] for edition in manifest["edition"])),
        sources=tuple(successive(base, manifest)),
    )


_ENVIRONMENT = Environment(autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
