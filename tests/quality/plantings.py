"""Puts edits into policies of other authors. A seed decides which edits are made. For each edit it is known whether the
edit is better or worse for the reader.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import KW_ONLY, dataclass

from tests.differ.policies import SENTENCES

TURNS = tomllib.loads((SENTENCES / "turns.toml").read_text(encoding="utf-8"))
PLAIN = tomllib.loads((SENTENCES / "plain.toml").read_text(encoding="utf-8"))
PROMISES = ("consent", "exception")
"""Kinds of sentences in `turns.toml` for which a loss is critical."""
BLOCK = re.compile(r"\n{2,}")


@dataclass(frozen=True, slots=True)
class Planted:
    """A text, the same text after one edit, and the effect of the edit."""

    kind: str
    before: str
    after: str
    _: KW_ONLY
    worse: bool
    """Whether the edit is worse for the reader."""
    what: str
    """The edited words, for a failure message."""

    def reversed(self) -> Planted:
        """Return the edit from the second text back to the first."""
        return Planted(self.kind, self.after, self.before, worse=not self.worse, what=self.what)

    def fits(self, severity: str | None) -> bool:
        """Return whether a severity is right for the edit. The loss of a promise must be critical. Any other loss must
        be critical or high. A gain must not be critical.
        """
        if not self.worse:
            return severity in ("high", "medium", "low")
        return severity == "critical" if self.kind in PROMISES else severity in ("critical", "high")


Plant = Callable[[str, random.Random, str], Planted | None]


def placed(text: str, chance: random.Random, old: str, new: str) -> tuple[str, str]:
    """Return the text with the sentence `old`, and the text with the sentence `new`. Both sentences are at the same
    place, in a separate paragraph outside lists. An empty sentence is left out."""
    blocks = BLOCK.split(text)
    free = [at for at in range(1, len(blocks)) if is_free(blocks[at - 1], blocks[at])]
    at = chance.choice(free or [len(blocks)])
    before, after = (
        "\n\n".join([*blocks[:at], *([sentence] if sentence else []), *blocks[at:]]) for sentence in (old, new)
    )
    return before, after


def is_free(above: str, below: str) -> bool:
    """Return whether a paragraph may be put between two blocks. Neither block may be in a list, and the upper block
    may not introduce a list."""
    return not above.endswith(":") and not is_item([above, below])


def is_item(blocks: list[str]) -> bool:
    """Return whether any of the blocks is in a list or a table."""
    return any(block.lstrip().startswith(("-", "*", "|", "+", "1")) for block in blocks)


def turned(kind: str) -> Plant:
    """Return a function that puts a sentence into a text and then turns the sentence into its opposite."""

    def plant(text: str, chance: random.Random, language: str) -> Planted | None:
        if language not in TURNS[kind]:
            return None
        better, worse = chance.choice(TURNS[kind][language]["pairs"])
        before, after = placed(text, chance, better, worse)
        return Planted(kind, before, after, worse=True, what=worse)

    return plant


def sharing_added(text: str, chance: random.Random, language: str) -> Planted:
    """Add a sentence about sharing data."""
    sentence = chance.choice(PLAIN[language]["sharing"])
    before, after = placed(text, chance, "", sentence)
    return Planted("sharing", before, after, worse=True, what=sentence)


def right_removed(text: str, chance: random.Random, language: str) -> Planted:
    """Put a sentence about a right into the text. The edit then removes this sentence."""
    sentence = chance.choice(PLAIN[language]["rights"])
    before, after = placed(text, chance, sentence, "")
    return Planted("rights", before, after, worse=True, what=sentence)


REWRITTEN = (
    (
        "consent",
        re.compile(r"\bwith your (?:prior |explicit |express )?(?:consent|permission)\b"),
        "without your consent",
    ),
    ("consent", re.compile(r"\bonly with your\b"), "also without your"),
    ("sale", re.compile(r"\b(?P<who>[Ww]e) (?:do not|don't|will not|never) sell\b"), r"\g<who> may sell"),
    (
        "recipient",
        re.compile(r"\b(?:our|with) (?:third[- ]party )?service providers\b(?! \(|,)"),
        r"\g<0>, data brokers",
    ),
    ("recipient", re.compile(r"\bwith our affiliates\b"), "with our affiliates, our advertisers"),
    ("deadline", re.compile(r"\bwithin (?:30|thirty|one|45) (?P<unit>days|month)\b"), "within 90 days"),
    (
        "right",
        re.compile(r"\b(?P<verb>[Yy]ou (?:may|can)) (?P<act>object to|withdraw your consent|opt out)\b"),
        r"\g<verb> not \g<act>",
    ),
    ("consent", re.compile(r"\bavec votre (?:consentement|accord)\b"), "sans votre consentement"),
    ("sale", re.compile(r"\bne vend(?P<end>ons|ra|rons) (?:pas|jamais)\b"), r"vend\g<end>"),
    ("recipient", re.compile(r"\bnos prestataires(?! de)\b"), "nos prestataires, nos annonceurs"),
    (
        "deadline",
        re.compile(r"\bdans un délai (?:d'un|d’un|de 30|de trente) (?:mois|jours)\b"),
        "dans un délai de six mois",
    ),
)
"""Kinds of edits. Each has a name, a pattern that matches words of a policy, and the words that replace them."""


def rewritten(text: str, chance: random.Random, _: str) -> Planted | None:
    """Rewrite words of the policy so that the effect is known. Return None if the policy has no such words. Words in
    links and headings are not rewritten."""
    options = [
        (kind, match, new)
        for kind, pattern, new in REWRITTEN
        for match in pattern.finditer(text)
        if is_prose(text, match) and tells(kind, text, match)
    ]
    if not options:
        return None
    kinds = sorted({kind for kind, _, _ in options})
    kind = chance.choice(kinds)
    kind, match, new = chance.choice([option for option in options if option[0] == kind])
    after = text[: match.start()] + match.expand(new) + text[match.end() :]
    return Planted(f"own {kind}", text, after, worse=True, what=sentence_of(text, match))


def sentence_of(text: str, match: re.Match[str]) -> str:
    """Return the line with a match. A long line is shortened."""
    start = max(text.rfind("\n", 0, match.start()) + 1, match.start() - 200)
    end = text.find("\n", match.end())
    return text[start : min(end if end >= 0 else len(text), match.end() + 120)]


def is_prose(text: str, match: re.Match[str]) -> bool:
    """Return whether a match is in a sentence, and not in a heading, a link or a table of contents."""
    line = sentence_of(text, match)
    return (
        not line.startswith(("#", "[", "|"))
        and len(line) > 60
        and "](" not in text[match.start() - 40 : match.end() + 40]
    )


TELLS = {
    "consent": r"\b(?:shar\w+|disclos\w+|transfer\w*|sell|third part\w+|partag\w+|communiqu\w+|transm\w+|tiers)\b",
    "recipient": r"\b(?:shar\w+|disclos\w+|provide\w*|transfer\w*|partag\w+|communiqu\w+|transm\w+)\b.{0,120}$",
    "deadline": r"\b(?:request|requests|demandes?|respond|répond\w+)\b",
    "right": "",
    "sale": "",
}
"""Words that the sentence must have, by kind. Without these words, the effect of an edit of this kind is not known."""


def tells(kind: str, text: str, match: re.Match[str]) -> bool:
    """Return whether the sentence with a match has the words that its kind needs (see `TELLS`)."""
    start = max(text.rfind(mark, 0, match.start()) for mark in (". ", "\n"))
    end = (
        len(text) if kind == "recipient" else next((at for at in (text.find(".", match.end()),) if at >= 0), len(text))
    )
    within = text[start + 1 : match.start() if kind == "recipient" else end]
    return re.search(TELLS[kind], within) is not None


PLANTINGS: tuple[Plant, ...] = (
    *(turned(kind) for kind in ("consent", "exception", "safeguard", "member", "time", "exercise")),
    sharing_added,
    right_removed,
    rewritten,
    rewritten,
)


def plantings(texts: list[str], language: str, count: int, chance: random.Random) -> Iterator[Planted]:
    """Yield this number of edits. All kinds come in turn. On average, every second edit is reversed."""
    number = 0
    while count:
        planted = PLANTINGS[number % len(PLANTINGS)](chance.choice(texts), chance, language)
        number += 1
        if planted is not None:
            count -= 1
            yield planted if chance.random() < 0.5 else planted.reversed()
