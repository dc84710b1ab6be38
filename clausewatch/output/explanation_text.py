"""Explains a comparison in lines of text: the frames of each changed clause, and why the clause is material or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from differ.judgement.bearing import bearing
from differ.judgement.frames import Frame
from differ.visits.explaining import Clause, Explanation

SUBJECTS = {"sharing": "disclosure", "rights": "entitlement"}
POLARITIES = {"plain": "yes", "conditional": "on a condition", "never": "never"}
BEARINGS = {"worse": "; worse for the reader", "better": "; better for the reader", "other": ""}
SLOTS = (
    ("who", "who"),
    ("action", "action"),
    ("what", "what"),
    ("whom", "to whom"),
    ("condition", "condition"),
    ("purpose", "purpose"),
    ("place", "place"),
)


def explanation_lines(explanation: Explanation, report_language: str) -> Iterator[str]:
    """Yield the lines about one changed clause."""
    yield ""
    yield f"Clause in {explanation.section or 'the text before the first heading'}"
    yield from _clause_lines("-", explanation.before)
    yield from _clause_lines("+", explanation.after)
    for effect in explanation.effects:
        gone, new = _quoted(effect.gone), _quoted(() if effect.direction == "removed" else effect.new)
        weight = BEARINGS[bearing(effect)]
        yield f"  effect on {effect.watched}: {effect.kind} {effect.direction}, {gone} to {new}{weight}"
    for finding in explanation.findings:
        weight = f"material, {finding.severity}" if finding.material else "not material"
        yield f"  {weight}, by rule {finding.rule}: {finding.reason_in(report_language)}"
    for piece in explanation.suppressed:
        yield f"  quiet: {piece.reason}"


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in words) or "nothing"


def _clause_lines(sign: str, clause: Clause | None) -> Iterator[str]:
    if clause is None:
        return
    yield f"  {sign} {clause.text}"
    for frame in clause.frames:
        yield f"    {_frame_line(frame)}"
    if not clause.frames:
        yield "    nothing about sharing or rights"


def _frame_line(frame: Frame) -> str:
    """Return a line with a frame and its filled slots."""
    slots = [f"{name}: {value}" for slot, name in SLOTS if (value := getattr(frame, slot))]
    return f"{SUBJECTS[frame.watched]}; {'; '.join(slots)}; polarity: {POLARITIES[frame.polarity]}"
