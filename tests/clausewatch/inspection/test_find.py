"""Tests `clausewatch find` against real servers.

Each command runs in its own process, because Twisted's reactor can start only once in a process.
"""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from archive.questions.history import versions_of
from archive.storage.database import open_archive
from clausewatch.config import load
from tests import forking
from tests.certificates import Authority
from tests.server import Answer, Request, Site, answering, serving
from tests.sources import PROJECT

PAGE = (PROJECT / "tests" / "policies" / "cloakroom.html").read_text(encoding="utf-8")
CONFIGURATION = """\
# The watch of a theatre.
database = "sqlite:///watch.db"

[crawl]
delay = "0 s"
retries = 0
allow_private = ["127.0.0.1"]
"""
INDONESIAN = (PROJECT / "tests" / "policies" / "warung-dongeng.html").read_text(encoding="utf-8")
NAMED = '<title>Home | Cloakroom</title><meta property="og:site_name" content="The Cloakroom">'
LINK = '<footer><a href="/privacy">Privacy policy</a></footer>'


@pytest.fixture(autouse=True)
def configured(tmp_path: Path) -> Path:
    file = tmp_path / "clausewatch.toml"
    file.write_text(CONFIGURATION, encoding="utf-8")
    return file


def found(folder: Path, *words: str, code: int = 0, before: Sequence[str] = ()) -> str:
    """Run `clausewatch find`, and return its output and its errors. The options `before` belong to all commands."""
    done = forking.run("clausewatch", *before, "find", *words, folder=folder, timeout=300)
    assert done.code == code, done.out + done.err
    return done.out + done.err


def rows(folder: Path, *words: str, code: int = 0) -> dict[str, Any]:
    [row] = json.loads(found(folder, *words, "--format", "json", code=code))
    assert isinstance(row, dict)
    return row


def serve(site: Site, start: str = NAMED + LINK) -> str:
    """Serve a policy and a start page, and return the address of the site."""
    site.serve("/privacy", PAGE)
    site.serve("/", f"<html><head>{start}")
    return site.base


def test_links_in_five_places_are_followed(tmp_path: Path) -> None:
    terms = f"<h1>Terms of service</h1><p>{'You order a hook, and we keep your coat. ' * 30}</p>"
    with serving() as site:
        serve(
            site,
            '<link rel="terms-of-service" href="/rules"><a href="/legal">Legal</a><a hreflang="de" href="/d">x</a>',
        )
        site.serve("/rules", terms)
        site.serve("/legal", '<a href="/cookies">Cookie policy</a>')
        site.serve("/cookies", f"<h1>Cookie policy</h1><p>{'This cookie policy names our cookies. ' * 9}</p>")
        site.serve("/.well-known/dnt/", json.dumps({"policy": "/privacy"}), content_type="application/tracking-status")
        site.serve("/robots.txt", f"Sitemap: {site.url('/map.txt')}", content_type="text/plain")
        site.serve("/map.txt", site.url("/data-processing-agreement"), content_type="text/plain")
        site.serve("/data-processing-agreement", terms.replace("Terms of service", "Data processing agreement"))
        row = rows(tmp_path, site.base)
    kinds = {page["url"].removeprefix(site.base): (page["kind"], page["reasons"][0]) for page in row["pages"]}
    assert kinds == {
        "/privacy": ("policy", "declared in /.well-known/dnt/"),
        "/cookies": ("cookies", 'linked among legal documents as "Cookie policy"'),
        "/data-processing-agreement": ("agreement", "listed in the sitemap"),
        "/rules": ("terms", "declared in a link relation"),
    }
    assert row["used"]["sitemaps"] == 1


