"""The short form of a message, for chat: one plain text that formats nothing and mentions no one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from notifier import wording
from notifier.inert import clipped, inert_in_chat
from notifier.notice import Passage
from notifier.phrases import Phrases
from notifier.redline import Side, after, before

LENGTH = 1300
"""Code points at most: several services cut or refuse a longer text."""

SECTION = 120
REASON = 200
CLAUSE = 300
"""Code points of a clause before or after."""


@dataclass(frozen=True, slots=True)
class Lines:
    """What the short form says besides the clauses; all of it is shown as it is."""

    verdict: str
    notes: tuple[str, ...]
    advice: str
    """Left out where the clauses need its room."""
    footer: tuple[str, ...]


def short_text(found: Sequence[Passage], lines: Lines, tongue: Phrases) -> str:
    """Write what matters of as many clauses as fit, the most severe first; count the others; end with the footer."""
    head, foot = "\n".join((lines.verdict, *lines.notes)), "\n".join(lines.footer)
    room = LENGTH - len(head) - len(foot) - 40
    parts: list[str] = []
    for passage in found:
        part = _part(passage, tongue)
        if parts and len(part) + 2 > room:
            break
        parts.append(clipped(part, max(room, 0)))
        room -= len(part) + 2
    left = len(found) - len(parts)
    more = [tongue.count("rest.clauses", left)] if left else []
    what_to_do = [lines.advice] if len(lines.advice) + 2 <= room else []
    return "\n\n".join([head, *parts, *more, *what_to_do, foot])


def _part(passage: Passage, tongue: Phrases) -> str:
    finding = passage.worst
    section = clipped(inert_in_chat(finding.section), SECTION) or tongue.say("clause.unheaded")
    topics = inert_in_chat(wording.topics(passage.findings, tongue))
    severity = tongue.say("severity.badge", severity=tongue.name("severity", passage.severity)).lower()
    reasons = dict.fromkeys(inert_in_chat(each.reason_in(tongue.language)) for each in passage.findings)
    lines = [
        f"{section} ({topics} {tongue.say(f'deed.{passage.deed}')}, {severity})",
        *(clipped(reason, REASON) for reason in reasons),
        _clause(tongue.say("clause.before" if finding.after else "clause.removed"), before(finding), "[-|-]"),
        _clause(tongue.say("clause.after" if finding.before else "clause.added"), after(finding), "{+|+}"),
    ]
    return "\n".join(line for line in lines if line)


def _clause(label: str, side: Side | None, brackets: str) -> str:
    if side is None:
        return ""
    runs = tuple(replace(run, text=_inert_run(run.text)) for run in side.runs)
    # A closing bracket before an opening parenthesis would be a link in Markdown.
    words = wording.marked(replace(side, runs=runs), brackets).replace("](", "] (")
    return f"{label}: {clipped(words, CLAUSE)}"


def _inert_run(text: str) -> str:
    """Make a run inert without losing the spaces that part it from its neighbours."""
    body = inert_in_chat(text)
    if not body:
        return text
    return f"{' ' * text[0].isspace()}{body}{' ' * text[-1].isspace()}"
