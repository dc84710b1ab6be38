"""Tests the demo and its fictional site."""

from __future__ import annotations

import os
import re
import signal
import smtplib
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner

from clausewatch.cli import main
from clausewatch.config import load
from clausewatch.demo.editions import (
    EditionError,
    Replacement,
    SitePolicy,
    edition_count,
    obfuscated,
    site_policies,
    successive,
)
from clausewatch.demo.mailbox import DemoMailbox
from clausewatch.demo.site import DemoSite, pages
from clausewatch.demo.tour import JAKARTA, READER, DemoCrawlError, DemoFolderError, configure, crawl, prepare
from differ.model import Finding
from differ.visits.comparing import compare
from document import read
from document.model import Document, ExtractionOptions
from tests.clausewatch.desk.test_reviewing import FIELD

EXPECTATIONS: list[dict[str, Any]] = tomllib.loads(
    (files("clausewatch.demo") / "expectations.toml").read_text(encoding="utf-8")
)["expectation"]


@cache
def document_of(policy: SitePolicy, edition: int, request: str = "") -> Document:
    page = pages(edition, request)[policy.path]
    return read(page, ExtractionOptions(languages=policy.languages, remove=policy.remove)).document


def judged(row: dict[str, Any]) -> Any:
    """Return a label as an argument for a test.

    A label with the key `missed` describes a change that the rules do not find yet, so its test is expected to fail.
    When the rules find the change, the key must be removed.
    """
    marks = [pytest.mark.xfail(reason=row["missed"], strict=True)] if "missed" in row else []
    return pytest.param(row, marks=marks, id=f"{row['policy']}-{row['edition']}")


def named(name: str) -> SitePolicy:
    return next(policy for policy in site_policies() if policy.name == name)


def fetched(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=5) as answer:
        body: bytes = answer.read()
    return body


def test_every_edition_of_every_policy_can_be_built() -> None:
    for edition in range(1, edition_count() + 1):
        built = pages(edition)
        assert {policy.path for policy in site_policies()} < set(built)


def test_the_source_of_every_edition_differs_from_the_previous_edition() -> None:
    for policy in site_policies():
        assert len(set(policy.sources)) == len(policy.sources)


def test_at_least_four_policies_have_three_editions() -> None:
    assert len(site_policies()) >= 4
    assert edition_count() >= 3


def test_an_edition_that_does_not_fit_the_page_is_refused_with_its_place() -> None:
    manifest = {"name": "Quince", "edition": [{"number": 2, "replace": [{"before": "apple", "after": "pear"}]}]}
    with pytest.raises(EditionError, match=r"Quince, edition 2: 'apple' occurs 2 times"):
        list(successive("apple and apple", manifest))


def test_editions_out_of_order_are_refused() -> None:
    manifest = {"name": "Quince", "edition": [{"number": 3, "replace": []}]}
    with pytest.raises(EditionError, match="its number is 3"):
        list(successive("apple", manifest))


def test_a_replacement_whose_words_are_missing_is_refused() -> None:
    with pytest.raises(EditionError, match="occurs 0 times"):
        Replacement("plum", "pear").apply("apple", "Quince, edition 2")


@pytest.mark.parametrize("edition", [0, 6])
def test_an_edition_that_does_not_exist_is_refused(edition: int) -> None:
    with pytest.raises(ValueError, match="there is no edition"):
        pages(edition)


def test_an_encoded_address_can_be_decoded_with_its_first_byte() -> None:
    code = obfuscated("dpo@ferrowell.example", key=0x5A).split('data-cfemail="')[1].split('"')[0]
    key, *hidden = bytes.fromhex(code)
    assert bytes(byte ^ key for byte in hidden) == b"dpo@ferrowell.example"


def test_two_requests_get_different_bytes_and_the_same_policy() -> None:
    """Nonces, counters and encoded addresses change with each request.

    The words and the decoded addresses stay the same.
    """
    for policy in site_policies():
        assert pages(1, "a")[policy.path].body != pages(1, "b")[policy.path].body
        assert document_of(policy, 1, "a") == document_of(policy, 1, "b")


def test_the_server_sends_the_current_edition_with_new_nonces() -> None:
    path = named("Ferrowell Desk").path
    with DemoSite() as site:
        first, second = fetched(site.address + path), fetched(site.address + path)
        site.edition = 2
        third = fetched(site.address + path)
    assert first != second
    assert b"will not sell" in second
    assert b"may sell" in third


def test_the_server_has_a_robots_txt_and_refuses_missing_pages() -> None:
    with DemoSite() as site:
        assert b"Disallow: /basket" in fetched(site.address + "/robots.txt")
        with pytest.raises(urllib.error.HTTPError, match="404") as refused:
            fetched(site.address + "/nothing")
        refused.value.close()


