"""Measures the time to deliver alerts to fifty subscribers over five channels. One channel is dead, and one is slow.

    python benchmarks/delivery.py [--changes 20] [--subscribers 50] [--pause 0.2]

Each subscriber has one target. So 20 changes give 1,000 alerts in 1,000 messages, 200 for each channel. The first
channel leads to a mail server, and the second and third to webhook receivers. They accept all messages at once. The
fourth channel leads to a webhook receiver that waits before each response. The fifth channel leads to a port on which
no mail server runs. All servers run in a separate process. So the CPU time is only the time for planning, composing,
sending and committing.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from archive.storage.database import open_archive
from notifier import outbox
from notifier.audience.subscriptions import Channel, Subscriber, Target
from notifier.sending.delivery import deliver
from tests.archive.visits import watch
from tests.notifier.changes import WILL_NOT, record_change, record_first
from tests.notifier.sink import sink
from tests.smtp import free_port, mail_server

SECRET = "benchmark-of-deliveries"  # noqa: S105  of servers on loopback that end with this program
NAMES = ("mail", "hook", "second", "slow", "dead")


def serve(pause: float, pipe: Connection) -> None:
    """Run the servers, and send their addresses through the pipe.

    On request, send the number of messages that each server received.
    """
    with mail_server() as mail, sink() as hook, sink() as second, sink() as slow:
        slow.pause = pause
        pipe.send((mail.url, hook.signed(SECRET), second.signed(SECRET), slow.signed(SECRET)))
        pipe.recv()
        kept = [len(server.kept) for server in (hook, second, slow)]
        names = {(received.mail["Message-ID"], received.recipients) for received in mail.received}
        taken = [len(server.taken) for server in (hook, second, slow)]
        pipe.send([(len(mail.received), len(names)), *zip(taken, kept, strict=True)])


def subscribers(count: int) -> list[Subscriber]:
    """Return this number of subscribers, spread evenly over the channels. Each subscriber has one target."""
    found = []
    for number in range(count):
        channel = NAMES[number % len(NAMES)]
        recipient = f"reader-{number}@example.org" if channel in ("mail", "dead") else ""
        found.append(Subscriber(f"Reader {number}", (Target(channel, recipient),), welcome=False))
    return found


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", type=int, default=20)
    parser.add_argument("--subscribers", type=int, default=50)
    parser.add_argument("--pause", type=float, default=0.2, help="seconds before the slow one answers")
    given = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    servers = multiprocessing.get_context("spawn").Process(target=serve, args=(given.pause, theirs))
    servers.start()
    urls = [*ours.recv(), f"mailto://127.0.0.1:{free_port()}/?from=watch@clausewatch.example"]
    channels = [Channel(name, url) for name, url in zip(NAMES, urls, strict=True)]
    desk = subscribers(given.subscribers)
    with TemporaryDirectory() as folder, open_archive(f"sqlite:///{Path(folder) / 'watch.db'}") as archive:
        watch(archive)
        record_first(archive)
        outbox.register(archive, desk, datetime.now(UTC))
        for _ in range(given.changes):
            record_change(archive, WILL_NOT)
        clock, cpu = time.monotonic(), time.process_time()
        # Each change is sent as one message, because the benchmark measures the time for sending.
        summary = deliver(archive, desk, channels, roundup_from=given.changes + 1)
        clock, cpu = time.monotonic() - clock, time.process_time() - cpu
    ours.send("enough")
    got = ours.recv()
    servers.join()
    print(f"planned {summary.planned} alerts; accepted {summary.accepted}, to be tried again {summary.postponed}")
    for name, (copies, distinct) in zip(NAMES, got, strict=False):
        print(f"  {name:7} {copies} messages, {distinct} distinct")
    print(f"{clock:.1f} s by the clock, {cpu:.1f} CPU s: {cpu / max(summary.accepted, 1) * 1000:.1f} CPU ms a delivery")
    print(f"the slow channel alone: {given.pause * got[3][0]:.1f} s of waiting")


if __name__ == "__main__":
    main()
