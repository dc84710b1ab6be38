"""The rows behind the messages: subscriptions, alerts and deliveries. The only user of sessions in this floor.

A change of state is a row, and sending is another: what is planned stays planned whatever happens to a server or to us.
"""

from __future__ import annotations

from notifier.outbox.alerts import plan_alerts
from notifier.outbox.claims import (
    Claimed,
    GivenUp,
    Open,
    Standing,
    claim,
    given_up,
    note_accepted,
    note_failed,
    open_deliveries,
    release_claims,
    revive,
    standing,
)
from notifier.outbox.contents import Telling
from notifier.outbox.digests import plan_digest_now, plan_digests, preview_digest
from notifier.outbox.erasure import Erased, forget
from notifier.outbox.incidents import Templates, plan_missed, plan_operation
from notifier.outbox.subscriptions import (
    Made,
    NameTakenError,
    NoSubscriptionError,
    everyone,
    made,
    register,
    subscribe,
    unsubscribe,
)
from notifier.outbox.welcomes import plan_welcomes

__all__ = [
    "Claimed",
    "Erased",
    "GivenUp",
    "Made",
    "NameTakenError",
    "NoSubscriptionError",
    "Open",
    "Standing",
    "Telling",
    "Templates",
    "claim",
    "everyone",
    "forget",
    "given_up",
    "made",
    "note_accepted",
    "note_failed",
    "open_deliveries",
    "plan_alerts",
    "plan_digest_now",
    "plan_digests",
    "plan_missed",
    "plan_operation",
    "plan_welcomes",
    "preview_digest",
    "register",
    "release_claims",
    "revive",
    "standing",
    "subscribe",
    "unsubscribe",
]
