"""Tests hostile watch lists, backups and saved copies.

A hostile file tries to fill the memory, to keep the program busy forever, or to crash the program.
"""

from __future__ import annotations

import io
import json
import os
import socket
import struct
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from time import process_time

import pytest

from clausewatch.imports.watch_lists import LONGEST_TEXT, MOST_ENTRIES
from tests.clausewatch.imports.hostile_repositories import REPOSITORIES, trap
from tests.clausewatch.watched import call, configured

LONG = bool(os.environ.get("CLAUSEWATCH_LONG"))

WATCH = {"url": "https://ferry.example/privacy", "title": "Ferry"}


def watches(*added: object, **keys: object) -> bytes:
    """Return a watch list.

    The first watch has the additional keys in `keys`. The watches in `added` follow.
    """
    listed = [{**WATCH, **keys}, *added]
    return json.dumps({"watching": {str(number): watch for number, watch in enumerate(listed)}}).encode()


def packed(content: bytes, name: str = "url-watches.json", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a backup, a zip file with one file."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as backup:
        backup.writestr(name, content)
    return target.getvalue()


def altered(content: bytes, signature: bytes, offset: int, value: bytes) -> bytes:
    """Return a backup whose bytes were overwritten: `value` is written `offset` bytes after the first `signature`."""
    place = content.index(signature) + offset
    return content[:place] + value + content[place + len(value) :]


def crowded() -> bytes:
    """Return a backup whose list of files has ten million bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as backup:
        for number in range(200):
            backup.writestr(f"{number}{'x' * 50_000}", b"")
    return target.getvalue()


LISTS: Mapping[str, Callable[[], bytes]] = {
    "JSON nested 100,000 deep": lambda: b"[" * 100_000,
    "JSON nested under a key": lambda: b'{"watching": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001,
    "JSON of 9 MB": lambda: b'{"watching": {}, "x": "' + b"x" * 9_000_000 + b'"}',
    "JSON of empty lists": lambda: b"[" + b"[]," * (2_600_000 if LONG else 300_000) + b"1]",
    "JSON that is not closed, with escapes": lambda: b'{"watching": "' + b'\\"' * 3_000_000,
    "JSON with numbers past every limit": lambda: watches(time_between_check={"days": 10**30, "hours": -5}),
    "JSON with an endless interval": lambda: (
        b'{"watching": {"a": {"url": "x", "time_between_check": {"days": Infinity}}}}'
    ),
    "JSON with no number": lambda: b'{"watching": {"a": {"url": "x", "time_between_check": {"days": NaN}}}}',
    "JSON with a number of 9,000 digits": lambda: b'{"watching": ' + b"9" * 9_000 + b"}",
    "JSON with halves of characters": lambda: watches(title="\ud800", include_filters=["\udfff"], tags=["\ud800"]),
    "JSON in which nothing has its type": lambda: watches(3, None, url=[1], tags={}, fetch_backend=[], method={}),
    "JSON with control characters": lambda: watches(title="\x1b]0;owned\x07\x9b31m\u202e", tag="\x1b[2J"),
    "JSON with 12,000 watches": lambda: watches(*[WATCH] * 12_000),
    "JSON with 9,000 watches of one name": lambda: watches(*[WATCH] * 9_000),
    "JSON with a long address": lambda: watches(url="https://ferry.example/" + "a" * 1_000_000),
    "JSON with a long selector": lambda: watches(include_filters=[":is(" * 200_000]),
    "JSON with a nested selector": lambda: watches(include_filters=[":not(" * 390 + "a" + ")" * 390]),
    "JSON with an address like a path": lambda: watches(url="file:///etc/passwd", title="../../../etc/passwd"),
    "zip that unpacks to 90 MB": lambda: packed(b" " * 90_000_000),
    "zip that lies of its size": lambda: altered(packed(b" " * 50_000_000), b"PK\x01\x02", 24, struct.pack("<L", 900)),
    "zip with a table of contents of 10 MB": crowded,
    "zip of the larger format": lambda: packed(watches()).replace(
        b"PK\x05\x06", b"PK\x06\x07" + b"\0" * 16 + b"PK\x05\x06"
    ),
    "zip that is encrypted": lambda: altered(packed(watches()), b"PK\x01\x02", 8, b"\x01\x00"),
    "zip with an unknown method": lambda: altered(packed(watches()), b"PK\x01\x02", 10, b"\x63\x00"),
    "zip with another method than it says": lambda: altered(packed(watches()), b"PK\x01\x02", 10, b"\x0e\x00"),
    "zip with damaged content": lambda: altered(packed(watches() * 50), b"PK\x03\x04", 50, b"\xff\xff\xff"),
    "zip that ends early": lambda: packed(watches())[:-10],
    "zip of bzip2 that ends early": lambda: altered(
        packed(b" " * 9_000, method=zipfile.ZIP_BZIP2), b"BZh", 4, b"\0" * 9
    ),
    "zip in a zip": lambda: packed(packed(watches()), "inner.zip"),
    "zip with a path out of the folder": lambda: packed(watches(), "../../url-watches.json"),
    "zip without anything": lambda: b"PK\x05\x06" + b"\0" * 18,
    "YAML aliases that multiply": lambda: (
        b"a: &a [x, x, x, x, x, x, x, x, x]\n"
        + b"".join(b"%c: &%c [%s]\n" % (98 + n, 98 + n, b", ".join([b"*%c" % (97 + n)] * 9)) for n in range(9))
    ),
    "YAML alias to itself": lambda: b"&a\nname: *a\nurl: https://ferry.example\n",
    "YAML merge of an alias": lambda: b"x: &x {url: https://ferry.example}\n<<: *x\n",
    "YAML nested 100,000 deep": lambda: b"[" * 100_000,
    "YAML nested by indentation": lambda: b"".join(b" " * n + b"a:\n" for n in range(900)),
    "YAML of 3 MB": lambda: b"x: " + b"y" * 3_000_000,
    "YAML with a tag that runs": lambda: b"!!python/object/apply:os.system [echo]\n",
    "YAML with a tag that builds": lambda: b"name: !!python/object/new:type [x, [], {}]\nurl: https://ferry.example\n",
    "YAML with a date that is none": lambda: b"name: 2001-99-99\nurl: https://ferry.example\n",
    "YAML with a time that is none": lambda: b"name: !!timestamp x\nurl: https://ferry.example\n",
    "YAML with a truth that is none": lambda: b"name: !!bool perhaps\nurl: https://ferry.example\n",
    "YAML with a number that is none": lambda: b"name: !!int x\nurl: https://ferry.example\n",
    "YAML with a number of 9,000 digits": lambda: b"name: " + b"9" * 9_000 + b"\nurl: https://ferry.example\n",
    "YAML with keys that are lists": lambda: b"? [a]\n: b\nurl: https://ferry.example\n",
    "YAML with filters of no kind": lambda: (
        b"url: https://ferry.example\nfilter: [1, [2], {3: {4: 5}}, null, {css: 7}]\n"
    ),
    "YAML with 12,000 jobs": lambda: b"---\nurl: https://ferry.example\n" * 12_000,
    "YAML in another encoding": lambda: "name: Fähre\nurl: https://ferry.example\n".encode("utf-16"),
    "YAML with bytes of no encoding": lambda: b"name: \xff\xfe\xfd\n",
}
"""Functions that make hostile lists, by the name of the attack."""

TAKEN = {"JSON with 9,000 watches of one name", "JSON with control characters", "zip with a path out of the folder"}
"""Lists that Clausewatch can convert in part. This part must be converted."""


@pytest.mark.parametrize("name", LISTS)
def test_a_hostile_list_is_refused_or_converted_correctly(tmp_path: Path, name: str) -> None:
    file = tmp_path / "list"
    file.write_bytes(LISTS[name]())
    for tool in ("urlwatch",) if name.startswith("YAML") else ("changedetection",):
        began = process_time()
        result = call(configured(tmp_path), "import", tool, str(file))
        assert process_time() - began < 20
        assert result.exit_code in ((0,) if name in TAKEN else (0, 2))
        if result.exit_code == 2:
            assert str(file) in result.stderr.replace("\n", " ") or "more than" in result.stderr
            assert not result.stdout
        policies = tomllib.loads(result.stdout).get("policy", [])
        assert len({policy["name"] for policy in policies}) == len(policies) <= MOST_ENTRIES
        assert all(len(policy["name"]) <= LONGEST_TEXT + 10 for policy in policies)
        assert "\x1b" not in result.output
        assert "\x9b" not in result.output


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("YAML aliases that multiply", "it has an alias"),
        ("YAML alias to itself", "it has an alias"),
        ("YAML merge of an alias", "it has an alias"),
        ("YAML nested by indentation", "lists and tables within one another"),
        ("JSON nested under a key", "lists and tables within one another"),
        ("YAML of 3 MB", "has more than"),
        ("zip that unpacks to 90 MB", "or has more than"),
        ("zip that is encrypted", "is encrypted"),
        ("zip with a table of contents of 10 MB", "its table of contents is too large"),
        ("zip of the larger format", "its table of contents is too large"),
    ],
)
def test_a_hostile_list_is_refused_with_a_reason(tmp_path: Path, name: str, reason: str) -> None:
    file = tmp_path / "list"
    file.write_bytes(LISTS[name]())
    tool = "urlwatch" if name.startswith("YAML") else "changedetection"
    result = call(configured(tmp_path), "import", tool, str(file))
    assert result.exit_code == 2
    assert reason in " ".join(result.stderr.split())


@pytest.mark.parametrize("words", [("changedetection",), ("urlwatch",), ("file", "Teahouse", "--at", "2024-03-31")])
def test_pipes_and_devices_are_refused_without_reading(tmp_path: Path, words: tuple[str, ...]) -> None:
    os.mkfifo(tmp_path / "pipe")
    for file in (tmp_path / "pipe", Path("/dev/zero")):
        result = call(configured(tmp_path), "import", *words, str(file))
        assert result.exit_code == 2
        assert f"{file} is not a file" in result.stderr


def test_a_saved_copy_larger_than_the_limit_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "copy.html"
    with file.open("wb") as target:
        target.truncate(3_000_000_000)
    result = call(configured(tmp_path), "import", "file", "Teahouse", "--at", "2024-03-31", str(file))
    assert result.exit_code == 2
    assert "has more than 8 MB" in result.stderr


MEASURED = """
import resource, runpy, sys
try:
    runpy.run_module("clausewatch", run_name="__main__")
finally:
    usage = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print("peak", max(usage) // 1000, file=sys.stderr)
"""


@pytest.mark.skipif(not LONG, reason="each starts the program: with CLAUSEWATCH_LONG")
@pytest.mark.parametrize("name", [*LISTS, *REPOSITORIES])
def test_memory_stays_under_300_megabytes(tmp_path: Path, name: str) -> None:
    if name in LISTS:
        target = tmp_path / "list"
        target.write_bytes(LISTS[name]())
        words = ["urlwatch" if name.startswith("YAML") else "changedetection", str(target)]
    else:
        with socket.create_server(("127.0.0.1", 0)) as server:
            made = trap(tmp_path, server.getsockname()[1])
            REPOSITORIES[name](made)
        words = ["opentermsarchive", str(made.folder), "--service", "Harbour"]
    configured(tmp_path)
    command = [sys.executable, "-c", MEASURED, "import", *words]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False, timeout=300)
    assert "Traceback" not in ended.stderr
    peak = int(ended.stderr.rsplit("peak", 1)[1])
    print(name, peak)
    assert peak < 300
