"""Atom feeds are valid according to RFC 4287.

Their bytes do not depend on the time at which they are written. They contain no markup that can run.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree

from archive.model import Review
from archive.questions.history import versions_of
from archive.recording.recorder import latest, record
from archive.recording.reviews import add_review
from archive.storage.database import Archive
from clausewatch.exports.atom import MOST_ENTRIES, Scope, feed
from differ.explanation import Explanation
from differ.model import Comparison, Finding
from tests.archive.visits import (
    HOUR,
    RETENTION,
    SHARING,
    START,
    TEAHOUSE,
    record_two_versions,
    same,
    seen,
    watch,
    written,
)
from tests.clausewatch.watched import call, configured, opened, watched

NOW = START + 100 * HOUR
BAKERY = replace(TEAHOUSE, name="Bakery & Söhne", url="https://bakery.example/privacy", tags=("bank",))

SCHEMA = """
<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="http://www.w3.org/2005/Atom"
         datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
  <start><element name="feed">
    <ref name="language"/>
    <element name="id"><ref name="tag"/></element>
    <element name="title"><ref name="plain"/></element>
    <element name="subtitle"><ref name="plain"/></element>
    <element name="updated"><ref name="moment"/></element>
    <element name="author"><element name="name"><text/></element></element>
    <optional><element name="link">
      <attribute name="rel"><value>self</value></attribute>
      <attribute name="href"><data type="anyURI"><param name="pattern">https?://[!-~]+</param></data></attribute>
    </element></optional>
    <zeroOrMore><element name="entry">
      <element name="id"><ref name="tag"/></element>
      <element name="title"><ref name="plain"/></element>
      <element name="updated"><ref name="moment"/></element>
      <element name="published"><ref name="moment"/></element>
      <optional><element name="link">
        <attribute name="rel"><value>alternate</value></attribute>
        <attribute name="href"><data type="anyURI"><param name="pattern">https?://[!-~]+</param></data></attribute>
      </element></optional>
      <oneOrMore><element name="category"><attribute name="term"/></element></oneOrMore>
      <element name="summary"><ref name="plain"/></element>
      <element name="content">
        <attribute name="type"><value>xhtml</value></attribute>
        <element name="div" ns="http://www.w3.org/1999/xhtml"><ref name="flow"/></element>
      </element>
    </element></zeroOrMore>
  </element></start>
  <define name="language">
    <attribute name="lang" ns="http://www.w3.org/XML/1998/namespace"><data type="language"/></attribute>
  </define>
  <define name="plain"><text/></define>
  <define name="tag"><data type="string">
    <param name="pattern">tag:[a-z.]+,\\d{4}-\\d{2}-\\d{2}:[!-~]+</param></data></define>
  <define name="moment"><data type="string">
    <param name="pattern">\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z</param></data></define>
  <define name="flow"><oneOrMore><choice>
    <element name="p" ns="http://www.w3.org/1999/xhtml"><ref name="words"/></element>
    <element name="blockquote" ns="http://www.w3.org/1999/xhtml"><ref name="language"/><oneOrMore>
      <element name="p" ns="http://www.w3.org/1999/xhtml"><ref name="words"/></element></oneOrMore></element>
  </choice></oneOrMore></define>
  <define name="words"><mixed><zeroOrMore><choice>
    <element name="strong" ns="http://www.w3.org/1999/xhtml"><text/></element>
    <element name="del" ns="http://www.w3.org/1999/xhtml"><text/></element>
    <element name="ins" ns="http://www.w3.org/1999/xhtml"><text/></element>
    <element name="span" ns="http://www.w3.org/1999/xhtml"><text/></element>
  </choice></zeroOrMore></mixed></define>
