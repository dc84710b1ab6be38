"""Checks the state after any crash: nothing is corrupt, half written or lost. A message is sent twice only if a
server accepted the message and a crash prevented us from recording the acceptance."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import text

from archive.evidence.chain import SavedHead, head
from archive.evidence.verification import Tally, verify
from archive.questions.history import document, versions_of
from archive.storage.database import Archive, open_archive
from tests.kills.commands import Child
from tests.kills.stand import Stand, numeral

BROKEN = {
    "a version without its fetch": (
        'SELECT count(*) FROM version v LEFT JOIN "fetch" f ON f.id = v.fetch_id WHERE f.id IS NULL'
    ),
    "a version without its text": (
        "SELECT count(*) FROM version v LEFT JOIN blob b ON b.sha256 = v.document_sha256 WHERE b.sha256 IS NULL"
    ),
    "a version without its page": (
        'SELECT count(*) FROM version v JOIN "fetch" f ON f.id = v.fetch_id '
        "LEFT JOIN blob b ON b.sha256 = f.snapshot_sha256 WHERE b.sha256 IS NULL"
    ),
    "a later version without its change": (
        "SELECT count(*) FROM version v LEFT JOIN change c ON c.version_id = v.id WHERE v.number > 1 AND c.id IS NULL"
    ),
    "a change without its findings": (
        "SELECT count(*) FROM change c LEFT JOIN finding f ON f.change_id = c.id WHERE f.id IS NULL"
    ),
    "an alert without its deliveries": (
        "SELECT count(*) FROM alert a JOIN finding f ON f.id = a.finding_id WHERE (SELECT count(*) FROM delivery d "
        "WHERE d.change_id = f.change_id AND d.subscription_id = a.subscription_id) <> 2 "
        "AND f.change_id NOT IN (SELECT change_id FROM net)"
    ),
    "an alert of a net change without a delivery": (
        "SELECT count(*) FROM alert a JOIN finding f ON f.id = a.finding_id JOIN net n ON n.change_id = f.change_id "
        "WHERE NOT EXISTS (SELECT 1 FROM delivery d WHERE d.change_id = f.change_id "
        "AND d.subscription_id = a.subscription_id)"
    ),
}
"""Queries that return 0 in an intact archive."""

UNTOLD = "SELECT count(*) FROM finding f LEFT JOIN alert a ON a.finding_id = f.id WHERE f.material AND a.id IS NULL"

WAITING = "SELECT count(*) FROM delivery WHERE state NOT IN ('accepted', 'cancelled')"
"""Counts messages that wait or were given up. A cancelled message was replaced by the message about a net change."""

TAKEN = """
SELECT d.channel, min(a.id) FROM delivery d JOIN finding f ON f.change_id = d.change_id
JOIN alert a ON a.finding_id = f.id WHERE d.state = 'accepted' GROUP BY d.id, d.channel
"""

VERSIONS = """
SELECT a.id, v.policy_id, v.number FROM alert a JOIN finding f ON f.id = a.finding_id
JOIN change c ON c.id = f.change_id JOIN version v ON v.id = c.version_id
"""

ALERT = re.compile(r"^Alert ([0-9a-f]{16,32})$", re.MULTILINE)

Message = tuple[str, str]
"""A message: the channel that accepted the message, and the smallest alert ID in the message."""


@dataclass
class Witness:
    """Checks the state after each crash. Remembers the head of the chain and the accepted messages from earlier
    states."""

    stand: Stand
    heads: list[SavedHead] = field(default_factory=list)
    excused: Counter[Message] = field(default_factory=Counter)
    """Number of crashes, by message, that happened after a server accepted the message and before we recorded this. For
    each such crash, the message may be sent once more.
    """

    def look(self, child: Child | None = None) -> list[str]:
        """Return the problems. Remember the head of the chain, and the accepted messages whose acceptance is not
        recorded."""
        settle(self.stand)
        with open_archive(self.stand.database) as archive:
            found = [*broken(archive), *self._verified(archive), *self._forgotten(archive, child)]
            self.heads.append(SavedHead.parse(str(head(archive))))
            unnoted = set(received(self.stand)) - noted(archive)
        window = Counter(channel for channel, _ in unnoted - set(self.excused))
        found += [f"{many} messages were under way in one channel" for many in window.values() if many > 1]
        self.excused.update(unnoted)
        return found

    def final(self) -> list[str]:
        """Return the problems after everything was sent, such as messages that were lost or were sent twice without
        a reason."""
        got = received(self.stand)
        with open_archive(self.stand.database) as archive:
            with archive.reading() as session:
                untold = session.execute(text(UNTOLD)).scalar_one()
                waiting = session.execute(text(WAITING)).scalar_one()
            lost = noted(archive) - set(got)
            disordered = out_of_order(self.stand, archive)
            quoted = [SavedHead.parse(quote) for quote in heads_told(self.stand)]
            flaws = [str(flaw) for flaw in verify(archive, Tally(), [*self.heads, *quoted])]
        twice = {message: many - 1 for message, many in got.items() if many > 1 + self.excused[message]}
        return [
            *(f"{many} findings were not told" for many in [untold] if many),
            *(f"{many} deliveries wait" for many in [waiting] if many),
            *(f"{message} was never taken" for message in lost),
            *(f"{message} came {many} times too often" for message, many in twice.items()),
            *(f"{message} has two names" for message in renamed(self.stand)),
            *(f"{channel} received messages about policy {policy} out of order" for channel, policy in disordered),
            *flaws,
        ]

    def _verified(self, archive: Archive) -> list[str]:
        return [str(flaw) for flaw in verify(archive, Tally(), self.heads[-3:], extract=False)]

    def _forgotten(self, archive: Archive, child: Child | None) -> list[str]:
        """Return the policies for which the command said that it had recorded the edition, but whose edition is not in
        the archive.
        """
        said = "" if child is None else child.said()
        recorded = re.compile(r"^(.+): (?:changed|first version)", re.MULTILINE)
        names = {match[1] for match in recorded.finditer(said)}
        told = [name for name in self.stand.editions if name in names]
        return [f"{name} was recorded, and is gone" for name in told if not is_newest(self.stand, archive, name)]


def broken(archive: Archive) -> list[str]:
    """Return a list of records that are half written or corrupt."""
    found = []
    with archive.reading() as session:
        if archive.engine.dialect.name == "sqlite":
            found += [row[0] for row in session.execute(text("PRAGMA integrity_check")) if row[0] != "ok"]
            found += [f"dangling {row}" for row in session.execute(text("PRAGMA foreign_key_check"))]
        for what, query in BROKEN.items():
            many = session.execute(text(query)).scalar_one()
            found += [f"{many} times {what}"] if many else []
    return found


def undone(stand: Stand) -> list[str]:
    """Return problems that must not exist after a command that ended with exit code 0: editions that are not
    recorded, and messages that wait.
    """
    with open_archive(stand.database) as archive:
        left = [
            f"{name} stands at an earlier edition" for name in stand.editions if not is_newest(stand, archive, name)
        ]
        with archive.reading() as session:
            waiting = session.execute(text(WAITING)).scalar_one()
    return left + [f"{waiting} deliveries wait"] * bool(waiting)


def is_newest(stand: Stand, archive: Archive, name: str) -> bool:
    """Return whether the latest version of a policy in the archive is the edition that was published last."""
    newest = versions_of(archive, name)[-1]
    return f" {numeral(stand.editions[name])} " in document(archive, newest).text


def noted(archive: Archive) -> set[Message]:
    """Return the messages whose acceptance is recorded in the archive."""
    with archive.reading() as session:
        return {(channel, alert) for channel, alert in session.execute(text(TAKEN))}


def settle(stand: Stand) -> None:
    """Wait until the servers have finished the work that they began before a crash."""
    before = None
    while before != (before := (len(stand.mail.received), len(stand.hook.taken), stand.hook.asked)):
        time.sleep(0.3)


def received(stand: Stand) -> Counter[Message]:
    """Return how often each message was accepted by the mail server or by the webhook receiver."""
    mails = Counter(("post", min(ALERT.findall(each.text))) for each in stand.mail.received)
    hooks = Counter(
        ("hook", min(alert["id"] for alert in json.loads(each.content)["alerts"])) for each in stand.hook.taken
    )
    return mails + hooks


def out_of_order(stand: Stand, archive: Archive) -> set[tuple[str, int]]:
    """Return the channels and policies for which a newer message came before an older message. Only the first copy of
    each message counts."""
    with archive.reading() as session:
        versions = {alert: (policy, number) for alert, policy, number in session.execute(text(VERSIONS))}
    found = set()
    for channel in ("post", "hook"):
        latest: dict[int, int] = {}
        for alert in dict.fromkeys(alert for name, alert in received(stand) if name == channel):
            policy, number = versions[alert]
            if number < latest.get(policy, 0):
                found.add((channel, policy))
            latest[policy] = number
    return found


def renamed(stand: Stand) -> Iterable[Message]:
    """Return the messages that were repeated with a new Message-ID or idempotency key. A receiver could not
    recognise such a message as a repetition."""
    names: dict[Message, set[str]] = {}
    for mail in stand.mail.received:
        names.setdefault(("post", min(ALERT.findall(mail.text))), set()).add(str(mail.mail["Message-ID"]))
    for taken in stand.hook.taken:
        alert = min(each["id"] for each in json.loads(taken.content)["alerts"])
        names.setdefault(("hook", alert), set()).add(taken.key)
    return [message for message, given in names.items() if len(given) > 1]


def heads_told(stand: Stand) -> list[str]:
    """Return the heads of the chain that the messages quote. The chain must agree with these heads."""
    return [json.loads(each.content)["chain_head"] for each in stand.hook.taken]
