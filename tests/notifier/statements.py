"""Reads what messages state about versions, and checks these statements against the true history.

This module does not use the code that plans and writes messages. It reads the text of a mail as a person does, and the
JSON of a webhook as a program does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.smtp import Received

COMPARES = re.compile(r"clausewatch diff (\w+) (\d+) (\d+)")
IS_BACK = re.compile(r"(?:is back to the text of version|kembali ke teks versi) (\d+),")
IS_EARLIER = re.compile(
    r"(?:The policy had this text before, as version|Kebijakan ini pernah memuat teks ini, sebagai versi) (\d+),"
)
BETWEEN = re.compile(
    r"(?:In between, the policy had another text: version|"
    r"Di antara kedua teks itu, kebijakan ini memuat teks lain: versi) (\d+),"
)
SHOWN_BEFORE = re.compile(
    r"(?:The policy had the present text before, as version|"
    r"Kebijakan ini sudah pernah memuat teks yang sekarang, sebagai versi) (\d+),"
)
CAME_BACK = re.compile(r"(?:Versions|Versi) (\d+) (?:and|dan versi) (\d+) (?:have the same text|memuat teks yang sama)")
MORE_THAN_ONCE = ("changed more than once", "berubah lebih dari satu kali")
HEAD = re.compile(r"(\d+):[0-9a-f]{64}")
STAYED = (
    "showed the present text",
    "this is the text that stayed",
    "menampilkan teks yang sekarang",
    "teks yang akhirnya bertahan",
)


@dataclass(frozen=True, slots=True)
class Statement:
    """The claims of a message about one change of one policy."""

    policy: str
    earlier: int
    later: int
    _: KW_ONLY
    back_to: int | None
    """The number of the version to whose text the policy has returned, or None if the message does not state a
    return."""
    named: bool = False
    """Whether the message gives the number of that version, because the reader knows it."""
    stayed: bool
    """Whether the message states that the text has stayed the same for a while."""
    same_as: int | None
    """The number of a further version that has the same text as the earlier version, or None if the message names no
    such version.
    """
    between: frozenset[int]
    """The numbers of the versions whose text is said to have come in between."""
    shown_before: frozenset[int]
    """The numbers of the versions in between that are said to have the present text."""
    several: bool
    """Whether the message states that the policy changed more than once."""
    head: int
    """The number in the chain head."""


def of_mail(received: Received) -> Iterator[Statement]:
    """Yield what a mail states about the change of each policy. In a roundup, the statements about a change come before
    the command that shows this change.
    """
    text = " ".join(received.text.split())
    compared = list(COMPARES.finditer(text))
    (head,) = {int(number) for number in HEAD.findall(text)}
    for last, command in zip([0, *(command.end() for command in compared)], compared, strict=False):
        words = text[last : command.start()]
        named = IS_BACK.search(words)
        back = named or IS_EARLIER.search(words)
        before = CAME_BACK.search(words)
        yield Statement(
            command.group(1),
            int(command.group(2)),
            int(command.group(3)),
            back_to=int(back.group(1)) if back else None,
            named=named is not None,
            stayed=any(phrase in words for phrase in STAYED),
            same_as=int(before.group(1)) if before else None,
            between=frozenset(map(int, BETWEEN.findall(words))),
            shown_before=frozenset(map(int, SHOWN_BEFORE.findall(words))),
            several=any(phrase in words for phrase in MORE_THAN_ONCE),
            head=head,
        )


def of_webhook(body: Mapping[str, Any]) -> Iterator[Statement]:
    """Yield what the body of a webhook states. The body is about one change, or about each change in a digest or
    roundup."""
    for facts in body.get("reports") or body.get("changes") or [body]:
        if "later" in facts:
            back = facts["returned_to"]
            yield Statement(
                facts["policy"]["name"],
                facts["earlier"]["version"],
                facts["later"]["version"],
                back_to=None if back is None else back["version"],
                stayed=facts["flapping"] and facts.get("settled", True),
                same_as=facts["same_as"],
                between=frozenset(text["version"] for text in facts["in_between"] if not text["is_later_text"]),
                shown_before=frozenset(text["version"] for text in facts["in_between"] if text["is_later_text"]),
                several=facts["later"]["version"] - facts["earlier"]["version"] > 1,
                head=int(facts["chain_head"].partition(":")[0]),
            )


@dataclass
class Truth:
    """The true versions of one policy. Each version has a letter for its text and the time when the version was
    first seen."""

    texts: list[str] = field(default_factory=list)
    seen: list[datetime] = field(default_factory=list)
    last_seen: datetime | None = None

    def of(self, number: int) -> str:
        """Return the text of a version."""
        return self.texts[number - 1]


@dataclass
class Witness:
    """Judges the messages about one policy that one target gets."""

    truth: Truth
    quiet: timedelta
    """Time without a change after which a message may state that the text has stayed the same."""
    numbers: list[int] = field(default_factory=lambda: [1])
    """The versions that the reader knows: the first version, and the later version of each message."""
    told: set[int] = field(default_factory=lambda: {1})
    """The first version, and all versions that messages compared."""
    faults: list[str] = field(default_factory=list)
    head: int = 0
    """The number in the chain head of the last message."""

    def hear(self, statements: Iterable[Statement], now: datetime) -> None:
        """Judge the statements of a message that was sent at this time."""
        for statement in statements:
            faults = [*self._faults(statement, now), *self._omissions(statement)]
            self.faults += [f"{now:%m-%d %H:%M} {statement}: {fault}" for fault in faults]
            self.numbers.append(statement.later)
            self.told |= {statement.earlier, statement.later}
            self.head = statement.head

    def _faults(self, statement: Statement, now: datetime) -> Iterator[str]:
        truth, text = self.truth, self.truth.of(statement.later)
        before = {truth.of(number) for number in range(1, self.numbers[-1] + 1)}
        if text != truth.texts[-1]:
            yield f"version {len(truth.texts)} with another text is current"
        if statement.later <= self.numbers[-1]:
            yield f"the reader knows version {self.numbers[-1]} already"
        if truth.of(statement.earlier) != truth.of(self.numbers[-1]):
            yield f"the reader knows the text of version {self.numbers[-1]}"
        if statement.back_to is None and text in before:
            yield "the reader had that text before, and it is called new"
        if statement.back_to is not None and (truth.of(statement.back_to) != text or text not in before):
            yield "the reader never had that text, and it is called back"
        if statement.named and statement.back_to not in self.told:
            yield "no message named the version that is called back"
        if statement.stayed and (truth.last_seen or now) - truth.seen[-1] < self.quiet:
            yield "the text is said to have stayed, and was just seen first"

    def _omissions(self, statement: Statement) -> Iterator[str]:
        if (statement.same_as or statement.earlier) != self.numbers[-1]:
            yield f"nothing says that version {statement.earlier} has the text of version {self.numbers[-1]}"
        if statement.several != (statement.later - statement.earlier > 1):
            yield "it does not say whether there was another text in between"
        known = range(statement.same_as or statement.earlier, statement.later)
        between = {self.truth.of(number) for number in known} - {self.truth.of(statement.earlier)}
        if {self.truth.of(number) for number in statement.between} != between - {self.truth.of(statement.later)}:
            yield "it does not name each text in between"
        if bool(statement.shown_before) != (self.truth.of(statement.later) in between):
            yield "it does not say whether the present text was shown in between"
        if any(self.truth.of(number) != self.truth.of(statement.later) for number in statement.shown_before):
            yield "it says that the present text was shown when it was not"
        if statement.head < self.head:
            yield "its chain head is older than the head of an earlier message"

    @property
    def lost(self) -> bool:
        """Whether the last text that the reader knows differs from the current text."""
        return self.truth.of(self.numbers[-1]) != self.truth.texts[-1]


def faults_of(witnesses: Mapping[tuple[str, str], Witness]) -> Sequence[str]:
    """Return all false statements and all lost texts. Each is described with the reader and the policy."""
    faults = [f"{reader}, {policy}: {fault}" for (reader, policy), one in witnesses.items() for fault in one.faults]
    lost = [f"{reader}, {policy}: the current text was lost" for (reader, policy), one in witnesses.items() if one.lost]
    return faults + lost