def test_the_old_page_is_not_in_its_declared_encoding() -> None:
    body = pages(1)["/tarnbeck/privacy"].body
    assert b"charset=iso-8859-1" in body
    assert b"grower\x92s account" in body


def test_every_edition_of_every_policy_has_one_label() -> None:
    labelled = [(row["policy"], row["edition"]) for row in EXPECTATIONS]
    editions = range(2, edition_count() + 1)
    assert sorted(labelled) == [(policy.name, edition) for policy in site_policies() for edition in editions]


@pytest.mark.parametrize("row", EXPECTATIONS, ids=lambda row: f"{row['policy']}-{row['edition']}")
def test_the_words_of_a_label_are_in_the_editions(row: dict[str, Any]) -> None:
    """The words in a label occur in the two editions of the policy.

    If an edition changes only the parts of the page around the policy, the two extracted texts are equal.
    """
    policy = named(row["policy"])
    before, after = document_of(policy, row["edition"] - 1), document_of(policy, row["edition"])
    assert (before.text == after.text) == (row["outcome"] == "unchanged")
    assert (row["outcome"] == "material") == bool(row.get("finding"))
    for finding in row.get("finding", []):
        assert finding["before"] in before.text
        assert finding["after"] in after.text


def test_the_mail_server_keeps_each_message_as_it_was_sent() -> None:
    """In SMTP a line that begins with a dot is sent with a second dot. The server must remove the second dot."""
    with DemoMailbox() as mailbox:
        for body in ("Subject: one\r\n\r\n.hidden\r\n", "Subject: two\r\n\r\nplain\r\n"):
            with smtplib.SMTP("127.0.0.1", mailbox.port, timeout=5) as client:
                client.sendmail("a@demo.example", ["b@demo.example"], body)
        assert mailbox.messages == (b"Subject: one\r\n\r\n.hidden\r\n", b"Subject: two\r\n\r\nplain\r\n")


