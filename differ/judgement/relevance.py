"""Decides which watched subjects a statement is about: who gets the data, and what people can do about it."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal

from differ.language.countries import countries
from differ.language.lexicon import Mention
from differ.language.meaning import Meaning, context_meaning, heading_topics, lead_meaning, meaning
from differ.language.names import keeper_named, names
from differ.language.polarity import PLAIN, is_condition
from differ.language.roles import WAYS, is_address
from differ.language.statements import LINE, Statement, is_line

Watched = Literal["sharing", "rights"]

NAMED_RIGHTS = (
    "right.deactivate",
    "right.access", "right.rectify", "right.erase", "right.portability", "right.object", "right.restrict",
    "right.automated", "right.informed", "right.sensitive",
)  # fmt: skip
HANDLING = (
    "exercise.deadline", "exercise.fee", "exercise.free", "exercise.identity", "exercise.refuse", "exercise.dpo",
    "exercise.desk",
)  # fmt: skip
"""Conditions of a request: deadline, cost, proof of identity, the person who makes it."""
SHARING_SIGNS = ("recipient", "share", "sell", "consent", "transfer.abroad", "transfer.safeguard", "data.aggregate")
"""Concepts that are signs of sharing. If the heading is about sharing, a sentence with such a concept is about
sharing.
"""
HANDED_OVER = ("share", "data", "sell", "transfer", "recipient.buyers")
"""Concepts that show that a merger transfers data."""
RIGHTS_SIGNS = ("right.grant", "consent", "complaint", "optout", "exercise.dpo", *WAYS)
"""Concepts that are signs of rights. If the heading is about rights, a sentence with such a concept is about rights."""
RIGHTS_DETAILS = (*NAMED_RIGHTS, "optout", "complaint", "exercise", "data", "consent", "negation", "limiter")
"""Concepts of details of a right. In a sentence with the word "right", such a concept says what the right is about, or
what limits the right.
"""
OFFERS = ("modality.may", "right", "exercise", "consent")
"""Concepts that show that the sentence before a list offers something to the reader."""
REQUEST_DETAILS = ("right", "consent", "complaint", *HANDLING, *WAYS)
"""Concepts that show that a request is addressed to the company."""
STRONG_CHOICES = ("optout.sale", "optout.share", "optout.signal")
HOUSE = re.compile(r"(?!(?:19|20)\d\d$)\d{1,4}[a-z]?")
"""Matches a house number in a postal address."""
SOURCE_REACH = 3
"""Maximum distance, in words, from "from" to a recipient that is a source of data."""
DOER_REACH = 2
"""Maximum number of words between a recipient and its act, such as "may not"."""
TAKER_REACH = 6
"""Maximum distance, in words, between a recipient and the verb for receiving data."""
CHOICE_REACH = 12
"""Maximum distance, in words, between settings and the words "you can" that offer the settings."""
REQUEST_REACH = 1
"""Maximum distance, in words, from "may" to the request."""
TAKING = ("receive", "use", "transfer.store", "gets", "shown")
"""Acts of a recipient of data."""
OWNER_REACH = 3
OWNED_BEFORE = 4
"""Maximum distances, in words, between a verb and "your". The first is for "your" after the verb, and the second is for
"your" before it."""
SUBJECT = (1, 2)
"""Possible numbers of words in the subject of a sentence, if no concept names the subject."""
GIVER_REACH = 2
HOLDER_REACH = 6
"""Maximum distance, in words, from the reader to the end of a right that the reader has: "you may also object"."""
RECEIVER_REACH = 4
SENDER_REACH = 3
"""Maximum number of words between the company and its act of sending: "we do not send"."""
OPENING = 3
"""Maximum index of the first word of a receiver at the beginning of an entry: "with our trusted partners"."""
DESTINATION_REACH = 4
"""Maximum distance, in words, from an act of sending to the name of its receiver: "send X-ray images to the laboratory
Larkpost"."""


