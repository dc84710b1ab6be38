"""The tables. Rows never leave `archive/` and `notifier/outbox`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Row,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

Columns = Row[*tuple[Any, ...]]
"""A row of a table by its columns, which are named as the attributes of its object."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, stored as UTC; SQLite would give it back without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        # PostgreSQL answers in the zone of its session.
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The archive's tables, whose constraints have names in every kind of database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        str: Text,
    }


class BlobRow(Base):
    """A content-addressed, compressed run of bytes: a raw body or a document."""

    __tablename__ = "blob"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int]
    """Bytes before compression."""
    content: Mapped[bytes] = mapped_column(LargeBinary)
    """Compressed with zstd, with the plain bytes of `base_sha256` as dictionary if it has one."""
    base_sha256: Mapped[str | None] = mapped_column(ForeignKey("blob.sha256"), index=True)
    """The keyframe that it is stored as what differs from; None for a keyframe, which is stored by itself."""


class PolicyRow(Base):
    """A policy, as it was configured last."""

    __tablename__ = "policy"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    """The first of its addresses."""
    every_seconds: Mapped[int]
    languages: Mapped[list[Any]]
    selects: Mapped[list[Any]]
    removes: Mapped[list[Any]]
    profile: Mapped[str]
    tags: Mapped[list[Any]]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    """Time since which it is no longer configured."""
    tried_at: Mapped[datetime | None]
    """Start of the last run that tried it: what `due` counts from."""
    confirm_after_seconds: Mapped[int] = mapped_column(server_default=text("1800"))
    confirm_max_seconds: Mapped[int] = mapped_column(server_default=text("259200"))
    flap_quiet_seconds: Mapped[int] = mapped_column(server_default=text("604800"))
    further_urls: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    """Addresses that are read after the first one, as one text with it."""
    render: Mapped[bool] = mapped_column(server_default=false())
    """Whether a browser runs the scripts of its pages."""


class PolicyEventRow(Base):
    """An event in the list of policies: news for subscribers and operators. Not evidence: see `NamingRow` for names."""

    __tablename__ = "policy_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    """See archive/recording/policy_events."""
    name: Mapped[str]
    """The policy's name after it."""
    former: Mapped[str]
    """The name before, if the policy was renamed; else ""."""
    tags: Mapped[list[Any]]
    """The policy's tags at that time."""
    at: Mapped[datetime]
    announced: Mapped[bool] = mapped_column(server_default=false())
    """Whether each subscription that it concerns has it in `news`."""