</grammar>
"""
"""The part of the schema in RFC 4287, appendix B, that our feeds use. Within XHTML this schema allows only harmless
elements.
"""

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def schema() -> etree.RelaxNG:
    return etree.RelaxNG(etree.fromstring(SCHEMA))


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    with opened(tmp_path) as found:
        record_two_versions(found)
    return opened(tmp_path)


def change(archive: Archive, *findings: Finding, policy: str = "Teahouse", url: str = "", text: str = "") -> None:
    """Record the next version of a policy."""
    known = latest(archive, policy)
    number = known.number if known else 0
    at = START + (60 + number) * HOUR
    found = seen(at, written(text or f"Edition {number}."), number or None, Comparison(changed=True, findings=findings))
    fetch = replace(found.fetch, policy=policy, final_url=url or found.fetch.final_url)
    record(archive, replace(found, fetch=fetch), at)


def read(content: bytes) -> etree._Element:
    return etree.fromstring(content)


def titles(archive: Archive, scope: Scope | None = None) -> list[str]:
    found = read(feed(archive, scope or Scope(), NOW).content)
    return [str(entry.findtext(f"{ATOM}title")) for entry in found.findall(f"{ATOM}entry")]


def test_a_feed_is_valid_and_says_what_changed(archive: Archive, schema: etree.RelaxNG) -> None:
    written_feed = feed(archive, Scope(), NOW)
    found = read(written_feed.content)
    schema.assertValid(found)
    assert found.findtext(f"{ATOM}title") == "all policies: changes to sharing and rights"
    (entry,) = found.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Teahouse: sharing changed (high), version 2"
    assert entry.findtext(f"{ATOM}published") == "2026-03-04T06:00:00Z"
    assert found.findtext(f"{ATOM}updated") == entry.findtext(f"{ATOM}updated")
    assert [link.get("href") for link in entry.findall(f"{ATOM}link")] == ["https://teahouse.example/privacy"]
    words = " ".join("".join(entry.find(f"{ATOM}content").itertext()).split())
    assert "Only our Our cooks and our partners see your orders." in words
    assert "Rule recipient-added: GDPR 13(1)(e). Finding 1." in words
    assert SHARING.reason in words


def test_a_feed_without_changes_is_valid(tmp_path: Path, schema: etree.RelaxNG) -> None:
    with opened(tmp_path) as archive:
        watch(archive)
        schema.assertValid(read(feed(archive, Scope(), NOW).content))


def test_the_schema_of_this_test_refuses_invalid_feeds(archive: Archive, schema: etree.RelaxNG) -> None:
    good = feed(archive, Scope(), NOW).content
    for before, after in (
        (b"<author><name>Clausewatch</name></author>", b""),
        (b"<del>", b'<del onclick="x()">'),
        (b"<blockquote", b"<script/><blockquote"),
        (b'href="https', b'href="javascript'),
        (b"Z</updated>", b"</updated>"),
        (b"<id>tag:", b"<id>"),
    ):
        assert before in good
        assert not schema.validate(read(good.replace(before, after, 1)))


def test_the_same_archive_always_gives_the_same_bytes(archive: Archive) -> None:
    first = feed(archive, Scope(), NOW).content
    record(archive, same(NOW, 2), NOW)
    assert feed(archive, Scope(), NOW + timedelta(days=400)).content == first


def test_a_change_has_the_same_id_in_every_feed(archive: Archive) -> None:
    change(archive, SHARING)
    names = []
    for scope in (Scope(), Scope(policy="Teahouse"), Scope(tag="vendor"), Scope(topic="sharing")):
        found = read(feed(archive, scope, NOW).content)
        names.append([entry.findtext(f"{ATOM}id") for entry in found.findall(f"{ATOM}entry")])
    assert names == [names[0]] * 4
    assert len(set(names[0])) == 2


def test_each_feed_has_its_own_id_even_if_the_host_is_not_in_latin_letters(
    archive: Archive, schema: etree.RelaxNG
) -> None:
    watch(archive, TEAHOUSE, BAKERY)
    scopes = (Scope(), Scope(policy=BAKERY.name), Scope(tag="bank"), Scope(topic="rights"), Scope(tag="vendor"))
    found = [read(feed(archive, scope, NOW).content) for scope in scopes]
    for each in found:
        schema.assertValid(each)
    assert len({each.findtext(f"{ATOM}id") for each in found}) == len(scopes)


def test_a_feed_can_be_limited_to_a_policy_a_tag_or_a_topic(archive: Archive) -> None:
    watch(archive, TEAHOUSE, BAKERY)
    change(archive, policy=BAKERY.name)
    change(archive, SHARING, policy=BAKERY.name)
    assert titles(archive, Scope(policy="Teahouse")) == ["Teahouse: sharing changed (high), version 2"]
    assert titles(archive, Scope(tag="bank")) == ["Bakery & Söhne: sharing changed (high), version 2"]
    assert len(titles(archive)) == 2
    assert titles(archive, Scope(topic="rights")) == []
    assert titles(archive, Scope(topic="retention")) == ["Teahouse: retention changed (low), version 2"]


def test_findings_that_are_not_material_and_false_alarms_are_left_out(archive: Archive) -> None:
    change(archive, RETENTION)
    assert len(titles(archive)) == 1
    add_review(archive, Review(1, "false-alarm", "", by="Ratna", at=NOW))
    change(archive, SHARING)
    assert titles(archive) == []


def test_the_changes_of_a_flapping_text_are_left_out_until_a_text_stays(archive: Archive) -> None:
    for text in "abababab":
        change(archive, SHARING, text=text)
    flapping = [each.number for each in versions_of(archive, "Teahouse") if each.flapping]
    told = [number for number in range(10, 1, -1) if number not in flapping]
    assert flapping
    assert [int(title.split()[-1]) for title in titles(archive)] == told
    record(archive, same(NOW + timedelta(days=30), 10), NOW)
    assert [int(title.split()[-1]) for title in titles(archive)] == [10, *told]


def test_a_feed_has_the_newest_changes_and_says_how_many_it_leaves_out(archive: Archive) -> None:
    for number in range(4):
        change(archive, replace(SHARING, after=f"Partner {number} sees your orders."))
    written_feed = feed(archive, Scope(most=3), NOW)
    assert (written_feed.entries, written_feed.left_out) == (3, 2)
    assert titles(archive, Scope(most=3))[0].endswith("version 6")
    assert "The newest 3 of 5 changes." in written_feed.content.decode()
    assert MOST_ENTRIES == 100


NAUGHTY = (
    '<script>alert(1)</script><img src=x onerror="alert(1)">',
    "]]><script>alert(1)</script><![CDATA[",
    "&lt;b&gt; &amp; <!-- <!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]> &e;",
    "\x00\x01\x08\x0b\x1b[31m\x7f\x85 \u202e\u2066 \ufffe\uffff \ud800",
    "javascript:alert(1) {{ 7 * 7 }} %s %n ${jndi:ldap://x}",
    "Ω≈ç√∫ 田中さん 👩‍👩‍👧 ﷽ Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
)


@pytest.mark.parametrize("naughty", NAUGHTY, ids=range(len(NAUGHTY)))
def test_words_of_a_page_are_not_markup_in_a_feed(tmp_path: Path, schema: etree.RelaxNG, naughty: str) -> None:
    stored = re.sub("[\x00\ud800]", "", naughty)  # databases refuse these characters
    with opened(tmp_path) as archive:
        watch(archive, replace(TEAHOUSE, name=stored, tags=(stored,)))
        hostile = replace(
            SHARING,
            before=stored,
            after=f"{stored}!",
            section=stored,
            explanation=Explanation(stored),
            rule=stored,
            edits=(),
        )
        change(archive, policy=stored)
        change(archive, hostile, policy=stored, url=f"javascript:alert(1)//{stored}")
        for scope in (Scope(), Scope(policy=stored), Scope(tag=stored)):
            content = feed(archive, scope, NOW).content
            found = read(content)
            schema.assertValid(found)
            assert len(found.findall(f"{ATOM}entry")) == 1
            assert b"javascript:alert(1)//" not in content
            assert b"<script" not in content
            assert b"\x1b" not in content


def test_the_command_writes_a_feed(tmp_path: Path, schema: etree.RelaxNG) -> None:
    path = watched(tmp_path)
    target = tmp_path / "feed.atom"
    result = call(path, "export", "atom", "--tag", "vendor", "--topic", "sharing", "-o", str(target))
    assert (result.exit_code, result.stdout) == (0, "Exported 1 entry\n")
    schema.assertValid(read(target.read_bytes()))
    assert target.read_bytes().startswith(b"<?xml version='1.0' encoding='UTF-8'?>")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("csv", "findings", "--tag", "vendor"), "No such option '--tag'"),
        (("atom", "--tag", "vendor", "--policy", "Teahouse"), "--policy or --tag, not both"),
        (("atom", "--tag", "vender"), "no policy is tagged 'vender'"),
        (("atom", "--policy", "Tea"), "Teahouse"),
    ],
)
def test_a_wrong_option_is_reported(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    result = call(watched(tmp_path), "export", *words, "-o", str(tmp_path / "feed.atom"))
    assert result.exit_code == 2
    assert said in result.output


def test_a_feed_contains_its_own_address(tmp_path: Path, schema: etree.RelaxNG) -> None:
    target = tmp_path / "all.atom"
    words = ("export", "atom", "--self", "https://feeds.example/all.atom", "-o", str(target))
    assert call(watched(tmp_path), *words).exit_code == 0
    schema.assertValid(read(target.read_bytes()))
    assert b'<link rel="self" href="https://feeds.example/all.atom" />' in target.read_bytes()
    refused = call(watched(tmp_path), "export", "atom", "--self", "all.atom", "-o", str(target))
    assert refused.exit_code == 2
    assert "not a web address" in refused.stderr


def test_imported_history_is_not_news(tmp_path: Path) -> None:
    path = configured(tmp_path)
    for day, readers in (("2024-03-01", "our cooks only"), ("2024-04-01", "our cooks, and we sell it to advertisers")):
        saved = tmp_path / f"{day}.md"
        text = f"We share your personal data with {readers}. You can ask for a copy of your personal data."
        saved.write_text(f"# Privacy notice\n\n{text}\n")
        assert call(path, "import", "file", "Teahouse", "--at", day, str(saved)).exit_code == 0
    with opened(tmp_path) as archive:
        assert versions_of(archive, "Teahouse")[1].change is not None
        assert feed(archive, Scope(), NOW).entries == 0
