"""Tests that the program for auditors notices every alteration of exported evidence, even if somebody adapted the
manifest to the alteration.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from archive.evidence.chain import head
from archive.model import AssessedFetch, Review
from archive.questions.history import versions_of
from archive.recording.recorder import record
from archive.recording.reviews import add_review
from clausewatch.exports.evidence_bundle import check_script
from differ.model import Comparison
from differ.visits.assessment import Assessment
from differ.visits.left_out import LeftOutProse
from tests.archive.visits import DATE, RETENTION, SHARING, START, failed, record_two_versions, seen, written
from tests.clausewatch.watched import call, configured, opened

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Files, str]:
    """Return unaltered evidence about a policy with three versions and a review: its files by name, and the head."""
    folder = tmp_path_factory.mktemp("sound")
    with opened(folder) as archive:
        record_two_versions(archive)
        text = written("Our cooks, our partners and our drivers see your orders.")
        comparison = Comparison(changed=True, findings=(SHARING, RETENTION), suppressed=(DATE,))
        prose = LeftOutProse(("0" * 64,), 9, 90, identity="e1", watched=())
        assessment = Assessment("changed", document=text, identity="e1", comparison=comparison, left_out=prose)
        record(archive, AssessedFetch(seen(START, text, 2).fetch, assessment, 2), START)
        record(archive, failed(START), START)
        changes = [version.change for version in versions_of(archive, "Teahouse") if version.change is not None]
        finding = changes[0].findings[0].id
        add_review(archive, Review(finding, "comment", "Ask them for a list.", by="Ada Lovelace", at=START))
        kept = str(head(archive))
    target = folder / "evidence.zip"
    assert call(configured(folder), "export", "evidence", "Teahouse", "-o", str(target)).exit_code == 0
    with zipfile.ZipFile(target) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}, kept


def checked(folder: Path, files: Files, kept: str) -> subprocess.CompletedProcess[str]:
    """Write evidence with a matching manifest, as a forger would, and run the program for auditors.

    The program needs only Python's standard library.
    """
    files = dict(files)
    manifest = json.loads(files["manifest.json"])
    manifest["files"] = {name: sha256(files[name]).hexdigest() for name in files if not name.startswith("manifest.")}
    files["manifest.json"] = json.dumps(manifest).encode()
    files["manifest.sha256"] = f"{sha256(files['manifest.json']).hexdigest()}  manifest.json\n".encode()
    with zipfile.ZipFile(folder / "e.zip", "w") as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
    (folder / "check.py").write_text(check_script(), encoding="utf-8")
    command = [sys.executable, "-I", "-S", str(folder / "check.py"), str(folder / "e.zip"), kept]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def exchange(files: Files, one: str, other: str) -> None:
    """Swap two files, or all files of two folders."""
    moved = {name.replace(one, other) if one in name else name.replace(other, one): files[name] for name in files}
    files.clear()
    files.update(moved)


def replace(files: Files, name: str, old: bytes, new: bytes) -> None:
    """Replace the first occurrence of some bytes in a file."""
    assert old in files[name]
    files[name] = files[name].replace(old, new, 1)


def remove(files: Files, beginning: str) -> None:
    """Leave out the files whose names have this beginning."""
    for name in [name for name in files if name.startswith(beginning)]:
        del files[name]


def drop_rows(files: Files, *kinds: str, last: bool = False) -> None:
    """Leave out all rows of these kinds. If `last` is true, leave out only the last of these rows."""
    lines = files["rows.jsonl"].splitlines(keepends=True)
    chosen = [line for line in lines if json.loads(line)["kind"] in kinds]
    gone = chosen[-1:] if last else chosen
    assert gone
    files["rows.jsonl"] = b"".join(line for line in lines if line not in gone)


def drop_version(files: Files, number: int, *, in_manifest: bool = True) -> None:
    """Leave out a version with its files, its visit and its judgements."""
    for name in [name for name in files if name.startswith(f"versions/{number}/")]:
        del files[name]
    rows = [json.loads(line) for line in files["rows.jsonl"].splitlines()]
    version = next(row for row in rows if row["kind"] == "version" and row["values"]["number"] == number)
    gone = {("version", version["id"]), ("fetch", version["values"]["fetch_id"])}
    gone |= {("left_out", row["id"]) for row in rows if row["values"].get("fetch_id") == version["values"]["fetch_id"]}
    gone |= {("change", row["id"]) for row in rows if row["values"].get("version_id") == version["id"]}
    changes = {row_id for kind, row_id in gone if kind == "change"}
    gone |= {(row["kind"], row["id"]) for row in rows if row["values"].get("change_id") in changes}
    findings = {row_id for kind, row_id in gone if kind == "finding"}
    gone |= {("review", row["id"]) for row in rows if row["values"].get("finding_id") in findings}
    lines = files["rows.jsonl"].splitlines(keepends=True)
    files["rows.jsonl"] = b"".join(
        line for line in lines if (json.loads(line)["kind"], json.loads(line)["id"]) not in gone
    )
    if in_manifest:
        set_manifest(
            files, versions=[each for each in json.loads(files["manifest.json"])["versions"] if each != number]
        )


def set_manifest(files: Files, **values: Any) -> None:
    """Change values in the manifest."""
    files["manifest.json"] = json.dumps({**json.loads(files["manifest.json"]), **values}).encode()


def edit_document(files: Files, version: int, old: bytes, new: bytes) -> None:
    """Alter a word in a document and in all files that are made from the document."""
    for name in ("document.json", "text.txt", "redline.html"):
        replace(files, f"versions/{version}/{name}", old, new)


def edit_marked(files: Files, mark: bytes) -> None:
    """Add a word to the first marked words in the text of a redline."""
    heading, text, rest = files[REDLINE].partition(b"<h2>The text</h2>")
    assert mark in rest
    files[REDLINE] = heading + text + rest.replace(mark, mark + b"never ", 1)


def reseal(files: Files, kind: str, old: bytes, new: bytes) -> None:
    """Alter a record, and rewrite the chain from the record's entry on."""
    lines = files["rows.jsonl"].splitlines()
    place = next(place for place, line in enumerate(lines) if json.loads(line)["kind"] == kind and old in line)
    former, lines[place] = lines[place], lines[place].replace(old, new)
    files["rows.jsonl"] = b"\n".join([*lines, b""])
    written: list[bytes] = []
    for line in files["chain.jsonl"].splitlines():
        entry = json.loads(line)
        if entry["row"] == sha256(former).hexdigest():
            entry["row"] = sha256(lines[place]).hexdigest()
        if written:
            entry["previous"] = sha256(written[-1]).hexdigest()
        written.append(json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())
    files["chain.jsonl"] = b"\n".join([*written, b""])
    set_manifest(files, head=f"{entry['sequence']}:{sha256(written[-1]).hexdigest()}")


