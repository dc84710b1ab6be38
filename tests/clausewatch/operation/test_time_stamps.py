"""Tests time stamps of heads, with a time-stamping authority that runs on this machine."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from archive.evidence.chain import head
from archive.evidence.timestamps import last_stamp, stamps
from clausewatch.config import Stamping
from clausewatch.operation.guarded_http import RequestError
from clausewatch.operation.time_stamps import CertificatesError, StampError, stamp_when_due
from crawler.network.addresses import AllowList
from tests.clausewatch.watched import CONFIGURATION, answered, call, configured, opened, watched
from tests.conftest import require
from tests.tsa import Authority, authority

OPEN = AllowList.of(["127.0.0.1"])
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    """Return the running authority, which all tests of this file share."""
    require(shutil.which("openssl") is not None, "openssl, to stamp times")
    with authority(tmp_path_factory.mktemp("tsa") / "example") as found:
        yield found


@pytest.fixture
def tsa(running: Authority) -> Authority:
    """Return the authority. Its responses are normal again if an earlier test changed them."""
    running.answer = None
    return running


def stamping(tsa: Authority, every: timedelta = DAY) -> Stamping:
    """Return the settings for time stamps by an authority."""
    return Stamping(tsa.url, tsa.root, every, timeout=timedelta(seconds=30))


def stamped(folder: Path, tsa: Authority, now: datetime | None = None, every: timedelta = DAY) -> bool:
    """Let the authority stamp the head if the next time stamp is due."""
    with opened(folder) as archive:
        return stamp_when_due(archive, stamping(tsa, every), OPEN, now or datetime.now(UTC))


def test_a_stamp_is_kept_and_verified(tmp_path: Path, tsa: Authority) -> None:
    path, before = watched(tmp_path), datetime.now(UTC).replace(microsecond=0)
    assert stamped(tmp_path, tsa)
    with opened(tmp_path) as archive:
        (stamp,) = stamps(archive)
        assert not isinstance(stamp, int)
        assert (stamp.head, stamp.authority, stamp.holds) == (str(head(archive)), tsa.url, True)
        assert before <= stamp.stamped_at <= datetime.now(UTC)
    said = call(path, "verify", "--ca", str(tsa.root))
    assert said.exit_code == 0
    assert "Timestamps that an authority signed: 1." in said.stdout


def test_exported_stamps_are_verified_by_openssl(tmp_path: Path, tsa: Authority) -> None:
    path = watched(tmp_path)
    stamped(tmp_path, tsa)
    assert call(path, "export", "evidence", "Teahouse", "-o", str(tmp_path / "e.zip")).exit_code == 0
    with zipfile.ZipFile(tmp_path / "e.zip") as bundle:
        for name in ("stamps/1.txt", "stamps/1.tsr"):
            bundle.extract(name, tmp_path)
    command = ["openssl", "ts", "-verify", "-data", "1.txt", "-in", "1.tsr", "-CAfile", str(tsa.root)]
    done = subprocess.run(command, cwd=tmp_path / "stamps", capture_output=True, text=True, check=False)
    assert "Verification: OK" in done.stdout, done.stderr


def test_without_certificates_it_is_reported_that_stamps_are_not_verified(tmp_path: Path, tsa: Authority) -> None:
    path = watched(tmp_path)
    stamped(tmp_path, tsa)
    assert "timestamps not verified: 1. Name the" in " ".join(call(path, "verify").stdout.split())
    assert answered(path, "verify")["stamps"] == {"verified": 0, "unverified": 1}


def test_heads_are_stamped_as_often_as_configured(tmp_path: Path, tsa: Authority) -> None:
    watched(tmp_path)
    assert stamped(tmp_path, tsa)
    with opened(tmp_path) as archive:
        at = last_stamp(archive)
    assert at is not None
    assert [stamped(tmp_path, tsa, at + each) for each in (timedelta(0), timedelta(hours=23), DAY)] == [0, 0, 1]
    assert stamped(tmp_path, tsa, at + timedelta(minutes=1), timedelta(0))
    assert stamped(tmp_path, tsa, at - DAY), "the clock was set back"


def test_the_stamp_of_another_hash_is_refused(tmp_path: Path, tsa: Authority) -> None:
    watched(tmp_path)
    with opened(tmp_path) as archive:
        asked = sha256(str(head(archive)).encode()).digest()
    tsa.answer = lambda query: (200, tsa.stamp(query.replace(asked, bytes(32))))
    with pytest.raises(StampError, match="is not valid: Mismatch between messages"):
        stamped(tmp_path, tsa)
    with opened(tmp_path) as archive:
        assert list(stamps(archive)) == []


def test_an_old_response_of_the_authority_is_refused(tmp_path: Path, tsa: Authority) -> None:
    """Each request contains a random number, and the response must repeat this number."""
    watched(tmp_path)
    kept: list[bytes] = []

    def first(query: bytes) -> tuple[int, bytes]:
        if not kept:
            kept.append(tsa.stamp(query))
        return 200, kept[0]

    tsa.answer = first
    assert stamped(tmp_path, tsa)
    with pytest.raises(StampError, match="is not valid: Nonce mismatch"):
        stamped(tmp_path, tsa, every=timedelta(0))


def test_the_stamp_of_an_untrusted_authority_is_refused(tmp_path: Path, tsa: Authority) -> None:
    path = watched(tmp_path)
    stamped(tmp_path, tsa)
    with authority(tmp_path / "other", "Impostor") as other:
        impostor = Stamping(other.url, tsa.root, DAY, timeout=timedelta(seconds=30))
        with opened(tmp_path) as archive, pytest.raises(StampError, match="is not valid"):
            stamp_when_due(archive, impostor, OPEN, datetime.now(UTC) + 2 * DAY)
        said = call(path, "verify", "--ca", str(other.root))
    assert said.exit_code == 1
    assert "stamp: timestamp 1 of entry 11: the timestamp is not valid" in said.stdout


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ("UPDATE chain_stamp SET hash = replace(hash, substr(hash, 1, 1), 'x')", "does not lead to the head"),
        ("UPDATE chain_stamp SET hash = upper(hash)", "is not valid: Mismatch between messages"),
        ("UPDATE chain_stamp SET stamped_at = '2020-01-01 00:00:00.000000'", "but another time is stored"),
        ("UPDATE chain_stamp SET stamped_at = 'soon'", "it cannot be read"),
        ("UPDATE chain_stamp SET token = x'3000'", "cannot be read"),
        ("UPDATE chain_entry SET hash = lower(hex(randomblob(32))) WHERE sequence = 11", "does not lead to the head"),
    ],
)
def test_a_stamp_that_was_altered_is_found(tmp_path: Path, tsa: Authority, edit: str, said: str) -> None:
    path = watched(tmp_path)
    stamped(tmp_path, tsa)
    with closing(sqlite3.connect(tmp_path / "watch.db")) as connection:
        connection.executescript(edit)
    result = call(path, "verify", "--ca", str(tsa.root))
    assert result.exit_code == 1
    assert "stamp: timestamp 1" in result.stdout
    assert said in result.stdout


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((503, b""), "answered with the HTTP status 503"),
        ((302, b""), "answered with the HTTP status 302"),
        ((200, b"<html>"), "the timestamp cannot be read"),
        ((200, bytes(200_000)), "answered with more than 100,000 bytes"),
        ((200, bytes.fromhex("30053003020102")), "the authority gave no timestamp: status 2"),
    ],
)
def test_an_authority_that_fails_is_reported(
    tmp_path: Path, tsa: Authority, answer: tuple[int, bytes], said: str
) -> None:
    watched(tmp_path)
    tsa.answer = lambda _: answer
    with pytest.raises((StampError, RequestError), match=said):
        stamped(tmp_path, tsa)


def test_the_address_guard_does_not_apply_to_the_authority(tmp_path: Path, tsa: Authority) -> None:
    watched(tmp_path)
    before = tsa.asked
    with opened(tmp_path) as archive, pytest.raises(RequestError, match="which is not a public address"):
        stamp_when_due(archive, stamping(tsa), AllowList(), datetime.now(UTC))
    assert tsa.asked == before


def test_a_run_stamps_the_head(tmp_path: Path, tsa: Authority) -> None:
    path = with_stamps(tmp_path, tsa.url, tsa.root)
    assert "the chain's head is stamped by 127.0.0.1, at most once every 1 day" in call(path, "config", "check").stdout
    said = call(path, "run")
    assert said.exit_code == 0, said.output
    assert answered(path, "verify")["stamps"] == {"verified": 1, "unverified": 0}


def test_a_run_whose_time_stamp_fails_reports_that_and_exits_with_1(tmp_path: Path, tsa: Authority) -> None:
    tsa.answer = lambda _: (503, b"")
    said = call(with_stamps(tmp_path, tsa.url, tsa.root), "run")
    assert said.exit_code == 1
    assert f"No timestamp: {tsa.url} answered with the HTTP status 503. The next run tries again." in said.stderr


def with_stamps(folder: Path, url: str, root: Path) -> Path:
    """Write a configuration that has no policies and asks for time stamps."""
    crawl, _, _ = CONFIGURATION.partition("[[policy]]")
    text = f'{crawl}allow_private = ["127.0.0.1"]\n[evidence]\ntimestamp = "{url}"\ntimestamp_ca = "{root}"\n'
    return configured(folder, text)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('timestamp = "https://tsa.example/"', "without `timestamp_ca`"),
        ('timestamp = "https://tsa.example/"\ntimestamp_ca = "none.pem"', "evidence.timestamp_ca: there is no file"),
        ('timestamp = "tsa"\ntimestamp_ca = "none.pem"', "evidence.timestamp"),
    ],
)
def test_failed_time_stamps_are_reported(tmp_path: Path, table: str, said: str) -> None:
    result = call(configured(tmp_path, f"{CONFIGURATION}\n[evidence]\n{table}\n"), "config", "check")
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_file_without_certificates_is_refused(tmp_path: Path, tsa: Authority) -> None:
    path = watched(tmp_path)
    (tmp_path / "root.pem").write_text("none")
    result = call(path, "verify", "--ca", str(tmp_path / "root.pem"))
    assert result.exit_code == 2
    assert "holds no certificates in PEM form" in result.stderr
    missing = Stamping(tsa.url, tmp_path / "none.pem", DAY, timeout=DAY)
    with opened(tmp_path) as archive, pytest.raises(CertificatesError, match="cannot be read: No such file"):
        stamp_when_due(archive, missing, OPEN, datetime.now(UTC))
