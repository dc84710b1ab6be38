"""Summarises a rewrite of a policy by topic: which recipients and rights are newly named or no longer named. Such a
summary is more useful than a list of two hundred clauses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass

from differ.explanation import PART, Explanation, listed, named, sentences
from differ.model import WATCHED, Finding, watched_topic

CLAUSES = 30
"""Minimum number of material findings in a rewrite."""
LISTED = 12
"""Maximum number of added recipients or rights, and of removed ones, that a summary names."""
RECIPIENT_RULES = ("T1.recipient", "T1.name")
RIGHT_RULES = {"T5.withdrawal": "withdrawal", "T4.complaint": "complaint", "T4.choice": "choice"}
"""Rules about rights without a concept, each with the key of the right's name in the table `[things]`."""


@dataclass(frozen=True, slots=True)
class TopicSummary:
    """Summary of a rewrite in one watched topic."""

    topic: str
    """A topic of `WATCHED`."""
    clauses: int
    """Number of material findings."""
    came: tuple[str, ...]
    """Newly named entries, the most frequent first. Recipients are given as the policy writes them, and rights as
    concepts.
    """
    _: KW_ONLY
    went: tuple[str, ...]
    """Entries that are no longer named."""


def rewrite(findings: Iterable[Finding]) -> tuple[TopicSummary, ...]:
    """Return a summary for each watched topic, or nothing if the change is smaller than a rewrite."""
    material = [finding for finding in findings if finding.material]
    if len(material) < CLAUSES:
        return ()
    return tuple(summary for topic in WATCHED if (summary := of_topic(material, topic)).clauses)


def of_topic(material: Sequence[Finding], topic: str) -> TopicSummary:
    """Return the summary of a watched topic."""
    own = [finding for finding in material if watched_topic(finding.topic) == topic]
    came, went = Counter[str](), Counter[str]()
    for finding in own:
        for explanation in (finding.explanation, *finding.explanation.also):
            came.update(names(explanation, topic, "new"))
            went.update(names(explanation, topic, "gone"))
    both = came.keys() & went.keys()
    return TopicSummary(
        topic,
        len(own),
        tuple(name for name, _ in came.most_common() if name not in both)[:LISTED],
        went=tuple(name for name, _ in went.most_common() if name not in both)[:LISTED],
    )


def names(explanation: Explanation, topic: str, side: str) -> Iterator[str]:
    """Yield the recipients or rights that an explanation names on one side: `new` or `gone`."""
    rule, _, direction = (*explanation.code.split(PART), "", "")[:3]
    if direction not in ("changed", "added" if side == "new" else "removed"):
        return
    if topic == "sharing" and rule in RECIPIENT_RULES:
        yield from explanation.new if side == "new" else explanation.gone
    elif topic == "rights" and direction != "changed":
        yield from explanation.things if rule == "T4.right" else filter(None, [RIGHT_RULES.get(rule)])


def summary_lines(summaries: Sequence[TopicSummary], language: str) -> list[str]:
    """Return the sentences of a summary in a language; the first says how many clauses changed."""
    if not summaries:
        return []
    table = sentences(language)
    texts = table["rewrite"]
    lines = [texts["head"].format(count=sum(summary.clauses for summary in summaries))]
    for summary in summaries:
        came, went = (shown(names, summary.topic, language) for names in (summary.came, summary.went))
        lines.append(texts[summary.topic].format(count=summary.clauses, new=came, gone=went))
    return lines


def shown(entries: Sequence[str], topic: str, language: str) -> str:
    """Return recipients in quotation marks, or the names of rights in a language."""
    table = sentences(language)
    if not entries:
        return str(table["rewrite"]["nothing"])
    if topic == "sharing":
        return listed(entries, table, LISTED)
    return ", ".join(dict.fromkeys(named(entries, table["things"])))