def cut_chain(files: Files) -> None:
    """Leave out the last entry of the chain, and the record that this entry seals."""
    lines = files["chain.jsonl"].splitlines(keepends=True)
    files["chain.jsonl"] = b"".join(lines[:-1])
    last = json.loads(lines[-1])["row"]
    rows = files["rows.jsonl"].splitlines(keepends=True)
    files["rows.jsonl"] = b"".join(row for row in rows if sha256(row.rstrip()).hexdigest() != last)
    set_manifest(files, head=f"{json.loads(lines[-2])['sequence']}:{sha256(lines[-2].rstrip()).hexdigest()}")


PAGE, TEXT, REDLINE = "versions/2/page-1.json", "versions/2/text.txt", "versions/2/redline.html"

ALTERATIONS: Mapping[str, Callable[[Files], None]] = {
    "two versions are exchanged": lambda files: exchange(files, "versions/1/", "versions/2/"),
    "two pages are exchanged": lambda files: exchange(files, "versions/1/page-1.raw", "versions/2/page-1.raw"),
    "two answers are exchanged": lambda files: exchange(files, "versions/1/page-1.json", "versions/2/page-1.json"),
    "two documents are exchanged": lambda files: exchange(
        files, "versions/1/document.json", "versions/2/document.json"
    ),
    "two texts are exchanged": lambda files: exchange(files, "versions/1/text.txt", "versions/2/text.txt"),
    "two redlines are exchanged": lambda files: exchange(files, "versions/3/redline.html", REDLINE),
    "a version amid the others is missing": lambda files: drop_version(files, 2),
    "a version is missing that the manifest names": lambda files: drop_version(files, 3, in_manifest=False),
    "the first version is missing": lambda files: drop_version(files, 1),
    "the folder of a version is missing": lambda files: remove(files, "versions/2/"),
    "a page is missing": lambda files: remove(files, "versions/2/page-1.raw"),
    "an answer is missing": lambda files: remove(files, PAGE),
    "a text is missing": lambda files: remove(files, TEXT),
    "a redline is missing": lambda files: remove(files, REDLINE),
    "the change is missing": lambda files: drop_rows(files, "change", last=True),
    "all that was judged is missing": lambda files: drop_rows(files, "change", "finding", "suppression", "review"),
    "a finding is missing": lambda files: drop_rows(files, "finding", last=True),
    "all findings are missing": lambda files: drop_rows(files, "finding", "review"),
    "a suppression is missing": lambda files: drop_rows(files, "suppression", last=True),
    "the visits are missing": lambda files: drop_rows(files, "fetch"),
    "the name is missing": lambda files: drop_rows(files, "naming"),
    "the text is altered": lambda files: replace(files, TEXT, b"partners", b"painters"),
    "the document is altered": lambda files: replace(files, "versions/2/document.json", b"partners", b"painters"),
    "the document and all made of it are altered": lambda files: edit_document(files, 2, b"partners", b"painters"),
    "the last document and all made of it are altered": lambda files: edit_document(files, 3, b"drivers", b"divers"),
    "the page is altered": lambda files: replace(files, "versions/2/page-1.raw", b"partners", b"painters"),
    "a header is altered": lambda files: replace(files, PAGE, b'\\"7', b'\\"8'),
    "the address is altered": lambda files: replace(files, PAGE, b"teahouse.example", b"coffee.example"),
    "the status is altered": lambda files: replace(files, PAGE, b"200", b"404"),
    "the moment of the visit is altered": lambda files: replace(files, PAGE, b"2026-", b"2025-"),
    "the page's own hash is altered": lambda files: replace(files, PAGE, b'"body_sha256": "', b'"body_sha256": "0'),
    "inserted words are altered": lambda files: edit_marked(files, b"<ins>"),
    "deleted words are altered": lambda files: edit_marked(files, b"<del>"),
    "the legend is altered": lambda files: replace(files, REDLINE, b"<ins>", b"<ins>never "),
    "a mark is taken away": lambda files: files.update(
        {REDLINE: files[REDLINE].replace(b"<ins>", b"").replace(b"</ins>", b"")}
    ),
    "what went is hidden": lambda files: replace(files, REDLINE, b"del{", b"del{display:none;"),
    "a script is added": lambda files: replace(files, REDLINE, b"</body>", b"<script>1</script></body>"),
    "a paragraph of the redline is missing": lambda files: files.update(
        {REDLINE: files[REDLINE].rpartition(b"\n<p>")[0] + b"\n</body></html>\n"}
    ),
    "the judgement on the redline is altered": lambda files: replace(files, REDLINE, b", material", b", not material"),
    "the date on the redline is altered": lambda files: replace(files, REDLINE, b"first seen 2026", b"first seen 2025"),
    "the redline names another policy": lambda files: replace(files, REDLINE, b"Teahouse", b"Coffeehouse"),
    "a record is altered": lambda files: replace(files, "rows.jsonl", b'"material":true', b'"material":false'),
    "a record is altered and sealed again": lambda files: reseal(
        files, "finding", b'"material":true', b'"material":false'
    ),
    "a version is backdated and sealed again": lambda files: reseal(files, "version", b"2026-03", b"2025-03"),
    "a record is here twice": lambda files: files.update(
        {"rows.jsonl": files["rows.jsonl"] + files["rows.jsonl"].splitlines(keepends=True)[0]}
    ),
    "a record of another kind": lambda files: replace(files, "rows.jsonl", b'"kind":"finding"', b'"kind":"review"'),
    "an entry is missing": lambda files: files.update(
        {
            "chain.jsonl": b"".join(
                line for n, line in enumerate(files["chain.jsonl"].splitlines(keepends=True)) if n != 2
            )
        }
    ),
    "the end is cut off": cut_chain,
    "a review is altered": lambda files: replace(files, "rows.jsonl", b"Ask them for a list.", b"All is well with it."),
    "the manifest names another policy": lambda files: set_manifest(files, policy="Coffeehouse"),
    "the manifest names another head": lambda files: set_manifest(files, head=f"3:{'a' * 64}"),
    "the manifest names more versions": lambda files: set_manifest(files, versions=[1, 2, 3, 4]),
    "a file is added": lambda files: files.update({"versions/2/note.txt": b"all is well"}),
    "a false stamp is added": lambda files: files.update({"stamps/1.txt": b"1:00", "stamps/1.tsr": b"x"}),
    "JSON that is none": lambda files: files.update({"rows.jsonl": b"{"}),
}
"""Functions that alter the evidence, by the name of the alteration."""


