"""Writes the short form of a message for chat: the most important parts first, and the number of parts left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass

from differ.model import Severity, reasons_in
from notifier.audience.subscriptions import Language
from notifier.contents.change_notice import Passage
from notifier.texts import wording
from notifier.texts.dialects import Dialect, plain_link
from notifier.texts.phrases import Phrases, phrases_for
from notifier.texts.redline import Side, after, before, marked
from notifier.texts.sanitize import clipped, inert

LENGTH = 1300
"""Maximum length of the whole text, as the service counts it. Nobody reads more in a chat."""

SECTION = 120
REASON = 200
CLAUSE = 300
"""Maximum length, in code points, of a clause before the change, and of a clause after the change."""

HEAD = 300
FOOT_LINE = 160
"""Maximum length of the first line, and of each line at the end, as the service counts it."""

COUNT = 120
"""Space for the sentence that counts the parts left out, and for blank lines."""

LEAST = 250
"""Space that is reserved for the first clause. Notes that would need this space are left out."""


@dataclass(frozen=True, slots=True)
class Chat:
    """A short text in parts. `inert` has cleaned the parts, but they are not yet escaped for a service."""

    head: str
    """The first line, which says whether the change matters. It is always kept."""
    notes: tuple[str, ...] = ()
    """Further notes. The last notes are left out if the clauses would not fit."""
    parts: tuple[str, ...] = ()
    """The main parts, the most severe first. A part may have several lines. If not all parts fit, the last parts are
    left out.
    """
    _: KW_ONLY
    advice: str = ""
    """A sentence of advice. It is left out if the parts need the space."""
    foot: tuple[str, ...] = ()
    """The last lines: the date, the page to open, and the IDs. They are always kept."""
    link: str = ""
    """An address to open, or "". It is always kept, as the first of the last lines."""
    language: Language = "en"
    counted: str = "rest.clauses"
    """Key of the phrase that counts the parts left out."""
    severities: tuple[Severity | None, ...] = ()
    """The severity of each part, or None for a part without a severity; empty if no part has one. Further severities
    belong to parts that are not in `parts`, and are only counted."""

    def title(self, dialect: Dialect, subject: str, longest: int = 0) -> str:
        """Write the subject for a service that allows titles of at most `longest` characters. 0 means that the service
        has no titles.
        """
        return _fitting(subject, longest or dialect.limit, dialect)

    def posts(self, dialect: Dialect, subject: str) -> tuple[str, ...]:
        """Write the text for a service in as few posts as possible. The subject is sent separately.

        A post ends after a paragraph, a line or a word, and never within a number or an escape.
        """
        room, whole = _room(dialect, subject), self._written(dialect, LENGTH)
        return (whole,) if dialect.size(whole) <= room else _numbered(_split(whole, room - 10, dialect))

    def single(self, dialect: Dialect, subject: str) -> str:
        """Write the text for a service in a single post. The clauses that do not fit into the post are only counted."""
        room = _room(dialect, subject)
        whole = self._written(dialect, min(LENGTH, room))
        return whole if dialect.size(whole) <= room else f"{_split(whole, room - 4, dialect)[0]}…"

    def _written(self, dialect: Dialect, room: int) -> str:
        head = _fitting(self.head, HEAD, dialect)
        foot = "\n".join(
            [*filter(None, [dialect.link(plain_link(self.link)) if self.link else ""]), *self._foot(dialect)]
        )
        left = (
            room - dialect.size(head) - dialect.size(foot) - COUNT
        )  # space for the count of parts left out, and for blank lines
        notes: list[str] = []
        for note in (_escaped(note, dialect) for note in self.notes):
            if dialect.size(note) + 1 > left - LEAST:
                break
            notes.append(note)
            left -= dialect.size(note) + 1
        parts, left = self._parts(dialect, left)
        return "\n\n".join(filter(None, ["\n".join([head, *notes]), *parts, self._last(dialect, left), foot]))

    def _foot(self, dialect: Dialect) -> list[str]:
        return [_fitting(line, FOOT_LINE, dialect) for line in self.foot]

    def _parts(self, dialect: Dialect, left: int) -> tuple[list[str], int]:
        """Return the parts that fit, the number of parts that do not fit, and the remaining space."""
        kept: list[str] = []
        for part in self.parts:
            written = _fitting(part, left, dialect) if not kept else _escaped(part, dialect)
            if dialect.size(written) + 2 > left and kept:
                break
            kept.append(written)
            left -= dialect.size(written) + 2
        more = max(len(self.parts), len(self.severities)) - len(kept)
        if more:
            kept.append(_escaped(self._counted(len(kept), more), dialect))
        return kept, left

    def _counted(self, kept: int, more: int) -> str:
        """Count the parts that are left out, by severity."""
        tongue = phrases_for(self.language)
        counted = tongue.count(self.counted, more)
        return wording.graded(counted, filter(None, self.severities[kept:]), tongue)

    def _last(self, dialect: Dialect, left: int) -> str:
        advice = _escaped(self.advice, dialect)
        return advice if dialect.size(advice) + 2 <= left else ""


def _room(dialect: Dialect, subject: str) -> int:
    return dialect.limit - dialect.size(dialect.escape(subject)) - 10


def _split(text: str, room: int, dialect: Dialect) -> list[str]:
    """Cut an escaped text into pieces that fit."""
    pieces = []
    while dialect.size(text) > room:
        end = _longest_beginning(text, room, dialect)
        ends = [text.rfind(mark, end // 2, end) for mark in ("\n\n", "\n", " ")]
        at = next((cut for cut in ends if cut > 0), _before_escape(text, end))
        pieces.append(text[:at].rstrip())
        text = text[at:].lstrip()
    return [*pieces, text]


def _longest_beginning(text: str, room: int, dialect: Dialect) -> int:
    """Return the number of code points that fit."""
    end = min(len(text), room)
    while dialect.size(text[:end]) > room:
        end -= max((dialect.size(text[:end]) - room) // 4, 1)  # a code point takes four bytes at most
    return end


def _before_escape(text: str, end: int) -> int:
    """Return the position at which to cut a word. The cut is never between a backslash and the escaped character."""
    backslashes = end - len(text[:end].rstrip("\\"))
    return max(end - backslashes % 2, 1)


def _numbered(posts: list[str]) -> tuple[str, ...]:
    return tuple(f"{post}\n({number}/{len(posts)})" for number, post in enumerate(posts, start=1))


def _escaped(text: str, dialect: Dialect) -> str:
    return "\n".join(dialect.escape(line) for line in text.splitlines())


def _fitting(text: str, room: int, dialect: Dialect) -> str:
    """Escape as much of a text as fits. The text is cut before it is escaped."""
    length = len(text)
    while dialect.size(written := _escaped(clipped(text, length), dialect)) > room and length > 1:
        length = max(length * 9 // 10, 1)
    return written


def clause_parts(clauses: Sequence[Passage], tongue: Phrases) -> tuple[str, ...]:
    """Write each clause with its section, the reasons, and the words before and after."""
    return tuple(_part(passage, tongue) for passage in clauses)


def _part(passage: Passage, tongue: Phrases) -> str:
    finding = passage.worst
    section = clipped(inert(finding.section), SECTION) or tongue.say("clause.unheaded")
    topics = wording.topic_names(passage.findings, tongue)
    severity = tongue.say("severity.badge", severity=tongue.name("severity", passage.severity)).lower()
    reasons = map(inert, reasons_in(passage.findings, tongue.language))
    lines = [
        f"{section} ({topics} {tongue.say(f'deed.{passage.deed}')}, {severity})",
        *(clipped(reason, REASON) for reason in reasons),
        _clause(tongue.say("clause.before" if finding.after else "clause.removed"), before(finding), "[-|-]"),
        _clause(tongue.say("clause.after" if finding.before else "clause.added"), after(finding), "{+|+}"),
    ]
    return "\n".join(line for line in lines if line)


def _clause(label: str, side: Side | None, brackets: str) -> str:
    return "" if side is None else f"{label}: {clipped(marked(side, brackets), CLAUSE)}"
