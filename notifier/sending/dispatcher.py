"""Dispatches deliveries. Each channel has its own thread, but only the caller's thread uses the archive.

A channel sends one message at a time. The caller claims a delivery, gives it to its channel, and commits the outcome as
soon as the channel is done. So a delivery is never claimed long before it is sent, and only the caller's thread opens
transactions.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime

from archive.storage import fault_injection
from archive.storage.database import Archive
from notifier import outbox
from notifier.audience.subscriptions import Channel, Subscriber, Target
from notifier.channels.outcome import Accepted, Failed, Outcome
from notifier.outbox import Claimed, Waiting
from notifier.sending.composing import compose
from notifier.texts.message import Message
from notifier.texts.rendering import Render, render

WORKERS = 16
"""Maximum number of channels that send at the same time. Any further channel waits until another channel has sent its
message."""

STRIKES = 3
"""Number of temporary failures in a row after which a channel is skipped until the next pass. This is needed because
some services do not report that they are unreachable, and each failure may take a whole time-out."""


@dataclass
class Dispatcher:
    """Dispatches the deliveries of one pass, channel by channel."""

    archive: Archive
    subscribers: Mapping[str, Subscriber]
    channels_by_name: Mapping[str, Channel]
    _: KW_ONLY
    clock: Callable[[], datetime]
    early: bool
    patience: float
    """Seconds after which no channel starts another delivery."""
    render: Render = render
    """Fills the templates of messages."""
    desk: str = ""
    """Public address of the desk, or "" if people cannot reach a desk."""
    sent: Counter[str] = field(default_factory=Counter)
    """Number of accepted deliveries by kind."""
    _waiting: dict[str, deque[Waiting]] = field(default_factory=dict)
    """Deliveries by channel. The next channel comes first."""
    _under_way: dict[Future[Outcome], Claimed] = field(default_factory=dict)
    _counts: Counter[str] = field(default_factory=Counter)
    _errors: dict[str, None] = field(default_factory=dict)
    _threads: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """The message thread of each delivery. Within a message thread, the older delivery is sent first. Message threads
    are not threads of the operating system.
    """
    _held_up: set[tuple[tuple[int, ...], Target]] = field(default_factory=set)
    """Message threads in which a delivery failed. Newer deliveries in such a thread must wait."""
    _strikes: Counter[str] = field(default_factory=Counter)
    """Failures in a row, by channel."""

    def run(self, due: Iterable[Waiting]) -> tuple[Counter[str], tuple[str, ...]]:
        """Try each delivery once. Return the numbers of accepted, postponed and dead deliveries, and the errors. Raises
        StorageError."""
        for delivery in due:
            self._waiting.setdefault(delivery.target.channel, deque()).append(delivery)
        began = time.monotonic()
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="channel") as pool:
            self._begin(pool)
            while self._under_way:
                done, _ = wait(self._under_way, return_when=FIRST_COMPLETED)
                for future in done:
                    self._settle(self._under_way.pop(future), future.result())
                if time.monotonic() - began >= self.patience:
                    self._give_in()
                self._begin(pool)
        return self._counts, tuple(self._errors)

    def _begin(self, pool: ThreadPoolExecutor) -> None:
        """Give each idle channel its next message."""
        busy = {claimed.target.channel for claimed in self._under_way.values()}
        for channel in [name for name in self._waiting if name not in busy]:
            if len(self._under_way) == WORKERS:
                return
            claimed = self._claim(channel)
            if claimed is None:
                continue
            reader = self.subscribers[claimed.notice.subscriber]
            message = compose(claimed.notice, reader.language, self.render, zone=reader.timezone, desk=self.desk)
            self._under_way[pool.submit(self._sent, claimed, message)] = claimed

    def _sent(self, claimed: Claimed, message: Message) -> Outcome:
        """Send a claimed delivery. Do not send it if the claim has expired, for example because this process was
        suspended. Another process may have sent the delivery in this case.
        """
        if self.clock() >= claimed.until:
            return Failed("this process was stopped before it could send; the message is retried")
        fault_injection.reach("before send")
        outcome = sent(self.channels_by_name, claimed.target, message)
        fault_injection.reach("after send")
        return outcome

    def _claim(self, channel: str) -> Claimed | None:
        """Claim the next delivery of a channel that can be claimed. Return None if there are no more such
        deliveries."""
        mine = self._waiting.pop(channel)
        while mine:
            delivery = mine.popleft()
            early = self.early or not delivery.is_due
            claimed = outbox.claim(self.archive, delivery.id, self.clock(), early=early)
            if claimed is None:
                self._counts["postponed"] += (delivery.thread, delivery.target) in self._held_up
                continue
            self._threads[claimed.id] = delivery.thread
            self._waiting[channel] = mine  # moved to the end, so that the other channels come first
            return claimed
        return None

    def _settle(self, claimed: Claimed, outcome: Outcome) -> None:
        """Commit the outcome of a delivery. Skip the rest of an unreachable channel."""
        channel = claimed.target.channel
        if isinstance(outcome, Accepted):
            self._strikes[channel] = 0
            outbox.note_accepted(self.archive, claimed.id, self.clock())
            self._counts["accepted"] += 1
            self.sent[claimed.kind] += 1
            return
        again = outbox.note_failed(self.archive, claimed, self.clock(), outcome)
        self._counts["postponed" if again else "dead"] += 1
        if again:
            self._held_up.add((self._threads[claimed.id], claimed.target))
        self._errors[f"{claimed.target}: {outcome.reason}"] = None
        self._strikes[channel] = 0 if outcome.permanent else self._strikes[channel] + 1
        if outcome.unreachable or self._strikes[channel] == STRIKES:
            self._counts["postponed"] += len(self._waiting.pop(channel, ()))

    def _give_in(self) -> None:
        """Leave for the next pass all deliveries that no channel has begun to send."""
        for channel, left in self._waiting.items():
            if left:
                self._counts["postponed"] += len(left)
                why = f"the pass had taken {self.patience:.0f} s; {len(left)} more wait for the next one"
                self._errors[f"{channel}: {why}"] = None
        self._waiting.clear()


def sent(channels_by_name: Mapping[str, Channel], target: Target, message: Message) -> Outcome:
    """Send a message to a target once; return the outcome."""
    if target.channel not in channels_by_name:
        return Failed(f"the configuration names no channel {target.channel!r}", unreachable=True)
    # Importing Apprise takes a third of a second, and most runs send nothing.
    from notifier import channels

    return channels.send_message(channels_by_name[target.channel], target.recipient, message)
