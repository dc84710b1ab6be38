"""Tests the exports for people who do not have Clausewatch."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import subprocess
import sys
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.evidence.chain import head
from archive.questions.history import policy_names, versions_of
from archive.recording.recorder import record
from clausewatch.exports.csv_export import cell
from clausewatch.exports.evidence_bundle import check_script
from tests.archive.growing import grow
from tests.archive.visits import START, failed
from tests.chance import seeded
from tests.clausewatch.watched import call, configured, opened, watched


def exported(folder: Path) -> tuple[Path, str]:
    """Return the zip file with the evidence about a policy, including its pages.

    Also return the head at the time of the export.
    """
    with opened(folder) as archive:
        grow(archive, seeded(3), 24)
        kept = str(head(archive))
        name = max(policy_names(archive), key=lambda policy: len(versions_of(archive, policy)))
    wanted = ("export", "evidence", name, "--since", "2026-01-01", "-o", str(folder / "evidence.zip"))
    result = call(configured(folder), *wanted)
    assert result.exit_code == 0, result.output
    assert kept in result.stdout
    return folder / "evidence.zip", kept


def checked(folder: Path, bundle: Path, kept: str) -> subprocess.CompletedProcess[str]:
    """Run the script from the documentation. The script can import only Python's standard library."""
    script = folder / "check.py"
    script.write_text(check_script(), encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-I", "-S", script, bundle, kept], capture_output=True, text=True, check=False
    )


def contents(bundle: Path) -> dict[str, bytes]:
    """Return the files of a zip file in their order."""
    with zipfile.ZipFile(bundle) as opened_bundle:
        return {name: opened_bundle.read(name) for name in opened_bundle.namelist()}


def test_the_script_in_the_documentation_accepts_the_evidence(tmp_path: Path) -> None:
    bundle, kept = exported(tmp_path)
    result = checked(tmp_path, bundle, kept)
    assert (result.returncode, result.stderr) == (0, "")
    assert re.match(r"SOUND: (\d+) records, \1 of them sealed up to that head\n", result.stdout)


def test_one_flipped_byte_in_any_file_is_found(tmp_path: Path) -> None:
    bundle, kept = exported(tmp_path)
    files, random = contents(bundle), seeded(4)
    assert len(files) > 10
    for name, content in files.items():
        place = random.randrange(len(content))
        flipped = content[:place] + bytes([content[place] ^ 1 << random.randrange(8)]) + content[place + 1 :]
        altered = tmp_path / "altered.zip"
        with zipfile.ZipFile(altered, "w") as target:
            for each, kept_content in files.items():
                target.writestr(each, flipped if each == name else kept_content)
        assert checked(tmp_path, altered, kept).returncode != 0, name


def test_a_page_that_was_replaced_together_with_its_hash_is_found(tmp_path: Path) -> None:
    bundle, kept = exported(tmp_path)
    files = contents(bundle)
    name = next(each for each in files if each.endswith(".raw"))
    files[name] = files[name].replace(b"for a year", b"for ever")
    rebuilt = tmp_path / "rebuilt.zip"
    write_anew(rebuilt, files)
    result = checked(tmp_path, rebuilt, kept)
    assert result.returncode != 0
    assert name in result.stderr


def test_a_record_that_was_replaced_is_found(tmp_path: Path) -> None:
    bundle, kept = exported(tmp_path)
    files = contents(bundle)
    rows = files["rows.jsonl"]
    files["rows.jsonl"] = rows.replace(b'"severity":"high"', b'"severity":"low"', 1)
    assert files["rows.jsonl"] != rows
    rebuilt = tmp_path / "rebuilt.zip"
    write_anew(rebuilt, files)
    assert "a record is not sealed" in checked(tmp_path, rebuilt, kept).stderr


def write_anew(target: Path, files: dict[str, bytes]) -> None:
    """Write evidence with a matching manifest, as a forger would."""
    from hashlib import sha256

    manifest = json.loads(files["manifest.json"])
    manifest["files"] = {name: sha256(files[name]).hexdigest() for name in manifest["files"]}
    files["manifest.json"] = json.dumps(manifest).encode()
    files["manifest.sha256"] = f"{sha256(files['manifest.json']).hexdigest()}  manifest.json\n".encode()
    with zipfile.ZipFile(target, "w") as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)


