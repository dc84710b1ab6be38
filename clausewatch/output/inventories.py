"""Finds the rights and recipients of stored versions, and the changes between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from archive.model import Version
from archive.questions.history import document, numbered
from archive.questions.inventories import version_inventories
from archive.storage.database import Archive
from differ.judgement.inventory import Inventory, InventoryChange, inventory, inventory_change
from differ.model import watched_topic

Changes = Mapping[tuple[str, int], InventoryChange]
"""Changes of inventories. The key is the policy and the number of the later version."""


@dataclass(frozen=True, slots=True)
class InventoryChanges:
    """The changes of inventories for some versions."""

    by_version: Changes
    unlisted: int
    """Number of unknown changes. A change is unknown if the rights and recipients of a version are not listed yet."""

    @property
    def note(self) -> str:
        """A sentence about the unknown changes; "" if all changes are known."""
        return unlisted_note(self.unlisted, "change" if self.unlisted == 1 else "changes") if self.unlisted else ""


def unlisted_note(count: int, what: str) -> str:
    """Return a note that the rights and recipients of some versions are not listed yet, and how to list them."""
    are = "is" if count == 1 else "are"
    return (
        f"The rights and recipients of {count:,} {what} {are} not listed yet. The next runs list them, or "
        "`clausewatch archive inventory` at once."
    )


def inventory_changes(archive: Archive, shown: Iterable[Version], most: int) -> InventoryChanges:
    """Return the rights and recipients that each version added or removed.

    First versions are left out. A version is also left out if it was extracted differently from the previous version,
    because the differences may come from the extraction. If a version has no finding on sharing or rights, its
    inventory counts as unchanged. The texts of at most `most` versions without a stored inventory are read. Raises
    DamagedArchiveError.
    """
    asked = {(version.policy, version.number): version for version in shown if version.change is not None}
    before = ((policy, number - 1) for policy, number in asked)
    versions = asked | {(version.policy, version.number): version for version in numbered(archive, before)}
    alike = [value for value in asked.values() if versions[value.policy, value.number - 1].identity == value.identity]
    moved = [(value.policy, value.number) for value in alike if may_promise_otherwise(value)]
    sides = [versions[key] for policy, number in moved for key in ((policy, number - 1), (policy, number))]
    listed = inventories(archive, sides, most)
    changes = {(value.policy, value.number): InventoryChange() for value in alike}
    for policy, number in moved:
        old, new = listed.get((policy, number - 1)), listed.get((policy, number))
        if old is not None and new is not None:
            changes[policy, number] = inventory_change(old, new)
        else:
            del changes[policy, number]
    return InventoryChanges(changes, len(alike) - len(changes))


def inventories(archive: Archive, versions: Iterable[Version], most: int) -> dict[tuple[str, int], Inventory]:
    """Return the stored inventories of versions.

    For at most `most` versions without a stored inventory, make it from the text. Raises DamagedArchiveError.
    """
    wanted = {(version.policy, version.number): version for version in versions}
    stored = version_inventories(archive, wanted.values())
    missing = [key for key in wanted if key not in stored][:most]
    return stored | {key: inventory(document(archive, wanted[key])) for key in missing}


def may_promise_otherwise(version: Version) -> bool:
    """Whether a version has findings on sharing or rights.

    Only then may its rights and recipients differ from the previous version.
    """
    findings = version.change.findings if version.change is not None else ()
    return any(watched_topic(finding.finding.topic) is not None for finding in findings)
