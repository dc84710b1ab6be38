"""Builds the inventories of stored versions, and their changes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from archive.model import Version
from archive.questions.history import document, numbered
from archive.storage.database import Archive
from differ.judgement.inventory import Inventory, InventoryChange, inventory, inventory_change
from differ.model import watched_topic

Changes = dict[tuple[str, int], InventoryChange]
"""Changes of the inventory, by policy and number of the later version."""


def inventory_changes(archive: Archive, shown: Iterable[Version]) -> Changes:
    """Return the rights and recipients that each version added or removed.

    First versions are left out. So are versions that were extracted in another way than the version before, because the
    differences may come from the extraction. A change without a finding on sharing or rights does not change the
    inventory. Raises DamagedArchiveError.
    """
    asked = {(version.policy, version.number): version for version in shown if version.change is not None}
    before = ((policy, number - 1) for policy, number in asked)
    versions = asked | {(version.policy, version.number): version for version in numbered(archive, before)}

    @cache
    def listed(policy: str, number: int) -> Inventory:
        return inventory(document(archive, versions[policy, number]))

    changes: Changes = {}
    for value in asked.values():
        if versions[value.policy, value.number - 1].identity != value.identity:
            continue
        key = (value.policy, value.number)
        moved = may_promise_otherwise(value)
        changes[key] = (
            inventory_change(listed(value.policy, value.number - 1), listed(*key)) if moved else InventoryChange()
        )
    return changes


def may_promise_otherwise(version: Version) -> bool:
    """Whether a version may name other rights or recipients than the version before."""
    findings = version.change.findings if version.change is not None else ()
    return any(watched_topic(finding.finding.topic) is not None for finding in findings)