def test_the_head_of_another_archive_proves_nothing(tmp_path: Path) -> None:
    bundle, _ = exported(tmp_path)
    assert "does not lead to the head" in checked(tmp_path, bundle, f"12:{'a' * 64}").stderr


def test_the_head_can_be_in_a_saved_message(tmp_path: Path) -> None:
    bundle, kept = exported(tmp_path)
    message = EmailMessage()
    message.set_content(f"Ältere Kette 1:{'a' * 64}, chain head:\n{kept}\n", cte="base64")
    saved = tmp_path / "alert.eml"
    saved.write_bytes(message.as_bytes())
    assert checked(tmp_path, bundle, str(saved)).stdout.startswith("SOUND")


@pytest.mark.parametrize("given", ["alert-of-march.eml", "empty.eml", "57:12ab"])
def test_an_argument_that_is_not_a_head_is_not_a_result(tmp_path: Path, given: str) -> None:
    bundle, _ = exported(tmp_path)
    (tmp_path / "empty.eml").write_text("Subject: nothing\n\nNo head.\n", encoding="utf-8")
    name = str(tmp_path / given) if given.endswith(".eml") else given
    result = checked(tmp_path, bundle, name)
    assert result.returncode == 2
    assert result.stderr.startswith(f"Nothing was checked: {name} ")


def test_evidence_contains_the_page_the_text_and_the_redline(tmp_path: Path) -> None:
    path = watched(tmp_path)
    with opened(tmp_path) as archive:
        record(archive, failed(START), START)
    assert (
        call(path, "export", "evidence", "Teahouse", "--since", "2026-01-01", "-o", str(tmp_path / "e.zip")).exit_code
        == 0
    )
    files = contents(tmp_path / "e.zip")
    assert b"Our cooks and our partners see your orders." in files["versions/2/page-1.raw"]
    assert json.loads(files["versions/2/page-1.json"])["headers"][1] == ["etag", '"7"']
    assert "Our cooks and our partners see your orders." in files["versions/2/text.txt"].decode()
    assert "<ins>" in files["versions/2/redline.html"].decode()
    assert "versions/1/redline.html" not in files
    assert {json.loads(row)["kind"] for row in files["rows.jsonl"].splitlines()} == {
        "fetch",
        "version",
        "change",
        "finding",
        "suppression",
        "naming",
    }
    assert files["check.py"].decode() == check_script()


def test_evidence_of_one_version_has_the_previous_text_too(tmp_path: Path) -> None:
    path = watched(tmp_path)
    target = tmp_path / "e.zip"
    result = call(path, "export", "evidence", "Teahouse", "--version", "2", "-o", str(target))
    assert result.stdout.startswith("Exported 1 version of Teahouse")
    names = {name for name in contents(target) if name.startswith("versions/1/")}
    assert names == {"versions/1/document.json", "versions/1/text.txt"}
    with opened(tmp_path) as archive:
        result_of_check = checked(tmp_path, target, str(head(archive)))
    assert result_of_check.returncode == 0
    assert "Entries of this part of the chain whose records are not in the zip: 2 fetch." in result_of_check.stdout


def test_stored_pages_are_exported_to_a_web_archive(tmp_path: Path) -> None:
    target = tmp_path / "pages.warc.gz"
    result = call(watched(tmp_path), "export", "warc", "-o", str(target))
    assert result.stdout == "Exported 2 pages\n"
    assert warcio_check(target) == 0
    with target.open("rb") as file:
        records = [
            (each.rec_headers, each.http_headers, each.content_stream().read()) for each in ArchiveIterator(file)
        ]
    rec, http, body = records[2]
    assert rec["WARC-Target-URI"] == "https://teahouse.example/privacy"
    assert rec["WARC-Date"] == "2026-03-04T06:00:00.000000Z"
    assert (http.get_statuscode(), http["etag"], int(http["Content-Length"])) == ("200", '"7"', len(body))
    assert b"Our cooks and our partners" in body


def warcio_check(file: Path) -> int:
    """Run warcio's own check."""
    command = [sys.executable, "-m", "warcio.cli", "check", str(file)]
    return subprocess.run(command, capture_output=True, check=False).returncode


def test_a_flipped_byte_in_a_web_archive_is_found(tmp_path: Path) -> None:
    target = tmp_path / "pages.warc.gz"
    call(watched(tmp_path), "export", "warc", "-o", str(target))
    plain = gzip.decompress(target.read_bytes())
    place = plain.index(b"partners")
    altered = tmp_path / "altered.warc"
    altered.write_bytes(plain[:place] + b"P" + plain[place + 1 :])
    assert warcio_check(altered) == 1


