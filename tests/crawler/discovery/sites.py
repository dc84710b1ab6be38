"""Generates sites with a privacy policy in one of four languages. The shape of a site says how the site links or lists
its policy; there are six shapes. Each site also has decoys, which are pages that look like the policy.

`decoys.toml` describes the decoys, and `texts.toml` has the texts of the sites. The same seed gives the same sites.
"""

from __future__ import annotations

import gzip
import html
import random
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import cache
from typing import Any, Literal, get_args

from fpdf import FPDF

from tests.server import HTML, Answer, Site
from tests.sources import PROJECT

Shape = Literal["footer", "hub", "sitemap", "switch", "script", "pdf"]
SHAPES: tuple[Shape, ...] = get_args(Shape)
LANGUAGES = ("en", "id", "fr", "de")
FOLDER = PROJECT / "tests" / "crawler" / "discovery"
COMPANIES = ("Saltmoor Ropes", "Perahu Jingga", "Corderie Vaubrun", "Seilerei Hagenbeck", "Tidewater Lines")
MOST_DECOYS = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """The description of one site, from which its pages are generated."""

    number: int
    shape: Shape
    language: str
    _: KW_ONLY
    company: str
    decoys: tuple[dict[str, Any], ...]
    text: str
    """The words of the link to the policy."""
    path: str
    """The path of the policy."""
    title: str
    day: int
    """Day of March 2026 that the policy states."""

    @property
    def words(self) -> dict[str, Any]:
        return texts()[self.language]

    @property
    def name(self) -> str:
        return f"site {self.number}, {self.shape}, {self.language}"


@cache
def texts() -> dict[str, dict[str, Any]]:
    return tomllib.loads((FOLDER / "texts.toml").read_text(encoding="utf-8"))


@cache
def decoys() -> tuple[dict[str, Any], ...]:
    return tuple(tomllib.loads((FOLDER / "decoys.toml").read_text(encoding="utf-8"))["decoy"])


