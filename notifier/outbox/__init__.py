"""Stores the rows that messages are made from: subscriptions, alerts and deliveries. No other package of the notifier
uses database sessions.

Planning and sending are separate steps, so a planned row stays in the database even if a server fails or this process
dies.
"""

from __future__ import annotations

from notifier.audience.order import Waiting
from notifier.outbox.alerts import plan_alerts
from notifier.outbox.amending import amend, reroute
from notifier.outbox.claims import (
    Claimed,
    DeliveryCounts,
    GivenUp,
    claim,
    delivery_counts,
    given_up,
    note_accepted,
    note_failed,
    open_deliveries,
    release_claims,
    revive,
)
from notifier.outbox.contents import MessageContent
from notifier.outbox.digests import next_digests, plan_digest_now, plan_digests, preview_digest
from notifier.outbox.erasure import Erased, erase_person
from notifier.outbox.incidents import Templates, plan_incidents, plan_missed
from notifier.outbox.overdue import Held, Overdue, held_messages, overdue
from notifier.outbox.roundups import held_until_the_end, merge_alerts
from notifier.outbox.subscriptions import (
    Made,
    NameTakenError,
    NoSubscriptionError,
    add_subscription,
    everyone,
    made,
    register,
    remove_subscription,
)
from notifier.outbox.welcomes import awaited_welcomes, plan_welcomes

__all__ = [
    "Claimed",
    "DeliveryCounts",
    "Erased",
    "GivenUp",
    "Held",
    "Made",
    "MessageContent",
    "NameTakenError",
    "NoSubscriptionError",
    "Overdue",
    "Templates",
    "Waiting",
    "add_subscription",
    "amend",
    "awaited_welcomes",
    "claim",
    "delivery_counts",
    "erase_person",
    "everyone",
    "given_up",
    "held_messages",
    "held_until_the_end",
    "made",
    "merge_alerts",
    "next_digests",
    "note_accepted",
    "note_failed",
    "open_deliveries",
    "overdue",
    "plan_alerts",
    "plan_digest_now",
    "plan_digests",
    "plan_incidents",
    "plan_missed",
    "plan_welcomes",
    "preview_digest",
    "register",
    "release_claims",
    "remove_subscription",
    "reroute",
    "revive",
]