@pytest.mark.parametrize(("table", "rows"), [("versions", 2), ("changes", 1), ("findings", 2)])
def test_tables_open_in_a_spreadsheet(tmp_path: Path, table: str, rows: int) -> None:
    target = tmp_path / "table.csv"
    result = call(watched(tmp_path), "export", "csv", table, "-o", str(target))
    assert result.stdout == f"Exported {rows} row{'s' if rows > 1 else ''}\n"
    assert target.read_bytes().startswith(b"\xef\xbb\xbfpolicy,version,seen_at,")
    read = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8-sig"), newline="")))
    assert len(read) == rows
    assert {row["policy"] for row in read} == {"Teahouse"}
    assert all(None not in row and None not in row.values() for row in read)


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝", "   @"])
def test_no_cell_of_a_table_is_read_as_a_formula(begins: str) -> None:
    assert cell(f'{begins}HYPERLINK("http://x")').startswith("'")
    assert cell("We keep = signs - and + too") == "We keep = signs - and + too"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("value", ["a;=1+1", 'a; "@x', "a\t-2", "a\n+3", "=1;=2", "We share: a; -b", "plain; text"])
def test_no_cell_is_read_as_a_formula_whatever_the_separator_is(separator: str, value: str) -> None:
    target = io.StringIO()
    csv.writer(target).writerow([cell("first"), cell(value)])
    lines = target.getvalue().splitlines() if separator != "," else [target.getvalue()]
    for row in csv.reader(lines, delimiter=separator):
        assert not [read for read in row if read.lstrip(' "').startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "No such option '-o'"),
        (("--warc", "--csv", "findings"), "one thing at a time"),
        (("--csv=", "--warc"), "one thing at a time"),
        (("--warc", "--version", "1"), "No such option '--version'"),
        (("warc", "--csv", "findings"), "No such option '--csv'"),
        (("evidence", "Teahouse", "--version", "9"), "there is no version 9"),
        (("evidence", "Teahouse", "--version", "1", "--since", "2026-01-01"), "--version or --since, not both"),
        (("evidence", "Teahouse", "--since", "2027-01-01"), "no version that was first seen since"),
        (("evidence", "Tehouse"), "did you mean 'Teahouse'"),
        (("evidence", "Teahouse", "--policy", "Teahouse"), "No such option '--policy'"),
    ],
)
def test_an_impossible_export_is_reported(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    result = call(watched(tmp_path), "export", *words, "-o", str(tmp_path / "out"))
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("former", "present"),
    [
        (("--evidence", "Teahouse", "--version", "2"), ("evidence", "Teahouse", "--version", "2")),
        (("--version", "2", "--evidence=Teahouse"), ("evidence", "Teahouse", "--version", "2")),
        (("--warc", "--policy", "Teahouse"), ("warc", "--policy", "Teahouse")),
        (("--policy", "Teahouse", "--csv", "findings"), ("csv", "findings", "--policy", "Teahouse")),
        (("--atom", "--tag", "vendor", "--limit", "1"), ("atom", "--tag", "vendor", "--limit", "1")),
    ],
)
def test_a_former_option_does_the_same_as_its_new_command_and_names_that_command(
    tmp_path: Path, former: tuple[str, ...], present: tuple[str, ...]
) -> None:
    path = watched(tmp_path)
    by_option = call(path, "export", *former, "-o", str(tmp_path / "former"))
    by_command = call(path, "export", *present, "-o", str(tmp_path / "present"))
    assert (by_option.exit_code, by_option.stdout) == (0, by_command.stdout), by_option.output
    assert f"`clausewatch export {present[0]}`" in by_option.stderr
    assert by_command.stderr == ""
    assert (tmp_path / "former").stat().st_size > 100


def test_a_former_option_without_its_value_is_refused(tmp_path: Path) -> None:
    result = call(watched(tmp_path), "export", "--csv")
    assert (result.exit_code, "requires an argument" in result.stderr) == (2, True)


def test_a_file_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    result = call(watched(tmp_path), "export", "warc", "-o", str(tmp_path / "missing" / "pages.warc.gz"))
    assert result.exit_code == 3
    assert "cannot be written: No such file or directory" in result.stderr