def plans(chance: random.Random, count: int = 60) -> list[Plan]:
    """Return the plans of `count` sites. Shapes and languages are spread evenly."""
    combinations = [(shape, LANGUAGES[place % 4]) for place in range(-(-count // 6)) for shape in SHAPES]
    return [_plan(number, shape, language, chance) for number, (shape, language) in enumerate(combinations[:count])]


def _plan(number: int, shape: Shape, language: str, chance: random.Random) -> Plan:
    words = texts()[language]
    available = [decoy for decoy in decoys() if decoy["language"] == language]
    path = chance.choice(words["listed" if shape == "sitemap" else "paths"])
    return Plan(
        number,
        shape,
        language,
        company=chance.choice(COMPANIES),
        decoys=tuple(chance.sample(available, min(MOST_DECOYS, len(available)))),
        text=chance.choice(words["links"]),
        path=f"{path.removesuffix('.html')}.pdf" if shape == "pdf" else path,
        title=chance.choice(words["titles"]),
        day=chance.randint(1, 28),
    )


def build(plan: Plan, site: Site) -> None:
    """Serve the pages of a site."""
    if plan.shape == "pdf":
        site.serve(plan.path, _pdf(plan), content_type="application/pdf")
    else:
        site.serve(plan.path, _page(plan, plan.title, policy_text(plan), _footer(plan)))
    for title, path, body in (plan.words["cookies"], plan.words["terms"]):
        site.serve(path, _page(plan, title, body, ""))
    for decoy in plan.decoys:
        body = decoy["body"] + ("\n\n" + policy_text(plan) if decoy.get("with_policy") else "")
        site.serve(decoy["path"], _page(plan, decoy["title"], body, ""))
    for number, words in enumerate(plan.words["menu"]):
        site.serve(f"/menu/{number}", _page(plan, words, plan.words["home"], ""))
    _start_pages(plan, site)
    if plan.shape == "sitemap":
        _sitemaps(plan, site)


def _start_pages(plan: Plan, site: Site) -> None:
    start = _page(plan, plan.company, plan.words["home"], _footer(plan), teasers=True)
    if plan.shape == "switch":
        chooser = "".join(
            f'<a href="/{code}/">{texts()[code]["switch"]}</a> ' for code in (plan.language, _other(plan))
        )
        title = html.escape(plan.company)
        site.serve("/", f"<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1>{chooser}")
        site.serve(f"/{plan.language}/", start)
        other = texts()[_other(plan)]["home"].format(name=plan.company)
        site.serve(f"/{_other(plan)}/", f'<html lang="{_other(plan)}"><title>{title}</title><body><p>{other}</p>')
        return
    site.serve("/", start)
    if plan.shape == "hub":
        words, path = plan.words["hub"]
        links = "".join(f'<li><a href="{path}">{text}</a></li>' for text, path in _legal_links(plan))
        site.serve(path, _page(plan, words, "", "", more=f"<ul>{links}</ul>"))
    if plan.shape == "script":
        links = "".join(f"<a href='{path}'>{text}</a> " for text, path in _legal_links(plan))
        script = f'document.querySelector("footer").innerHTML = "{links}";'
        site.serve("/footer.js", script, content_type="text/javascript; charset=utf-8")


def _other(plan: Plan) -> str:
    return "fr" if plan.language == "en" else "en"


def _legal_links(plan: Plan) -> list[tuple[str, str]]:
    (cookies, cookies_path, _), (terms, terms_path, _) = plan.words["cookies"], plan.words["terms"]
    return [(terms, terms_path), (html.escape(plan.text), plan.path), (cookies, cookies_path)]


def _footer(plan: Plan) -> str:
    if plan.shape == "script":
        return '<footer></footer><script src="/footer.js"></script>'
    links = {"hub": [tuple(plan.words["hub"])], "sitemap": []}.get(plan.shape, _legal_links(plan))
    links = [*links, *((decoy["text"], decoy["path"]) for decoy in plan.decoys if decoy.get("place") == "footer")]
    return f"<footer>{_links(links)}</footer>"


def _links(links: Sequence[tuple[str, str]]) -> str:
    return " ".join(f'<a href="{path}">{text}</a>' for text, path in links)


def _page(plan: Plan, title: str, body: str, footer: str, *, teasers: bool = False, more: str = "") -> str:
    menu = [(words, f"/menu/{number}") for number, words in enumerate(plan.words["menu"])]
    menu += [(decoy["text"], decoy["path"]) for decoy in plan.decoys if decoy.get("place") == "navigation"]
    linked = [(decoy["text"], decoy["path"]) for decoy in plan.decoys if decoy.get("place", "body") == "body"]
    title, name = html.escape(title.format(name=plan.company)), html.escape(plan.company)
    head = f'<meta charset="utf-8"><title>{title} | {name}</title>'
    main = f"<h1>{title}</h1>{''.join(_blocks(plan, body))}{more}{_links(linked) if teasers else ''}"
    body = f"<header><nav>{_links(menu)}</nav></header><main>{main}</main>{footer}"
    return f'<!doctype html><html lang="{plan.language}"><head>{head}</head><body>{body}</body></html>'


def _blocks(plan: Plan, body: str) -> Iterator[str]:
    for block in body.replace("{name}", plan.company).strip().split("\n\n"):
        for line in filter(None, block.split("\n")):
            text = html.escape(line.removeprefix("## "))
            yield f"<h2>{text}</h2>" if line.startswith("## ") else f"<p>{text}</p>"


def policy_text(plan: Plan) -> str:
    """Return the text of the policy without its title."""
    words = plan.words
    opening = words["opening"].format(name=plan.company)
    return "\n\n".join([words["dated"].format(day=plan.day), opening, *words["policy"]])


def _pdf(plan: Plan) -> bytes:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=18)
    pdf.multi_cell(0, 10, plan.title.format(name=plan.company), new_x="LMARGIN", new_y="NEXT")
    for block in policy_text(plan).replace("{name}", plan.company).split("\n"):
        pdf.set_font("helvetica", size=14 if block.startswith("## ") else 10)
        pdf.multi_cell(0, 6, block.removeprefix("## "), new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


def _sitemaps(plan: Plan, site: Site) -> None:
    """Serve sitemaps in one of three forms: one file, an index of files, or a compressed file named in robots.txt."""
    paths = ["/", *(f"/menu/{number}" for number in range(3)), *(decoy["path"] for decoy in plan.decoys), plan.path]
    listed = "".join(f"<url><loc>{site.url(path)}</loc></url>" for path in paths)
    namespace = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    pages = f'<?xml version="1.0" encoding="UTF-8"?><urlset {namespace}>{listed}</urlset>'
    form = plan.number // len(SHAPES) % 3
    if form == 0:
        site.serve("/sitemap.xml", pages, content_type="application/xml")
    elif form == 1:
        parts = "".join(
            f"<sitemap><loc>{site.url(f'/{part}-sitemap.xml')}</loc></sitemap>" for part in ("post", "page")
        )
        site.serve("/sitemap.xml", f"<sitemapindex {namespace}>{parts}</sitemapindex>", content_type="text/xml")
        site.serve("/page-sitemap.xml", pages, content_type="text/xml")
    else:
        site.pages["/map.xml.gz"] = Answer(
            gzip.compress(pages.encode()), headers=(("Content-Type", "application/gzip"),)
        )
        site.serve("/robots.txt", f"User-agent: *\nAllow: /\nSitemap: {site.url('/map.xml.gz')}\n", content_type=HTML)
