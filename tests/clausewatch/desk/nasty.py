"""Makes nasty texts: texts with which programs often have trouble. They are combined from small parts by chance, so
each seed gives other texts.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator

from tests.chance import seeded

ELSEWHERE = "https://nasty.example/x"
ELEMENTS = (
    "script",
    "img",
    "svg",
    "iframe",
    "object",
    "embed",
    "style",
    "link",
    "meta",
    "base",
    "form",
    "math",
    "video",
)
HANDLERS = ("onload", "onerror", "onfocus", "onmouseover", "ontoggle")
BREAKS = ("", '"', "'", "`", ">", "'>", '">', "</title>", "</textarea>", "-->", "]]>", "</q>", "\\", "\\u0022>")
TEMPLATES = (
    "{{ 6 * 7 }}",
    "{% include '/etc/passwd' %}",
    "${6*7}",
    "#{6*7}",
    "<%= 6*7 %>",
    "%(name)s",
    "{0.__class__}",
)
QUERIES = (
    "' OR 1=1 --",
    "'; DELETE FROM person; --",
    '" UNION SELECT password FROM person',
    "%",
    "_%_",
    "NEAR(a b)",
    "*:*",
)
PATHS = (
    "../../../etc/passwd",
    "..\\..\\windows",
    "/dev/null",
    "file:///etc/passwd",
    "//nasty.example/",
    "\\\\nasty.example\\",
)
LINES = ("a\r\nSet-Cookie: nasty=1", "a\nLocation: " + ELSEWHERE, "a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g")
NUMBERS = ("0", "-1", "1e999", "NaN", "Infinity", "0x7f", "١٢٣", "²", "9" * 40, "1_000", "2147483648", "-0.0")
SHEETS = ("=1+1", "+1", "-1", "@SUM(1)", '=HYPERLINK("' + ELSEWHERE + '")', "\t=1")
MARKS = (
    "\u202e",
    "\u2066",
    "\u200b",
    "\ufeff",
    "\u00ad",
    "\u0301" * 40,
    "\U000e0041",
    "\ufdfa",
    "\uffff",
    "\U0010ffff",
)
WORDS = (
    "null",
    "undefined",
    "true",
    "None",
    "constructor",
    "__proto__",
    "CON",
    "policy",
    "select",
    "Kebijakan privasi",
)


def nasty_texts(seed: int, count: int) -> list[str]:
    """Return this number of different nasty texts."""
    chance = seeded(seed)
    texts: dict[str, None] = {}
    makers = (_markup, _address, _mixed, _plain, _disguised)
    while len(texts) < count:
        texts[chance.choice(makers)(chance)] = None
    return list(texts)


def all_parts() -> Iterator[str]:
    """Yield every part from which texts are combined."""
    for parts in (TEMPLATES, QUERIES, PATHS, LINES, NUMBERS, SHEETS, MARKS, WORDS):
        yield from parts
    for element in ELEMENTS:
        yield f"<{element} src='{ELSEWHERE}' onload='document.title=1'>"


def _markup(chance: random.Random) -> str:
    element, handler = chance.choice(ELEMENTS), chance.choice(HANDLERS)
    gap = chance.choice((" ", "/", "\t", "\n", "\f"))
    inside = chance.choice((f"{handler}=document.title=1", f"src={ELSEWHERE}", "href=javascript:document.title=1"))
    return f"{chance.choice(BREAKS)}<{element}{gap}{inside}{chance.choice(('>', '/>', '', f'></{element}>'))}"


def _address(chance: random.Random) -> str:
    scheme = chance.choice(
        ("javascript:", "JaVaScRiPt:", "java\tscript:", "data:text/html,", "vbscript:", "//", "\x01javascript:")
    )
    return f"{scheme}{chance.choice(('document.title=1', '<script>document.title=1</script>', 'nasty.example'))}"


def _mixed(chance: random.Random) -> str:
    parts = list(all_parts())
    return chance.choice(BREAKS).join(chance.choice(parts) for _ in range(chance.randint(2, 4)))


def _plain(chance: random.Random) -> str:
    """Return letters of any script, or the same letter many times."""
    if chance.random() < 0.3:
        return chance.choice("a<&\u202eé漢👩") * chance.choice((1, 255, 300, 2000))
    letters = (chr(chance.randrange(1, 0x11000)) for _ in range(200))
    return "".join(letter for letter in letters if unicodedata.category(letter) != "Cs")[: chance.randint(1, 80)]


def _disguised(chance: random.Random) -> str:
    """Return markup in disguise: with wide letters, as references, in percent encoding, or with marks in between."""
    text = _markup(chance)
    change = chance.choice(("wide", "reference", "percent", "mark"))
    if change == "wide":
        return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)
    if change == "reference":
        return "".join(f"&#{ord(letter)};" for letter in text)
    if change == "percent":
        return "".join(f"%{byte:02x}" for byte in text.encode())
    return chance.choice(MARKS).join(text)
