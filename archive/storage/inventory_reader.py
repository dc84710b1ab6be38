"""Reads the stored inventories of versions: their rights and recipients. Finds policies with versions that have no
inventory yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from archive.storage.tables import Columns, ListedRow, NamedRecipientRow, NamedRightRow, PolicyRow, VersionRow
from differ.judgement.inventory import Inventory, Right, in_order
from differ.judgement.inventory_identity import inventory_identity
from differ.judgement.recipients import Recipient

Entry = TypeVar("Entry", Right, Recipient)


@dataclass(frozen=True, slots=True)
class EntryKind(Generic[Entry]):
    """A kind of inventory entry, and its storage."""

    row: type[Any]
    """The table of these entries. Its columns have the names of the entry's fields."""
    facts: Callable[[Entry], dict[str, str]]
    read: Callable[[Columns], Entry]
    _: KW_ONLY
    entries: Callable[[Inventory], tuple[Entry, ...]]


def _right_facts(right: Right) -> dict[str, str]:
    return {
        "right": right.right,
        "language": right.language,
        "section": _storable(right.section),
        "deadline": _storable(right.deadline),
        "fee": _storable(right.fee),
        "channel": _storable(right.channel),
        "sentence": _storable(right.sentence),
    }


def _right(row: Columns) -> Right:
    return Right(
        row.right,
        row.language,
        row.section,
        deadline=row.deadline,
        fee=row.fee,
        channel=row.channel,
        sentence=row.sentence,
    )


def _recipient_facts(recipient: Recipient) -> dict[str, str]:
    return {
        "kind": recipient.kind,
        "name": _storable(recipient.name),
        "language": recipient.language,
        "section": _storable(recipient.section),
        "purpose": _storable(recipient.purpose),
        "country": _storable(recipient.country),
        "codes": f" {' '.join(recipient.codes)} " if recipient.codes else "",
        "sentence": _storable(recipient.sentence),
    }


def _recipient(row: Columns) -> Recipient:
    return Recipient(
        row.kind,
        row.name,
        row.language,
        section=row.section,
        purpose=row.purpose,
        country=row.country,
        codes=tuple(row.codes.split()),
        sentence=row.sentence,
    )


def _storable(written: str) -> str:
    """Return a text without lone surrogates, which databases refuse."""
    return written.encode("utf-8", "replace").decode()


RIGHTS = EntryKind(NamedRightRow, _right_facts, _right, entries=lambda named: named.rights)
RECIPIENTS = EntryKind(NamedRecipientRow, _recipient_facts, _recipient, entries=lambda named: named.recipients)


def is_up_to_date(listed: ListedRow) -> bool:
    """Whether the current rules made the list of a policy's rights and recipients."""
    return listed.identity == inventory_identity()


def complete() -> ColumnElement[bool]:
    """Return a condition on `ListedRow`: the list has all versions of the policy, and was made by the current rules."""
    return and_(ListedRow.complete, ListedRow.identity == inventory_identity())


def unlisted_policies() -> Select[int]:
    """Select the ids of policies with versions for which the current rules have made no list."""
    has_versions = exists().where(VersionRow.policy_id == PolicyRow.id)
    joined = select(PolicyRow.id).outerjoin(ListedRow, ListedRow.policy_id == PolicyRow.id)
    return joined.where(or_(ListedRow.policy_id.is_(None), ~complete()), has_versions).order_by(PolicyRow.id)


def stored_inventory(session: Session, policy_id: int, number: int) -> Inventory | None:
    """Return the inventory of a version. Return None if none was made yet."""
    listed = session.get(ListedRow, policy_id)
    if listed is None or not is_up_to_date(listed) or listed.number < number:
        return None
    return in_order(_entries(session, RIGHTS, policy_id, number), _entries(session, RECIPIENTS, policy_id, number))


def _entries(session: Session, kind: EntryKind[Entry], policy_id: int, number: int) -> list[Entry]:
    row = kind.row
    until = or_(row.last.is_(None), row.last >= number)
    query = select(*row.__table__.c).where(row.policy_id == policy_id, row.first <= number, until)
    return [kind.read(named) for named in session.execute(query)]
