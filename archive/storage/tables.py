"""Defines the tables of the archive. Only the packages `archive/` and `notifier/outbox` use their rows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Double,
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
    select,
    text,
    true,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

Columns = Row[*tuple[Any, ...]]
"""A row that was selected by its columns. It has the same attributes as an object of the row's class."""


class UtcDateTime(TypeDecorator[datetime]):
    """A column type for times with a time zone. They are stored in UTC. With the usual type, SQLite would return them
    without a time zone.
    """

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
        # PostgreSQL returns times in the time zone of the session.
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base class of the archive's tables. It gives constraints the same names in every database."""

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
        float: Double,
        list[Any]: JSON,
        str: Text,
    }


class BlobRow(Base):
    """A compressed content, stored under its hash: a raw body or a document."""

    __tablename__ = "blob"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int]
    """Size in bytes before compression."""
    content: Mapped[bytes] = mapped_column(LargeBinary)
    """Content compressed with zstd. If the row has a `base_sha256`, the plain bytes of that keyframe are the
    dictionary.
    """
    base_sha256: Mapped[str | None] = mapped_column(ForeignKey("blob.sha256"), index=True)
    """Address of the content's keyframe. None if the content is stored whole."""


class PolicyRow(Base):
    """A policy as last configured."""

    __tablename__ = "policy"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    """The policy's first address."""
    every_seconds: Mapped[int]
    languages: Mapped[list[Any]]
    selects: Mapped[list[Any]]
    removes: Mapped[list[Any]]
    profile: Mapped[str]
    tags: Mapped[list[Any]]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    """Time when the policy was removed from the configuration."""
    tried_at: Mapped[datetime | None]
    """Start of the last run that tried the policy. The time of the next check is counted from here."""
    confirm_after_seconds: Mapped[int] = mapped_column(server_default=text("1800"))
    confirm_max_seconds: Mapped[int] = mapped_column(server_default=text("259200"))
    flap_quiet_seconds: Mapped[int] = mapped_column(server_default=text("604800"))
    further_urls: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    """The addresses after the first address. The pages of all addresses are read as one text."""
    render: Mapped[bool] = mapped_column(server_default=false())
    """Whether a browser runs the scripts of the policy's pages."""
    owner: Mapped[str] = mapped_column(server_default="")
    """The person or team that is responsible for the policy. It is "" if none is given."""
    paused_at: Mapped[datetime | None]
    """Time since which fetching is paused. None if the policy is not paused."""
    visit_asked_at: Mapped[datetime | None]
    """Time when somebody last asked for a visit at once. The policy is due until a later run has tried it."""


class PolicyEventRow(Base):
    """A change to the list of policies, for messages to subscribers and operators. It is not evidence. `NamingRow` has
    the evidence about the names of a policy.
    """

    __tablename__ = "policy_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    """Kind of the change; see archive/recording/policies."""
    name: Mapped[str]
    """Name of the policy after the change."""
    former: Mapped[str]
    """The name before a renaming; else ""."""
    tags: Mapped[list[Any]]
    """The policy's tags at that time."""
    at: Mapped[datetime]
    announced: Mapped[bool] = mapped_column(server_default=false())
    """Whether a `NewsRow` was added for each subscription that must be notified of the change."""


