"""Makes random histories of two policies. The texts of the policies change and return. Meanwhile, some channels to the
three subscribers fail.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from functools import cache
from random import Random

from archive.model import AssessedFetch, Policy, SecondLooks
from archive.recording.policies import synchronise
from archive.recording.recorder import latest, record
from archive.storage.database import Archive
from differ.model import Comparison
from differ.visits.assessment import Assessment
from differ.visits.comparing import compare
from notifier import outbox
from notifier.audience.planning import ROUNDUP_FROM
from notifier.audience.subscriptions import Channel, Subscriber, Target
from notifier.audience.timing import Quiet, Schedule
from notifier.sending.delivery import deliver
from tests.archive.visits import HOUR, START, TEAHOUSE, fetched, same, seen, written
from tests.notifier.sink import Sink
from tests.notifier.statements import Statement, Truth, Witness, faults_of, of_mail, of_webhook
from tests.smtp import MailServer

TEXTS = {
    "A": "We do not share your orders with anyone.",
    "B": "We share your orders with our advertising partners.",
    "C": "We sell your orders to data brokers. You cannot object to this.",
    "D": "We share your orders with the police only. You may object to this within 30 days.",
}
"""Texts of a policy, by letter. All subscribers want to be notified of the difference between any two of these
texts.
"""

OFFICER, LAWYER = "officer@example.org", "pengacara@example.org"
SUBSCRIBERS = (
    Subscriber("Desk", (Target("desk", OFFICER), Target("hook")), welcome=False),
    Subscriber("Records", (Target("records"),), alerts="digest", digest=Schedule("daily", time(8)), welcome=False),
    Subscriber(
        "Pengacara",
        (Target("desk", LAWYER),),
        language="id",
        quiet=Quiet(time(20), time(6)),
        timezone="Asia/Jakarta",
        welcome=False,
    ),
)
READERS = ("desk " + OFFICER, "desk " + LAWYER, "hook", "records")
GAPS = (HOUR, 5 * HOUR, 26 * HOUR, 3 * 24 * HOUR, 8 * 24 * HOUR)
QUIET = timedelta(days=7)
VISITS = 8
POLICIES = tuple(
    replace(TEAHOUSE, name=name, url=f"https://{name}.example/privacy", looks=SecondLooks(flap_quiet=QUIET))
    for name in ("Teahouse", "Inn")
)


@cache
def judged(before: str, after: str) -> Comparison:
    """Return the judgement of the difference between two of the texts."""
    return compare(written(TEXTS[before]), written(TEXTS[after]))


@dataclass
class History:
    """One history: the versions that were recorded, and the messages that each reader got."""

    archive: Archive
    mail: MailServer
    hook: Sink
    chance: Random
    now: datetime = START
    truths: dict[str, Truth] = field(default_factory=lambda: {policy.name: Truth() for policy in POLICIES})
    witnesses: dict[tuple[str, str], Witness] = field(default_factory=dict)
    messages: int = 0
    roundup_from: int = ROUNDUP_FROM
    """Number of changes that become one message."""

    def run(self) -> list[str]:
        """Make the random visits and send the messages. Then let all channels work until nothing waits. Return a
        sentence for each false message, each lost message, and each message in the wrong order.
        """
        synchronise(self.archive, POLICIES, self.now)
        for policy in POLICIES:
            self.visit(policy, "A")
            for reader in READERS:
                self.witnesses[reader, policy.name] = Witness(self.truths[policy.name], QUIET)
        outbox.register(self.archive, SUBSCRIBERS, self.now)
        for _ in range(VISITS):
            self.now += self.chance.choice(GAPS)
            self.disturb()
            for policy in POLICIES:
                self.change(policy)
            if self.chance.random() < 0.8:
                self.deliver()
        self.settle()
        return list(faults_of(self.witnesses))

    def disturb(self) -> None:
        """Decide at random which channels fail and which work."""
        for address in (OFFICER, LAWYER):
            answer = self.chance.choice((None, None, "451 busy", "550 no such mailbox"))
            self.mail.refuses.pop(address, None)
            if answer:
                self.mail.refuses[address] = answer
        self.hook.status = self.chance.choice((200, 200, 503))

    def change(self, policy: Policy) -> None:
        """Visit a policy. The text is the same as before or has changed. Some changed texts are so unusual that a
        second look comes first."""
        current = self.truths[policy.name].texts[-1]
        letter = self.chance.choice((current, *TEXTS))
        if letter != current and self.chance.random() < 0.2:
            self.look_twice(policy, letter)
            self.now += HOUR
            letter = self.chance.choice((letter, current))
        self.visit(policy, letter)

    def look_twice(self, policy: Policy, letter: str) -> None:
        """Record an unusual text that waits for a second look."""
        assessment = Assessment("pending", document=written(TEXTS[letter]), identity="e1", detail="much is gone")
        known = latest(self.archive, policy.name)
        self._record(AssessedFetch(fetched(self.now), assessment, None if known is None else known.number), policy)

    def visit(self, policy: Policy, letter: str) -> None:
        """Record that a policy was seen with a text."""
        known, truth = latest(self.archive, policy.name), self.truths[policy.name]
        text = written(TEXTS[letter])
        truth.last_seen = self.now
        if known is None:
            self._record(seen(self.now, text, None), policy)
        elif truth.texts[-1] == letter:
            self._record(same(self.now, known.number), policy)
            return
        else:
            self._record(seen(self.now, text, known.number, judged(truth.texts[-1], letter)), policy)
        truth.texts.append(letter)
        truth.seen.append(self.now)

    def _record(self, visit: AssessedFetch, policy: Policy) -> None:
        record(self.archive, replace(visit, fetch=replace(visit.fetch, policy=policy.name)), self.now)

    def deliver(self, *, early: bool = False) -> None:
        """Send the messages that are due, and judge them."""
        mails, posts = len(self.mail.received), len(self.hook.taken)
        channels = [
            Channel("desk", self.mail.url),
            Channel("hook", self.hook.signed("a secret of 32 bytes for a test.", "hook")),
            Channel("records", self.hook.signed("a secret of 32 bytes for a test.", "records")),
        ]
        deliver(
            self.archive, SUBSCRIBERS, channels, clock=lambda: self.now, early=early, roundup_from=self.roundup_from
        )
        for received in self.mail.received[mails:]:
            self.hear(f"desk {received.recipients[0]}", list(of_mail(received)))
        for taken, body in zip(self.hook.taken[posts:], self.hook.received[posts:], strict=True):
            self.hear(taken.path.strip("/"), list(of_webhook(body)))

    def hear(self, reader: str, statements: list[Statement]) -> None:
        self.messages += 1
        for statement in statements:
            self.witnesses[reader, statement.policy].hear([statement], self.now)

    def settle(self) -> None:
        """Let all channels work and all texts stay as they are. Send all messages that wait or were given up."""
        self.mail.refuses.clear()
        self.hook.status = 200
        for _ in range(3):
            self.now = self.now.replace(hour=5) + timedelta(
                days=9
            )  # 05:00 UTC is noon in Jakarta, which is not a quiet hour
            for policy in POLICIES:
                self.visit(policy, self.truths[policy.name].texts[-1])
            outbox.revive(self.archive, self.now)
            self.deliver(early=True)
