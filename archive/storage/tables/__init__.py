"""Defines the tables of the archive. Only the packages `archive/` and `notifier/outbox` use their rows."""

from __future__ import annotations

from archive.storage.tables.base import Base, Columns, UtcDateTime
from archive.storage.tables.blobs import BlobRow
from archive.storage.tables.chain import ChainEntryRow, ChainStampRow, RestoreRow
from archive.storage.tables.changes import IS_STEP, ChangeRow, FindingRow, NetChangeRow, SuppressionRow
from archive.storage.tables.fetches import (
    FetchPageRow,
    FetchRow,
    KnownPageRow,
    LeftOutRow,
    PageDigestRow,
    RemovalRow,
    RestingHostRow,
)
from archive.storage.tables.inventories import ListedRow, NamedRecipientRow, NamedRightRow
from archive.storage.tables.messages import AlertRow, DeliveryRow, NewsRow, SubscriptionRow, ToldTroubleRow
from archive.storage.tables.people import (
    AccessRow,
    BrowserRow,
    FeedRow,
    LinkRow,
    PersonRow,
    SecretColumns,
    SessionRow,
    TokenRow,
)
from archive.storage.tables.policies import NamingRow, PolicyEventRow, PolicyNoteRow, PolicyRow
from archive.storage.tables.reviews import AssignmentRow, QuietReviewRow, ReviewRow, StatedDayRow, WaitingRow
from archive.storage.tables.runs import IdleMarkRow, RunRow
from archive.storage.tables.sections import IndexedRow, SectionRow, StandingRow
from archive.storage.tables.versions import PendingRow, VersionRow

__all__ = [
    "IS_STEP",
    "AccessRow",
    "AlertRow",
    "AssignmentRow",
    "Base",
    "BlobRow",
    "BrowserRow",
    "ChainEntryRow",
    "ChainStampRow",
    "ChangeRow",
    "Columns",
    "DeliveryRow",
    "FeedRow",
    "FetchPageRow",
    "FetchRow",
    "FindingRow",
    "IdleMarkRow",
    "IndexedRow",
    "KnownPageRow",
    "LeftOutRow",
    "LinkRow",
    "ListedRow",
    "NamedRecipientRow",
    "NamedRightRow",
    "NamingRow",
    "NetChangeRow",
    "NewsRow",
    "PageDigestRow",
    "PendingRow",
    "PersonRow",
    "PolicyEventRow",
    "PolicyNoteRow",
    "PolicyRow",
    "QuietReviewRow",
    "RemovalRow",
    "RestingHostRow",
    "RestoreRow",
    "ReviewRow",
    "RunRow",
    "SecretColumns",
    "SectionRow",
    "SessionRow",
    "StandingRow",
    "StatedDayRow",
    "SubscriptionRow",
    "SuppressionRow",
    "TokenRow",
    "ToldTroubleRow",
    "UtcDateTime",
    "VersionRow",
    "WaitingRow",
]