class FetchRow(Base):
    """A visit of a policy, and its outcome."""

    __tablename__ = "fetch"
    __table_args__ = (
        Index("ix_fetch_policy_id_id", "policy_id", "id"),
        Index(
            "ix_fetch_unread",
            "id",
            sqlite_where=text("outcome IN ('failed', 'not comparable')"),
            postgresql_where=text("outcome IN ('failed', 'not comparable')"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    started_at: Mapped[datetime]
    status: Mapped[int | None]
    final_url: Mapped[str]
    headers: Mapped[list[Any]]
    body_sha256: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the decompressed body; None if there was no complete response."""
    outcome: Mapped[str]
    reason: Mapped[str | None]
    detail: Mapped[str]
    snapshot_sha256: Mapped[str | None] = mapped_column(ForeignKey("blob.sha256"))
    """Address of the kept raw body. None for unchanged and failed fetches."""
    fallback: Mapped[bool]
    """True if the configured selector matched nothing and the generic extraction was used."""
    identity: Mapped[str] = mapped_column(server_default="")
    """Extraction identity of the response. It is "" if the response was not read, or if an older program did not record
    the identity."""


class FetchPageRow(Base):
    """A further page of a visit to several addresses. The first page is in the fetch itself."""

    __tablename__ = "fetch_page"
    fetch_id: Mapped[int] = mapped_column(ForeignKey("fetch.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Position of the page. The first page has the position 0, so the first further page has the position 1."""
    url: Mapped[str]
    """The requested address."""
    final_url: Mapped[str]
    status: Mapped[int | None]
    headers: Mapped[list[Any]]
    body_sha256: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the decompressed body; None if there was no complete response."""
    snapshot_sha256: Mapped[str | None] = mapped_column(ForeignKey("blob.sha256"))
    """Address of the kept raw body. None if the fetch does not keep its own body."""


class LeftOutRow(Base):
    """The left-out prose of a page. A row is added with each version, and when watched sentences appear or disappear.
    It is evidence. The row contains only hashes of the prose, because the prose itself is in the snapshot of the fetch.
    """

    __tablename__ = "left_out"
    __table_args__ = (Index("ix_left_out_policy_id_id", "policy_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    fetch_id: Mapped[int] = mapped_column(ForeignKey("fetch.id"), unique=True)
    hashes: Mapped[list[Any]]
    """SHA-256 of each left-out part, in reading order."""
    words: Mapped[int]
    """Number of words in all left-out sentences."""
    page_words: Mapped[int]
    """Number of words in the left-out sentences and in the policy together."""
    watched: Mapped[list[Any]]
    """Left-out sentences about sharing or rights. Each has the text, the topics, and the reason why it was left out."""
    came: Mapped[list[Any]]
    """Watched sentences that the page did not have before. It is empty for a first version."""
    gone: Mapped[list[Any]]
    differences: Mapped[int]
    """Number of sentences that appeared or disappeared. Queries use it to find the fetches with such sentences."""


class KnownPageRow(Base):
    """A fingerprint of a response. A response with the same fingerprint has the text of the policy's latest version,
    and need not be parsed. A fingerprint is not evidence. If it is deleted, the next response is parsed again, and
    nothing is lost.
    """

    __tablename__ = "known_page"
    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), index=True)
    version: Mapped[int]
    """The version's number."""
    identity: Mapped[str]
    """Extraction identity of the program that parsed the page."""
    fallback: Mapped[bool]
    exact: Mapped[str] = mapped_column(String(64))
    """Hash of the whole response."""
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    """`document.fingerprint_all`; None if the policy's pages have no fingerprint."""


class RestingHostRow(Base):
    """A host that asked for a pause. The pause may last longer than the run."""

    __tablename__ = "resting_host"
    host: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]
    why: Mapped[str]


class VersionRow(Base):
    """A version: a text of a policy, numbered from 1."""

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("policy_id", "number"), UniqueConstraint("fetch_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    number: Mapped[int]
    """Number of the version, from 1."""
    fetch_id: Mapped[int] = mapped_column(ForeignKey("fetch.id"))
    seen_at: Mapped[datetime] = mapped_column(index=True)
    """Start of the fetch that first saw the version."""
    document_sha256: Mapped[str] = mapped_column(ForeignKey("blob.sha256"))
    identity: Mapped[str]
    """Extraction identity."""
    dates: Mapped[list[Any]]
    """Dates that the policy states about itself. Each has a kind, an ISO date, and the words."""
    boundary: Mapped[bool]
    """True if the version cannot be compared directly with the previous version."""
    text_sha256: Mapped[str] = mapped_column(String(64))
    """`document.text_identity`."""
    confirmed: Mapped[bool] = mapped_column(server_default=true())
    """False if the version was odd and no second look confirmed it."""
    returns_to: Mapped[int | None]
    """Number of the earlier version with the same text."""
    flapping: Mapped[bool] = mapped_column(server_default=false())
    """Whether the text goes back and forth. The alerts of such a version are held."""
    fetch: Mapped[FetchRow] = relationship(lazy="joined")


class PendingRow(Base):
    """An odd text that is waiting for a second look; at most one for each policy."""

    __tablename__ = "pending"
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True, autoincrement=False)
    fetch_id: Mapped[int] = mapped_column(ForeignKey("fetch.id"))
    """The fetch that first saw the odd text. The snapshot of this fetch is kept."""
    since: Mapped[datetime]
    """Time when the first odd text of the current series was seen. The time `confirm_max` is counted from here."""
    seen_at: Mapped[datetime]
    """Time when this text was first seen."""
    tried_at: Mapped[datetime]
    """Time of the last visit. The time `confirm_after` is counted from here."""
    text_sha256: Mapped[str] = mapped_column(String(64))
    """`document.text_identity`."""
    reason: Mapped[str]
    visits: Mapped[int]
    """Number of visits since the first odd text of the series was seen, including the visit that first saw it."""


class ChangeRow(Base):
    """A change: the difference between a version and an earlier version, usually the previous version. For a net
    change, a `NetChangeRow` refers to the earlier version.
    """

    __tablename__ = "change"
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), index=True)
    """The later version. The earlier version has the number before it, unless the change has a `NetChangeRow`."""
    material: Mapped[bool]
    severity: Mapped[str | None]
    topics: Mapped[list[Any]]
    judged_by: Mapped[str]
    coarse: Mapped[bool]
    timing: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """The fields of `differ.model.Timing`, with ISO dates. Empty for changes that were recorded before this column
    existed.
    """
    drift: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    """Languages that the change did not update: the text changed in another language, but not in these languages."""
    recorded_at: Mapped[datetime]
    version: Mapped[VersionRow] = relationship(lazy="joined")