def test_the_evidence_is_accepted_as_intact_and_complete(tmp_path: Path, sound: tuple[Files, str]) -> None:
    result = checked(tmp_path, *sound)
    assert (result.returncode, result.stderr) == (0, "")
    assert "The zip has the record of every entry of its part of the chain." in result.stdout


@pytest.mark.parametrize("name", ALTERATIONS)
def test_alterations_are_noticed(tmp_path: Path, name: str, sound: tuple[Files, str]) -> None:
    files, kept = dict(sound[0]), sound[1]
    ALTERATIONS[name](files)
    result = checked(tmp_path, files, kept)
    assert result.returncode == 1
    assert result.stderr.startswith("NOT SOUND: ")
    assert not result.stdout


def test_a_last_version_that_is_left_out_is_counted(tmp_path: Path, sound: tuple[Files, str]) -> None:
    files, kept = dict(sound[0]), sound[1]
    drop_version(files, 3)
    result = checked(tmp_path, files, kept)
    assert result.returncode == 0
    assert "1 change" in result.stdout
    assert "1 version" in result.stdout
    assert "or somebody left them out" in result.stdout


def test_two_files_with_the_same_name_are_refused(tmp_path: Path, sound: tuple[Files, str]) -> None:
    files, kept = sound
    checked(tmp_path, files, kept)
    with zipfile.ZipFile(tmp_path / "e.zip", "a") as bundle, pytest.warns(UserWarning, match="Duplicate name"):
        bundle.writestr("README.txt", b"Another one.")
    command = [sys.executable, str(tmp_path / "check.py"), str(tmp_path / "e.zip"), kept]
    assert "two files have one name" in subprocess.run(command, capture_output=True, text=True, check=False).stderr


def test_the_zip_file_contains_no_name_of_a_person(sound: tuple[Files, str]) -> None:
    assert b"Ask them for a list." in sound[0]["rows.jsonl"]
    assert not [name for name, content in sound[0].items() if b"Lovelace" in content]
