"""Makes pages as the platforms of 2026 make them: shops, site kits, consent vendors, help centres and component
frameworks.

`platforms.toml` describes most platforms. The functions here make the pages of platforms that divide the policy in a
different way.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.document.site_builders import Builder, Part, Template, esc

_MARKUP: dict[str, dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("platforms.toml").read_text(encoding="utf-8")
)


def from_markup(markup: dict[str, str], b: Builder) -> str:
    """Return the page of a platform that `platforms.toml` describes."""
    frames = {name: markup.get(name, "") for name in ("page", "section", "entry", "run", "style")}
    sections = [
        {"NUMBER": str(at), "HEADING": esc(heading), "BODY": b.blocks(parts), "PARTS": _parts(markup, parts)}
        for at, (heading, parts) in enumerate(b.sections())
    ]
    runs = [{"NUMBER": str(at), "BODY": b.blocks(run)} for at, run in enumerate(_runs(b))]
    content = {
        "CONTENTS": "".join(_filled(frames["entry"], section) for section in sections),
        "SECTIONS": "".join(_filled(frames["section"], section) for section in sections),
        "RUNS": "".join(_filled(frames["run"], run) for run in runs),
        "PARTS": _parts(markup, b.parts),
        "INTRO": b.intro(),
    }
    return b.page(_filled(frames["page"], content), style=frames["style"])


def _filled(frame: str, inside: dict[str, str]) -> str:
    return re.sub("|".join(inside), lambda mark: inside[mark[0]], frame)


def _parts(markup: dict[str, str], parts: list[Part]) -> str:
    texts = ((part.kind, esc(" ".join(part.words()))) for part in parts)
    return "".join(_filled(markup.get(kind, markup.get("paragraph", "")), {"TEXT": text}) for kind, text in texts)


def _runs(b: Builder) -> Iterator[list[Part]]:
    """Yield the blocks of the page in small groups, like the text boxes of an editor."""
    rest = list(b.parts)
    while rest:
        size = b.draw.randint(1, 4)
        yield rest[:size]
        rest = rest[size:]


def nested_segments(b: Builder) -> str:
    """Return a page with placeholders, followed by the segments that a script puts into the placeholders. An outer
    segment contains the placeholder of an inner segment.
    """
    holes, tail = [], []
    for at, (h, parts) in enumerate(b.sections()):
        outer, inner, half = f"{at:x}", f"{at + 500:x}", len(parts) // 2
        holes.append(f"<!--$?--><template id='B:{outer}'></template><div class='skeleton'></div><!--/$-->")
        first = f"<h2>{esc(h)}</h2>{b.blocks(parts[:half])}<template id='P:{inner}'></template>"
        tail.append(f"<div hidden id='S:{outer}'>{first}</div><script>$RC('B:{outer}','S:{outer}')</script>")
        tail.append(f"<div hidden id='S:{inner}'>{b.blocks(parts[half:])}</div>")
    return b.page(f"<main>{b.intro()}{''.join(holes)}</main>", tail="".join(tail))


def tabs_for_regions(b: Builder) -> str:
    """Return a page with three tabs. The first tab is open."""
    sections = b.sections()
    third = max(1, len(sections) // 3)
    groups = [group for group in (sections[:third], sections[third : 2 * third], sections[2 * third :]) if group]
    names, panels = [], []
    for at, group in enumerate(groups):
        shown = "".join(f"<h3>{esc(h)}</h3>{b.blocks(parts)}" for h, parts in group)
        names.append(f"<button role='tab' aria-selected='{str(not at).lower()}' aria-controls='r{at}'>Qregion</button>")
        panels.append(f"<div role='tabpanel' id='r{at}'{' hidden' if at else ''}>{shown}</div>")
    return b.page(f"<main>{b.intro()}<div role='tablist'>{''.join(names)}</div>{''.join(panels)}</main>")


def slides(b: Builder) -> str:
    """Return a page with a slide for each section. The first slide is visible."""
    shown = "".join(
        f"<div class='slick-slide' aria-hidden='{str(at > 0).lower()}'><h3>{esc(h)}</h3>{b.blocks(parts)}</div>"
        for at, (h, parts) in enumerate(b.sections())
    )
    arrows = "<button class='slick-prev'>Qprevious</button><button class='slick-next'>Qnext</button>"
    return b.page(
        f"<main>{b.intro()}<div class='slick-slider'>{arrows}<div class='slick-track'>{shown}</div></div></main>"
    )


def summaries_beside(b: Builder) -> str:
    """Return a page with a row for each section. A row has three columns: the heading, the first paragraph, and the
    other blocks."""
    rows = []
    for h, parts in b.sections():
        first = b.blocks(parts[:1]) if parts and parts[0].kind == "paragraph" else ""
        rest = b.blocks(parts[1:] if first else parts)
        left = f"<div class='col-4 {b.name()}'><h3>{esc(h)}</h3></div><div class='col-4 summary'>{first}</div>"
        rows.append(f"<div class='row'>{left}<div class='col-8'>{rest}</div></div>")
    return b.page(f"<div class='container'>{b.intro()}{''.join(rows)}</div>")


_CUT: tuple[Template, ...] = (nested_segments, tabs_for_regions, slides, summaries_beside)
PLATFORMS: dict[str, Template] = {
    **{name: partial(from_markup, markup) for name, markup in _MARKUP.items()},
    **{template.__name__: template for template in _CUT},
}