def relevance(statement: Statement) -> frozenset[Watched]:
    """Return the watched subjects of a statement."""
    sense = meaning(statement.words, statement.language)
    if sense is None or announces(sense):
        return frozenset()
    heads = heading_topics(statement.path, statement.language)
    subjects: set[Watched] = set()
    if about_sharing(sense, statement, heads):
        subjects.add("sharing")
    if about_rights(sense, statement, heads):
        subjects.add("rights")
    return frozenset(subjects)


def announces(sense: Meaning) -> bool:
    """Whether a statement only says what the policy is about: "This policy explains how we share data"."""
    return sense.has("announcement")


def about_sharing(sense: Meaning, statement: Statement, heads: frozenset[str]) -> bool:
    """Whether a statement says who gets the data."""
    if disclaims(sense) or is_carried_over(sense):
        return False
    if shares(sense) or changes_owner(sense) or reaches_receiver(sense, statement):
        return True
    lead = lead_meaning(statement)
    if lead is not None and (shares(lead) or (lead.has("recipient") and lead.has("share"))):
        return True
    if heads & {"sharing", "transfer"}:
        listed = statement.kind in ("item", "row") and "sharing" in heads
        return listed or sense.has(*SHARING_SIGNS) or bool(countries(statement.text, statement.language))
    if statement.kind == "row" and "cookies" in heads:
        return sense.has("recipient.third", "recipient.advertising", "recipient.analytics")
    return False


def is_carried_over(sense: Meaning) -> bool:
    """Whether the reader may have data given to another company: "you may ask us to send your records to another
    bank". Nobody gets data unless the reader asks for it.
    """
    wished = [mention for mention in sense.of("right.portability") if not sense.negated(mention)]
    return bool(wished) and (sense.has("right.grant") or bool(abilities(sense)))


def reaches_receiver(sense: Meaning, statement: Statement) -> bool:
    """Whether something goes abroad or to a named receiver, or an entry of a list begins with a receiver."""
    if goes_abroad(sense, statement) or sends(sense, statement):
        return True
    return statement.kind == "item" and opens_with_recipient(sense)


def opens_with_recipient(sense: Meaning) -> bool:
    """Whether an entry of a list begins with the receiver: "With insurers, to settle claims"."""
    opening = not sense.lexicon.towards.isdisjoint(sense.words[:1])
    return opening and any(recipient.start <= OPENING for recipient in sense.of("recipient"))


def disclaims(sense: Meaning) -> bool:
    """Whether a statement only says that other companies have their own rules, and that the company is not responsible
    for those rules."""
    disclaimers = sense.of("disclaimer")
    acts = [
        act for act in sense.of("share", "sell", "receive") if not any(overlap(act, other) for other in disclaimers)
    ]
    return bool(disclaimers) and not any(given_away(sense, act) for act in acts)


def overlap(one: Mention, other: Mention) -> bool:
    """Whether two mentions have a word in common."""
    return one.start < other.end and other.start < one.end


def shares(sense: Meaning) -> bool:
    """Whether a statement says or denies that data is given, sold, or received by somebody else."""
    if reader_gives(sense):
        return False
    data = sense.has("data") or has_readers_things(sense)
    recipients = [mention for mention in sense.of("recipient") if not comes_from(sense, mention)]
    if sense.has("sell") and (data or recipients):
        return True
    if data and any(takes(sense, mention) for mention in [*recipients, *sense.of("nobody")]):
        return True
    if is_got_by_stranger(sense, recipients):
        return True
    return shows(sense) or (gives_somebodys(sense) and (data or bool(recipients) or denies_everybody(sense)))


def reader_gives(sense: Meaning) -> bool:
    """Whether the reader is the only giver in a statement: "if you share your password with somebody, they can read
    your letters". The statement does not mention the company."""
    acts = sense.of("share", "sell")
    return (
        bool(acts)
        and not any(word in sense.lexicon.company for word in sense.words)
        and all(is_act_of_reader(sense, act) for act in acts)
    )