def test_an_edition_in_another_language_is_found_from_the_policy(tmp_path: Path) -> None:
    said = "Wir erheben personenbezogene Daten und geben sie nicht an Dritte weiter. Sie haben das Recht auf Löschung."
    german = f"<h1>Datenschutzerklärung</h1>{f'<p>{said} Sie können Ihre Einwilligung widerrufen.</p>' * 8}"
    with serving() as site:
        serve(site)
        site.serve("/privacy", PAGE.replace("</head>", '<link rel="alternate" hreflang="de" href="/de/p"></head>'))
        site.serve("/de/p", german)
        row = rows(tmp_path, site.base)
        german_row = rows(tmp_path, site.base, "--language", "de")
    assert [page["languages"] for page in row["pages"]] == [["en"], ["de"]]
    assert row["certain"] is None
    assert german_row["certain"] == site.url("/de/p")


def test_sites_without_a_readable_policy_are_explained(tmp_path: Path) -> None:
    with serving() as forbidding, serving() as blocking, serving() as scripted:
        serve(forbidding)
        forbidding.serve("/robots.txt", "User-agent: *\nDisallow: /privacy\n", content_type="text/plain")
        blocking.pages["/"] = Answer(b"<h1>Blocked</h1>", 403, (("Content-Type", "text/html"),))
        scripted.serve("/", "<script src='/footer.js'></script>")
        shown = found(tmp_path, forbidding.base, blocking.base, scripted.base, "http://127.0.0.1:9", code=1)
        assert forbidding.visits()["/privacy"] == 0
    forbidden, blocked, needing, silent = (" ".join(part.split()) for part in shown.split("\n\n"))
    assert "does not allow Clausewatch to fetch this page" in forbidden
    assert "not searched. The server answered 403" in blocked
    assert "try --render" in needing
    assert "refuses the connection" in silent


def test_a_domain_without_https_is_searched_with_http(tmp_path: Path, configured: Path) -> None:
    configured.write_text(CONFIGURATION.replace("retries = 0", "retries = 2"), encoding="utf-8")
    with serving() as site:
        domain = serve(site, "<title>Home</title>" + LINK).removeprefix("http://")
        shown = found(tmp_path, domain, "--language", "id", "--add", code=1)
        row = rows(tmp_path, domain, "--language", "id")
        found(tmp_path, domain, "--add")
    assert "privacy policy; en;" in " ".join(shown.split())  # the page is recognised although it is not preferred
    assert (row["pages"][0]["languages"], row["certain"], row["name"]) == (["en"], None, domain)
    assert [policy.name for policy in load(configured).policies] == [domain]


def test_a_domain_without_http_and_https_is_explained_with_what_was_tried(tmp_path: Path) -> None:
    row = rows(tmp_path, "127.0.0.1:9", code=1)
    refuses = "127.0.0.1:9 refuses the connection: nothing listens there."
    assert row["error"].startswith(f"With https: {refuses} With http: {refuses} Check the domain")
    assert row["used"]["requests"] == 0


def test_a_name_that_cannot_be_resolved_is_reported_at_once(tmp_path: Path, configured: Path) -> None:
    configured.write_text(CONFIGURATION.replace("retries = 0", 'retries = 9\nmax_wait = "1 h"'), encoding="utf-8")
    row = rows(tmp_path, "mooring.invalid", code=1)
    assert (
        row["error"] == "The name mooring.invalid cannot be resolved to an address. Check the spelling of the domain."
    )


def test_a_bad_certificate_is_explained_without_a_traceback_and_http_is_not_tried(tmp_path: Path) -> None:
    authority = Authority.founded(tmp_path)
    asked: list[str] = []

    def respond(request: Request) -> Answer:
        asked.append(request.path)
        return Answer()

    with answering(respond, tls=authority.old_context("127.0.0.1")) as port:
        shown = " ".join(found(tmp_path, f"127.0.0.1:{port}", code=1).split())
    assert "its certificate does not state a valid name. Only https was tried" in shown
    assert "Traceback" not in shown
    assert asked == []


def test_a_private_address_needs_permission(tmp_path: Path, configured: Path) -> None:
    configured.unlink()  # so the default settings apply, which allow no private address
    with serving() as site:
        row = rows(tmp_path, serve(site), code=1)
        assert not site.asked
    assert row["error"].endswith('to the list allow_private under [crawl]: allow_private = ["127.0.0.1"]')
    assert row["used"]["requests"] == 0


