"""Judges one edit. If the edit alters meaning, the result is findings. Otherwise it is a suppression with its
reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from differ.explanation import Explanation
from differ.judgement.certainty import hedged
from differ.judgement.concept_effects import Effect
from differ.judgement.effects import ADVERTISER, STATEMENT, effects
from differ.judgement.profiles import EffectRule, Profile
from differ.judgement.recipients import NameContext, name_context, receiving_words
from differ.judgement.relevance import relevance
from differ.judgement.restating import Restatements
from differ.judgement.topics import unwatched_topics
from differ.judgement.verdict import Verdict, further, gravest, plain_finding, text_or_empty, verdict
from differ.language.countries import regions
from differ.language.lexicon import Lexicon, load_lexicon
from differ.language.meaning import meaning
from differ.language.roles import WEB, is_address
from differ.language.statements import Statement, is_line
from differ.language.words import TOKEN, amount, words
from differ.matching.alignment import Pair
from differ.matching.equivalence import date_line, dated_title, equivalent, mistyped, time_limits
from differ.model import Finding, Severity, Suppression

TITLE = 2
"""Minimum number of words that carry meaning in a title."""
CONTENTS_LABEL = 5
"""Maximum number of words in the label of a table of contents."""


class Surroundings:
    """Both documents, as the context of an edit. For example, if a statement also occurs elsewhere in both documents,
    then an added copy of this statement is not new, and a removed copy is not a loss.
    """

    def __init__(self, before: Sequence[Statement], after: Sequence[Statement], pairs: Iterable[Pair] = ()) -> None:
        self._before, self._after, self._pairs = before, after, pairs

    @cached_property
    def standing(self) -> frozenset[tuple[str, ...]]:
        """The words of each statement that is in both documents."""
        return frozenset(s.words for s in self._before) & frozenset(s.words for s in self._after)

    @cached_property
    def _placed(self) -> frozenset[tuple[tuple[str, ...], frozenset[str]]]:
        return placed(self._before) & placed(self._after)

    @cached_property
    def words(self) -> frozenset[str]:
        """Words that both documents contain. Addresses are included."""
        return all_words(self._before) & all_words(self._after)

    def repeats(self, statement: Statement) -> bool:
        """Whether both texts contain a statement for the same people. For example, a policy has the same statement in
        its part for Ohio and in its part for Utah. If only the part for Ohio loses the statement, the people of Ohio
        have lost it.
        """
        if statement.words not in self.standing:
            return False
        region = regions(statement.path, statement.language)
        return not region or bool({(statement.words, region), (statement.words, frozenset[str]())} & self._placed)

    @cached_property
    def restatements(self) -> Restatements:
        """The changed statements. A changed statement may say the same as a removed or added statement in different
        words.
        """
        return Restatements(self._pairs)

    @cached_property
    def names(self) -> tuple[NameContext, NameContext]:
        """The contexts of the documents before and after. They distinguish names from other words. They are computed
        only when they are needed, because this is slow.
        """
        return name_context(self._before, ""), name_context(self._after, "")


def placed(text: Iterable[Statement]) -> frozenset[tuple[tuple[str, ...], frozenset[str]]]:
    """Return the words of each statement in a document, with the regions of the people to whom it applies."""
    return frozenset((statement.words, regions(statement.path, statement.language)) for statement in text)


def all_words(text: Iterable[Statement]) -> frozenset[str]:
    """Return every word of a document."""
    return frozenset().union(*(statement.words for statement in text))


def judge(pair: Pair, profile: Profile, around: Surroundings) -> tuple[list[Finding], list[Suppression]]:
    """Return the findings and suppressions of one pair; both are empty if nothing changed."""
    present = pair.after or pair.before
    if present is None:
        return [], []
    if changes_region(pair):
        gone, new = (judge(half, profile, around) for half in (Pair(pair.before, None), Pair(None, pair.after)))
        return gone[0] + new[0], gone[1] + new[1]
    reason = quiet_reason(pair, around)
    if reason == "unchanged":
        return [], []
    if reason is not None:
        return [], [suppression(pair, reason)]
    if load_lexicon(present.language) is None and not is_label(present):
        return [plain_finding(pair, present, profile, name="structure", topic="other", severity="low")], []
    findings = watched_findings(pair, present, profile, around) + word_findings(pair, present, profile)
    return (findings or [unwatched(pair, present, profile)]), []


def is_unchanged(pair: Pair) -> bool:
    """Whether a statement has the same words in the same place as before."""
    before, after = pair.before, pair.after
    if before is None or after is None or pair.moved:
        return False
    return before.text == after.text and before.marker == after.marker


def suppression(pair: Pair, reason: str) -> Suppression:
    """Return the record that a pair is not reported, with the reason."""
    present = pair.after or pair.before
    section = present.section if present else ""
    return Suppression(section, reason, text_or_empty(pair.before), after=text_or_empty(pair.after))


def changes_region(pair: Pair) -> bool:
    """Whether a statement moved to a part of the policy that is for people of a different region."""
    if pair.before is None or pair.after is None or not pair.moved:
        return False
    old, new = (regions(side.path, side.language) for side in (pair.before, pair.after))
    return bool(old) and bool(new) and old != new


def quiet_reason(pair: Pair, around: Surroundings) -> str | None:
    """Return the reason why a pair is not reported: `unchanged` if both sides are equal. Return None if the pair is
    reported.
    """
    before, after = pair.before, pair.after
    present = after or before
    if before is not None and after is not None:
        if before.text == after.text:
            return unmoved_reason(pair, before, after)
        reason = equivalent(before, after, load_lexicon(after.language))
        if reason == "date" and limits_something(before, after):
            return None
        return reason or (None if turns_round(before, after) else quiet_kind(after))
    if present is None or around.repeats(present):
        return "repeated"
    if around.restatements.of(pair):
        return "restated"
    return quiet_kind(present) or quiet_line(present)


def turns_round(before: Statement, after: Statement) -> bool:
    """Whether an edit turns a statement about disclosure or a right into its opposite. For this check, a heading counts
    as a statement.
    """
    senses = [meaning(side.words, side.language) for side in (before, after)]
    one, other = (dict(sense.said_of("share", "sell", "right", "consent")) if sense else {} for sense in senses)
    return any(one[concept] != other[concept] for concept in one.keys() & other.keys())


def limits_something(before: Statement, after: Statement) -> bool:
    """Whether a changed date limits a promise or a right: "you may object until 31 May 2027"."""
    lexicon = load_lexicon(after.language)
    if lexicon is None or time_limits(before.words, lexicon) == time_limits(after.words, lexicon):
        return False
    return bool(relevance(after))


def unmoved_reason(pair: Pair, before: Statement, after: Statement) -> str:
    """Return the reason why a statement with the same words is not reported. The statement moved, its number changed,
    or nothing changed."""
    if pair.moved:
        return "order"
    return "numbering" if before.marker != after.marker else "unchanged"


def quiet_kind(statement: Statement) -> str | None:
    """Return the reason why an edit of a heading or a table of contents is not reported. Headings are not reported,
    because only the text below a heading matters. A heading that gives a contact counts as a statement.
    """
    if statement.kind == "heading" and gives_contact(statement):
        return None
    return {"heading": "heading", "contents": "contents"}.get(statement.kind)


def gives_contact(heading: Statement) -> bool:
    """Whether a heading gives an e-mail address, or a web address with words such as "contact"."""
    if any("@" in word for word in heading.words):
        return True
    sense = meaning(heading.words, heading.language)
    return sense is not None and sense.has("exercise") and any(word.startswith(WEB) for word in heading.words)


def quiet_line(statement: Statement) -> str | None:
    """Return the reason why a new or removed line does not count: the line belongs to a menu, is a date, or is too
    short to be a statement.
    """
    lexicon = load_lexicon(statement.language)
    if statement.linked:
        return "link"
    if lexicon is not None and is_title(statement, lexicon):
        return "heading"
    if dated_title(statement) if lexicon is None else date_line(statement.words, lexicon):
        return "date"
    return "contents" if announces_contents(statement) else None


def is_title(statement: Statement, lexicon: Lexicon) -> bool:
    """Whether a line reads like a title, although the page does not mark the line as a heading: all words that carry
    meaning have a capital letter. An entry of a list may be a name, so it is a title only if it is a question.
    """
    question = statement.text.rstrip().endswith("?")
    if lexicon.capitals or statement.lead or not is_line(statement.text) or not (question or is_plain(statement)):
        return False
    telling = [token for token in TOKEN.findall(statement.text) if token[0].isalpha()]
    telling = [token for token in telling if token.casefold() not in lexicon.function_words]
    return len(telling) >= TITLE and all(token[0].isupper() and not is_address(token) for token in telling)


def is_plain(statement: Statement) -> bool:
    """Whether a statement belongs to a paragraph, and all its words are words of the lexicon. So it has no name."""
    lexicon = load_lexicon(statement.language)
    return statement.kind == "paragraph" and lexicon is not None and lexicon.vocabulary.issuperset(statement.words)


def announces_contents(statement: Statement) -> bool:
    """Whether a line is only the label of a table of contents: "On this page"."""
    lexicon = load_lexicon(statement.language)
    if lexicon is None or len(statement.words) > CONTENTS_LABEL:
        return False
    said = lexicon.content_words(statement.words)
    return any(
        len(said) <= len(lexicon.content_words(statement.words[mention.start : mention.end]))
        for mention in lexicon.contents_phrases.find(statement.words)
    )


def watched_findings(pair: Pair, present: Statement, profile: Profile, around: Surroundings) -> list[Finding]:
    """Return a finding for each watched subject that an edit affects. The finding is about the gravest effect on that
    subject."""
    by_subject: dict[str, list[tuple[EffectRule, Effect]]] = {}
    for effect in effects(pair.before, pair.after):
        rule = profile.rule(effect)
        if rule is None or known_address(effect, pair, present, around) or moved_address(effect, around):
            continue
        if effect.kind not in ("name", ADVERTISER) or (
            names_somebody(effect, pair, around) and not corrects_name(effect, around)
        ):
            by_subject.setdefault(effect.watched, []).append((rule, effect))
    return [
        hedged_finding(about_subject(rules, profile).about(pair, present, profile), pair)
        for rules in by_subject.values()
        if not all(effect.minor for _, effect in rules)
    ]


def hedged_finding(finding: Finding, pair: Pair) -> Finding:
    """Return a finding whose explanation says which of its effects are certain."""
    return replace(finding, explanation=hedged(finding.explanation, finding.topic, pair))


def about_subject(rules: Sequence[tuple[EffectRule, Effect]], profile: Profile) -> Verdict:
    """Return the verdict about an edit's effects on one subject."""
    rule, effect = gravest(rules)
    return verdict(rule, effect, profile, further(rules, effect))