def is_act_of_reader(sense: Meaning, act: Mention) -> bool:
    """Whether the reader is the subject of an act. The reader is at the beginning of the sentence or of a condition:
    "if you share"."""
    return any(
        sense.words[index] in sense.lexicon.readers and (index == 0 or sense.words[index - 1] in sense.lexicon.when)
        for index in range(max(0, act.start - GIVER_REACH), act.start)
    )


def is_got_by_stranger(sense: Meaning, recipients: Collection[Mention]) -> bool:
    """Whether recipients collect data themselves, or a recipient for whom there is no concept gets something that
    belongs to the reader: "casinos obtain your bookings".
    """
    if is_collected_by_stranger(sense, recipients):
        return True
    for act in sense.of("gets"):
        subject = sense.lexicon.content_words(sense.words[: act.start])
        theirs = sense.words[act.end : act.end + OWNER_REACH]
        if len(subject) in SUBJECT and not sense.lexicon.vocabulary & {*subject} and is_readers(sense, theirs, act.end):
            return True
    return False


def is_collected_by_stranger(sense: Meaning, recipients: Collection[Mention]) -> bool:
    """Whether somebody else collects data themselves: "plug-ins set cookies of their own"."""
    if not (sense.has("data", "cookies") or has_owned(sense)):
        return False
    readers = sense.lexicon.readers - sense.lexicon.possessives
    others = sense.lexicon.company | readers | sense.lexicon.towards
    return any(
        0 <= act.start - recipient.end <= TAKER_REACH and others.isdisjoint(sense.words[recipient.end : act.start])
        for recipient in recipients
        for act in sense.of("tracks")
    )


def is_readers(sense: Meaning, words: tuple[str, ...], start: int) -> bool:
    """Whether the words from an index on name data, or something that belongs to the reader."""
    if any(word in sense.lexicon.possessives for word in words):
        return True
    return any(start <= data.start < start + len(words) for data in sense.of("data"))


def has_readers_things(sense: Meaning) -> bool:
    """Whether something that belongs to the reader, and for which there is no concept, is given, received or seen.
    Examples are "lenders see your diary" and "your bookings are disclosed".
    """
    return any(
        word in sense.lexicon.possessives
        for act in sense.of("share", "sell", *TAKING)
        if not is_duty(sense, act)
        for word in sense.words[max(0, act.start - OWNED_BEFORE) : act.end + OWNER_REACH]
    )


def is_duty(sense: Meaning, act: Mention) -> bool:
    """Whether a sentence forbids something to the reader, not to the company: "your password must not be shared with
    anyone"."""
    return sense.negated(act) and not any(word in sense.lexicon.company for word in sense.words)


def denies_everybody(sense: Meaning) -> bool:
    """Whether a statement is about anyone or nobody: "we do not disclose your diary to anyone"."""
    return sense.has("nobody", "public") and any(word in sense.lexicon.company for word in sense.words)


def shows(sense: Meaning) -> bool:
    """Whether data is shown to the public or to other users."""
    return (
        sense.has("shown")
        and sense.has("public", "recipient.users")
        and (sense.has("data") or has_readers_things(sense))
    )


def gives_somebodys(sense: Meaning) -> bool:
    """Whether the things that are given are data, or belong to the company or the reader."""
    people = (sense.lexicon.company - sense.lexicon.owners) | sense.lexicon.readers
    somebodys = sense.has("data") or any(word in people for word in sense.words)
    return somebodys and any(given_away(sense, mention) for mention in sense.of("share"))


def takes(sense: Meaning, recipient: Mention) -> bool:
    """Whether a recipient is the receiver: "our partners may collect", "collected by our partners"."""
    for act in sense.of(*TAKING):
        if 0 <= act.start - recipient.end <= TAKER_REACH and is_doer(sense, recipient, act):
            return True
        between = sense.words[act.end : recipient.start]
        if between and len(between) <= TAKER_REACH and any(word in sense.lexicon.agents for word in between):
            return True
    return False


