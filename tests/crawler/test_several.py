"""Tests policies that have several addresses, with real servers. All pages of a policy are read as one text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from archive.questions.history import document, versions_of
from archive.storage.database import Archive, open_archive
from tests.crawler.crawl import Crawled, crawl
from tests.server import HTML, Answer, Site, serving
from tests.sources import PROJECT

PAGE = (PROJECT / "tests" / "policies" / "cloakroom.html").read_bytes()
PARTNERS = (
    b"<html lang=en><head><title>Partners</title></head><body><main><h1>Our partners</h1><ul>"
    b"<li>Hook and Hanger Ltd, repairs</li><li>Ticket Printers of Leith, tickets</li></ul><p>The companies on this "
    b"list receive personal data from us, each for the task that is named beside it, and for nothing else at all. "
    b"The list was last looked through in spring by the keeper of the coats.</p></main></body></html>"
)
MORE_PARTNERS = PARTNERS.replace(b"</ul>", b"<li>Brokers of Data Inc, marketing</li></ul>")
ROTATED = PAGE.replace(b"</body>", b"<script nonce=a7>let t = 7</script><!-- 7 --></body>")


def tagged(site: Site, path: str, tag: str, body: bytes) -> str:
    site.pages[path] = Answer(body, headers=(("Content-Type", HTML), ("ETag", tag)))
    return site.url(path)


@dataclass(frozen=True, slots=True)
class Story:
    """The results of two crawls of the same policies. Some pages change between the crawls."""

    database: Path
    first: dict[str, Crawled]
    second: dict[str, Crawled]
    site: Site
    """The site, with the requests that it received."""

    @property
    def archive(self) -> Archive:
        return open_archive(f"sqlite:///{self.database}")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    database = tmp_path_factory.mktemp("several") / "a.db"
    names = ("same", "changed", "gone", "broken", "wider")
    with serving() as site:
        policies: dict[str, str | list[str]] = {
            name: [site.serve(f"/{name}", PAGE), site.serve(f"/{name}/partners", PARTNERS)] for name in names
        }
        policies["wider"] = policies["wider"][0]
        for name in ("tagged", "half"):
            policies[name] = [tagged(site, f"/{name}", '"1"', PAGE), tagged(site, f"/{name}/list", '"2"', PARTNERS)]
        first = crawl(database, policies)
        site.serve("/same", ROTATED)
        site.serve("/changed/partners", MORE_PARTNERS)
        site.serve("/gone/partners", b"<p>There is no such page.</p>", status=404)
        site.pages["/broken/partners"] = Answer(PARTNERS, breaks="half")
        policies["wider"] = [site.url("/wider"), site.url("/wider/partners")]
        tagged(site, "/half/list", '"3"', MORE_PARTNERS)
        yield Story(database, first, crawl(database, policies), site)


def test_all_pages_make_one_version(story: Story) -> None:
    with story.archive as archive:
        [version] = versions_of(archive, "same")
        words = document(archive, version).text
        assert [each.final_url for each in version.further] == [story.site.url("/same/partners")]
    assert story.first["same"].outcome == "changed"
    assert words.index("What we collect") < words.index("Hook and Hanger Ltd")


def test_a_changed_script_or_comment_of_one_page_is_not_a_change(story: Story) -> None:
    assert story.second["same"].outcome == "unchanged"


def test_a_change_on_a_further_page_is_a_change_of_the_policy(story: Story) -> None:
    assert story.second["changed"].outcome == "changed"
    with story.archive as archive:
        change = versions_of(archive, "changed")[1].change
    assert change is not None
    assert any("Brokers of Data" in each.finding.after for each in change.findings)


def test_a_page_that_is_not_part_of_the_policy_is_named(story: Story) -> None:
    found = story.second["gone"]
    assert (found.outcome, found.reason, found.status) == ("not comparable", "gone", 200)
    assert found.detail == f"{story.site.url('/gone/partners')}: The server answered 404."


def test_a_page_without_a_response_is_named(story: Story) -> None:
    found = story.second["broken"]
    assert (found.outcome, found.error_kind) == ("failed", "connection")
    assert found.detail.startswith(f"{story.site.url('/broken/partners')}: ")


def test_each_page_is_requested_with_its_own_validators(story: Story) -> None:
    assert story.second["tagged"].outcome == "unchanged"
    assert story.site.said("/tagged") == [None, '"1"']
    assert story.site.said("/tagged/list") == [None, '"2"']


def test_an_unchanged_page_is_fetched_whole_if_another_page_of_the_policy_changed(story: Story) -> None:
    assert story.second["half"].outcome == "changed"
    assert story.site.said("/half") == [None, '"1"', None]
    assert story.site.said("/half/list") == [None, '"2"']


def test_a_changed_number_of_addresses_is_a_boundary(story: Story) -> None:
    """A page was added in our configuration, but the policy itself did not change. So nobody is alerted."""
    with story.archive as archive:
        first, second = versions_of(archive, "wider")
    assert (first.boundary, second.boundary, second.change) == (False, True, None)


def test_each_further_page_of_a_version_is_kept(story: Story) -> None:
    query = """
        select policy.name, outcome, position, fetch_page.status, fetch_page.snapshot_sha256 is null
        from fetch_page join fetch on fetch.id = fetch_id join policy on policy.id = policy_id
        order by fetch.id, position
    """
    with story.archive as archive, archive.reading() as session:
        rows = session.execute(text(query)).all()
    kept = {(name, outcome, status): not missing for name, outcome, _, status, missing in rows}
    assert kept == {
        ("same", "changed", 200): True,
        ("same", "unchanged", 200): False,
        ("changed", "changed", 200): True,
        ("gone", "changed", 200): True,
        ("gone", "not comparable", 404): True,
        ("broken", "changed", 200): True,
        ("broken", "failed", None): False,
        ("wider", "changed", 200): True,
        ("tagged", "changed", 200): True,
        ("tagged", "unchanged", 304): False,
        ("half", "changed", 200): True,
    }
