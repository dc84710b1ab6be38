"""Compares words without a concept: numbers, dates, addresses, countries, names, members of lists, and other words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from itertools import takewhile

from differ.judgement.concept_effects import Effect, added_or_removed
from differ.judgement.relevance import NAMED_RIGHTS, Watched
from differ.language.countries import countries, place_word
from differ.language.lexicon import Lexicon, under
from differ.language.meaning import Meaning, canonical, meaning
from differ.language.names import names
from differ.language.roles import is_address
from differ.language.statements import Statement
from differ.language.words import plain, words
from differ.matching.addresses import address_occurs
from differ.matching.equivalence import YEAR, changed_words, time_limits
from differ.model import direction

MEMBER_REACH = 12
"""Maximum distance, in words, from an act of disclosure to a member of a list after it."""
SLOT_WORDS = 2
"""Minimum number of added or removed words without a concept that change a disclosure or a right."""
TIE_REACH = 4
"""Number of words before a consent that only tie the consent to its sentence: "after obtaining your consent"."""
HOST = re.compile(
    r"(?<![\w@./:-])(?<!\] )(?!www\.)[a-z0-9][a-z0-9-]+"
    r"(?:\.(?:com|org|net|eu|io|app|info)|(?:\.[a-z0-9-]{2,})+\.[a-z]{2,3})(?![\w.-]*\w)"
)
"""Matches a web address without "www", such as "privacy.larkpost.example". Words after a masked e-mail address do not
count, because they are the rest of this address."""
MARKS = ".,:;!?()[]\"'“”‘’«»*_"
"""Marks around a word that do not belong to the word."""
GIVEN = ("share", "sell", "receive", "shown", "transfer")
HELD = (*NAMED_RIGHTS, "right.rights", "right.grant", "optout", "complaint", "consent.withdraw")
BOUNDS_OF_SHARING = ("limiter", "consent", "threshold")
UNIT_REACH = 3
"""Maximum distance, in words, from a number to the unit that it counts."""


def residue(subject: Watched, before: Statement, after: Statement, sense: Meaning) -> list[Effect]:
    """Return the effects of words without a concept: addresses, numbers, countries, names, and other words."""
    gone, new = changed_words(before.words, after.words)
    lands, other_lands = (countries(statement.text, statement.language) for statement in (before, after))
    left, right = canonical(gone, sense.lexicon), canonical(new, sense.lexicon)
    kinds: list[tuple[str, Iterable[str], Iterable[str]]] = [
        ("country", new_names(other_lands, lands), new_names(lands, other_lands)),
        (
            "address",
            [*moved_addresses(gone, after), *moved_hosts(before, after)],
            [*moved_addresses(new, before), *moved_hosts(after, before)],
        ),
        ("deadline", counted(gone, before, sense.lexicon.units), counted(new, after, sense.lexicon.units)),
        ("fee", counted(gone, before, sense.lexicon.money), counted(new, after, sense.lexicon.money)),
        ("limit", *moved_limits(before, after, sense)),
        ("name", named(before, sense, gone, after), named(after, sense, new, before)),
        ("wording", (word for word in left if word not in right), (word for word in right if word not in left)),
    ]
    residual = []
    for kind, taken, brought in kinds:
        words_gone, words_new = tuple(sorted(set(taken))), tuple(sorted(set(brought)))
        if words_gone != words_new:
            residual.append(Effect(subject, kind, direction(words_gone, words_new), gone=words_gone, new=words_new))
    return residual


def new_names(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """Return the countries that occur only in the second text, as written."""
    return [name for code, name in new.items() if code not in old]


def moved_addresses(changed: Iterable[str], other: Statement) -> list[str]:
    """Return the changed words that are addresses and do not occur in the other statement in any form."""
    return [word for word in changed if is_address(word) and not address_occurs(word, other.words)]


def moved_hosts(statement: Statement, other: Statement) -> list[str]:
    """Return the web addresses without "www" in a statement that do not occur in the other statement."""
    known = other.text.casefold()
    return [host for host in HOST.findall(statement.text.casefold()) if host not in known]


def counted(changed: Sequence[str], statement: Statement, units: frozenset[str]) -> list[str]:
    """Return the changed numbers before or after one of the units. The unit is included: "14 days"."""
    sense = meaning(statement.words, statement.language)
    numbers = sense.lexicon.numbers if sense else frozenset()
    counts = []
    for index, word in enumerate(statement.words):
        if word in changed and (word[0].isdigit() or word in numbers):
            counts += count_at(index, statement.words, units, sense)
    return [count for count in counts if not any(count != other and count in other for other in counts)]


def count_at(index: int, words: Sequence[str], units: frozenset[str], sense: Meaning | None) -> list[str]:
    """Return the number at an index, together with the units after it ("3 hari kerja") or the unit before it. Return an
    empty list if there is no unit.
    """
    if names_law(words[index + 1 : index + 3], units):
        return []
    following = words[index + 1 : index + 1 + UNIT_REACH]
    reach = next((step for step, other in enumerate(following, 1) if other in units), None)
    if reach is not None:
        further = takewhile(units.__contains__, words[index + 1 + reach :])
        return [" ".join((in_digits(words[index], sense), *words[index + 1 : index + 1 + reach], *further))]
    if index and words[index - 1] in units and not YEAR.fullmatch(words[index]):
        return [f"{words[index - 1]} {words[index]}"]
    return []


def names_law(following: Sequence[str], units: frozenset[str]) -> bool:
    """Whether the words after a number show that it is the number of a law, as in "27 Tahun 2022"."""
    return len(following) > 1 and following[0] in units and YEAR.fullmatch(following[1]) is not None


def in_digits(word: str, sense: Meaning | None) -> str:
    """Return a number in digits. A word that is not known as a number is returned as it is."""
    value = sense.lexicon.values.get(word) if sense else None
    return word if value is None else str(value)


def moved_limits(before: Statement, after: Statement, sense: Meaning) -> tuple[list[str], list[str]]:
    """Return the dates that limit a promise and occur in only one of the two statements: "until 31 May 2027"."""
    left, right = (Counter(time_limits(statement.words, sense.lexicon)) for statement in (before, after))
    return sorted((left - right).elements()), sorted((right - left).elements())


def named(statement: Statement, sense: Meaning, changed: Iterable[str], other: Statement) -> list[str]:
    """Return the changed words of a statement that belong to names, as written. Names that the other statement also has
    are left out."""
    written = names(statement, sense)
    idle = {*other.words, *located(statement, sense.lexicon)}
    return [written[word] for word in changed if word in written and word not in idle]


def located(statement: Statement, lexicon: Lexicon) -> set[str]:
    """Return the words of the places in which somebody is: "India" in "Larkpost in India". "Indonesia" in "Bank
    Indonesia" is a part of a name."""
    found: set[str] = set()
    for land in countries(statement.text, statement.language).values():
        named_place = tuple(words(land))
        for start in range(len(statement.words)):
            here = statement.words[start : start + len(named_place)] == named_place
            if here and place_word(statement.words[:start], lexicon) is not None:
                found.update(named_place)
    return found


