"""Changes policies without altering their meaning. A seed decides what is changed. Each function gets a Markdown
text in one language."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Mapping

from tests.differ.policies import SENTENCES

HARMLESS = tomllib.loads((SENTENCES / "harmless.toml").read_text(encoding="utf-8"))
EMAIL = re.compile(r"(?<![\w/.=-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
MAIL_LINK = re.compile(r"\[([^\]]*)\]\(mailto:[^)]*\)")
LIST = re.compile(r"(?m)^[-*] .+(?:\n+^[-*] .+){2,}")
PARAGRAPH = re.compile(r"\n{2,}")
PROSE = re.compile(r"^[A-ZÀ-Ý].*[.]$", re.DOTALL)
WORDINGS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("in order to", "to"),
        ("such as", "for example"),
        ("prior to", "before"),
        ("web site", "website"),
        ("e-mail", "email"),
        ("obtain", "get"),
        ("retain", "keep"),
        ("purposes", "reasons"),
        ("utilize", "use"),
        ("assist", "help"),
        ("organization", "organisation"),
        ("behavior", "behaviour"),
        ("personalize", "personalise"),
        ("do not", "don't"),
        ("you are", "you're"),
        ("personal information", "personal data"),
    ),
    "fr": (
        ("afin de", "pour"),
        ("e-mail", "courriel"),
        ("ainsi que", "et"),
        ("informations personnelles", "données personnelles"),
        ("tels que", "comme"),
        ("par exemple", "notamment"),
        ("conserver", "garder"),
    ),
    "id": (
        ("surel", "email"),
        ("informasi pribadi", "data pribadi"),
        ("memakai", "menggunakan"),
        ("agar", "supaya"),
        ("menyimpan", "menyimpan"),
        ("misalnya", "contohnya"),
        ("kuki", "cookie"),
        ("apabila", "jika"),
    ),
}
"""Pairs of expressions with the same meaning, by language."""
Reworded = Callable[[str, random.Random, str], str]


def with_menu(text: str, _: random.Random, __: str) -> str:
    """Put a menu before a policy."""
    return "- [Home](/)\n- [Prices](/prices)\n- [Jobs](/jobs)\n- [Stories](/stories)\n- [Log in](/login)\n\n" + text


def masked(text: str, _: random.Random, __: str) -> str:
    """Mask all e-mail addresses, as some sites do to hide them from robots."""
    return EMAIL.sub("[email protected]", MAIL_LINK.sub(r"\1", text))


def worded_otherwise(text: str, chance: random.Random, language: str) -> str:
    """Replace some expressions by expressions with the same meaning. All occurrences are replaced."""
    for word, other in chance.sample(WORDINGS[language], 3):
        text = re.sub(rf"\b{re.escape(word)}\b", other, text)
    return text


def sections_reordered(text: str, chance: random.Random, _: str) -> str:
    """Put the sections of the highest level in a different order. The first section stays in its place."""
    first, *sections = re.split(r"(?m)^(?=## )", text)
    chance.shuffle(sections)
    return "\n\n".join([first, *sections])


def sentences_joined(text: str, chance: random.Random, _: str) -> str:
    """Join two sentences of a paragraph with a semicolon, three times."""
    places = [match.start() for match in re.finditer(r"(?<=[a-z]{3})\. (?=[A-Z][a-z]+ )", text)]
    for place in sorted(chance.sample(places, min(3, len(places))), reverse=True):
        text = text[:place] + "; " + text[place + 2].lower() + text[place + 3 :]
    return text


def sentences_split(text: str, chance: random.Random, _: str) -> str:
    """Split sentences at a semicolon, three times."""
    places = [match.start() for match in re.finditer(r"(?<=[a-z]{3}); (?=[a-z]+ )", text)]
    for place in sorted(chance.sample(places, min(3, len(places))), reverse=True):
        text = text[:place] + ". " + text[place + 2].upper() + text[place + 3 :]
    return text


def items_reordered(text: str, chance: random.Random, _: str) -> str:
    """Put the entries of lists in a different order. The bullets and numbers stay in their places."""

    def shuffled(match: re.Match[str]) -> str:
        items = [line for line in match.group().splitlines() if line]
        ends = [re.search(r"[;.,]?(?: (?:and|or|et|ou|dan))?$", item).group() for item in items]  # type: ignore[union-attr]  # "" fits
        plain = [item[: len(item) - len(end)] for item, end in zip(items, ends, strict=True)]
        chance.shuffle(plain)
        return "\n".join(item + end for item, end in zip(plain, ends, strict=True))

    return LIST.sub(shuffled, text)


def retyped(text: str, chance: random.Random, _: str) -> str:
    """Change quotation marks, dashes, spaces and emphasis."""
    changes = (("’", "'"), ("“", '"'), ("”", '"'), ("–", "-"), ("\u00a0", " "), ("**", ""), (". ", ".  "), ("...", "…"))
    for old, new in chance.sample(changes, 5):
        text = text.replace(old, new)
    return text


def renumbered(text: str, _: random.Random, __: str) -> str:
    """Give the headings new numbers."""
    count = 0

    def numbered(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return f"{match['marks']} {count}. "

    return re.sub(r"(?m)^(?P<marks>#{2,3}) +(?:[\dA-Z]{1,2}[.)]+ *)?", numbered, text)


def shouted(text: str, _: random.Random, __: str) -> str:
    """Write the headings in capitals."""
    return re.sub(r"(?m)^#+ .*$", lambda match: match.group().upper(), text)


def paragraphs_swapped(text: str, chance: random.Random, _: str) -> str:
    """Swap two adjacent paragraphs."""
    blocks = PARAGRAPH.split(text)
    both = [
        at
        for at in range(1, len(blocks) - 2)
        if PROSE.match(blocks[at]) and PROSE.match(blocks[at + 1]) and not blocks[at - 1].endswith(":")
    ]
    if both:
        at = chance.choice(both)
        blocks[at], blocks[at + 1] = blocks[at + 1], blocks[at]
    return "\n\n".join(blocks)


def repeated(text: str, chance: random.Random, _: str) -> str:
    """Repeat a paragraph at the end, like a summary."""
    prose = [block for block in PARAGRAPH.split(text) if PROSE.match(block)]
    return f"{text}\n\n{chance.choice(prose)}\n" if prose else text


def listed_as_prose(text: str, _: random.Random, __: str) -> str:
    """Write the entries of lists as paragraphs, as a new template of a site might do."""
    return re.sub(r"(?m)^[-*] (.+)$", r"\n\1\n", text)


def with_contents(text: str, _: random.Random, __: str) -> str:
    """Put a table of contents before a policy."""
    headings = re.findall(r"(?m)^#{2,3} +(.+)$", text)
    entries = "\n".join(f"- [{heading.strip('*')}](#{number})" for number, heading in enumerate(headings))
    first, mark, rest = text.partition("\n\n")
    return f"{first}{mark}{entries}\n\n{rest}"


def redated(text: str, _: random.Random, __: str) -> str:
    """Give the edition a later date."""
    dated = re.compile(
        r"(?im)^(\W*(?:last |date of )?(?:updated|revised|modified|effective|mise à jour|diperbarui)\b.{0,40}?)(20\d\d)"
    )
    return dated.sub(r"\g<1>2027", text)


def said_more(text: str, chance: random.Random, language: str) -> str:
    """Add sentences that do not concern sharing or rights. Each sentence is a new paragraph or the end of a
    paragraph."""
    blocks = PARAGRAPH.split(text)
    for sentence in chance.sample(HARMLESS[language]["sentences"], 2):
        at = chance.randrange(1, len(blocks))
        if chance.random() < 0.5 and PROSE.match(blocks[at]):
            blocks[at] += " " + sentence
        else:
            blocks.insert(at, sentence)
    return "\n\n".join(blocks)


def cut_off(text: str, chance: random.Random, _: str) -> str:
    """Cut a text within a word. The cut is at a random place between a tenth and nine tenths of the text."""
    return text[: int(len(text) * chance.uniform(0.1, 0.7))].rstrip()


REWORDINGS: tuple[Reworded, ...] = (
    with_menu,
    masked,
    worded_otherwise,
    sections_reordered,
    sentences_joined,
    sentences_split,
    items_reordered,
    retyped,
    renumbered,
    shouted,
    paragraphs_swapped,
    repeated,
    listed_as_prose,
    with_contents,
    redated,
    said_more,
)