def is_doer(sense: Meaning, recipient: Mention, act: Mention) -> bool:
    """Whether a recipient before an act is the subject of the act. If the act is use or storage, it must follow
    directly ("partners may use"), because the company also uses and stores data.
    """
    between = sense.words[recipient.end : act.start]
    if any(word in sense.lexicon.company - sense.lexicon.owners for word in between):
        return False
    able = any(may.start == recipient.end for may in sense.of("modality"))
    return act.concept in ("receive", "gets") or not between or (able and len(between) <= DOER_REACH)


def comes_from(sense: Meaning, mention: Mention) -> bool:
    """Whether a recipient is the source of data: "information from our partners"."""
    before = sense.words[max(0, mention.start - SOURCE_REACH) : mention.start]
    return any(word in sense.lexicon.sources for word in before) or gives(sense, mention)


def gives(sense: Meaning, mention: Mention) -> bool:
    """Whether a recipient gives data: "data provided by our partners"."""
    for act in sense.of("share"):
        between = sense.words[act.end : mention.start]
        if act.end <= mention.start and len(between) <= SOURCE_REACH:
            return any(word in sense.lexicon.agents for word in between)
    return False


def given_away(sense: Meaning, mention: Mention) -> bool:
    """Whether the company gives data. In "the information that you share with us", the reader gives it."""
    before = sense.words[max(0, mention.start - GIVER_REACH) : mention.start]
    after = sense.words[mention.end : mention.end + RECEIVER_REACH]
    by_reader = any(word in sense.lexicon.readers for word in before)
    to_company = any(word in sense.lexicon.company for word in after)
    return not (by_reader or to_company) or sense.has("recipient")


def goes_abroad(sense: Meaning, statement: Statement) -> bool:
    """Whether a statement says that data is in a different country, is transferred there, or is protected there."""
    if sense.has("place.kept") and sense.has("data") and countries(statement.text, statement.language):
        return True
    if sense.has("transfer.safeguard") and sense.has("data", "recipient", "transfer.store", "transfer.abroad"):
        return True
    if not sense.has("transfer.store"):
        return False
    if keeper_named(statement, sense) and not sense.has("controller") and not is_line(statement.text):
        return True
    return sense.has("data") and (sense.has("transfer.abroad") or bool(countries(statement.text, statement.language)))


def sends(sense: Meaning, statement: Statement) -> bool:
    """Whether the company sends something to a named receiver, or sends data or something of the reader abroad. What is
    sent to a named receiver may be any thing: "we send X-ray images to Larkpost".
    """
    acts = sent_away(sense)
    if not acts:
        return False
    theirs = sense.has("data") or has_owned(sense)
    if theirs and (sense.has("transfer.abroad") or countries(statement.text, statement.language)):
        return True
    named = names(statement, sense)
    return any(word in named for act in acts for word in sense.words[act.end : act.end + DESTINATION_REACH])


def sent_away(sense: Meaning) -> list[Mention]:
    """Return the acts of sending whose subject is the company. What is sent to the reader or to the company is not sent
    away.
    """
    company = (sense.lexicon.company - sense.lexicon.owners) or sense.lexicon.company
    readers = sense.lexicon.readers - sense.lexicon.possessives
    return [
        act
        for act in sense.of("sent")
        if not company.isdisjoint(before := sense.words[max(0, act.start - SENDER_REACH) : act.start])
        and readers.isdisjoint((*before, *sense.words[act.end : act.end + 1]))
        and company.isdisjoint(sense.words[act.start : act.end + 1])
    ]


def changes_owner(sense: Meaning) -> bool:
    """Whether data is transferred together with the company."""
    return sense.has("merger") and sense.has(*HANDED_OVER)