@pytest.mark.parametrize(
    ("limit", "name"),
    [("find_requests = 3", "find_requests, 3 requests"), ('find_size = "100 kB"', "find_size, 0.1 MB")],
)
def test_a_limit_ends_the_search_and_is_named(tmp_path: Path, configured: Path, limit: str, name: str) -> None:
    configured.write_text(CONFIGURATION + limit + "\n", encoding="utf-8")
    with serving() as site:
        serve(site, NAMED + LINK + '<a href="/privacy-notice">Privacy notice</a>')
        site.serve("/privacy", PAGE.replace("</main>", f"<p>{'Much text. ' * 9000}</p></main>"))
        row = rows(tmp_path, site.base, code=1)
        assert site.visits().total() <= 6
    assert row["ended_by"] == name


def test_at_most_the_allowed_number_of_sitemaps_is_fetched(tmp_path: Path, configured: Path) -> None:
    configured.write_text(CONFIGURATION + "find_sitemaps = 2\n", encoding="utf-8")
    with serving() as site:
        serve(site, NAMED)
        listed = "".join(f"<sitemap><loc>{site.url(f'/{number}.xml')}</loc></sitemap>" for number in range(5))
        site.serve("/sitemap.xml", f"<sitemapindex>{listed}</sitemapindex>")
        row = rows(tmp_path, site.base, code=1)
        assert sum(path.endswith(".xml") for path, _ in site.asked) == 2
    assert (row["used"]["sitemaps"], row["limits"]["find_sitemaps"]) == (2, 2)


def test_a_certain_policy_is_shown_and_added_and_visited(tmp_path: Path, configured: Path) -> None:
    with serving() as site:
        shown = found(tmp_path, serve(site), "--add", "--now")
        again = found(tmp_path, site.base, "--add")
    words = " ".join(shown.split())
    assert f"1. {site.url('/privacy')} privacy policy; en;" in words
    assert 'for it: linked in the footer as "Privacy policy"' in words
    assert all(limit in words for limit in ("of 40 requests", "of 3 sitemaps", "of 10 MB"))
    assert '+name = "The Cloakroom"' in shown
    assert "1 first seen" in shown
    assert "already watched as The Cloakroom" in again
    [policy] = load(configured).policies
    assert (policy.name, policy.url, policy.options.languages) == ("The Cloakroom", site.url("/privacy"), ("en",))
    assert configured.read_text(encoding="utf-8").startswith(CONFIGURATION)
    with open_archive(f"sqlite:///{tmp_path / 'watch.db'}") as archive:
        assert len(versions_of(archive, "The Cloakroom")) == 1


def test_a_name_that_is_taken_gets_the_host_of_the_page(tmp_path: Path, configured: Path) -> None:
    with serving() as first, serving() as second:
        found(tmp_path, serve(first), serve(second), "--add")
    host = second.base.removeprefix("http://")
    assert [policy.name for policy in load(configured).policies] == ["The Cloakroom", f"The Cloakroom ({host})"]


def doubtful(site: Site) -> str:
    """Serve a site with two pages that are equally probable."""
    base = serve(site, NAMED + LINK + '<footer><a href="/notice">Privacy notice</a></footer>')
    site.serve("/notice", PAGE.replace("</main>", "<p>This notice is for visitors of the theatre.</p></main>"))
    return base


def test_without_a_terminal_a_question_adds_nothing(tmp_path: Path, configured: Path) -> None:
    with serving() as site:
        shown = " ".join(found(tmp_path, doubtful(site), "--add", code=1).split())
    assert "Nothing was added" in shown
    assert "Pages 1 and 2 are almost equally probable: fewer than 15 points lie between them." in shown
    assert f"clausewatch policy add 'The Cloakroom' {site.url('/notice')} --language en" in shown
    assert configured.read_text(encoding="utf-8") == CONFIGURATION


