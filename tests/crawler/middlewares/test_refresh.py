"""Tests the `Refresh` header.

The crawler follows this header as browsers do, with the same limits as for a meta refresh.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crawler.crawl import crawl
from tests.server import Answer, serving
from tests.sources import PROJECT

PAGE = (PROJECT / "tests" / "policies" / "cloakroom.html").read_text(encoding="utf-8")
HTML = ("Content-Type", "text/html; charset=utf-8")


def refreshing(stated: str, body: str = "<p>Moved.</p>", kind: tuple[str, str] = HTML) -> Answer:
    return Answer(body.encode(), headers=(kind, ("Refresh", stated)))


FOLLOWED = (
    "0; url=/real",
    "0;url='/real'",
    '3; URL="/real"',
    "0,/real",
    "1.5; /real",
    "0 url = /real",
    "0;url={base}/real",
    ".5; url=/real",
    "0; url='/real' and more",
)
READ_AS_IT_IS = (
    "60; url=/real",
    "10; url=/real",
    "0",
    "5;",
    "soon; url=/real",
    "0; url=file:///etc/hostname",
    "0; url=/{here}",
    "0; url=/{here}#rights",
    "5; url=",
    "0; url=''",
    "url=/real",
)


def test_a_refresh_header_is_followed_only_if_its_delay_is_short_and_its_target_is_a_web_address(
    tmp_path: Path,
) -> None:
    with serving() as site:
        site.serve("/real", PAGE)
        policies = {}
        for number, stated in enumerate((*FOLLOWED, *READ_AS_IT_IS)):
            body = "<p>Moved.</p>" if stated in FOLLOWED else PAGE
            site.pages[f"/{number}"] = refreshing(stated.format(base=site.base, here=number), body)
            policies[stated] = site.url(f"/{number}")
        found = crawl(tmp_path / "a.db", policies)
        assert {stated for stated in policies if found[stated].final_url == site.url("/real")} == set(FOLLOWED)
    assert {each.outcome for each in found.values()} == {"changed"}


def test_a_refresh_counts_as_a_redirect_and_is_not_followed_to_a_private_host(tmp_path: Path) -> None:
    with serving() as site:
        for number in range(8):
            site.pages[f"/{number}"] = refreshing(f"0; url=/{number + 1}")
        site.pages["/inside"] = refreshing("0; url=http://10.0.0.1/")
        site.pages["/plain"] = refreshing("0; url=/privacy", kind=("Content-Type", "text/plain"))
        site.serve("/privacy", PAGE)
        policies = {name: site.url(path) for name, path in (("many", "/0"), ("inside", "/inside"), ("plain", "/plain"))}
        found = crawl(tmp_path / "a.db", policies)
    assert "More than 5 redirects" in found["many"].detail
    assert found["inside"].error_kind == "refused"
    assert found["plain"].outcome == "changed"


@pytest.mark.parametrize("by", ["header", "page"])
def test_a_page_that_reloads_itself_is_read(tmp_path: Path, by: str) -> None:
    with serving() as site:
        tag = '<meta http-equiv="refresh" content="5; url=/live">'
        site.serve("/live", PAGE.replace("<head>", f"<head>{tag}"))
        if by == "header":
            site.pages["/live"] = refreshing("5; url=/live", PAGE)
        assert crawl(tmp_path / "a.db", {"Cloakroom": site.url("/live")})["Cloakroom"].outcome == "changed"