def about_rights(sense: Meaning, statement: Statement, heads: frozenset[str]) -> bool:
    """Whether a statement says what people can do about their data."""
    if says_right(sense) or asks_consent(sense) or prices_copy(sense) or is_address_line(statement):
        return True
    if sense.has("complaint") and (
        sense.has("exercise", "right", "complaint.privacy")
        or (sense.has("data") and to_reader(sense))
        or heads & {"rights", "contact", "choices"}
        or open_to_reader(sense, ("complaint",))
    ):
        return True
    if heads & {"rights", "choices"}:
        return lists_option(sense, statement) or sense.has(*RIGHTS_SIGNS) or speaks_of_request(sense)
    return reaches_company(sense, statement, heads)


def asks_consent(sense: Meaning) -> bool:
    """Whether a statement makes a consent of the reader or of a parent a condition: "we never use your letters without
    asking you"."""
    if not sense.has("consent") or sense.has("share", "sell", "recipient"):
        return False
    if sense.has("children"):
        return True
    needed = any(is_condition(concept) and level == PLAIN for concept, level in sense.said_of("consent"))
    only = sense.has("limiter.only", "limiter.except", "negation")
    return needed and only and (sense.has("use", "collection", "data") or has_owned(sense))


def has_owned(sense: Meaning) -> bool:
    """Whether a sentence mentions something that belongs to the reader: "your letters"."""
    return any(word in sense.lexicon.possessives for word in sense.words)


def prices_copy(sense: Meaning) -> bool:
    """Whether a statement says what a copy of the data costs: "the first copy is free"."""
    return sense.has("copy") and sense.has("exercise.fee", "exercise.free")


def is_address_line(statement: Statement) -> bool:
    """Whether a statement is a line of the company's address. Such a line contains a number or an address, and comes
    after a sentence such as "write to us at"."""
    if (
        len(statement.text) > LINE
        or "©" in statement.text
        or not any(is_address(word) or HOUSE.fullmatch(word) for word in statement.words)
    ):
        return False
    senses = [lead_meaning(statement), context_meaning(statement)]
    return any(sense is not None and sense.has("exercise") for sense in senses)


def says_right(sense: Meaning) -> bool:
    """Whether a statement says what people can do. Headings are ignored."""
    return (
        sense.has("consent.withdraw", "right.nodetriment", "exercise.dpo", *STRONG_CHOICES)
        or names_right(sense)
        or gives_choice(sense)
    )


def names_right(sense: Meaning) -> bool:
    """Whether a statement names a right, or an act that is a right if the reader does it."""
    if sense.has("right.rights", "right.grant") and sense.has(*RIGHTS_DETAILS):
        return True
    if denies_right(sense):
        return True
    if sense.has("right.statute") and sense.has("right.rights") and to_reader(sense):
        return True
    answered = sense.has(*HANDLING) and any(word in sense.lexicon.company for word in sense.words)
    return mentions_request(sense) and (answered or to_reader(sense) or sense.has("right.statute"))


def gives_right(sense: Meaning) -> bool:
    """Whether a statement says that the reader may do something that is a right: "you may object"."""
    may = sense.has("modality.may", "right.grant")
    return may and any(not sense.negated(right) for right in rights_of_reader(sense))


def denies_right(sense: Meaning) -> bool:
    """Whether a statement says that the reader does not have a right: "you cannot object"."""
    return any(sense.negated(right) for right in rights_of_reader(sense))


def rights_of_reader(sense: Meaning) -> list[Mention]:
    """Return the rights that the reader has or does not have."""
    return open_to_reader(sense, NAMED_RIGHTS)


def open_to_reader(sense: Meaning, concepts: Collection[str]) -> list[Mention]:
    """Return the mentions of acts that the reader can or cannot do. Shortly before such a mention, there are words such
    as "you may" or "you cannot"."""
    able = abilities(sense)
    return [act for act in sense.of(*concepts) if any(0 < act.end - position <= HOLDER_REACH for position in able)]


def abilities(sense: Meaning) -> list[int]:
    """Return the indexes of the words for the reader that are followed by words such as "may" or "cannot"."""
    able = {verb.start for verb in sense.of("modality.may", "right.grant", "negation")}
    return [
        position
        for position, word in enumerate(sense.words)
        if word in sense.lexicon.readers and able.intersection((position + 1, position + 2))
    ]