class FetchRow(Base):
    """A visit of a policy, and its outcome."""

    __tablename__ = "fetch"
    __table_args__ = (Index("ix_fetch_policy_id_id", "policy_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    started_at: Mapped[datetime]
    status: Mapped[int | None]
    final_url: Mapped[str]
    headers: Mapped[list[Any]]
    body_sha256: Mapped[str | None] = mapped_column(String(64))
    """Hash or size of the decompressed body; None if no complete response came."""
    outcome: Mapped[str]
    reason: Mapped[str | None]
    detail: Mapped[str]
    snapshot_sha256: Mapped[str | None] = mapped_column(ForeignKey("blob.sha256"))
    """The kept raw body; None for unchanged and failed fetches."""
    fallback: Mapped[bool]
    """True if the configured selector matched nothing, so that the generic extraction was used instead."""
    identity: Mapped[str] = mapped_column(server_default="")
    """The extraction identity under which the answer was read; "" if it was not read, or if that was not kept yet."""


class FetchPageRow(Base):
    """A further page of a visit to several addresses; the first one is in the fetch itself."""

    __tablename__ = "fetch_page"
    fetch_id: Mapped[int] = mapped_column(ForeignKey("fetch.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1 for the page after the fetch's own."""
    url: Mapped[str]
    """The address that was asked for."""
    final_url: Mapped[str]
    status: Mapped[int | None]
    headers: Mapped[list[Any]]
    body_sha256: Mapped[str | None] = mapped_column(String(64))
    """Hash or size of the decompressed body; None if no complete response came."""
    snapshot_sha256: Mapped[str | None] = mapped_column(ForeignKey("blob.sha256"))
    """The kept raw body, if the fetch keeps its own."""


class LeftOutRow(Base):
    """The prose left out of a page: with each version, and when watched sentences of it came or went.

    Evidence, next to the fetch whose snapshot holds the text.
    """

    __tablename__ = "left_out"
    __table_args__ = (Index("ix_left_out_policy_id_id", "policy_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    fetch_id: Mapped[int] = mapped_column(ForeignKey("fetch.id"), unique=True)
    hashes: Mapped[list[Any]]
    """SHA-256 of the text of each part, in reading order."""
    words: Mapped[int]
    """Number of words in all left-out sentences."""
    page_words: Mapped[int]
    """Number of words in these and the policy together."""
    watched: Mapped[list[Any]]
    """Sentences on sharing or rights among them: text, topics, why each was left out."""
    came: Mapped[list[Any]]
    """Watched sentences that were not there before; empty with a first version."""
    gone: Mapped[list[Any]]
    differences: Mapped[int]
    """Number of sentences that came and went, so that fetches with any are found at once."""


class KnownPageRow(Base):
    """Recognises responses that have the text of a policy's latest version, without parsing them.

    No evidence: it may be dropped at will, and costs no more than one full reading of a page.
    """

    __tablename__ = "known_page"
    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), index=True)
    version: Mapped[int]
    """The version's number."""
    identity: Mapped[str]
    """The extraction identity under which the page was read in full."""
    fallback: Mapped[bool]
    exact: Mapped[str] = mapped_column(String(64))
    """Hash over the answer as it came."""
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    """`document.fingerprint_all`; None if pages cannot be recognised by it."""


class RestingHostRow(Base):
    """A host that asked to be left alone for longer than the run that asked it."""

    __tablename__ = "resting_host"
    host: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]
    why: Mapped[str]


class VersionRow(Base):
    """A text that a policy had, numbered from 1."""

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("policy_id", "number"), UniqueConstraint("fetch_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    number: Mapped[int]
    """1 for the first."""
    fetch_id: Mapped[int] = mapped_column(ForeignKey("fetch.id"))
    seen_at: Mapped[datetime] = mapped_column(index=True)
    """Time when the fetch that first saw it started."""
    document_sha256: Mapped[str] = mapped_column(ForeignKey("blob.sha256"))
    identity: Mapped[str]
    """Extraction identity."""
    dates: Mapped[list[Any]]
    """The dates that the policy states about itself: kind, ISO date, words."""
    boundary: Mapped[bool]
    """True if it cannot be compared like with like with the one before."""
    text_sha256: Mapped[str] = mapped_column(String(64))
    """`document.text_identity`."""
    confirmed: Mapped[bool] = mapped_column(server_default=true())
    """False if it is odd and no second look agreed with it."""
    returns_to: Mapped[int | None]
    """The number of the earlier version whose text it has again."""
    flapping: Mapped[bool] = mapped_column(server_default=false())
    """Whether its text is one of those that go back and forth, so that its alerts are held."""
    fetch: Mapped[FetchRow] = relationship(lazy="joined")


class PendingRow(Base):
    """An odd text that waits for a second look; at most one for each policy."""

    __tablename__ = "pending"
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True, autoincrement=False)
    fetch_id: Mapped[int] = mapped_column(ForeignKey("fetch.id"))
    """The fetch that first saw it, and keeps its snapshot."""
    since: Mapped[datetime]
    """Time when the first of the odd texts in a row was seen, from which `confirm_max` counts."""
    seen_at: Mapped[datetime]
    """Time when this one was first seen."""
    tried_at: Mapped[datetime]
    """Time of the last visit, from which `confirm_after` counts."""
    text_sha256: Mapped[str] = mapped_column(String(64))
    """`document.text_identity`."""
    reason: Mapped[str]
    visits: Mapped[int]
    """Number of visits since the first of the odd texts, including that one."""


class ChangeRow(Base):
    """A change: the difference of a version from the one before."""

    __tablename__ = "change"
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), unique=True)
    """The version after; the one before has the number one lower."""
    material: Mapped[bool]
    severity: Mapped[str | None]
    topics: Mapped[list[Any]]
    judged_by: Mapped[str]
    coarse: Mapped[bool]
    timing: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """The fields of `differ.model.Timing`, days as ISO dates; empty for changes recorded before it was kept."""
    drift: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    """Languages whose text stayed while another's changed."""
    recorded_at: Mapped[datetime]
    version: Mapped[VersionRow] = relationship(lazy="joined")


class FindingRow(Base):
    """A judged edit within a change."""

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("change_id", "position"),
        Index("ix_finding_topic_change_id_severity", "topic", "change_id", "severity"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("change.id"))
    position: Mapped[int]
    """0 for the first finding of its change."""
    topic: Mapped[str]
    section: Mapped[str]
    language: Mapped[str]
    material: Mapped[bool]
    severity: Mapped[str]
    rule: Mapped[str]
    source: Mapped[str]
    clause: Mapped[str | None]
    before: Mapped[str]
    after: Mapped[str]
    reason: Mapped[str]
    translations: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    """Pairs of a language and the reason in it."""
    edits: Mapped[list[Any]]
    """Pairs of operation and text."""


class SuppressionRow(Base):
    """An edit within a change that is not a finding, and the rule that decided it."""

    __tablename__ = "suppression"
    __table_args__ = (UniqueConstraint("change_id", "position"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("change.id"))
    position: Mapped[int]
    section: Mapped[str]
    reason: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]


class NamingRow(Base):
    """The name of a policy from a time on. Evidence: the policy's own row may change."""

    __tablename__ = "naming"
    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), index=True)
    name: Mapped[str]
    since: Mapped[datetime]