class NetChangeRow(Base):
    """Marks a change as a net change, and refers to its earlier version. This row is evidence. A net change is recorded
    when a message must report the difference between the current version and an older version that its readers know.
    """

    __tablename__ = "net"
    __table_args__ = (UniqueConstraint("change_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("change.id"))
    earlier_id: Mapped[int] = mapped_column(ForeignKey("version.id"), index=True)


IS_STEP = ChangeRow.id.not_in(select(NetChangeRow.change_id))
"""Condition that a change is a step and not a net change. A step is the difference between a version and the previous
version.
"""


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
    """Position of the finding in its change, from 0."""
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
    """Code of the explanation, such as "T1.sale/sale/added". In old rows it is a sentence."""
    translations: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    """Facts of the explanation, as pairs of a role and a text. In old rows, these are pairs of a language and a
    sentence.
    """
    edits: Mapped[list[Any]]
    """Pairs of operation and text."""


class SuppressionRow(Base):
    """An edit in a change that is not reported, and the rule that kept it quiet."""

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
    """A name of a policy, and the time since which the policy has this name. It is evidence. The name in `PolicyRow` is
    not evidence, because it may change.
    """

    __tablename__ = "naming"
    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), index=True)
    name: Mapped[str]
    since: Mapped[datetime]


class RemovalRow(Base):
    """The removal of a fetch's raw body. It is evidence. Add this row when `snapshot_sha256` of the fetch is set to
    None.
    """

    __tablename__ = "removal"
    __table_args__ = (UniqueConstraint("fetch_id", "position"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    fetch_id: Mapped[int] = mapped_column(ForeignKey("fetch.id"))
    position: Mapped[int]
    """Position of the page. It is 0 for the fetch's own body."""
    sha256: Mapped[str] = mapped_column(String(64))
    """Address of the removed body: the former value of `snapshot_sha256`."""
    removed_at: Mapped[datetime]
    reason: Mapped[str]
    """The rule that allowed the removal, in words."""


class RestoreRow(Base):
    """A restoration of the archive from a backup. Rows that were recorded after the backup was made are gone."""

    __tablename__ = "restore"
    id: Mapped[int] = mapped_column(primary_key=True)
    restored_at: Mapped[datetime]
    versions: Mapped[dict[str, Any]]
    """Number of each policy's latest version in the backup, or 0 if the policy had no version. The keys are the numbers
    of the policies.
    """


class ChainEntryRow(Base):
    """An entry of the chain over the evidence; see archive/storage/sealing. It contains the hash of the entry
    before.
    """

    __tablename__ = "chain_entry"
    __table_args__ = (UniqueConstraint("kind", "row_id"),)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Number of the entry, from 1 without gaps."""
    kind: Mapped[str] = mapped_column(String(16))
    row_id: Mapped[int]
    row_sha256: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]


class ChainStampRow(Base):
    """A time stamp (RFC 3161) of a chain head, signed by an authority. It is not part of the chain."""

    __tablename__ = "chain_stamp"
    id: Mapped[int] = mapped_column(primary_key=True)
    sequence: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    authority: Mapped[str]
    """Address of the authority."""
    token: Mapped[bytes] = mapped_column(LargeBinary)
    """The whole response in DER."""
    stamped_at: Mapped[datetime]
    """The time in the authority's signature."""


class SubscriptionRow(Base):
    """A subscription. It covers changes and findings that were recorded after the subscription was first seen. If its
    scope was extended later, the added part covers only records from after the extension.
    """

    __tablename__ = "subscription"
    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber: Mapped[str] = mapped_column(unique=True)
    scope: Mapped[dict[str, Any]]
    """The scopes of the subscription. Each scope has the number of the last change before the scope came into force.
    This column also contains the last change for which alerts were planned.
    """
    since: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(16), server_default="configuration")
    """Origin of the subscription: `configuration` or `command line`."""
    settings: Mapped[dict[str, Any] | None]
    """The scope and the targets of a subscription that was made on the command line. None for a subscription in the
    configuration."""
    created_by: Mapped[str] = mapped_column(server_default=text("''"))
    """Login of the person who made the subscription on the command line, or ""."""
    created_at: Mapped[datetime | None]
    """Time when the subscription was first seen, or when it returned to the configuration."""
    removed_at: Mapped[datetime | None]
    """Time when the subscription was removed from the configuration. If it returns after more than `planning.ABSENCE`,
    it is treated as a new subscription.
    """
    forgotten_at: Mapped[datetime | None]
    """Time when the person was erased. After this time, the name and the recipients no longer identify anybody."""
    digested_until: Mapped[datetime | None]
    """End of the period that the last digest covers. Before the first digest, it is the time when the subscription was
    first seen."""
    digested_fetch_id: Mapped[int | None]
    """The newest fetch that a digest has counted. Before the first digest, it is the newest fetch at the time when the
    subscription was first seen.
    """
    digested_change_id: Mapped[int | None]
    """The newest change that a digest has counted. Before the first digest, it is the newest change at the time when
    the subscription was first seen.
    """


class AlertRow(Base):
    """A finding that concerns a subscription."""

    __tablename__ = "alert"
    __table_args__ = (UniqueConstraint("finding_id", "subscription_id"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Id. It is calculated from the finding and the subscriber, so planning the same alert twice gives the same id."""
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscription.id"), index=True)
    planned_at: Mapped[datetime]
    digest: Mapped[str | None]
    """Key of the digest that contains the alert. It is "" while the alert waits for the next digest. It is None if the
    alert is sent at once.
    """


class ReviewRow(Base):
    """A person's review of a finding. It is evidence, except for the name. Rows are added and never altered."""

    __tablename__ = "review"
    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    """acknowledge, false-alarm, or comment."""
    text: Mapped[str]
    """A comment, or ""."""
    by: Mapped[str]
    """The reviewer's name, which can be erased."""
    at: Mapped[datetime]


class QuietReviewRow(Base):
    """A person's review of a suppression: an edit that was not reported. It is evidence, except for the name. Rows are
    added and never altered."""

    __tablename__ = "quiet_review"
    id: Mapped[int] = mapped_column(primary_key=True)
    suppression_id: Mapped[int] = mapped_column(ForeignKey("suppression.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    """missed or take-back."""
    text: Mapped[str]
    """A comment, or ""."""
    by: Mapped[str]
    """The reviewer's name, which can be erased."""
    at: Mapped[datetime]


class WaitingRow(Base):
    """A finding that waits for a review. It is not evidence, because it follows from findings, alerts and reviews; see
    archive/storage/waiting_list.
    """

    __tablename__ = "waiting"
    __table_args__ = (Index("ix_waiting_rank_change_id", "rank", "change_id"),)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), primary_key=True, autoincrement=False)
    change_id: Mapped[int] = mapped_column(ForeignKey("change.id"), index=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), index=True)
    rank: Mapped[int]
    """Position of the finding's severity in `differ.model.SEVERITIES`. It is 0 for critical findings."""
    topic: Mapped[str]
    language: Mapped[str]
    seen_at: Mapped[datetime]
    """Time when the change was first seen."""
    stated_due: Mapped[datetime | None]
    """The first day that the policy states for the change and that is later than `seen_at`. None if there is no such
    day.
    """


class StatedDayRow(Base):
    """A day that a policy states for a change. It is not evidence. The evidence is in `ChangeRow.timing`."""

    __tablename__ = "stated_day"
    change_id: Mapped[int] = mapped_column(ForeignKey("change.id"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    """`effective` for the effective date, `due` for the end of a notice or objection window."""
    day: Mapped[datetime] = mapped_column(index=True)
    """The beginning of the day in UTC."""


class PolicyNoteRow(Base):
    """A note on a policy. It is not evidence, and a new note replaces the old note."""

    __tablename__ = "policy_note"
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True, autoincrement=False)
    text: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]


class AssignmentRow(Base):
    """The person who should review the findings of a change, and the due date. It is not evidence."""

    __tablename__ = "assignment"
    change_id: Mapped[int] = mapped_column(ForeignKey("change.id"), primary_key=True, autoincrement=False)
    person: Mapped[str]
    """The person's name, or "" if only the due date is set."""
    due_at: Mapped[datetime | None]
    """Due date that somebody set. None if the calculated due date applies."""
    by: Mapped[str]
    at: Mapped[datetime]


class ToldTroubleRow(Base):
    """A problem with the monitoring of which an operator was notified. This row contains no names or addresses of
    people, but refers to the rows with them. So nothing needs to be erased here.
    """

    __tablename__ = "told_trouble"
    id: Mapped[int] = mapped_column(primary_key=True)
    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscription.id"), index=True)
    """The operator's subscription."""
    kind: Mapped[str] = mapped_column(String(16))
    """unread, gone, fallback, flapping, missed, idle, waiting, undelivered, template, or left-out; see
    notifier/contents/incident."""
    about: Mapped[str]
    """Number of the policy, the subscription or the delivery, or the name of the template."""
    episode: Mapped[str]
    """Text that distinguishes this occurrence of a problem from other occurrences: the number of the first visit with
    the problem, or "".
    """
    since: Mapped[datetime]
    """Time when the problem began, as far as known."""
    told_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """Time when the program noticed that the problem was over. None while the problem lasts."""


class NewsRow(Base):
    """News for a subscription: a change to the list of policies that no message to the subscriber contains yet. The row
    is deleted when a message contains the news.
    """

    __tablename__ = "news"
    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscription.id"), primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(ForeignKey("policy_event.id"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    """Kind of message that will contain the news: digest or operator."""


class RunRow(Base):
    """A run of the program. The watchdog reads these rows to see whether runs are completed."""

    __tablename__ = "run"
    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """Time when the run was completed. None while the run is in progress. It stays None if the run is interrupted."""
    error: Mapped[str] = mapped_column(server_default=text("''"))
    """Reason for the interruption, without secrets. It is "" if the run was not interrupted, or if the reason is
    unknown."""


class IdleMarkRow(Base):
    """The only row of its table; see `archive/idle.py`. Times are in seconds since 1970."""

    __tablename__ = "idle_mark"
    id: Mapped[int] = mapped_column(primary_key=True)
    writes: Mapped[int]
    """Number of transactions that altered a row."""
    noted: Mapped[int | None]
    """The value of `writes` after the mark was stored. The mark is valid as long as `writes` has this value."""
    configuration: Mapped[str] = mapped_column(server_default="")
    since: Mapped[float] = mapped_column(server_default=text("0"))
    until: Mapped[float] = mapped_column(server_default=text("0"))
    well_until: Mapped[float] = mapped_column(server_default=text("0"))
    watched: Mapped[int] = mapped_column(server_default=text("0"))
    paused: Mapped[int] = mapped_column(server_default=text("0"))


class DeliveryRow(Base):
    """A message to one target through one channel. Examples are a message with all alerts about a change, a digest, and
    a welcome message.
    """

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("subscription_id", "kind", "key", "channel", "recipient"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), server_default="alert")
    """alert, digest, welcome, or operator."""
    key: Mapped[str] = mapped_column(server_default=text("''"))
    """Key of the message. Two messages of the same kind and subscription have different keys. So if a message is
    planned twice, it is added only once. For an alert, the key is the number of the change. For a digest, the key
    begins with the end of the period.
    """
    urgent: Mapped[bool] = mapped_column(server_default=false())
    """Whether the message is sent even in quiet hours."""
    payload: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """The content of the message at the time of planning. For an alert, it leaves out the facts that are in the change
    and its findings.
    """
    change_id: Mapped[int | None] = mapped_column(ForeignKey("change.id"), index=True)
    """The change of an alert. None for other kinds of messages."""
    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscription.id"), index=True)
    channel: Mapped[str]
    """The channel's name in the configuration, never its URL."""
    recipient: Mapped[str]
    """An address within the channel, or ""."""
    planned_at: Mapped[datetime | None]
    """Time of planning. None if an older program, which did not record the time, planned the message."""
    state: Mapped[str] = mapped_column(String(16), index=True)
    """State of the delivery: due, sending, accepted, dead, or cancelled. A delivery is cancelled if its subscription or
    target was removed; see notifier/outbox.
    """
    due_at: Mapped[datetime]
    attempts: Mapped[int]
    accepted_at: Mapped[datetime | None]
    error: Mapped[str]
    """Error of the last attempt, with secrets masked."""


class SectionRow(Base):
    """The text of a section, for the search. A text that occurs several times is stored once. This row is not evidence;
    see archive/search/index.

    The stems of the text are in `section_words`, a full-text index of SQLite or PostgreSQL.
    """

    __tablename__ = "section"
    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the heading path, the language and the text."""
    path: Mapped[str]
    """Headings joined by " > "."""
    heading: Mapped[str]
    language: Mapped[str]
    text: Mapped[str]
    """The blocks of the section, each on its own line."""


class StandingRow(Base):
    """A series of successive versions that have the same section. It is not evidence."""

    __tablename__ = "standing"
    __table_args__ = (Index("ix_standing_policy_id_last", "policy_id", "last"),)
    section_id: Mapped[int] = mapped_column(ForeignKey("section.id"), primary_key=True, autoincrement=False)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True, autoincrement=False)
    first: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Number of the first version that has the section."""
    last: Mapped[int | None]
    """Number of the last version that has the section. None while the policy still has the section."""
    appeared_at: Mapped[datetime]
    """Time when the first version was first seen."""
    gone_at: Mapped[datetime | None]
    """Time when the first version without the section was first seen. None while the policy still has the section."""


class IndexedRow(Base):
    """Records up to which version the sections of a policy can be searched. This row is not evidence."""

    __tablename__ = "indexed"
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True, autoincrement=False)
    number: Mapped[int]
    """Number of this version. It is 0 if an older program recorded versions without indexing them, so that all versions
    must be indexed first.
    """


class ListedRow(Base):
    """Records up to which version the rights and recipients of a policy are listed. This row is not evidence. See
    archive/recording/inventories.
    """

    __tablename__ = "listed"
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True, autoincrement=False)
    number: Mapped[int]
    """Number of this version. It is 0 if no version is listed yet."""
    identity: Mapped[str] = mapped_column(String(16))
    """`differ.judgement.inventory_identity` of the rules that made the list."""
    complete: Mapped[bool]
    """Whether the latest version is listed."""


