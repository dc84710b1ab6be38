"""Defines the tables of subscriptions, and of the messages to subscribers and operators."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from archive.storage.tables.base import Base


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