def known_address(effect: Effect, pair: Pair, present: Statement, around: Surroundings) -> bool:
    """Whether a new or removed statement only gives an address that both documents also have elsewhere."""
    if pair.before is not None and pair.after is not None:
        return False
    given = [word for word in present.words if is_address(word)]
    return effect.kind in ("channel", "address") and bool(given) and around.words.issuperset(given)


def moved_address(effect: Effect, around: Surroundings) -> bool:
    """Whether an edit removed or added only addresses that occur somewhere in both documents."""
    given = [*effect.gone, *effect.new]
    return (
        effect.kind in ("channel", "address")
        and bool(given)
        and around.words.issuperset(given)
        and all(map(is_address, given))
    )


def names_somebody(effect: Effect, pair: Pair, around: Surroundings) -> bool:
    """Whether an added or removed name belongs to a recipient of data. In a description of rights, any name except the
    company's own counts."""
    sides = ((pair.before, effect.gone, around.names[0]), (pair.after, effect.new, around.names[1]))
    for statement, written, names in sides:
        called = {word for text in written for word in words(text)}
        if statement is not None and called & (
            receiving_words(statement, names) if effect.watched == "sharing" else names.strangers(statement)
        ):
            return True
    return False


def corrects_name(effect: Effect, around: Surroundings) -> bool:
    """Whether the new spelling of a name already occurs elsewhere in both documents."""
    gone, new = ([word for text in texts for word in words(text)] for texts in (effect.gone, effect.new))
    return bool(new) and around.words.issuperset(new) and mistyped(gone, new)


