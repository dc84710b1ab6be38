"""Finds the recipients of data in a statement, by class ("our service providers") and by name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from itertools import chain

from differ.judgement.relevance import comes_from
from differ.language.countries import countries
from differ.language.lexicon import Lexicon, Mention, load_lexicon
from differ.language.meaning import Meaning, canonical, lead_meaning, meaning
from differ.language.polarity import NEGATION_REACH
from differ.language.roles import LEGAL_FORMS
from differ.language.statements import Statement
from differ.language.words import TOKEN, plain_words, word_tokens, words

NAMED = "named"
"""The class of recipients that are known only by name."""
CELLS = " | "
"""Separator between the cells of a table row."""
HEADER_WORDS = 2
"""Maximum number of words in the first cell of a header row."""
OFTEN = 2
"""Minimum number of statements that contain the company's own name. A less frequent name is not the company's own
name.
"""
ACTS = ("share", "sell", "sent", "transfer")
RECEIVING = ("share", "sell", "sent", "recipient", "receive", "transfer.store")
"""Concepts of words near the name of a recipient."""
REACH = 5
"""Maximum distance, in words, between an act and the name of a recipient."""
NEXT_REACH = 2
"""Maximum distance, in words, between two names in the same list."""
CAPITAL_LETTER = re.compile("[A-ZÀ-ÖØ-Þ]")
CAPITAL = re.compile(r"[A-ZÀ-ÖØ-Þ][\w&.'’-]*")
LONGEST_SENTENCE = 1000
"""Maximum length of a quoted sentence, in characters."""
LINE_END = "\n"
AND = frozenset("&")
ABBREVIATES = frozenset(".")
SENTENCE_BREAKS = frozenset(".:!?;•–—")


@dataclass(frozen=True, slots=True)
class Recipient:
    """A recipient of data, as a version names it."""

    kind: str
    """The class: group, processors, partners, advertising, brokers, analytics, finance, authorities, buyers, third, …
    If only the name of a recipient is known, its class is `named`.
    """
    name: str
    """The words that name the recipient."""
    language: str
    _: KW_ONLY
    section: str
    purpose: str = ""
    """The words that state the purpose, or ""."""
    country: str = ""
    """Countries that are named together with the recipient, or ""."""
    codes: tuple[str, ...] = ()
    """The codes of the countries, regions and states in `country`."""
    sentence: str = ""
    """The sentence or table row that names the recipient, cut to `LONGEST_SENTENCE` characters."""

    @property
    def identity(self) -> tuple[str, str, str]:
        """Key that is equal for mentions of the same recipient: the name, or otherwise the class and its words without
        inflection.
        """
        lexicon = load_lexicon(self.language)
        if self.kind == NAMED or lexicon is None:
            return (self.kind, self.name.casefold(), self.language)
        return (self.kind, " ".join(canonical(words(self.name), lexicon)), self.language)


@dataclass(frozen=True, slots=True)
class NameContext:
    """Distinguishes names from other capitalised words in one document."""

    plain: frozenset[str]
    """Words that also occur in lower case in the document."""
    own: frozenset[str]
    """Words of the company's own name."""
    headers: frozenset[int]
    """Positions of the table header rows."""

    def is_name(self, written: Sequence[str], lexicon: Lexicon) -> bool:
        """Whether capitalised words name somebody other than the company. `written` contains these words
        case-folded.
        """
        return not self.own & set(written) and bool(self.telling(written, lexicon))

    def telling(self, written: Sequence[str], lexicon: Lexicon) -> set[str]:
        """Return the words that can only belong to a name. Plain words, words in the lexicon and legal forms are left
        out."""
        alone = meaning(tuple(written), lexicon.language)
        covered = (
            {index for mention in alone.mentions for index in range(mention.start, mention.end)} if alone else set()
        )
        return {
            word
            for index, word in enumerate(written)
            if len(word) > 1
            and index not in covered
            and word not in self.plain
            and word not in lexicon.vocabulary
            and word not in LEGAL_FORMS
        }

    def strangers(self, statement: Statement) -> set[str]:
        """Return the words of names in a statement, without the company's own name."""
        lexicon = load_lexicon(statement.language)
        if lexicon is None or lexicon.capitals:
            return set()
        return {word for run in runs(statement, lexicon) if self.is_name(run.words, lexicon) for word in run.words}


