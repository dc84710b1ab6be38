"""Tests politeness against real servers. If a host asks for a pause, the crawler waits for this host only."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.recording.resting_hosts import LONGEST_REST, note_resting, resting_hosts
from archive.storage.database import open_archive
from tests.crawler.crawl import crawl
from tests.server import Answer, Site, serving
from tests.sources import PROJECT

PAGE = (PROJECT / "tests" / "policies" / "cloakroom.html").read_text(encoding="utf-8")
TEXT = (("Content-Type", "text/plain"),)


def busy(status: int, retry_after: str | None = None) -> Answer:
    """Return a response that asks for a pause."""
    return Answer(b"<h1>Busy</h1>", status, () if retry_after is None else (("Retry-After", retry_after),))


def gaps(site: Site, path: str) -> list[float]:
    """Return the times between successive requests for a path, in seconds."""
    moments = site.when(path)
    return [after - before for before, after in itertools.pairwise(moments)]


@pytest.mark.parametrize("status", [429, 503])
def test_the_crawler_waits_as_long_as_retry_after_says(tmp_path: Path, status: int) -> None:
    with serving() as site:
        site.first["/privacy"] = [busy(status, "2")]
        found = crawl(tmp_path / "a.db", {"a": site.serve("/privacy", PAGE)}, retries=1)
        [gap] = gaps(site, "/privacy")
    assert gap >= 2
    assert found["a"].outcome == "changed"


def test_the_crawler_waits_as_long_as_retry_after_of_robots_txt_says(tmp_path: Path) -> None:
    with serving() as site:
        site.first["/robots.txt"] = [busy(503, "2")]
        found = crawl(tmp_path / "a.db", {"a": site.serve("/privacy", PAGE)}, retries=1)
        [gap] = gaps(site, "/robots.txt")
    assert gap >= 2
    assert found["a"].outcome == "changed"


def test_no_page_is_fetched_if_robots_txt_stays_unavailable(tmp_path: Path) -> None:
    with serving() as site:
        site.pages["/robots.txt"] = busy(503, "0")
        found = crawl(tmp_path / "a.db", {"a": site.serve("/privacy", PAGE)}, retries=2)
        assert site.visits() == {"/robots.txt": 3}
    assert (found["a"].outcome, found["a"].error_kind) == ("failed", "robots")
    assert "answers 503" in found["a"].detail


def test_a_host_that_asks_for_a_longer_pause_than_the_limit_gets_no_further_request(tmp_path: Path) -> None:
    with serving() as site, serving() as other:
        site.pages["/first"] = busy(429, "3600")
        policies = {"first": site.url("/first"), "second": site.serve("/second", PAGE)}
        policies |= {"other": other.serve("/privacy", PAGE)}
        found = crawl(tmp_path / "a.db", policies, retries=2, delay=0.2)
        assert site.visits() == {"/robots.txt": 1, "/first": 1}
    assert (found["first"].outcome, found["first"].status) == ("not comparable", 429)
    assert "Retry-After: 3600" in found["first"].detail
    assert (found["second"].outcome, found["second"].error_kind) == ("failed", "asked-to-wait")
    assert "3600 s (Retry-After), and max_wait is 60 s" in found["second"].detail
    assert found["other"].outcome == "changed"


def test_a_host_that_asked_for_a_pause_does_not_delay_other_hosts(tmp_path: Path) -> None:
    with serving() as site, serving() as other:
        site.first["/privacy"] = [busy(503, "4")]
        policies = {"busy": site.serve("/privacy", PAGE), "other": other.serve("/privacy", PAGE)}
        found = crawl(tmp_path / "a.db", policies, retries=1, concurrency=1)
        begun, again = site.when("/privacy")
        assert other.when("/privacy")[0] < again
    assert [each.outcome for each in found.values()] == ["changed", "changed"]
    assert again - begun >= 4


def test_each_failure_of_a_request_doubles_the_wait_before_the_next_try(tmp_path: Path) -> None:
    with serving() as site:
        site.first["/privacy"] = [Answer(b"<h1>Broken</h1>", 500)] * 2
        found = crawl(tmp_path / "a.db", {"a": site.serve("/privacy", PAGE)}, retries=2, delay=0.5)
        first, second = gaps(site, "/privacy")
    assert first >= 1
    assert second >= 2
    assert found["a"].outcome == "changed"


def test_a_host_gets_one_request_at_a_time_even_without_a_delay(tmp_path: Path) -> None:
    with serving() as site:
        for path in ("/a", "/b"):
            site.pages[path] = Answer(PAGE.encode(), pause=0.5)
        crawl(tmp_path / "a.db", {path: site.url(path) for path in ("/a", "/b")}, delay=0)
        first, second = sorted(site.moments[path] for path in ("/a", "/b"))
    assert second - first >= 0.5


@pytest.mark.parametrize(("stated", "kept"), [(2, 2), (500, 3)], ids=["as stated", "up to max_wait"])
def test_a_crawl_delay_in_robots_txt_is_kept(tmp_path: Path, stated: int, kept: int) -> None:
    with serving() as site:
        site.pages["/robots.txt"] = Answer(f"User-agent: *\nCrawl-delay: {stated}".encode(), headers=TEXT)
        crawl(tmp_path / "a.db", {n: site.serve(f"/{n}", PAGE) for n in "ab"}, max_wait=3)
        robots, first, second = sorted(site.moments.values())
    assert first - robots >= kept
    assert kept <= second - first
    assert second - robots < 500, "more than max_wait"


def test_a_host_that_asks_for_a_longer_pause_than_the_limit_gets_no_request_in_the_next_run(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    with serving() as site:
        site.pages["/first"] = busy(429, "31536000")
        crawl(database, {"first": site.url("/first")})
        policies = {"first": site.url("/first"), "second": site.serve("/second", PAGE)}
        asked = site.visits()
        found = crawl(database, policies)
        assert site.visits() == asked
        with open_archive(f"sqlite:///{database}") as archive:
            now = datetime.now(UTC)
            [resting] = resting_hosts(archive, now)
            assert timedelta(hours=23) < resting.until - now <= LONGEST_REST
            assert resting_hosts(archive, now + LONGEST_REST) == ()
            note_resting(archive, [replace(resting, until=now)], now - LONGEST_REST)
        assert crawl(database, policies)["second"].outcome == "changed"
    assert {each.error_kind for each in found.values()} == {"asked-to-wait"}
    assert f"is left alone until {resting.until:%Y-%m-%d %H:%M} UTC" in found["second"].detail


class Mute:
    """A server that accepts connections and answers nothing for a while."""

    def __init__(self, silences: int) -> None:
        self.silences = silences
        """Number of requests that are not answered."""
        self.requests: list[str] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            path = connection.recv(65_536).split(b" ")[1].decode()
            self.requests.append(path)
            if len(self.requests) <= self.silences:
                connection.recv(1)  # until the crawler gives up
                return
            body = b"" if path == "/robots.txt" else PAGE.encode()
            status = "404 Not Found" if path == "/robots.txt" else "200 OK"
            head = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n"
            connection.sendall(f"{head}Connection: close\r\n\r\n".encode() + body)


@pytest.fixture
def mute() -> Iterator[Callable[[int], Mute]]:
    servers: list[Mute] = []

    def made(silences: int) -> Mute:
        servers.append(Mute(silences))
        return servers[-1]

    yield made
    for server in servers:
        server.listener.close()


def test_a_silent_host_gets_only_its_tries_and_one_more_at_the_end(tmp_path: Path, mute: Callable[[int], Mute]) -> None:
    server = mute(1000)
    with serving() as other:
        policies = {f"p{number}": server.url(f"/{number}") for number in range(6)}
        policies |= {"other": other.serve("/privacy", PAGE)}
        found = crawl(tmp_path / "a.db", policies, retries=1, timeout=3)
    assert server.requests == ["/robots.txt"] * 3
    assert found.pop("other").outcome == "changed"
    assert len(found) == 6
    assert {row.outcome for row in found.values()} == {"failed"}
    assert all("did not answer" in row.detail for row in found.values())


def test_a_host_that_was_silent_for_a_while_is_read_at_the_end_of_the_run(
    tmp_path: Path, mute: Callable[[int], Mute]
) -> None:
    server = mute(2)
    policies = {f"p{number}": server.url(f"/{number}") for number in range(5)}
    found = crawl(tmp_path / "a.db", policies, retries=1, timeout=3)
    assert {name: row.outcome for name, row in found.items() if row.outcome != "changed"} == {}
    assert len(found) == 5