def test_a_folder_with_other_contents_is_not_changed(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(DemoFolderError, match="is not empty and holds no earlier demo"):
        prepare(tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_a_folder_of_an_earlier_demo_is_used_again(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    prepare(folder)
    with DemoSite() as site, DemoMailbox() as mailbox:
        configure(folder, site, mailbox)
    (folder / "alert-1.eml").write_text("old", encoding="utf-8")
    prepare(folder)
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(DemoFolderError, match=r"file/demo cannot be used: Not a directory; name a folder"):
        prepare(tmp_path / "file" / "demo")


def test_a_crawl_that_fails_is_reported_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(DemoCrawlError, match=r"exit code 2(.|\n)*there is no such file"):
        crawl(tmp_path / "clausewatch.toml")


def test_the_configuration_of_the_demo_is_valid(tmp_path: Path) -> None:
    with DemoSite() as site, DemoMailbox() as mailbox:
        configuration = load(configure(tmp_path, site, mailbox))
    assert [policy.name for policy in configuration.policies] == [policy.name for policy in site_policies()]


@pytest.mark.parametrize("row", [judged(row) for row in EXPECTATIONS])
def test_each_edition_is_judged_as_its_label_says(row: dict[str, Any]) -> None:
    policy = named(row["policy"])
    before, after = document_of(policy, row["edition"] - 1, "a"), document_of(policy, row["edition"], "b")
    comparison = compare(before, after)
    verdict = "material" if comparison.material else "not material" if comparison.changed else "unchanged"
    assert (verdict, list(comparison.topics)) == (row["outcome"], row.get("topics", []))
    for label in row.get("finding", []):
        assert any(shows(finding, label) for finding in comparison.findings), label


def shows(finding: Finding, label: dict[str, Any]) -> bool:
    """Return whether a label describes this finding."""
    return (
        finding.material
        and finding.topic in label["topics"]
        and label["section"] in finding.section
        and label["before"] in finding.before
        and label["after"] in finding.after
    )


@dataclass(frozen=True)
class Tour:
    """The result of a demo that ran to its end."""

    folder: Path
    output: str
    exit_code: int
    desk: str
    """The page that the desk showed after the demo's link was used."""

    def mails(self) -> list[EmailMessage]:
        return [
            message_from_bytes(file.read_bytes(), policy=default_policy) for file in sorted(self.folder.glob("*.eml"))
        ]


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Tour:
    """Run `clausewatch demo` as a new user would. The home folder is read-only."""
    folder = tmp_path_factory.mktemp("tour") / "demo"
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "clausewatch", "demo", "--desk", "--output", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env={**os.environ, "HOME": "/nonexistent", "PYTHONIOENCODING": "utf-8"},
    ) as running:
        assert running.stdout is not None
        lines, desk = [], ""
        for line in running.stdout:
            lines.append(line)
            if "/link/" in line:
                desk = opened(line.split()[-1])
                running.send_signal(signal.SIGINT)
        code = running.wait(60)
    return Tour(folder, "".join(lines), code, desk)


def opened(link: str) -> str:
    """Sign in at the desk with a link, and return the page that is shown then."""
    browser = requests.Session()
    fields = dict(FIELD.findall(browser.get(link, timeout=60).text))
    return browser.post(link.partition("/link/")[0] + "/link", data=fields, timeout=60).text


def test_the_demo_ends_with_a_link_to_the_desk(tour: Tour) -> None:
    assert "The desk is open at http://127.0.0.1:" in tour.output
    assert "set a password" in tour.desk.lower()
    assert re.search(r"^   \S+ --config \S+ serve$", tour.output, re.MULTILINE)


def test_the_demo_ends_without_an_error(tour: Tour) -> None:
    assert tour.exit_code == 0, tour.output


def test_the_demo_shows_the_expected_verdict_on_each_policy(tour: Tour) -> None:
    for row in EXPECTATIONS:
        if row["edition"] == 2:
            verdict = {"material": "MATERIAL", "not material": "changed, nothing material"}.get(row["outcome"])
            assert re.search(rf"^   {row['policy']} +{verdict or 'unchanged'}", tour.output, re.MULTILINE), row


def test_the_demo_sends_one_mail_for_each_material_change_and_no_other_mail(tour: Tour) -> None:
    """Each mail names its policy, and shows all sections and words in the label of the policy."""
    expected = [row for row in EXPECTATIONS if row["edition"] == 2 and row["outcome"] == "material"]
    mails = [mail for mail in tour.mails() if mail["to"] == READER]
    assert len(mails) == len(expected)
    for row in expected:
        mail = next(mail for mail in mails if f"] {row['policy']}: " in mail["subject"])
        page = mail.get_body(("html",))
        assert page is not None
        words = " ".join(re.sub(r"<[^>]+>", "", page.get_content()).split())
        for label in row["finding"]:
            for part in (label["section"], label["before"], label["after"]):
                assert part in words


def test_the_demo_writes_to_its_indonesian_reader_in_indonesian(tour: Tour) -> None:
    """The Indonesian reader watches one policy. This policy changes silently, and only in its Indonesian half."""
    (mail,) = (mail for mail in tour.mails() if mail["to"] == JAKARTA)
    assert mail["subject"].startswith("[tinggi] Lumbung Pagi: klausul hak subjek data diubah (")
    page = mail.get_body(("plain",))
    assert page is not None
    words = " ".join(page.get_content().split())
    assert "Teks berubah, tetapi tanggal yang dicantumkan dalam kebijakan, 3 Februari 2025, tidak berubah." in words
    assert "Hanya teks bahasa Indonesia yang berubah; teks bahasa Inggris masih memuat ketentuan semula." in words


def test_the_demo_leaves_a_redline_of_each_material_change(tour: Tour) -> None:
    names = {row["policy"] for row in EXPECTATIONS if row["edition"] == 2 and row["outcome"] == "material"}
    pages = {file.name: file.read_text(encoding="utf-8") for file in tour.folder.glob("redline-*.html")}
    assert set(pages) == {f"redline-{name.lower().replace(' ', '-')}.html" for name in names}
    assert all("<ins" in page and "<del" in page for page in pages.values())


def test_every_command_that_the_demo_suggests_at_its_end_works_from_any_shell(tour: Tour, tmp_path: Path) -> None:
    """After `make demo` no virtual environment is active.

    So the shell would not find `clausewatch` without its path.
    """
    closing = tour.output.partition("is closed: ")[2]
    commands = re.findall(r"^   (\S.*)$", closing, re.MULTILINE)
    assert [command.split()[-1] for command in commands] == ["history", "2", "serve", "init"]
    bare = {"PATH": "/nonexistent", "HOME": str(tmp_path)}
    for command in commands:
        if command.endswith("serve"):  # the fixture opened the desk
            continue
        done = subprocess.run(
            ["/bin/sh", "-c", command], cwd=tmp_path, env=bare, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "clausewatch.toml").is_file()


def test_every_file_that_the_demo_names_exists(tour: Tour) -> None:
    named_files = re.findall(rf"{re.escape(str(tour.folder))}/\S+", tour.output)
    assert len(named_files) >= 4
    assert all(Path(file).is_file() for file in named_files)


def test_the_demo_refuses_a_folder_that_it_did_not_make(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    answer = CliRunner().invoke(main, ["demo", "--output", str(tmp_path)])
    assert answer.exit_code == 2
    assert "is not empty and holds no earlier demo: name another folder" in answer.output