def lists_option(sense: Meaning, statement: Statement) -> bool:
    """Whether an entry of a list is a right, a way to use a right, or something that the reader can do. The entry says
    so itself, or the sentence that introduces the list does. Lists under a heading about rights also have other
    entries, such as kinds of data."""
    lead = lead_meaning(statement)
    if lead is not None and (says_right(lead) or (lead.has(*OFFERS) and to_reader(lead))):
        return True
    listed = lead is not None or statement.kind in ("item", "row")
    return listed and (sense.has("right", "exercise") or bool(abilities(sense)))


def speaks_of_request(sense: Meaning) -> bool:
    """Whether a sentence under a heading about rights mentions a request, or something that the company or the reader
    does with data. "Session cookies are deleted when you close the browser" mentions neither."""
    if any(mention.concept == "exercise" for mention in sense.mentions):
        return True
    if not sense.has(*NAMED_RIGHTS, *HANDLING):
        return False
    return sense.has("modality.may") or any(word in sense.lexicon.company for word in sense.words)


def mentions_request(sense: Meaning) -> bool:
    """Whether a sentence says that the reader can request something that is a right, or gives conditions of a request.
    The word "request" alone may mean a browser's request."""
    asked = sense.has(*NAMED_RIGHTS)
    if asked and (
        sense.has("modality.may", "right.grant") or any(is_asking(sense, one) for one in sense.of("exercise"))
    ):
        return True
    requests = any(mention.concept == "exercise" for mention in sense.mentions)
    return requests and (sense.has(*REQUEST_DETAILS) or may_request(sense))


def is_asking(sense: Meaning, mention: Mention) -> bool:
    """Whether a mention is about something that people ask for, and not only about a time. "We delete logs within a
    week" names a time, but nobody asks for the deletion."""
    if mention.concept != "exercise.deadline":
        return True
    return to_reader(sense) and not any(word in sense.lexicon.company for word in sense.words)


def may_request(sense: Meaning) -> bool:
    """Whether the words right before a request allow it: "you may request"."""
    return any(
        0 <= request.start - may.end <= REQUEST_REACH
        for request in sense.mentions
        if request.concept == "exercise"
        for may in sense.of("modality")
    )


def bears_on_request(sense: Meaning, statement: Statement) -> bool:
    """Whether a deadline, a fee, a proof of identity or a refusal belongs to a request about data."""
    if sense.has("right", "complaint", "optout", "consent.withdraw") or prices_copy(sense):
        return True
    requests = any(mention.concept == "exercise" for mention in sense.mentions)
    return requests or "rights" in heading_topics(statement.path, statement.language)


def to_reader(sense: Meaning) -> bool:
    """Whether a statement addresses or mentions the people that the data is about."""
    return any(word in sense.lexicon.readers for word in sense.words)


def gives_choice(sense: Meaning) -> bool:
    """Whether a choice is offered: an opt-out, or settings that the reader can change."""
    strong = any(mention.concept == "optout" for mention in sense.mentions)
    if strong:
        return True
    return any(
        abs(may.start - settings.start) <= CHOICE_REACH
        for settings in sense.of("optout.settings")
        for may in sense.of("modality.may")
        if any(word in sense.lexicon.readers for word in sense.words[max(0, may.start - 1) : may.end + 1])
    )


def reaches_company(sense: Meaning, statement: Statement, heads: frozenset[str]) -> bool:
    """Whether a statement says how to reach the company about data."""
    if not sense.has(*WAYS, "exercise.dpo") and not any("@" in word for word in statement.words):
        return False
    if "contact" in heads:
        return True
    asks = sense.has("right", "children", "complaint", "exercise.dpo") or any(
        mention.concept == "exercise" for mention in sense.mentions
    )
    return asks or (sense.has("data") and not sense.has("collection", "receive"))