def word_findings(pair: Pair, present: Statement, profile: Profile) -> list[Finding]:
    """Return a finding for each of the user's own rules whose words were added or removed."""
    findings = []
    for rule in profile.words:
        old = Counter(rule.found(pair.before.words)) if pair.before else Counter[str]()
        new = Counter(rule.found(pair.after.words)) if pair.after else Counter[str]()
        if old != new:
            gone, came = tuple(sorted(old - new)), tuple(sorted(new - old))
            explanation = Explanation(profile.plain["words"].rule, gone, came)
            ruling = Verdict(
                rule.rule,
                rule.source,
                rule.topic,
                severity=rule.severity,
                material=rule.material,
                explanation=explanation,
            )
            findings.append(ruling.about(pair, present, profile))
    return findings


def is_label(statement: Statement) -> bool:
    """Whether a statement is too short to say anything in any language, such as a menu entry."""
    return amount(statement.words) < STATEMENT and is_line(statement.text) and not any(map(is_address, statement.words))


def unwatched(pair: Pair, present: Statement, profile: Profile) -> Finding:
    """Return the finding about an edit outside sharing and rights, or about an edit of a passage on sharing or rights
    whose meaning no rule judges."""
    sense = meaning(present.words, present.language)
    topic = next(iter(unwatched_topics(present, sense)), "other")
    severity: Severity = "medium" if topic in ("collection", "use", "children", "policy_change") else "low"
    watched = any(relevance(side) for side in (pair.before, pair.after) if side is not None)
    name = "unread" if watched else "other"
    return plain_finding(pair, present, profile, name=name, topic=topic, severity=severity)
