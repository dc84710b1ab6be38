"""The short form of a message, for chat: one plain text that formats nothing and mentions no one."""

from __future__ import annotations

from dataclasses import replace

from differ.model import Finding
from notifier.inert import clipped, inert_in_chat
from notifier.redline import Side, after, before
from notifier.wording import marked, topic_words, verb

LENGTH = 1300
"""Code points at most: several services cut or refuse a longer text."""

SECTION = 120
REASON = 200
CLAUSE = 300
"""Code points of a clause before or after."""


def short_text(findings: list[Finding], verdict: str, footer: list[str]) -> str:
    """Write what matters of as many findings as fit, the most severe first; count the others; end with the footer.

    The footer's lines are shown as they are.
    """
    foot = "\n".join(footer)
    room = LENGTH - len(verdict) - len(foot) - 40
    parts: list[str] = []
    for finding in findings:
        part = _part(finding)
        if parts and len(part) + 2 > room:
            break
        parts.append(clipped(part, max(room, 0)))
        room -= len(part) + 2
    left = len(findings) - len(parts)
    more = [f"… and {left} more {'clause' if left == 1 else 'clauses'}."] if left else []
    return "\n\n".join([verdict, *parts, *more, foot])


def _part(finding: Finding) -> str:
    section = clipped(inert_in_chat(finding.section), SECTION) or "Before the first heading"
    lines = [
        f"{section} ({inert_in_chat(topic_words(finding))} {verb(finding)}, {finding.severity})",
        clipped(inert_in_chat(finding.reason), REASON),
        _clause("Before" if finding.after else "Removed", before(finding), "[-|-]"),
        _clause("After" if finding.before else "New", after(finding), "{+|+}"),
    ]
    return "\n".join(line for line in lines if line)


def _clause(label: str, side: Side | None, brackets: str) -> str:
    if side is None:
        return ""
    runs = tuple(replace(run, text=_inert_run(run.text)) for run in side.runs)
    # A closing bracket before an opening parenthesis would be a link in Markdown.
    words = marked(replace(side, runs=runs), brackets).replace("](", "] (")
    return f"{label}: {clipped(words, CLAUSE)}"


def _inert_run(text: str) -> str:
    """Make a run inert without losing the spaces that part it from its neighbours."""
    body = inert_in_chat(text)
    if not body:
        return text
    return f"{' ' * text[0].isspace()}{body}{' ' * text[-1].isspace()}"
