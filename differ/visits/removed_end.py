"""Reports a part that is missing at the end of a policy, even if no rule watches its words.

Rights, contacts and the promise to announce changes are usually at the end of a policy. If a material finding already
reports the change, nothing is added. If there is no such finding, only readers of digests would notice the deletion, so
a finding is added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from differ.explanation import Explanation
from differ.judgement.profiles import Profile
from differ.judgement.verdict import Verdict
from differ.language.statements import Statement, statements
from differ.language.words import amount
from differ.matching.alignment import Pair
from differ.model import Comparison, Finding
from differ.visits.completeness import Ending
from document.model import Document
from document.text.prose import reads_like_prose

TOPIC = "other"
SENTENCE = 8
"""Minimum number of words in a sentence that has no full stop."""


def with_removed_end(comparison: Comparison, after: Document, ending: Ending | None, profile: Profile) -> Comparison:
    """Return a comparison that reports the missing end.

    If the comparison already reports something material, return it unchanged. The finding about the missing end has low
    severity. It is material if one of the missing sentences does not occur elsewhere in the text.
    """
    if ending is None or ending.open or comparison.material:
        return comparison
    kept = {statement.words for statement in statements(after)}
    lost = [statement for statement in ending.gone if is_sentence(statement) and statement.words not in kept]
    return replace(comparison, findings=(removal(ending.gone, lost, profile), *comparison.findings))


def is_sentence(statement: Statement) -> bool:
    """Whether a statement reads like prose or has the length of a sentence. A heading, a link or a single word does not
    count.
    """
    if statement.kind in ("heading", "contents") or statement.linked:
        return False
    return reads_like_prose(statement.text) or amount(statement.words) >= SENTENCE


def removal(gone: Sequence[Statement], lost: Sequence[Statement], profile: Profile) -> Finding:
    """Return the finding about a missing part. It names the headings of the part, and the first missing sentence that
    does not occur elsewhere."""
    plain = profile.plain["removed"]
    first = lost[0] if lost else gone[0]
    names = tuple(statement.text for statement in gone if statement.kind == "heading") or (gone[0].text,)
    return Verdict(
        plain.rule,
        plain.source,
        TOPIC,
        severity="low",
        material=bool(lost) and profile.is_material(TOPIC, watched=True),
        explanation=Explanation(plain.rule, names),
    ).about(Pair(first, None), first, profile)
