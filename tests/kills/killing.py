"""Kills commands at named points and at random times, and checks the state after each kill."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.chance import seeded
from tests.kills.commands import Child
from tests.kills.soundness import Witness
from tests.kills.stand import Stand

EARLY = 0.1
"""Share of the random kills that happen while the command starts, before its work."""

BY_CLOCK = 0.4
"""Share of the random kills that happen at a random time, during the start (see `EARLY`) or during the work. All other
random kills happen soon after a random point.
"""

SOON = 0.02
"""Average number of seconds from a random point to the kill."""

MEASURED = 20
"""Number of kills after which the duration of a command without a kill is measured again."""


@dataclass
class Killing:
    """A series of kills, and the problems that were found."""

    stand: Stand
    seed: int
    prepare: Callable[[], object] = lambda: None
    """Function that makes work for the next command, such as a new edition of a policy."""
    killed: int = 0
    at_work: int = 0
    places: Counter[str] = field(default_factory=Counter)
    """Number of kills by the last point that the command had reached."""
    faults: list[str] = field(default_factory=list)
    _works: list[float] = field(default_factory=list)
    """Duration of the work, in seconds, of each command that was not killed."""
    _starts: list[float] = field(default_factory=list)
    _measured: int = 0
    _points: int = 1
    """Number of points that were reached by the last command that was not killed."""

    def __post_init__(self) -> None:
        self.witness = Witness(self.stand)
        self.random = seeded(self.seed)

    def at_point(self, number: int, *words: str) -> bool:
        """Kill a command at the point with this number. Return False if the command ends before that point."""
        self.prepare()
        child = self.stand.start(*words, until=number)
        child.end()
        killed = child.kill() and len(child.reached()) >= number
        self._note(child, killed, at_work=True)
        return killed

    def at_random(self, *words: str) -> None:
        """Kill a command at a random moment: during its start, after a random time of its work, or soon after a
        random point.

        A run mostly waits for the page and for its worker processes. So a kill at a random time rarely hits the end of
        the work. Kills soon after a random point are therefore needed too.
        """
        if self.killed >= MEASURED * self._measured:
            self.undisturbed(*words)  # this command finishes the work that killed commands left
            self.undisturbed(*words)
            self._measured += 1
        chance = self.random.random()
        self.prepare()
        child = self.stand.start(*words)
        if chance < EARLY:
            time.sleep(self.random.uniform(0, statistics.median(self._starts)))
        elif child.wait_for_work():
            if chance < BY_CLOCK:
                time.sleep(self.random.uniform(0, self._works[-1]))
            else:
                child.wait_for_points(self.random.randint(1, self._points))
                time.sleep(self.random.expovariate(1 / SOON))
        self._note(child, child.kill(), at_work=bool(child.reached()))

    def undisturbed(self, *words: str) -> Child:
        """Run a command until it ends, and record its duration."""
        self.prepare()
        began = time.monotonic()
        child = self.stand.start(*words)
        child.wait_for_work()
        self._starts.append(time.monotonic() - began)
        child.end()
        self._works.append(child.worked())
        self._points = max(1, len(child.reached()))
        self.faults += self.witness.look(child)
        return child

    def finish(self) -> list[str]:
        """Let the commands finish their work. Return all problems found so far."""
        for words in (("run", "--all"), ("notify", "send")):
            child = self.stand.call(*words)
            if child.code:
                self.faults.append(f"{words} ended with {child.code}: {child.said()}")
        self.faults += self.witness.look()
        return self.faults + self.witness.final()

    def summary(self) -> str:
        """Return a summary of the kills for docs/figures.md."""
        got = len(self.stand.mail.received), len(self.stand.hook.taken)
        distinct = len({str(each.mail["Message-ID"]) for each in self.stand.mail.received}), len(self.stand.hook.kept)
        return (
            f"{self.killed} kills, {self.at_work} at work; last points {dict(self.places)}; mails {got[0]} "
            f"({distinct[0]} distinct), webhooks {got[1]} ({distinct[1]} distinct); faults {len(self.faults)}"
        )

    def _note(self, child: Child, killed: bool, *, at_work: bool) -> None:
        if killed:
            self.killed += 1
            self.at_work += at_work
            self.places[(child.reached() or ["start"])[-1]] += 1
        child_faults = self.witness.look(child)
        if "Traceback" in child.said():
            child_faults.append(child.said())
        self.faults += child_faults
        if self.killed and self.killed % 25 == 0:
            print(self.summary(), *self.faults, flush=True)
