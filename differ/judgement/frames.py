"""Reads sentences as frames. A frame says who gives what to whom, or who can do what, and on which condition. It is a
table of slots, and the slots contain words of the text, including words without a concept. Frames explain a judgement
to a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from itertools import pairwise

from differ.judgement.relevance import Watched, comes_from, relevance
from differ.language.countries import countries
from differ.language.lexicon import Mention, under
from differ.language.meaning import Meaning, lead_meaning, meaning
from differ.language.polarity import PLAIN, is_condition
from differ.language.statements import Statement

GIVING = ("sell", "share", "receive", "shown", "merger", "transfer.abroad", "transfer.store")
"""Concepts of disclosure. Each mention of such a concept is a disclosure."""
CLAIMS = ("consent.withdraw", "right", "optout", "complaint", "exercise")
"""Concepts of entitlement. Each mention of such a concept is an entitlement."""
CONDITIONS = ("consent", "limiter", "optout", "notify", "threshold", "regardless", "transfer.safeguard", "encryption")
BOUNDS = ("exercise.deadline", "exercise.fee", "exercise.free", "exercise.identity", "exercise.refuse")
CHANNELS = ("exercise.contact", "exercise.email", "exercise.phone", "exercise.post", "exercise.form", "exercise.dpo")
OPEN_WORDS = 8
"""Maximum number of words in a slot for words without a concept."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A disclosure or an entitlement in a sentence. An empty slot is ""; several values are joined by commas."""

    watched: Watched
    who: str
    """The giver of the data, or the holder of the right."""
    action: str
    _: KW_ONLY
    polarity: str
    """`never`, `conditional` or `plain`."""
    what: str = ""
    """The data, or the object of the right."""
    whom: str = ""
    """The receivers of the data, or the channels of the right."""
    condition: str = ""
    """Conditions and limits: consent, safeguards, a deadline, a fee."""
    purpose: str = ""
    place: str = ""
    """Countries in the statement, or otherwise the regions in the heading."""


def frames(statement: Statement) -> tuple[Frame, ...]:
    """Return the frames of a statement. If an entry of a list contains no act, the act comes from the sentence that
    introduces the list.
    """
    sense = meaning(statement.words, statement.language)
    if sense is None:
        return ()
    return tuple(
        frame
        for watched in sorted(relevance(statement))
        for frame in (disclosures(statement, sense) if watched == "sharing" else entitlements(statement, sense))
    )


def disclosures(statement: Statement, sense: Meaning) -> Iterator[Frame]:
    """Yield a frame for each act that gives data away. If there is no such act, the act of the introducing sentence is
    used."""
    acts = heads(sense, GIVING)
    lead = lead_meaning(statement)
    introduced = heads(lead, GIVING) if lead is not None else []
    if not acts:
        borrowed = (lead, introduced[-1]) if lead is not None and introduced else None
        yield disclosure(statement, sense, (0, len(sense.words)), borrowed=borrowed)
        return
    for act, span in zip(acts, spans(acts, len(sense.words)), strict=True):
        yield disclosure(statement, sense, span, act=act)


def disclosure(
    statement: Statement,
    sense: Meaning,
    span: tuple[int, int],
    *,
    act: Mention | None = None,
    borrowed: tuple[Meaning, Mention] | None = None,
) -> Frame:
    """Return the frame of an act. The act comes from the statement itself, or from the sentence that introduces the
    list."""
    within = [mention for mention in sense.mentions if span[0] <= mention.start < span[1]]
    receivers = [one for one in within if under(one.concept, ("recipient", "nobody")) and not comes_from(sense, one)]
    source, head = (sense, act) if act is not None or borrowed is None else borrowed
    taker = next((one for one in receivers if takes(act, one)), None)
    return Frame(
        "sharing",
        sense.said(taker) if taker else giver(source, head),
        source.said(head) if head else "",
        polarity=source.level(head) if head else PLAIN,
        what=said(sense, within, ("data",)) or open_words(sense, act, span, receivers),
        whom=listed(sense.said(one) for one in receivers if one is not taker),
        condition=conditions(sense, within),
        purpose=said(sense, within, ("purpose",)),
        place=listed(countries(statement.text, statement.language).values()),
    )


def takes(act: Mention | None, recipient: Mention) -> bool:
    """Whether a recipient is the subject of the act: "our partners receive"."""
    return act is not None and act.concept == "receive" and recipient.end <= act.start


def entitlements(statement: Statement, sense: Meaning) -> Iterator[Frame]:
    """Yield a frame for each right, choice or complaint. If the statement has none of these, yield a frame for the
    channels."""
    claims = [head for head in heads(sense, CLAIMS) if not under(head.concept, (*BOUNDS, *CHANNELS))]
    holder = next((word for word in sense.words if word in sense.lexicon.readers), "")
    whom = said(sense, sense.mentions, (*CHANNELS, "complaint"))
    addresses = [word for word in sense.words if "@" in word]
    bounds = said(sense, sense.mentions, (*BOUNDS, "limiter"))
    for claim in (*claims, *([] if claims else [None])):
        yield Frame(
            "rights",
            holder,
            sense.said(claim) if claim else "",
            polarity=sense.level(claim) if claim else PLAIN,
            what=said(sense, sense.mentions, ("data",)),
            whom=listed((*filter(None, [whom]), *addresses)),
            condition=bounds,
            place=listed(countries(" ".join((*statement.path, statement.text)), statement.language).values()),
        )


def heads(sense: Meaning, concepts: Sequence[str]) -> list[Mention]:
    """Return the mentions that become frames, in order. If several mentions share a word, only the longest mention is
    kept.
    """
    chosen: list[Mention] = []
    for mention in sorted(sense.of(*concepts), key=lambda one: (one.start, one.start - one.end)):
        if not chosen or mention.start >= chosen[-1].end:
            chosen.append(mention)
    return chosen


def spans(acts: Sequence[Mention], size: int) -> list[tuple[int, int]]:
    """Return the range of words of each act. It ends before the next act. The first range includes the words before the
    first act."""
    starts = [0, *(act.start for act in acts[1:]), size]
    return list(pairwise(starts))


def giver(sense: Meaning, act: Mention | None) -> str:
    """Return the last word for the company or the reader before an act, or ""."""
    before = sense.words[: act.start] if act else sense.words
    people = sense.lexicon.company | sense.lexicon.readers
    return next((word for word in reversed(before) if word in people), "")


def open_words(sense: Meaning, act: Mention | None, span: tuple[int, int], receivers: Sequence[Mention]) -> str:
    """Return the words between an act and its receiver. If the sentence has no concept for the data, these words are
    shown as the data.
    """
    start = act.end if act else span[0]
    end = next((one.start for one in receivers if one.start >= start), span[1])
    words = sense.lexicon.content_words(sense.words[start:end])
    return " ".join(words[:OPEN_WORDS])


def conditions(sense: Meaning, within: Sequence[Mention]) -> str:
    """Return the conditions of an act. If consent is not needed, the result says so."""
    return listed(
        f"no {sense.said(one)}" if is_condition(one.concept) and sense.negated(one) else sense.said(one)
        for one in within
        if under(one.concept, CONDITIONS)
    )


def said(sense: Meaning, mentions: Sequence[Mention], concepts: Sequence[str]) -> str:
    """Return the words of the mentions that have one of the concepts."""
    return listed(sense.said(mention) for mention in mentions if under(mention.concept, concepts))


def listed(texts: Iterable[str]) -> str:
    """Return texts joined by commas. Each text occurs once."""
    return ", ".join(dict.fromkeys(text for text in texts if text))