class EntryColumns:
    """Columns of an entry: a right or a recipient that successive versions of a policy name in the same words."""

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    first: Mapped[int]
    """Number of the first version that names the right or recipient in these words."""
    last: Mapped[int | None]
    """Number of the last version that names the right or recipient in these words. None while the latest version has
    these words.
    """
    appeared_at: Mapped[datetime]
    """Time when the first version was first seen."""
    gone_at: Mapped[datetime | None]
    """Time when the first version without these words was first seen. None while the policy still has these words."""
    since: Mapped[datetime]
    """Time from which on all versions of the policy name the right or recipient. The words for it may have changed
    since then.
    """
    language: Mapped[str]
    section: Mapped[str]
    """Headings joined by " > "."""
    sentence: Mapped[str]


class NamedRightRow(EntryColumns, Base):
    """A right that a policy names. It is not evidence. The fields are those of `differ.judgement.inventory.Right`."""

    __tablename__ = "named_right"
    __table_args__ = (
        Index("ix_named_right_policy_id_last", "policy_id", "last"),
        Index("ix_named_right_right_last_policy_id", "right", "last", "policy_id"),
    )
    right: Mapped[str]
    deadline: Mapped[str]
    fee: Mapped[str]
    channel: Mapped[str]


class NamedRecipientRow(EntryColumns, Base):
    """A recipient that a policy names. It is not evidence. The fields are those of
    `differ.judgement.recipients.Recipient`."""

    __tablename__ = "named_recipient"
    __table_args__ = (
        Index("ix_named_recipient_policy_id_last", "policy_id", "last"),
        Index("ix_named_recipient_kind_last_policy_id", "kind", "last", "policy_id"),
        Index(
            "ix_named_recipient_codes",
            "codes",
            "last",
            "policy_id",
            sqlite_where=text("codes <> ''"),
            postgresql_where=text("codes <> ''"),
        ),
    )
    kind: Mapped[str]
    name: Mapped[str]
    purpose: Mapped[str]
    country: Mapped[str]
    codes: Mapped[str]
    """Codes of the countries in `country`, each with a space before and after it. It is "" if there are none."""


