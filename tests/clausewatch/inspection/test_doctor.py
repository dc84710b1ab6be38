"""Tests `clausewatch doctor` against real servers.

Each command runs in its own process, because Twisted's reactor can start only once in a process.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from archive.questions.history import policy_names
from archive.storage.database import open_archive
from tests import forking
from tests.server import HTML, Answer, Site, serving
from tests.sources import PROJECT

PAGE = (PROJECT / "tests" / "policies" / "cloakroom.html").read_text(encoding="utf-8")

CONFIGURATION = """
database = "sqlite:///watch.db"

[crawl]
delay = "0 s"
retries = 0
allow_private = ["127.0.0.1"]

[[policy]]
name = "Cloakroom"
url = "{url}"
languages = ["en"]
"""


def prepared(folder: Path, url: str, more: str = "") -> None:
    (folder / "clausewatch.toml").write_text(CONFIGURATION.format(url=url) + more, encoding="utf-8")


def called(folder: Path, *words: str, code: int = 0) -> str:
    """Run `clausewatch` with these words, and return its output."""
    command = ("--config", str(folder / "clausewatch.toml"), *words)
    done = forking.run("clausewatch", *command, folder=folder, timeout=180)
    assert done.code == code, done.out + done.err
    return done.out


def diagnosed(folder: Path, code: int = 0) -> Any:
    return json.loads(called(folder, "doctor", "Cloakroom", "--format", "json", code=code))


def served_in_turn(site: Site, *pages: str) -> str:
    """Serve these pages at one address.

    Each request gets the next page. After the last page, each request gets the last page again.
    """
    *first, last = (Answer(page.encode(), headers=(("Content-Type", HTML),)) for page in pages)
    site.first["/privacy"], site.pages["/privacy"] = first, last
    return site.url("/privacy")


def test_a_healthy_policy_is_shown_and_nothing_is_recorded(tmp_path: Path) -> None:
    with serving() as site:
        site.pages["/robots.txt"] = Answer(
            b"User-agent: *\nCrawl-delay: 0.1", headers=(("Content-Type", "text/plain"),)
        )
        prepared(tmp_path, site.serve("/privacy", PAGE))
        told = called(tmp_path, "doctor", "Cloakroom")
        assert site.visits() == {"/robots.txt": 1, "/privacy": 2}
    shown = " ".join(told.split())
    assert "answers 200, Crawl-delay 0.1 s; 0.1 s between two requests" in shown
    assert f"Fetch 2 200 from {site.url('/privacy')}, {len(PAGE.encode())} bytes in " in shown
    assert "Same twice? yes" in shown
    assert "Next run changed: a run would record the first version and send no alert" in shown
    assert "Dropped: " in shown
    assert told.splitlines()[-1] == "All is well."
    with open_archive(f"sqlite:///{tmp_path / 'watch.db'}") as archive:
        assert policy_names(archive) == ()


PASSAGE = "We share your personal data with the coat makers of the town, and they may write to you."
FRAME = '<iframe src="https://coats.example/rights"></iframe>'
LABEL = "This picture shows in writing whom we share your data with: the bank, the tailor and the post."


def test_left_out_prose_is_shown_and_a_lot_of_left_out_prose_is_a_trouble(tmp_path: Path) -> None:
    beside = "".join(f"<p>{PASSAGE} This is line {number} of the notes.</p>" for number in range(8))
    with serving() as site:
        prepared(
            tmp_path,
            site.serve("/privacy", PAGE.replace("</body>", f"<div style='display:none'>{beside}</div></body>")),
        )
        found = diagnosed(tmp_path, code=1)
        told = called(tmp_path, "doctor", "Cloakroom", code=1)
        ran = called(tmp_path, "run", code=1)
    left_out = found["page"]["left_out"]
    assert (found["well"], left_out["much"], left_out["share"] > 0.2) == (False, True, True)
    assert left_out["watched"][0] == {"text": PASSAGE, "topics": ["sharing"], "why": "hidden"}
    assert "Left out" in told
    assert told.splitlines()[-1] == "Something needs attention: see above."
    assert "1 first seen" in ran


def test_content_outside_the_page_is_named(tmp_path: Path) -> None:
    held = f'{FRAME}<p><img src="/whom.png" alt="{LABEL}"></p></main>'
    with serving() as site:
        assert "</main>" in PAGE
        prepared(tmp_path, site.serve("/privacy", PAGE.replace("</main>", held)))
        found = diagnosed(tmp_path)["page"]["elsewhere"]
    assert [(part["kind"], part["address"], part["words"]) for part in found] == [
        ("frame", "https://coats.example/rights", None),
        ("picture", None, LABEL),
    ]


def test_doctor_says_how_the_next_run_would_judge_the_page(tmp_path: Path) -> None:
    edited = PAGE.replace("</main>", "<p>We sell your personal data to data brokers.</p></main>")
    with serving() as site:
        prepared(tmp_path, site.serve("/privacy", PAGE))
        called(tmp_path, "run")
        before = diagnosed(tmp_path)
        site.serve("/privacy", edited)
        after = diagnosed(tmp_path)
    assert (before["latest_version"], before["page"]["next_run"]["outcome"]) == (1, "unchanged")
    assert after["page"]["next_run"]["outcome"] == "changed"
    assert after["page"]["next_run"]["material"] is True
    assert after["page"]["words"] == before["page"]["words"] + 8


def test_words_that_differ_between_two_fetches_are_shown(tmp_path: Path) -> None:
    with serving() as site:
        pages = [PAGE.replace("</main>", f"<p>This page was made for guest {n}.</p></main>") for n in (17, 18)]
        prepared(tmp_path, served_in_turn(site, *pages))
        found = diagnosed(tmp_path, code=1)
    assert found["page"]["steady"] is False
    assert found["page"]["differences"] == [{"first": "17.", "second": "18."}]


def test_a_selector_that_matches_nothing_is_reported(tmp_path: Path) -> None:
    with serving() as site:
        prepared(tmp_path, site.serve("/privacy", PAGE), 'select = ["#no-such-part"]\n')
        told = " ".join(called(tmp_path, "doctor", "Cloakroom", code=1).split())
    assert "because the configured `select` matches nothing" in told


def test_an_answer_that_is_not_the_policy_is_explained(tmp_path: Path) -> None:
    with serving() as site:
        prepared(tmp_path, site.serve("/privacy", "<h1>Not found</h1>", status=404))
        found = diagnosed(tmp_path, code=1)
    assert [each["status"] for each in found["fetches"]] == [404, 404]
    assert found["page"]["refused"]["reason"] == found["page"]["next_run"]["reason"]


def test_a_page_that_robots_txt_forbids_is_not_fetched(tmp_path: Path) -> None:
    with serving() as site:
        site.pages["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /", headers=(("Content-Type", "text/plain"),))
        prepared(tmp_path, site.serve("/privacy", PAGE))
        found = diagnosed(tmp_path, code=1)
        assert site.visits() == {"/robots.txt": 1}
    assert {each["error_kind"] for each in found["fetches"]} == {"robots"}
    assert found["page"] is None


def test_an_unknown_policy_makes_the_command_exit_with_2(tmp_path: Path) -> None:
    prepared(tmp_path, "http://127.0.0.1:9/")
    called(tmp_path, "doctor", "Cloakrom", code=2)
