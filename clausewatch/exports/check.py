"""Checks an evidence file from `clausewatch export` with only Python 3.9 or newer.

python3 check.py THIS.zip HEAD

HEAD is a head of the chain, or a file that contains heads, such as a saved message. Take it from another source than
the zip. Clausewatch made the
texts, facts and redlines in the zip with the functions in this program. So this program can make these files again, and
compare them with the files in the zip byte by byte.
"""

from __future__ import annotations

import email
import hashlib
import html
import json
import re
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any, Dict, List, Tuple  # noqa: UP035 - Python 3.9 reads the aliases below

FORMAT = 2
MOST_BYTES = 4_000_000_000
MOST_MESSAGE = 20_000_000
A_HEAD = re.compile(r"(?<![0-9a-f:])[0-9]{1,18}:[0-9a-f]{64}(?![0-9a-f])")
Row = Dict[str, Any]  # noqa: UP006
Pieces = List[List[Tuple[str, str]]]  # noqa: UP006
MARKS = {"delete": "del", "insert": "ins", "keep": ""}
UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
TEXT = "<h2>The text</h2>"
HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Redline</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body{max-width:46rem;margin:2rem auto;font:1rem/1.5 serif}del{background:#fdd}ins{background:#dfd}</style>
</head><body>"""


class NotSoundError(Exception):
    """The zip does not contain exactly what was sealed."""


def require(holds: bool, what: str) -> None:
    """Raise NotSoundError with the problem `what` if the condition `holds` is false."""
    if not holds:
        raise NotSoundError(what)


def sha256(content: bytes) -> str:
    """Return the SHA-256 of a content in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def as_json(value: object) -> bytes:
    """Return a value as indented JSON."""
    return f"{json.dumps(value, ensure_ascii=False, indent=2)}\n".encode("utf-8", "surrogatepass")


def text_of(document: bytes) -> str:
    """Return the plain text of a document, with each heading and each block on its own line."""
    lines: list[str] = []
    for section in json.loads(document.decode("utf-8", "surrogatepass"))["sections"]:
        lines += [section["heading"]] if section["heading"] else []
        lines += [block["text"] for block in section["blocks"]]
    return "\n".join(lines)


def shown(text: str) -> str:
    """Return a text as a redline page shows it: on one line, with a replacement character for each invisible
    character.
    """
    return UNSHOWN.sub("\N{REPLACEMENT CHARACTER}", re.sub(r"[\r\n]+", " ", text))


def words(text: str) -> list[str]:
    """Return the words of a text that contain a letter or a digit."""
    return [word for word in shown(text.replace("\n", " ")).split() if any(map(str.isalnum, word))]


def facts(fetch: Row, position: int, kept: bool) -> Row:
    """Return the facts about one page of a visit.

    `fetch` is the sealed row of the visit. Position 0 is the first page.
    """
    page = fetch if position == 0 else fetch["pages"][position - 1]
    named = {name: page[name] for name in ("final_url", "status", "headers", "body_sha256")}
    return {"fetched_at": fetch["started_at"], **named, "body_is_kept": kept}


def redline(policy: str, before: Row, after: Row, judged: list[Row], pieces: Pieces) -> str:
    """Return a page that shows the changes between two versions.

    `judged` are the sealed findings and suppressions, in order.
    """
    lines = [
        HEAD,
        f"<h1>{_escaped(policy)}: version {before['number']} to version {after['number']}</h1>",
        f"<p>Version {before['number']} was first seen {before['seen_at']}, version {after['number']} "
        f"{after['seen_at']} (UTC). <del>Words that went</del>, <ins>words that came</ins>.</p>",
    ]
    if before["identity"] != after["identity"]:
        lines.append("<p>The two were not read in the same way: some marks may come from that.</p>")
    lines += [f"<p>{_escaped(_judgement(row))}</p>" for row in judged]
    blocks = ("".join(_marked(operation, text) for operation, text in block) for block in pieces)
    return "\n".join([*lines, TEXT, *(f"<p>{block}</p>" for block in blocks), "</body></html>", ""])


def _judgement(row: Row) -> str:
    place = row["section"] or "before the first heading"
    if "rule" not in row:
        return f"Without a change of meaning, in {place}: {row['reason']}"
    weight = "material" if row["material"] else "not material"
    return f"{row['topic']}, {row['severity']}, {weight}, in {place}: {row['reason']} ({row['rule']}: {row['source']})"


def _escaped(text: str) -> str:
    return html.escape(shown(text), quote=False)


def _marked(operation: str, text: str) -> str:
    mark = MARKS[operation]
    return f"<{mark}>{_escaped(text)}</{mark}>" if mark else _escaped(text)


def pieces_of(page: str) -> Pieces:
    """Return the marked pieces of text in a redline page."""
    blocks = page.partition(f"{TEXT}\n")[2].split("\n")[:-2]
    pattern = re.compile("<(del|ins)>([^<]*)</\\1>|([^<]+)")
    operations = {"del": "delete", "ins": "insert"}
    return [
        [
            (operations.get(mark, "keep"), html.unescape(marked or plain))
            for mark, marked, plain in pattern.findall(block[3:-4])
        ]
        for block in blocks
    ]


def side(pieces: Pieces, without: str) -> str:
    """Return the text before or after a change: the joined pieces of a redline without the pieces that have the mark
    `without`.
    """
    return "\n".join("".join(text for operation, text in block if operation != without) for block in pieces)


def rows_of(rows: dict[tuple[str, int], Row], kind: str, **where: object) -> dict[int, Row]:
    """Return the rows of a kind whose columns have the values in `where`. The keys of the result are the IDs of the
    rows.
    """
    return {
        number: row
        for (name, number), row in rows.items()
        if name == kind and all(row[key] == value for key, value in where.items())
    }


def judged_of(rows: dict[tuple[str, int], Row], version: int) -> list[Row]:
    """Return the findings of the change to a version, and after them its suppressions. Both are sorted by position."""
    changes = rows_of(rows, "change", version_id=version)
    kinds = [rows_of(rows, kind) for kind in ("finding", "suppression")]
    return [
        row
        for kind in kinds
        for row in sorted(kind.values(), key=lambda row: row["position"])
        if row["change_id"] in changes
    ]


class Evidence:
    """An open zip file with evidence."""

    def __init__(self, path: str) -> None:
        with zipfile.ZipFile(path) as opened:
            infos = opened.infolist()
            require(sum(info.file_size for info in infos) <= MOST_BYTES, f"it unpacks to over {MOST_BYTES} bytes")
            require(len({info.filename for info in infos}) == len(infos), "two files have one name")
            self.files = {info.filename: opened.read(info) for info in infos}
        self.lines: list[bytes] = []
        self.entries: list[Row] = []
        self.rows: dict[tuple[str, int], Row] = {}
        self.manifest: Row = {}

    def check(self, head: str) -> list[str]:
        """Check the zip, and return the lines to print. Raises NotSoundError."""
        self._manifest()
        place = self._chain(head)
        sealed = self._rows(place)
        self._whole()
        self._related()
        expected = {"README.txt", "check.py", "rows.jsonl", "chain.jsonl", "manifest.json", "manifest.sha256"}
        for row in rows_of(self.rows, "version").values():
            expected |= self._version(row)
        expected |= self._stamps()
        require(set(self.files) == expected, f"unexpected or missing files: {set(self.files) ^ expected}")
        return [f"SOUND: {len(self.rows)} records, {sealed} of them sealed up to that head", *self._notes()]

    def _manifest(self) -> None:
        for name in ("manifest.json", "manifest.sha256", "rows.jsonl", "chain.jsonl", "README.txt", "check.py"):
            require(name in self.files, f"{name} is missing")
        seal = f"{sha256(self.files['manifest.json'])}  manifest.json\n"
        require(self.files["manifest.sha256"] == seal.encode(), "manifest.sha256 does not fit manifest.json")
        self.manifest = json.loads(self.files["manifest.json"])
        require(self.manifest["format"] == FORMAT, f"this program reads format {FORMAT}")
        listed = {name: sha256(content) for name, content in self.files.items() if not name.startswith("manifest.")}
        require(self.manifest["files"] == listed, "a file is not the one in the manifest")

    def _chain(self, head: str) -> int:
        """Check that each entry contains the hash of the previous entry, and that an entry has the hash in `head`.

        Return the position of this entry.
        """
        self.lines = self.files["chain.jsonl"].splitlines()
        self.entries = [json.loads(line) for line in self.lines]
        for place, entry in enumerate(self.entries[1:], 1):
            where = f"the chain breaks before entry {entry['sequence']}"
            require(entry["previous"] == sha256(self.lines[place - 1]), where)
            require(entry["sequence"] == self.entries[place - 1]["sequence"] + 1, where)
        heads = [f"{entry['sequence']}:{sha256(self.lines[place])}" for place, entry in enumerate(self.entries)]
        require(head in heads, "the chain does not lead to the head that you gave")
        require(self.manifest["head"] == heads[-1], "the manifest names another head")
        return heads.index(head)

    def _rows(self, head: int) -> int:
        """Check that each row matches the hash in its entry.

        Return the number of rows whose entries are at `head` or before.
        """
        entries = {(entry["kind"], entry["id"]): (place, entry) for place, entry in enumerate(self.entries)}
        covered = 0
        for line in self.files["rows.jsonl"].splitlines():
            row = json.loads(line)
            key = row["kind"], row["id"]
            require(key in entries and entries[key][1]["row"] == sha256(line), f"a record is not sealed: {key}")
            require(key not in self.rows, f"a record is here twice: {key}")
            self.rows[key] = row["values"]
            covered += entries[key][0] <= head
        return covered

    def _whole(self) -> None:
        """Check that the zip is complete. For a version or change in the zip, it must also contain all changes,
        findings and suppressions that were recorded in the same transaction.
        """
        together: dict[str, list[Row]] = {}
        for entry in self.entries:
            together.setdefault(entry["recorded_at"], []).append(entry)
        for entries in together.values():
            kinds = Counter(entry["kind"] for entry in entries)
            here = any(self._is_asked_for(entry) for entry in entries)
            if not here or kinds["version"] > 1 or kinds["change"] > 1:
                continue  # an import, or an older program, recorded rows of several policies in one transaction
            for entry in entries:
                judges = entry["kind"] in ("change", "finding", "suppression")
                require(self._has(entry) or not judges, f"{entry['kind']} {entry['id']} was left out")

    def _is_asked_for(self, entry: Row) -> bool:
        """Whether an entry seals a change or an exported version. The version before the first exported version is also
        in the zip, but is not an exported version.
        """
        if entry["kind"] == "version" and self._has(entry):
            return bool(self.rows["version", entry["id"]]["number"] >= self.manifest["versions"][0])
        return entry["kind"] == "change" and self._has(entry)

    def _has(self, entry: Row) -> bool:
        return (entry["kind"], entry["id"]) in self.rows

    def _related(self) -> None:
        """Check that all rows belong to one policy, that no version is missing, and that each row refers to a row in
        the zip.
        """
        versions, named = rows_of(self.rows, "version"), rows_of(self.rows, "naming")
        kinds = ("version", "fetch", "naming", "left_out")
        policies = {row["policy_id"] for kind in kinds for row in rows_of(self.rows, kind).values()}
        require(len(policies) == 1, "records of several policies")
        require(bool(named) and named[max(named)]["name"] == self.manifest["policy"], "the policy has another name")
        numbers = sorted(row["number"] for row in versions.values())
        first, last = self.manifest["versions"][0], self.manifest["versions"][-1]
        require(numbers == list(range(max(1, first - 1), last + 1)), f"versions {first} to {last} are not all here")
        require(self.manifest["versions"] == list(range(first, last + 1)), "a version is missing from the manifest")
        parents = {
            "change": ("version_id", "version"),
            "finding": ("change_id", "change"),
            "suppression": ("change_id", "change"),
            "review": ("finding_id", "finding"),
            "quiet_review": ("suppression_id", "suppression"),
            "removal": ("fetch_id", "fetch"),
            "left_out": ("fetch_id", "fetch"),
        }
        for kind, (column, parent) in parents.items():
            for number, row in rows_of(self.rows, kind).items():
                require((parent, row[column]) in self.rows, f"{kind} {number} belongs to no version here")

    def _version(self, row: Row) -> set[str]:
        """Check that the files of a version match its sealed row. Return the names of the files."""
        folder = f"versions/{row['number']}"
        document = self._file(f"{folder}/document.json")
        require(sha256(document) == row["document_sha256"], f"{folder}/document.json is another version's or altered")
        text = f"{text_of(document)}\n".encode("utf-8", "surrogatepass")
        require(self._file(f"{folder}/text.txt") == text, f"{folder}/text.txt is not the text of document.json")
        names = {f"{folder}/document.json", f"{folder}/text.txt"}
        if row["number"] < self.manifest["versions"][0]:
            return names
        if row["number"] > 1:
            names.add(self._redline(row, folder))
        return names | self._pages(row, folder)

    def _redline(self, after: Row, folder: str) -> str:
        name = f"{folder}/redline.html"
        page = self._file(name).decode("utf-8", "surrogatepass")
        [before] = rows_of(self.rows, "version", number=after["number"] - 1).values()
        [number] = rows_of(self.rows, "version", number=after["number"])
        pieces = pieces_of(page)
        rebuilt = redline(self.manifest["policy"], before, after, judged_of(self.rows, number), pieces)
        require(page == rebuilt, f"{name} differs from the records")
        texts = [text_of(self._file(f"versions/{row['number']}/document.json")) for row in (before, after)]
        require(words(side(pieces, "delete")) == words(texts[1]), f"{name} does not show the text of its version")
        # Deleted words are shown at their former place, so the order of words may differ from the document.
        same = Counter(words(side(pieces, "insert"))) == Counter(words(texts[0]))
        require(same, f"{name} does not show the text of the version before")
        return name

    def _pages(self, version: Row, folder: str) -> set[str]:
        names = set()
        require(("fetch", version["fetch_id"]) in self.rows, f"the visit of {folder} is missing")
        fetch = self.rows["fetch", version["fetch_id"]]
        for position, page in enumerate([fetch, *fetch["pages"]]):
            removed = rows_of(self.rows, "removal", fetch_id=version["fetch_id"], position=position)
            kept = page["snapshot_sha256"] is not None and not removed
            name = f"{folder}/page-{position + 1}"
            says = as_json(facts(fetch, position, kept))
            require(self._file(f"{name}.json") == says, f"{name}.json differs from the records")
            names.add(f"{name}.json")
            if kept:
                require(
                    sha256(self._file(f"{name}.raw")) == page["body_sha256"], f"{name}.raw is not the page as received"
                )
                names.add(f"{name}.raw")
        return names

    def _stamps(self) -> set[str]:
        heads = {
            f"{entry['sequence']}:{sha256(self.lines[place])}".encode() for place, entry in enumerate(self.entries)
        }
        names = {name for name in self.files if re.fullmatch(r"stamps/\d+\.(txt|tsr)", name)}
        for name in names:
            require(
                f"{name[:-4]}.txt" in names and f"{name[:-4]}.tsr" in names, f"{name} has no matching .txt or .tsr file"
            )
            require(not name.endswith(".txt") or self.files[name] in heads, f"{name} is not a head of this chain")
        return names

    def _file(self, name: str) -> bytes:
        require(name in self.files, f"{name} is missing")
        return self.files[name]

    def _notes(self) -> list[str]:
        """Return notes about records that the zip does not have, and about checks that this program does not make."""
        kinds = Counter(entry["kind"] for entry in self.entries if (entry["kind"], entry["id"]) not in self.rows)
        lacking = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()) if kind != "start")
        notes = [
            f"Entries of this part of the chain whose records are not in the zip: {lacking}. They belong to "
            "other policies or to versions that were not asked for, or somebody left them out. Ask which policies were "
            "watched."
            if lacking
            else "The zip has the record of every entry of its part of the chain."
        ]
        for number, row in rows_of(self.rows, "version").items():
            if row["number"] >= max(2, self.manifest["versions"][0]) and not rows_of(
                self.rows, "change", version_id=number
            ):
                notes.append(
                    f"Version {row['number']} has no record of a judgement: it was not compared, or was imported."
                )
        if any(name.startswith("stamps/") for name in self.files):
            notes.append("Time stamps: verify them with OpenSSL, as README.txt says.")
        return notes


