"""Adds, removes, renames, pauses and resumes policies in the text of a configuration file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from clausewatch.config import Configuration
from clausewatch.editing.entries import COLUMNS, Entry, as_written, entry_of
from clausewatch.editing.segments import Segment, Value, body_and_rest, new_table, segments, table_of, with_keys
from clausewatch.errors import ClausewatchError, ExitCode, UnconfiguredPolicyError


class EditError(ClausewatchError):
    """The file cannot be edited as requested. Nothing was written."""

    exit_code = ExitCode.USAGE


@dataclass(frozen=True, slots=True)
class Edit:
    """An edited text of the configuration file."""

    text: str
    touched: frozenset[str]
    """Names of the policies that were added, changed or removed. For a renamed policy, both names are included."""


class PolicyEditor:
    """Edits the text of one file. Raises EditError unless each policy of the file has its own `[[policy]]` table."""

    def __init__(self, configuration: Configuration, text: str) -> None:
        self._entries = {policy.name: entry_of(policy) for policy in configuration.policies}
        self._segments = segments(text)
        positions = [index for index, segment in enumerate(self._segments) if segment.name == "policy"]
        if len(positions) != len(configuration.policies):
            raise EditError(
                f"{configuration.path}: write each policy as a table under [[policy]] to edit it by command"
            )
        self._positions = dict(zip(self._entries, positions, strict=True))
        self._added: list[Segment] = []
        self._removed: set[int] = set()
        self._touched: set[str] = set()

    def edit(self) -> Edit:
        """Return the text with all changes. New policies come after the last existing policy."""
        parts: list[str] = []
        last = max(self._positions.values(), default=len(self._segments) - 1)
        for position, segment in enumerate(self._segments):
            body, rest = body_and_rest(segment)
            if position in self._removed:
                body, rest = "", _without_blank_line(rest)
            parts.append(body)
            if position == last:
                parts += self._new(before="".join(parts))
            parts.append(rest)
        return Edit("".join(parts), frozenset(self._touched))

    def _new(self, before: str) -> Iterator[str]:
        """Yield the new tables, with a blank line before each."""
        newline = "\r\n" if "\r\n" in before else "\n"
        if self._added and before and not before.endswith("\n"):
            yield newline
        for segment in self._added:
            if before or segment is not self._added[0]:
                yield newline
            yield segment.text.replace("\n", newline)

    def add(self, entries: Iterable[Entry]) -> None:
        """Add policies. Wrong keys are found later, when `check_edit` checks the whole file."""
        for entry in entries:
            name = str(entry["name"])
            if name in self._entries:
                raise EditError(f"there is already a policy called {name!r}: choose another name")
            self._entries[name] = dict(entry)
            self._added.append(new_table("policy", {key: as_written(value) for key, value in entry.items()}))
            self._touched.add(name)

    def change(self, name: str, keys: Mapping[str, Value | None]) -> None:
        """Give keys of a policy new values. The value None removes a key."""
        position = self._position(name)
        written = {key: None if value is None else as_written(value) for key, value in keys.items()}
        self._segments[position] = with_keys(self._segments[position], written)
        self._touched.add(name)

    def update(self, entry: Entry, columns: Collection[str]) -> None:
        """Change the keys in `columns` to the values of an entry. If there is no such policy, add it."""
        name = str(entry["name"])
        before = self._entries.get(name)
        if before is None:
            self.add([entry])
            return
        compared = {*columns, *({"url", "urls"} & {*before, *entry})}
        changes = {key: entry.get(key) for key in COLUMNS if key in compared and before.get(key) != entry.get(key)}
        if changes:
            self.change(name, changes)

    def remove(self, names: Sequence[str]) -> None:
        """Remove policies together with the comments directly above them."""
        for name in names:
            self._removed.add(self._position(name))
            self._touched.add(name)

    def rename(self, old: str, new: str) -> None:
        """Rename a policy.

        The policy keeps its history, because `renamed_from` is set. Subscribers and legal holds that list the policy
        get the new name too.
        """
        if new in self._entries:
            raise EditError(f"there is already a policy called {new!r}: choose another name")
        former = self._entries[old].get("renamed_from") if old in self._entries else None
        self.change(old, {"name": new, "renamed_from": None if former == new else old})
        self._touched.add(new)
        for position, segment in enumerate(self._segments):
            key = {"subscriber": "policies", "evidence": "hold"}.get(segment.name)
            listed = table_of(segment).get(key) if key else None
            if key and isinstance(listed, list) and as_written(old) in listed:
                replaced = [str(as_written(new)) if text == as_written(old) else str(text) for text in listed]
                self._segments[position] = with_keys(segment, {key: replaced})

    def _position(self, name: str) -> int:
        if name not in self._positions:
            raise UnconfiguredPolicyError(name, self._positions)
        return self._positions[name]


def _without_blank_line(text: str) -> str:
    """Return a text without a blank line at its beginning."""
    return text.removeprefix("\r").removeprefix("\n")