def test_a_printed_command_names_the_configuration_that_was_named(tmp_path: Path, configured: Path) -> None:
    with serving() as site:
        shown = found(tmp_path, doubtful(site), "--add", code=1, before=["--config", str(configured)])
    assert f"clausewatch --config {configured} policy add" in " ".join(shown.split())


def test_two_languages_are_a_question_that_says_how_to_answer_it(tmp_path: Path, configured: Path) -> None:
    with serving() as site:
        base = serve(site, NAMED + LINK + '<footer><a href="/privasi">Kebijakan privasi</a></footer>')
        site.serve("/privasi", INDONESIAN.replace("</main>", f"<p>{'Kami menyimpan data pribadi. ' * 9}</p></main>"))
        shown = " ".join(found(tmp_path, base, "--add", code=1).split())
        found(tmp_path, base, "--add", "--language", "id")
    assert "are the policy in different languages. To choose a language, give --language" in shown
    assert f"policy add 'The Cloakroom (en)' {site.url('/privacy')} --language en" in shown
    assert f"policy add 'The Cloakroom (id)' {site.url('/privasi')} --language id" in shown
    assert [policy.url for policy in load(configured).policies] == [site.url("/privasi")]


@pytest.mark.parametrize(("typed", "added"), [("1 2", 2), ("3\n0", 0)])
def test_on_a_terminal_several_pages_or_no_page_can_be_added(
    tmp_path: Path, configured: Path, typed: str, added: int
) -> None:
    with serving() as site:
        code, shown = answered(tmp_path, f"{typed}\n", doubtful(site))
    assert (code, len(load(configured).policies)) == (0 if added else 1, added), shown
    assert ("write numbers from 0 to 2" in shown) == (typed != "1 2")


def test_on_a_terminal_the_chosen_page_is_added(tmp_path: Path, configured: Path) -> None:
    with serving() as site:
        code, shown = answered(tmp_path, "2\n", doubtful(site), "--name", "Theatre")
    assert code == 0, shown
    [second] = [line.split()[1] for line in shown.splitlines() if line.lstrip().startswith("2. ")]
    assert [(policy.name, policy.url) for policy in load(configured).policies] == [("Theatre", second)]


def answered(folder: Path, typed: str, *words: str) -> tuple[int, str]:
    """Run `find --add` on a terminal on which a person types. Return the exit code and the output."""
    ours, theirs = pty.openpty()
    os.write(ours, typed.encode())
    environment = os.environ | {"PYTHONPATH": str(PROJECT), "COLUMNS": "200"}
    command = [sys.executable, "-m", "clausewatch", "find", *words, "--add"]
    process = subprocess.Popen(command, cwd=folder, stdin=theirs, stdout=theirs, env=environment)
    os.close(theirs)
    shown = read_all(ours)
    return process.wait(300), shown


def read_all(terminal: int) -> str:
    """Read a terminal until the program at its other end closes it."""
    parts = []
    try:
        while part := os.read(terminal, 65536):
            parts.append(part)
    except OSError:  # the other end is closed
        os.close(terminal)
    return b"".join(parts).decode()


def test_names_from_a_page_cannot_write_other_keys(tmp_path: Path, configured: Path) -> None:
    name = "Coats&quot;&#10;paused = true&#10;[channels]&#10;x = &quot;${HOME}"
    with serving() as site:
        found(tmp_path, serve(site, f'<meta property="og:site_name" content="{name}">{LINK}'), "--add")
    [policy] = load(configured).policies
    assert (policy.paused, load(configured).channels) == (False, ())
    assert policy.name == 'Coats" paused = true [channels] x = "${HOME}'


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("ropes example",), "is not a domain"),
        (("ftp://ropes.example",), "is not a domain"),
        (("ropes.example", "--now"), "need --add"),
        (("ropes.example", "--language", "Deutsch"), "not a language code"),
        (("a.example", "b.example", "--add", "--name", "A"), "exactly one DOMAIN"),
        (("a.example", "--add", "--format", "json"), "not both"),
    ],
)
def test_wrong_usage_exits_with_2(tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    shown = found(tmp_path, *words, code=2)
    assert message in " ".join(shown.split())