def head_of(given: str) -> str:
    """Return the given head. If `given` is the name of a file, return the head with the highest number in the file.

    Raises ValueError if there is no head.
    """
    if A_HEAD.fullmatch(given):
        return given
    try:
        content = Path(given).read_bytes()[:MOST_MESSAGE]
    except OSError:
        raise ValueError(f"{given} is neither a head, like 1234:9f86d0..., nor a file that can be read") from None
    parts = [part for part in email.message_from_bytes(content).walk() if part.get_content_maintype() == "text"]
    decoded = [part.get_payload(decode=True) for part in parts]
    texts = [content, *(payload for payload in decoded if isinstance(payload, bytes))]
    heads = [match[0] for text in texts for match in A_HEAD.finditer(text.decode("utf-8", "replace"))]
    if not heads:
        raise ValueError(f"{given} contains no head; a head looks like 1234:9f86d0... with 64 digits after the colon")
    return max(heads, key=lambda head: int(head.partition(":")[0]))


def main(arguments: list[str]) -> int:
    """Check a zip and print the result. Return 0 if the zip is sound, 1 if it is not, and 2 for wrong arguments."""
    if len(arguments) != 2:
        print("usage: python3 check.py THIS.zip HEAD", file=sys.stderr)
        return 2
    try:
        head = head_of(arguments[1])
    except ValueError as error:
        print(f"Nothing was checked: {error}", file=sys.stderr)
        return 2
    try:
        print("\n".join(Evidence(arguments[0]).check(head)))
    except NotSoundError as error:
        print(f"NOT SOUND: {error}", file=sys.stderr)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError, zipfile.BadZipFile) as error:
        print(f"NOT SOUND: it cannot be read ({type(error).__name__}: {error})", file=sys.stderr)
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