def joined_member(one: Meaning, other: Meaning) -> list[Effect]:
    """Return the effect if a member was added to a list of data or receivers, or removed from it. Only members whose
    words have no concept count. For example, "to hotels" became "to hotels and casinos".
    """
    came, left = joined_words(one, other), joined_words(other, one)
    return [added_or_removed("sharing", "data", came or left, new=bool(came))] if bool(came) != bool(left) else []


def filled_slot(subject: Watched, before: Statement, after: Statement) -> list[Effect]:
    """Return the effect if an edit only adds words to a disclosure or a right, or only removes words from it, and no
    concept names these words. For example, "or as the page says" was added to an exception.
    """
    gone, new = unnamed(before, after), unnamed(after, before)
    if bool(gone) == bool(new) or replaces_words(before, after):
        return []
    statement, positions = (after, new) if new else (before, gone)
    sense = meaning(statement.words, statement.language)
    if sense is None or len({sense.words[index] for index in positions}) < SLOT_WORDS:
        return []
    acts = sense.of(*(GIVEN if subject == "sharing" else HELD))
    if not any(act.start < positions[0] for act in acts):
        return []
    quotation = (" ".join(sense.words[positions[0] : positions[-1] + 1]),)
    kind = slot_kind(subject, positions[0], sense)
    return [added_or_removed(subject, kind, quotation, new=bool(new))]


def replaces_words(before: Statement, after: Statement) -> bool:
    """Whether each statement has a word that the other statement does not have in any form."""
    sense = meaning(after.words, after.language)
    if sense is None:
        return False
    one, other = (set(canonical(side.words, sense.lexicon)) for side in (before, after))
    return bool(one - other and other - one)


def unnamed(statement: Statement, other: Statement) -> list[int]:
    """Return the positions of the words that no concept names and that the other statement does not have in any form.
    Parts of an address do not count."""
    sense = meaning(statement.words, statement.language)
    if sense is None:
        return []
    named_ones = {
        index
        for mention in sense.mentions
        for index in range(mention.start - TIE_REACH * (mention.concept == "consent"), mention.end)
    }
    written = {plain(token.strip(MARKS)) for token in statement.text.split()}
    known = {*other.words, *canonical(other.words, sense.lexicon)}
    return [
        index
        for index, word in enumerate(sense.words)
        if index not in named_ones
        and word in written
        and word.isalpha()
        and word not in known
        and not known.issuperset(canonical((word,), sense.lexicon))
    ]


def slot_kind(subject: Watched, position: int, sense: Meaning) -> str:
    """Return the kind of the effect of words at a position. Words after a condition belong to the condition, and words
    after a purpose belong to the purpose."""
    before = [mention for mention in sense.of(*BOUNDS_OF_SHARING, "purpose", *GIVEN) if mention.start < position]
    last = max(before, key=lambda mention: mention.start, default=None)
    if subject == "rights" or (last is not None and under(last.concept, BOUNDS_OF_SHARING)):
        return "condition"
    return "purpose" if last is not None and under(last.concept, ("purpose",)) else "data"


def joined_words(one: Meaning, other: Meaning) -> tuple[str, ...]:
    """Return the words that the second text adds to a list after an act of disclosure. Return an empty tuple if the
    second text does not have all words of the first text.
    """
    steps = SequenceMatcher(None, one.words, other.words, autojunk=False).get_opcodes()
    if any(tag in ("delete", "replace") and one.lexicon.content_words(one.words[i1:i2]) for tag, i1, i2, _, _ in steps):
        return ()
    joined: list[str] = []
    for tag, _, _, start, end in steps:
        if tag != "equal" and is_joined(other, start, end) and follows_giving(other, start):
            joined += other.lexicon.content_words(other.words[start:end])
    return tuple(joined)


def is_joined(sense: Meaning, start: int, end: int) -> bool:
    """Whether a word such as "and" is among these words, or is right before or right after them."""
    return any(word in sense.lexicon.joining for word in sense.words[max(0, start - 1) : end + 1])


def follows_giving(sense: Meaning, start: int) -> bool:
    """Whether words are part of the data or the receivers after an act of disclosure. No purpose or condition may come
    in between."""
    for act in sense.of("share", "sell", "receive"):
        if act.start < start <= act.end + MEMBER_REACH:
            between = (other.start for other in sense.of("purpose", "limiter", "consent", "threshold", "modality"))
            return not any(act.end <= other <= start for other in between)
    return False
