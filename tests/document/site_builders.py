"""Makes pages as site builders do, around a policy whose words are known.

The templates imitate how sites are built. They were not made to fit the way in which this project reads pages. Class
names, ids and containers are drawn at random from a seed. `built` makes the page of a policy in one template.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from tests.chance import seeded

Kind = Literal["heading", "paragraph", "item", "row"]
Template = Callable[["Builder"], str]


@dataclass(frozen=True, slots=True)
class Part:
    """One block of a policy."""

    kind: Kind
    text: str
    level: int = 0
    """Level of a heading, 2 to 4."""
    cells: tuple[str, ...] = ()
    """Cells of a row."""

    def words(self) -> list[str]:
        """Return the words that a reader sees, separated at spaces."""
        return (" ".join(self.cells) if self.kind == "row" else self.text).split()


def parts_of(markdown: str) -> list[Part]:
    """Return the blocks of a Markdown text without inline marks."""
    lines = [line.strip() for line in markdown.splitlines()]
    parts: list[Part] = []
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        text = _MARKER.sub("", _plain(line.lstrip("# ")))
        underlined = bool(re.fullmatch(r"=+|-{3,}", below)) and not line.startswith("|")
        if not re.search(r"\w", text):
            continue
        if line.startswith("|"):
            cells = tuple(cell for cell in map(_plain, line.strip("|").split("|")) if cell)
            parts.append(Part("row", "", cells=cells))
        elif line.startswith("#") or underlined:
            parts.append(Part("heading", text, level=min(4, max(2, len(line) - len(line.lstrip("#"))))))
        elif re.match(r"[-*+] ", line):
            parts.append(Part("item", text))
        else:
            parts.append(Part("paragraph", text))
    return [part for part in parts if part.words()]


_MARKER = re.compile(r"^(?:(?:[-*+•·–—]|\(?(?:\d+(?:\.\d+)*|[a-zA-Z]|[ivxIVX]+)[.)]|\d+(?:\.\d+)+)\s+)+")
"""Matches bullets and numbers at the start of a line. These are not words of a document."""


def _plain(text: str) -> str:
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1 ", text)
    text = re.sub(r"[*_`~\\]+|<[^>]*>|\[\^?\d+\]", " ", text)
    return " ".join(html.unescape(text).split())


class Builder:
    """Writes one page. A seed decides which class names and containers the page has."""

    def __init__(self, parts: Sequence[Part], seed: int) -> None:
        self.parts = list(parts)
        self.draw = seeded(seed)
        first_heading = next((at for at, part in enumerate(self.parts) if part.kind == "heading"), 0)
        self.opening, self.rest = self.parts[:first_heading], self.parts[first_heading:]

    def name(self, *, unlike: str = "") -> str:
        """Return a class name. The name may have no meaning, describe the layout, or mislead: a part of the policy
        may be called "promo"."""
        letters = "".join(self.draw.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=6))
        misleading = (
            "nav-body",
            "share-box",
            "promo",
            "sidebar-wrap",
            "cookie-info",
            "related",
            "social",
            "popup-text",
        )
        layout = ("col-8", "rich-text", "wrapper", "sqs-block", "elementor-widget", "w-richtext", "container", "inner")
        names = [f"c{letters}", f"css-{letters}", self.draw.choice(layout), self.draw.choice(misleading)]
        return self.draw.choice([name for name in names if name != unlike])

    def box(self, inside: str, *, tag: str = "") -> str:
        """Return markup in a random container element."""
        tag = tag or self.draw.choice(["div", "section", "article", "div", "span"])
        return f'<{tag} class="{self.name()}">{inside}</{tag}>'

    def sections(self) -> list[tuple[str, list[Part]]]:
        """Return the heading and the blocks of each section."""
        sections: list[tuple[str, list[Part]]] = []
        for part in self.rest:
            if part.kind == "heading" or not sections:
                sections.append((part.text if part.kind == "heading" else "", []))
            if part.kind != "heading":
                sections[-1][1].append(part)
        return sections

    def blocks(self, parts: Sequence[Part], paragraph: str = "p") -> str:
        """Return blocks as HTML. Successive items become a list, and successive rows a table."""
        out: list[str] = []
        at = 0
        while at < len(parts):
            end = at + 1
            while end < len(parts) and parts[end].kind == parts[at].kind:
                end += 1
            run, at = parts[at:end], end
            if run[0].kind == "item":
                tag = self.draw.choice(["ul", "ol"]) if len(run) > 1 else "ul"
                tag = "ul" if tag == "ol" else tag  # numbers of an ordered list would be read as words
                out.append(f"<{tag}>" + "".join(f"<li>{esc(part.text)}</li>" for part in run) + f"</{tag}>")
            elif run[0].kind == "row":
                rows = ("".join(f"<td>{esc(cell)}</td>" for cell in part.cells) for part in run)
                out.append("<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>")
            elif run[0].kind == "heading":
                out.extend(f"<h{part.level}>{esc(part.text)}</h{part.level}>" for part in run)
            else:
                out.extend(f"<{paragraph}>{esc(part.text)}</{paragraph}>" for part in run)
        return "\n".join(out)

    def intro(self, paragraph: str = "p") -> str:
        return self.blocks(self.opening, paragraph)

    def page(self, content: str, *, style: str = "", script: str = "", tail: str = "") -> str:
        """Return a page around some content, with the boilerplate that nearly every site has."""
        menu = "".join(f'<li><a href="/{word}">{word}</a></li>' for word in FURNITURE)
        foot = "".join(f'<a href="/{word}">{word}</a> ' for word in FURNITURE[:4])
        return (
            f"<!doctype html><html lang='en'><head><title>Page</title><style>{style}</style></head><body>"
            f"<header class='{self.name()}'><nav><ul>{menu}</ul></nav></header>{content}"
            f"<footer class='{self.name()}'>{foot}</footer>{tail}<script>{script}</script></body></html>"
        )


FURNITURE = ("Qhome", "Qshop", "Qprices", "Qjobs", "Qlogin", "Qbasket", "Qstores")
"""Words of the menu on every page. No policy has these words."""


def esc(text: str) -> str:
    return html.escape(text, quote=False)


def plain_article(b: Builder) -> str:
    return b.page(f"<main><article>{b.blocks(b.parts)}</article></main>")


def nested_boxes(b: Builder) -> str:
    inner = "".join(b.box(b.box(b.blocks([part]))) for part in b.parts)
    return b.page(b.box(b.box(b.box(inner, tag="div"), tag="div"), tag="div"))


def boxes_as_paragraphs(b: Builder) -> str:
    return b.page(b.box(b.blocks(b.parts, "div"), tag="div"))


def spans_with_blocks_by_style(b: Builder) -> str:
    name = b.name()
    lines = "".join(f'<span class="{name}">{esc(" ".join(part.words()))}</span>' for part in b.parts)
    return b.page(f"<main><div>{lines}</div></main>", style=f".{name} {{ display: block }}")


def bold_headings(b: Builder) -> str:
    shown = (f"<p><b>{esc(h)}</b></p>{b.blocks(parts)}" if h else b.blocks(parts) for h, parts in b.sections())
    return b.page(f"<div id='content'>{b.intro()}{''.join(shown)}</div>")


def details_elements(b: Builder) -> str:
    shown = (f"<details><summary>{esc(h)}</summary>{b.blocks(parts)}</details>" for h, parts in b.sections())
    return b.page(f"<main>{b.intro()}{''.join(shown)}</main>")


def button_accordion(b: Builder) -> str:
    panel = b.name()
    shown = (
        f'<button class="{b.name(unlike=panel)}" type="button">{esc(h)}</button>'
        f'<div class="{panel}">{b.blocks(parts)}</div>'
        for h, parts in b.sections()
    )
    script = (
        "document.querySelectorAll('button').forEach(x => x.onclick = () => x.nextElementSibling.style.display = '')"
    )
    return b.page(f"<main>{b.intro()}{''.join(shown)}</main>", style=f".{panel} {{ display: none }}", script=script)


def aria_accordion(b: Builder) -> str:
    shown = []
    for at, (h, parts) in enumerate(b.sections()):
        shown.append(
            f'<h3><button aria-expanded="false" aria-controls="p{at}">{esc(h)}</button></h3>'
            f'<div id="p{at}" role="region" hidden>{b.blocks(parts)}</div>'
        )
    return b.page(f"<main>{b.intro()}{''.join(shown)}</main>")


def label_accordion(b: Builder) -> str:
    shown = []
    for at, (h, parts) in enumerate(b.sections()):
        shown.append(
            f'<div class="tab"><input type="checkbox" id="t{at}"><label for="t{at}">{esc(h)}</label>'
            f'<div class="tab-content">{b.blocks(parts)}</div></div>'
        )
    style = ".tab-content { max-height: 0; overflow: hidden } input:checked ~ .tab-content { max-height: 100vh }"
    return b.page(f"<section>{b.intro()}{''.join(shown)}</section>", style=style)


def tabs(b: Builder) -> str:
    sections = b.sections()
    buttons = "".join(f'<li role="tab" aria-controls="s{at}" tabindex="0">{at}</li>' for at in range(len(sections)))
    buttons = f'<ul role="tablist" hidden>{buttons}</ul>'
    panels = (
        f'<div role="tabpanel" id="s{at}" class="{b.name()}"><h3>{esc(h)}</h3>{b.blocks(parts)}</div>'
        for at, (h, parts) in enumerate(sections)
    )
    return b.page(f"<main>{b.intro()}{buttons}{''.join(panels)}</main>")


def definition_list(b: Builder) -> str:
    shown = (f"<dt>{esc(h)}</dt><dd>{b.blocks(parts)}</dd>" for h, parts in b.sections())
    return b.page(f"<div role='main'>{b.intro()}<dl>{''.join(shown)}</dl></div>")


def layout_table(b: Builder) -> str:
    menu = "".join(f'<a href="/{word}">{word}</a><br>' for word in FURNITURE)
    return b.page(f"<table><tr><td>{menu}</td><td><font size=2>{b.blocks(b.parts)}</font></td></tr></table>")


def breaks_instead_of_paragraphs(b: Builder) -> str:
    shown = []
    for h, parts in b.sections():
        body = "<br><br>".join(esc(" ".join(part.words())) for part in parts)
        shown.append(f"<strong>{esc(h)}</strong><br><br>{body}<br><br>")
    return b.page(f"<div class='{b.name()}'>{b.intro()}{''.join(shown)}</div>")


def cards(b: Builder) -> str:
    tag = b.draw.choice(["section", "aside", "li"])
    inner = "".join(
        f'<{tag} class="{b.name()}"><h3>{esc(h)}</h3>{b.blocks(parts)}</{tag}>' for h, parts in b.sections()
    )
    return b.page(f"<main>{b.intro()}{f'<ul>{inner}</ul>' if tag == 'li' else inner}</main>")


def callouts(b: Builder) -> str:
    shown = []
    for h, parts in b.sections():
        head, rest = (b.blocks(parts[:1]), parts[1:]) if parts and parts[0].kind == "paragraph" else ("", parts)
        role = b.draw.choice(['role="note"', 'role="alert"', 'role="complementary"', 'class="notice announcement"'])
        shown.append(f"<h2>{esc(h)}</h2>{f'<div {role}>{head}</div>' if head else ''}{b.blocks(rest)}")
    return b.page(f"<main>{b.intro()}{''.join(shown)}</main>")


def read_more(b: Builder) -> str:
    shown = []
    for at, part in enumerate(b.parts):
        words = part.words()
        if part.kind != "paragraph" or len(words) < 30:
            shown.append(b.blocks([part]))
            continue
        start, end = esc(" ".join(words[:20])), esc(" ".join(words[20:]))
        button = f"<button onclick=\"document.getElementById('m{at}').style.display='inline'\">…</button>"
        shown.append(f'<p>{start} <span id="m{at}" style="display:none">{end}</span>{button}</p>')
    return b.page(f"<main>{''.join(shown)}</main>")


def web_component(b: Builder) -> str:
    root = f'<template shadowrootmode="open"><style>:host {{ color: red }}</style>{b.blocks(b.parts)}</template>'
    return b.page(f"<legal-text>{root}</legal-text>")


def custom_elements(b: Builder) -> str:
    shown = "".join(
        f"<x-title>{esc(part.text)}</x-title>"
        if part.kind == "heading"
        else f"<x-text>{esc(' '.join(part.words()))}</x-text>"
        for part in b.parts
    )
    return b.page(f"<x-app><x-page>{shown}</x-page></x-app>")


def streamed(b: Builder) -> str:
    sections = b.sections()
    holes, tail = [], []
    for at, (h, parts) in enumerate(sections):
        body = f"<h2>{esc(h)}</h2>{b.blocks(parts)}"
        if at % 3 == 1:
            holes.append(f'<!--$?--><template id="B:{at}"></template><p>…</p><!--/$-->')
            tail.append(f'<div hidden id="S:{at}">{body}</div><script>$RC("B:{at}","S:{at}")</script>')
        else:
            holes.append(body)
    return b.page(f"<main>{b.intro()}{''.join(holes)}</main>", tail="".join(tail))


def frame_with_source(b: Builder) -> str:
    return b.page(f'<main><iframe srcdoc="{html.escape(b.blocks(b.parts))}"></iframe></main>')


def read_only_box(b: Builder) -> str:
    text = "\n\n".join(" ".join(part.words()) for part in b.parts)
    return b.page(f"<main><textarea readonly rows=40>{esc(text)}</textarea></main>")


def preformatted(b: Builder) -> str:
    text = "\n\n".join(" ".join(part.words()) for part in b.parts)
    return b.page(f"<main><pre style='white-space: pre-wrap'>{esc(text)}</pre></main>")


def dialog(b: Builder) -> str:
    start = f"<main><h1>Qhello</h1><p><a href='/'>{FURNITURE[0]}</a></p></main>"
    return b.page(f'{start}<div role="dialog" aria-modal="true" class="modal {b.name()}">{b.blocks(b.parts)}</div>')


def contents_beside(b: Builder) -> str:
    entries, shown = [], []
    for at, (h, parts) in enumerate(b.sections()):
        entries.append(f'<li><a href="#h{at}">{esc(h)}</a></li>')
        shown.append(f'<h2 id="h{at}">{esc(h)}</h2>{b.blocks(parts)}')
    inner = f"<aside><ul>{''.join(entries)}</ul></aside><div>{b.intro()}{''.join(shown)}</div>"
    return b.page(f'<div class="{b.name()}">{inner}</div>')


def anchors_as_headings(b: Builder) -> str:
    shown = (f'<a name="n{at}"></a><h3>{esc(h)}</h3>{b.blocks(parts)}' for at, (h, parts) in enumerate(b.sections()))
    return b.page(f"<center>{b.intro()}{''.join(shown)}</center>")


def navigation_as_text(b: Builder) -> str:
    shown = (f"<h2>{esc(h)}</h2><nav class='accordion-body'>{b.blocks(parts)}</nav>" for h, parts in b.sections())
    return b.page(f"<main>{b.intro()}{''.join(shown)}</main>")


def in_a_form(b: Builder) -> str:
    controls = '<input type="hidden" name="t"><button type="submit">Qagree</button>'
    return b.page(f"<form method=post>{b.box(b.blocks(b.parts), tag='div')}{controls}</form>")


def roles_as_headings(b: Builder) -> str:
    shown = (
        f'<div role="heading" aria-level="3" class="{b.name()}">{esc(h)}</div>{b.blocks(parts, "div")}'
        for h, parts in b.sections()
    )
    return b.page(f"<div role='article'>{b.intro()}{''.join(shown)}</div>")


def columns(b: Builder) -> str:
    sections = b.sections()
    half = (len(sections) + 1) // 2
    sides = (
        "".join(f"<h3>{esc(h)}</h3>{b.blocks(parts)}" for h, parts in side)
        for side in (sections[:half], sections[half:])
    )
    return b.page(
        f"{b.intro()}<div class='row'>"
        + "".join(f"<div class='col-6 {b.name()}'>{side}</div>" for side in sides)
        + "</div>"
    )


def footer_holds_it(b: Builder) -> str:
    return b.page(f'<div class="{b.name()}"></div><footer class="{b.name()}"><div>{b.blocks(b.parts)}</div></footer>')


TEMPLATES: tuple[Template, ...] = (
    plain_article,
    nested_boxes,
    boxes_as_paragraphs,
    spans_with_blocks_by_style,
    bold_headings,
    details_elements,
    button_accordion,
    aria_accordion,
    label_accordion,
    tabs,
    definition_list,
    layout_table,
    breaks_instead_of_paragraphs,
    cards,
    callouts,
    read_more,
    web_component,
    custom_elements,
    streamed,
    frame_with_source,
    read_only_box,
    preformatted,
    dialog,
    contents_beside,
    anchors_as_headings,
    navigation_as_text,
    in_a_form,
    roles_as_headings,
    columns,
    footer_holds_it,
)
"""Thirty ways to build a page."""


def built(parts: Sequence[Part], template: Template, seed: int) -> bytes:
    """Return the page of a policy in one template."""
    return template(Builder(parts, seed)).encode()