class RemovalRow(Base):
    """The removal of a raw body that a fetch kept. Evidence: write it when `snapshot_sha256` is made None."""

    __tablename__ = "removal"
    __table_args__ = (UniqueConstraint("fetch_id", "position"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    fetch_id: Mapped[int] = mapped_column(ForeignKey("fetch.id"))
    position: Mapped[int]
    """0 for the fetch's own body, else that of the further page."""
    sha256: Mapped[str] = mapped_column(String(64))
    """The body's address, as `snapshot_sha256` was."""
    removed_at: Mapped[datetime]
    reason: Mapped[str]
    """The rule that allowed it, in words."""


class RestoreRow(Base):
    """The restore of a backup: the rows recorded after the backup was made are gone."""

    __tablename__ = "restore"
    id: Mapped[int] = mapped_column(primary_key=True)
    restored_at: Mapped[datetime]
    versions: Mapped[dict[str, Any]]
    """The latest version's number of each policy, by the policy's number; 0 if it had none."""


class ChainEntryRow(Base):
    """A link of the chain over the evidence; see archive/storage/sealing. It follows the entry before by its hash."""

    __tablename__ = "chain_entry"
    __table_args__ = (UniqueConstraint("kind", "row_id"),)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1 for the first, without a gap."""
    kind: Mapped[str] = mapped_column(String(16))
    row_id: Mapped[int]
    row_sha256: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]


class ChainStampRow(Base):
    """A time stamp of a chain head, RFC 3161, signed by an authority. It is not part of the chain."""

    __tablename__ = "chain_stamp"
    id: Mapped[int] = mapped_column(primary_key=True)
    sequence: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    authority: Mapped[str]
    """The address that was asked."""
    token: Mapped[bytes] = mapped_column(LargeBinary)
    """The whole answer, DER."""
    stamped_at: Mapped[datetime]
    """The time that the authority signed."""


class SubscriptionRow(Base):
    """Time when a subscription was first seen, or last widened: it asks for what is recorded after that."""

    __tablename__ = "subscription"
    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber: Mapped[str] = mapped_column(unique=True)
    scope: Mapped[dict[str, Any]]
    """Its scopes with the change since which it had them, and the last change whose alerts are planned."""
    since: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(16), server_default="configuration")
    """Its origin: written in the `configuration`, or made on the `command line`."""
    settings: Mapped[dict[str, Any] | None]
    """Its scope and targets, if the command line made it; None for the configuration's."""
    created_by: Mapped[str] = mapped_column(server_default=text("''"))
    """The login of who made it on the command line, or ""."""
    created_at: Mapped[datetime | None]
    """Time when it was first seen, or came back."""
    removed_at: Mapped[datetime | None]
    """Time since which it is no longer configured. If it comes back after `planning.ABSENCE`, it is like a new one."""
    forgotten_at: Mapped[datetime | None]
    """Time when the person was erased: the name and the recipients no longer identify anybody."""
    digested_until: Mapped[datetime | None]
    """End of the period covered by the last digest; initially when the subscription was first seen."""
    digested_fetch_id: Mapped[int | None]
    """The newest fetch that a digest has counted, or that was there when the subscription was first seen."""
    digested_change_id: Mapped[int | None]
    """The newest change, likewise."""


class AlertRow(Base):
    """A finding that concerns a subscription."""

    __tablename__ = "alert"
    __table_args__ = (UniqueConstraint("finding_id", "subscription_id"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Stable: derived from the finding and the subscriber, so that planning twice gives the same."""
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscription.id"), index=True)
    planned_at: Mapped[datetime]
    digest: Mapped[str | None]
    """None if it is sent at once; else the key of the digest that lists it, "" until there is one."""


class ReviewRow(Base):
    """A person's review of a finding. Evidence, except for the name; rows are added, and never altered."""

    __tablename__ = "review"
    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    """acknowledge, false-alarm, or comment."""
    text: Mapped[str]
    """A comment, or ""."""
    by: Mapped[str]
    """The reviewer's name; it can be erased."""
    at: Mapped[datetime]


class ToldTroubleRow(Base):
    """A problem of the monitoring itself that an operator was notified of.

    Names and addresses are kept in the rows that it is about, so that a person erased there is erased here.
    """

    __tablename__ = "told_trouble"
    id: Mapped[int] = mapped_column(primary_key=True)
    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscription.id"), index=True)
    """The operator's."""
    kind: Mapped[str] = mapped_column(String(16))
    """unread, gone, fallback, flapping, missed, idle, waiting, undelivered, template, or left-out; see
    notifier/contents/incident."""
    about: Mapped[str]
    """The number of the policy, the subscription or the delivery, or the name of the template."""
    episode: Mapped[str]
    """Distinguishes one time of trouble from the next: the first visit of it, or ""."""
    since: Mapped[datetime]
    """Time when it began, as far as is known."""
    told_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """Time when it was found to be over; None while it lasts."""


class NewsRow(Base):
    """An event in the list of policies that a subscription is yet to be notified of; deleted when a message has it."""

    __tablename__ = "news"
    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscription.id"), primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(ForeignKey("policy_event.id"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    """The kind of the delivery that will have it: digest, or operator."""


class RunRow(Base):
    """A run of the program, so that a watchdog can see whether runs end."""

    __tablename__ = "run"
    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """None while it goes on, and for good if it was interrupted."""


class DeliveryRow(Base):
    """A message to one target through one channel: all alerts of a change for one subscriber, a digest, a welcome."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("subscription_id", "kind", "key", "channel", "recipient"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), server_default="alert")
    """alert, digest, welcome, or operator."""
    key: Mapped[str] = mapped_column(server_default=text("''"))
    """Stable: names, within its kind and subscription, its content, so that planning twice gives the same. Of an
    alert the number of the change, of a digest the end of its period."""
    urgent: Mapped[bool] = mapped_column(server_default=false())
    """Whether it is sent in quiet hours too."""
    payload: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """Its content, as of planning; of an alert only what its change and findings do not hold."""
    change_id: Mapped[int | None] = mapped_column(ForeignKey("change.id"), index=True)
    """The change of an alert; None for other kinds."""
    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscription.id"), index=True)
    channel: Mapped[str]
    """The channel's name in the configuration, never its URL."""
    recipient: Mapped[str]
    """An address within the channel, or ""."""
    planned_at: Mapped[datetime | None]
    """None if it was planned by a program that did not note it."""
    state: Mapped[str] = mapped_column(String(16), index=True)
    """due, sending, accepted, dead, or cancelled (its subscription or its target was removed before); see
    notifier/outbox."""
    due_at: Mapped[datetime]
    attempts: Mapped[int]
    accepted_at: Mapped[datetime | None]
    error: Mapped[str]
    """Error of the last attempt, without secrets."""


class SectionRow(Base):
    """The text of a section, kept once however often it occurs, to be searched. Not evidence: see archive/search/index.

    Its stems lie in `section_words`, which is a full-text index of SQLite or of PostgreSQL.
    """

    __tablename__ = "section"
    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    """Hash of the heading path, language and text."""
    path: Mapped[str]
    """Headings joined by " > "."""
    heading: Mapped[str]
    language: Mapped[str]
    text: Mapped[str]
    """Its blocks, a line each."""


class StandingRow(Base):
    """The versions of a policy, from one to another, that have a section. Not evidence."""

    __tablename__ = "standing"
    __table_args__ = (Index("ix_standing_policy_id_last", "policy_id", "last"),)
    section_id: Mapped[int] = mapped_column(ForeignKey("section.id"), primary_key=True, autoincrement=False)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True, autoincrement=False)
    first: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """The number of the version that brought it."""
    last: Mapped[int | None]
    """The number of the last version that had it; None while the policy has it."""
    appeared_at: Mapped[datetime]
    """Time when the first version was first seen."""
    gone_at: Mapped[datetime | None]
    """Time when the version without it was first seen; None while the policy has it."""


class IndexedRow(Base):
    """Up to which version a policy's sections can be searched. Not evidence."""

    __tablename__ = "indexed"
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True, autoincrement=False)
    number: Mapped[int]
    """0 if versions that an older program recorded wait to be indexed."""