@dataclass(frozen=True, slots=True)
class Run:
    """A run of adjacent capitalised words."""

    text: str
    start: int
    """Index of the run's first word in the statement."""
    end: int

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the run, case-folded."""
        return tuple(words(self.text))


def recipients(statement: Statement, sense: Meaning, names: NameContext) -> list[Recipient]:
    """Return the recipients in a statement about sharing. The result is empty if the statement only says who does not
    get the data.
    """
    if denies(sense):
        return []
    if statement.kind == "row" and CELLS in statement.text:
        cells = statement.text.split(CELLS)
        if statement.position in names.headers:
            return []
        if is_name_cell(cells[0], sense, names):
            return [in_row(cells, statement)]
    purpose = next((sense.said(mention) for mention in sense.of("purpose") if not excluded(mention, sense)), "")
    where = countries(statement.text, statement.language)
    called = [
        (mention.concept.removeprefix("recipient."), sense.said(mention))
        for mention in sense.of("recipient")
        if not comes_from(sense, mention)
    ] + [(NAMED, name) for name in in_prose(statement, sense, names)]
    return [
        Recipient(
            kind,
            name,
            statement.language,
            section=statement.section,
            purpose=purpose,
            country=", ".join(where.values()),
            codes=tuple(where),
            sentence=quoted(statement.text),
        )
        for kind, name in called
    ]


def receiving_words(statement: Statement, names: NameContext) -> set[str]:
    """Return the words of the names that receive data in a statement."""
    sense = meaning(statement.words, statement.language)
    if sense is None:
        return set()
    called = [recipient.name for recipient in recipients(statement, sense, names) if recipient.kind == NAMED]
    return {word for name in called for word in words(name)}


def excluded(purpose: Mention, sense: Meaning) -> bool:
    """Whether a negation comes right before a purpose: "for no purpose of their own"."""
    start = purpose.start - NEGATION_REACH
    return any(start <= negation.start < purpose.start for negation in sense.of("negation"))


def denies(sense: Meaning) -> bool:
    """Whether a statement denies disclosure without an exception."""
    acts = sense.of(*ACTS)
    return bool(acts) and all(sense.negated(act) for act in acts) and not sense.has("limiter")


def in_row(cells: list[str], statement: Statement) -> Recipient:
    """Return the recipient in a row of a table. The second cell is the purpose."""
    where = countries(CELLS.join(cells[1:]), statement.language)
    return Recipient(
        NAMED,
        cells[0],
        statement.language,
        section=statement.section,
        purpose=cells[1] if cells[1] not in where.values() else "",
        country=", ".join(where.values()),
        codes=tuple(where),
        sentence=quoted(statement.text),
    )


def quoted(sentence: str) -> str:
    """Return a sentence as an inventory quotes it. A very long sentence is cut and ends with "…"."""
    return sentence if len(sentence) <= LONGEST_SENTENCE else f"{sentence[: LONGEST_SENTENCE - 1]}…"


def is_name_cell(cell: str, sense: Meaning, names: NameContext) -> bool:
    """Whether the first cell of a row is a name: every word is capitalised or a function word."""
    written = [token for token in TOKEN.findall(cell) if token[0].isalpha()]
    capitals = [word for token in written if CAPITAL.fullmatch(token) for word in words(token)]
    others = {word for token in written for word in words(token)} - set(capitals)
    return bool(capitals) and others <= sense.lexicon.function_words and names.is_name(capitals, sense.lexicon)


def in_prose(statement: Statement, sense: Meaning, names: NameContext) -> list[str]:
    """Return the names that receive data in a statement. The result is empty in languages that capitalise all nouns."""
    if statement.text.isupper() or sense.lexicon.capitals:
        return []
    lands = {word.casefold() for name in countries(statement.text, statement.language).values() for word in words(name)}
    receiving: list[str] = []
    last = -NEXT_REACH
    for run in runs(statement, sense.lexicon):
        away = lands | sense.lexicon.date_words
        near = run.start - last <= NEXT_REACH or receives(run, statement, sense)
        if near and not away & set(run.words) and names.is_name(run.words, sense.lexicon):
            receiving.append(run.text)
            last = run.end
    return receiving


def receives(run: Run, statement: Statement, sense: Meaning) -> bool:
    """Whether the words around a name show that it receives data: "shared with …", "hosted by …", "… may collect". In a
    list, a name at the beginning of an entry is a recipient too, if a sentence about sharing introduces the list."""
    lead = lead_meaning(statement)
    if run.start == 0 and lead is not None and lead.has("share", "sell", "recipient"):
        return True
    before = sense.words[run.start - 1] if run.start > 0 else ""
    if before in sense.lexicon.places:
        return False
    agent = before in sense.lexicon.agents
    for act in sense.of(*RECEIVING):
        after = 0 <= run.start - act.end <= REACH
        if after and (agent or act.concept != "receive"):
            return True
        if act.concept == "receive" and 0 <= act.start - run.end <= REACH:
            return True
    return False


def runs(statement: Statement, lexicon: Lexicon) -> list[Run]:
    """Return the runs of capitalised words. The first word of a sentence is always capitalised, so it counts only in
    two cases. In the first case, it is part of a longer run and is not in the lexicon. In the second case, it is in a
    list item or table row, and a punctuation mark follows it."""
    if has_no_name(statement.text, lexicon):
        return []
    gathered: list[Run] = []
    run: list[str] = []
    index, start, opens = 0, True, False
    for token in [*TOKEN.findall(statement.text), LINE_END]:
        if not run and token[0].islower():
            pass
        elif is_in_run(token, run, lexicon, start=start):
            opens = start if not run else opens
            run.append(token)
        elif not token.isspace() or token is LINE_END:
            if goes_on(run, token):
                continue
            if run and (not opens or len(run) > 1 or ends_head(token, statement, lexicon)):
                gathered.append(Run(" ".join(run).strip(" &"), index - len(words(" ".join(run))), index))
            run = []
        start = token in SENTENCE_BREAKS or (start and token.isspace())
        index += len(plain_words(token))
    return gathered


def has_no_name(text: str, lexicon: Lexicon) -> bool:
    """Whether a text has no word that can be a name. This is so if no word except the first has a capital letter, and
    the first word is in the lexicon.
    """
    if CAPITAL_LETTER.search(text, 1):
        return False
    first = TOKEN.match(text)
    return first is None or not CAPITAL_LETTER.match(text) or plain_word(first[0], lexicon)


def is_in_run(token: str, run: list[str], lexicon: Lexicon, *, start: bool) -> bool:
    """Whether a token begins or continues a run. At the start of a sentence, a word in the lexicon does not begin a
    run."""
    if token in AND:
        return bool(run)
    if not token[0].isupper() or CAPITAL.fullmatch(token) is None:
        return False
    return not (start and plain_word(token, lexicon))


def ends_head(token: str, statement: Statement, lexicon: Lexicon) -> bool:
    """Whether a run in a list item or table row is followed by a punctuation mark, the end of the line, or a place:
    "Larkpost in India"."""
    if statement.kind not in ("item", "row"):
        return False
    return not token[0].isalnum() or (token in lexicon.places and bool(countries(statement.text, statement.language)))


def goes_on(run: list[str], token: str) -> bool:
    """Whether a full stop only belongs to an abbreviated legal form at the beginning of a name, as in "PT. Sinar"."""
    return token in ABBREVIATES and bool(run) and run[-1].casefold() in LEGAL_FORMS


def plain_word(token: str, lexicon: Lexicon) -> bool:
    """Whether a token consists of words in the lexicon."""
    return all(word in lexicon.vocabulary for word in plain_words(token))


def name_context(read: Sequence[Statement], title: str) -> NameContext:
    """Return the context that distinguishes names in a document. The company's own name is looked for in the title and
    in the first headings of each language. It must also occur in sentences. If no such name is found, the most frequent
    name in sentences is used."""
    prose = [statement for statement in read if statement.kind not in ("heading", "contents")]
    written = set(chain.from_iterable(word_tokens(statement.text) for statement in prose))
    plain = frozenset(token for token in written if token.islower())
    draft = NameContext(plain, frozenset(), headers(read))
    own: set[str] = set()
    for language in dict.fromkeys(statement.language for statement in prose):
        titles = {*words(title), *first_headings(read, language)}
        counts = counted_names([statement for statement in prose if statement.language == language], draft)
        often = {word for word, count in counts.items() if count >= OFTEN and count == max(counts.values())}
        own |= titles & set(counts) or often
    return NameContext(plain, frozenset(own), draft.headers)


def first_headings(read: Sequence[Statement], language: str) -> set[str]:
    """Return the words of the headings right above the first sentence in a language."""
    heading_words: set[str] = set()
    for statement in read:
        if statement.kind == "heading":
            heading_words |= set(statement.words)
        elif statement.language == language:
            return heading_words
        else:
            heading_words = set()
    return heading_words


def counted_names(prose: Sequence[Statement], names: NameContext) -> Counter[str]:
    """Count, for each word of a name, the sentences of one language that contain it."""
    counts: Counter[str] = Counter()
    for statement in prose:
        lexicon = load_lexicon(statement.language)
        if lexicon is not None and not lexicon.capitals and not statement.text.isupper():
            counts.update({word for run in runs(statement, lexicon) for word in names.telling(run.words, lexicon)})
    return counts


def headers(read: Sequence[Statement]) -> frozenset[int]:
    """Return the positions of table header rows. A header row is the first of several rows. Its first cell is short and
    contains no country."""
    positions = set()
    for before, row, after in zip((None, *read), read, (*read[1:], None), strict=False):
        first = row.kind == "row" and (before is None or before.kind != "row" or before.path != row.path)
        if first and after is not None and after.kind == "row" and after.path == row.path:
            short = len(words(row.text.split(CELLS)[0])) <= HEADER_WORDS
            if short and not countries(row.text, row.language):
                positions.add(row.position)
    return frozenset(positions)
