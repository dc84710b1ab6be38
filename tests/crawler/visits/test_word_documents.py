"""Tests a policy that is a Word document. A crawl, `doctor` and `compare` treat it like a web page."""

from __future__ import annotations

import json
from pathlib import Path

from archive.questions.history import versions_of
from archive.storage.database import open_archive
from tests.crawler.crawl import crawl
from tests.crawler.looking import COLLECTED, KEPT, RIGHTS, SHARED
from tests.desk import Desk
from tests.document.formats.word_files import TYPE, document, paragraph
from tests.server import serving

SOLD = "We share your personal data with advertisers."


def policy(*shared: str) -> bytes:
    sections = (
        ("What we collect", COLLECTED),
        ("How long we keep it", KEPT),
        ("Whom we share it with", shared),
        ("Your rights", RIGHTS),
    )
    blocks = [paragraph("Privacy policy of the Ropewalk", "Title")]
    for heading, sentences in sections:
        blocks += [paragraph(heading, "Heading1"), *(paragraph(sentence, in_list=(1, 0)) for sentence in sentences)]
    return document(*blocks)


def test_a_word_document_is_watched(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    with serving() as site:
        pages = {"Ropewalk": site.serve("/policy.docx", policy(*SHARED), content_type="application/octet-stream")}
        outcomes = [crawl(database, pages)["Ropewalk"].outcome]
        site.serve("/policy.docx", policy(*SHARED) + b" ", content_type=TYPE)
        outcomes.append(crawl(database, pages)["Ropewalk"].outcome)
        site.serve("/policy.docx", policy(SHARED[0], SOLD, SHARED[2]), content_type=TYPE)
        outcomes.append(crawl(database, pages)["Ropewalk"].outcome)
    assert outcomes == ["changed", "unchanged", "changed"]
    with open_archive(f"sqlite:///{database}") as archive:
        first, second = versions_of(archive, "Ropewalk")
    assert first.change is None
    assert second.change is not None
    assert second.change.material


def test_doctor_and_compare_read_a_word_document(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    before, after = tmp_path / "before.docx", tmp_path / "after.docx"
    before.write_bytes(policy(*SHARED))
    after.write_bytes(policy(SHARED[0], SOLD, SHARED[2]))
    compared = desk.clausewatch("compare", str(before), str(after), "--format", "json")
    with serving() as site:
        desk.configure({"Ropewalk": site.serve("/policy.docx", policy(*SHARED), content_type=TYPE)})
        examined = json.loads(desk.clausewatch("doctor", "Ropewalk", "--format", "json").out)
    assert json.loads(compared.out)["material"]
    assert (examined["page"]["refused"], examined["page"]["steady"]) == (None, True)