class PersonRow(Base):
    """A person who may sign in at the desk."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str] = mapped_column(String(16))
    """reader, reviewer, auditor or operator."""
    password: Mapped[str] = mapped_column(server_default="")
    """The password's hash. It is "" until the person sets a password."""
    language: Mapped[str] = mapped_column(String(3), server_default="en")
    zone: Mapped[str] = mapped_column(server_default="UTC")
    keys: Mapped[bool] = mapped_column(server_default=true())
    """Whether pressing a single key is a command on the person's pages."""
    created_at: Mapped[datetime]


class SecretColumns:
    """Columns of a secret that belongs to a person. The secret itself is not stored."""

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]


class SessionRow(SecretColumns, Base):
    """A browser in which a person is signed in. The secret is the browser's cookie."""

    __tablename__ = "desk_session"
    seen_at: Mapped[datetime]
    """Time of the last request, to within a few minutes."""
    ends_at: Mapped[datetime]
    """Time when the session ends even if it is used."""


class BrowserRow(SecretColumns, Base):
    """A browser in which a person signed in with the password. The number of password attempts is limited. Such a
    browser has a separate limit, so other people's guesses cannot lock the person out.
    """

    __tablename__ = "desk_browser"


class LinkRow(SecretColumns, Base):
    """A link that signs a person in once. Its row is deleted when it is used."""

    __tablename__ = "desk_link"
    ends_at: Mapped[datetime]


class TokenRow(SecretColumns, Base):
    """A token with which a program sends requests on behalf of a person."""

    __tablename__ = "desk_token"
    name: Mapped[str]
    role: Mapped[str] = mapped_column(String(16))
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    """Time of the last request, to within an hour. None if the token was never used."""


class FeedRow(SecretColumns, Base):
    """A secret address of a feed or a calendar. Nothing can be changed through it."""

    __tablename__ = "desk_feed"
    kind: Mapped[str] = mapped_column(String(16))
    """atom or calendar."""


class AccessRow(Base):
    """An entry of the access log: something that a person did at the desk. The name can be erased."""

    __tablename__ = "desk_access"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    person: Mapped[str]
    """Name of the person, or "" if nobody was signed in."""
    deed: Mapped[str] = mapped_column(String(32))
    about: Mapped[str]
    """The policy, the version or the findings that the action was about, or ""."""
