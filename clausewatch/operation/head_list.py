"""Maintains the list of heads: a file to which heads of the chain are appended. Each line is a JSON object with `at`,
`head` and `previous`. The value of `previous` is the SHA-256 of the previous line. If an SSH key is configured, the
line also has a `signature` of these three values.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from archive.evidence.chain import SavedHead, head
from archive.evidence.flaws import Flaw
from archive.storage.database import Archive
from archive.storage.evidence_rows import canonical_json
from clausewatch.config import HeadList
from clausewatch.errors import ClausewatchError
from clausewatch.output.times import stamp

NAMESPACE = "clausewatch-head"
"""Namespace of the signatures. If the same SSH key also signs other files, those signatures have another namespace, so
they are not accepted here.
"""

FIRST = "0" * 64
"""Value of `previous` in the first line."""

ARMOUR = ("-----BEGIN SSH SIGNATURE-----\n", "-----END SSH SIGNATURE-----\n")


class HeadListError(ClausewatchError):
    """A head cannot be added to the list, or the list cannot be read."""


@dataclass(frozen=True, slots=True)
class ListedHeads:
    """The heads in a list, and the flaws of the list."""

    heads: tuple[SavedHead, ...]
    flaws: tuple[Flaw, ...]
    unverified: int
    """Number of signed lines whose signature was not verified, because no public key was given."""


def append_head(archive: Archive, settings: HeadList, now: datetime) -> bool:
    """Add the archive's current head to the list, unless the last line already has this head.

    Return whether the head was added. Raises HeadListError.
    """
    current = str(head(archive))
    try:
        descriptor = os.open(settings.file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            lines = file.read().splitlines()
            if lines and json.loads(lines[-1])["head"] == current:
                return False
            file.write(_line(lines, current, settings, now))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise HeadListError(f"{settings.file}: the head cannot be added ({error.strerror})") from error
    except (ValueError, LookupError, TypeError) as error:
        raise HeadListError(f"{settings.file}: its last line is not a head; keep the file and begin another") from error
    return True


def _line(lines: Sequence[bytes], current: str, settings: HeadList, now: datetime) -> bytes:
    previous = hashlib.sha256(lines[-1]).hexdigest() if lines else FIRST
    facts = {"at": stamp(now), "head": current, "previous": previous}
    signature = {} if settings.key is None else {"signature": _sign(canonical_json(facts), settings.key)}
    return canonical_json({**facts, **signature}) + b"\n"


def _sign(payload: bytes, key: Path) -> str:
    armoured = _ssh_keygen(["-Y", "sign", "-f", str(key), "-n", NAMESPACE], payload)
    if armoured is None:
        raise HeadListError(f"{key}: ssh-keygen cannot sign with it; is it a private key without a passphrase?")
    return armoured.decode().removeprefix(ARMOUR[0]).removesuffix(ARMOUR[1]).replace("\n", "")


def _ssh_keygen(words: Sequence[str], given: bytes) -> bytes | None:
    """Return the output of ssh-keygen, or None if it ends with an error."""
    try:
        done = subprocess.run(["ssh-keygen", *words], input=given, capture_output=True, check=False)  # noqa: S603, S607 - no shell
    except FileNotFoundError:
        raise HeadListError("ssh-keygen is not installed: on Debian, apt-get install openssh-client") from None
    return None if done.returncode else done.stdout


def read_head_list(path: Path, public_key: Path | None) -> ListedHeads:
    """Read a list, and check that no line was removed or altered.

    If a public key is given, also verify the signature of each line. Raises HeadListError.
    """
    try:
        lines = path.read_bytes().splitlines()
        key = None if public_key is None else public_key.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise HeadListError(f"{path}: the list or the public key cannot be read ({error})") from error
    heads, flaws, signed, previous = [], [], 0, FIRST
    for number, line in enumerate(lines, 1):
        try:
            facts = json.loads(line)
            heads.append(SavedHead.parse(facts["head"]))
            signed += "signature" in facts
            problems = _problems(facts, previous, key)
        except (ValueError, LookupError, TypeError, AttributeError):
            problems = iter(["it is not a head"])
        flaws += [Flaw("head", f"line {number} of {path.name}", problem) for problem in problems]
        previous = hashlib.sha256(line).hexdigest()
    return ListedHeads(tuple(heads), tuple(flaws), signed if key is None else 0)


def _problems(facts: dict[str, Any], previous: str, key: str | None) -> Iterator[str]:
    if facts["previous"] != previous:
        yield "it does not follow from the line before: lines were removed, altered or exchanged"
    if key is not None and not _is_signed(dict(facts), key):
        yield "it is not signed by that key"


def _is_signed(facts: dict[str, Any], key: str) -> bool:
    signature = str(facts.pop("signature", ""))
    base64.b64decode(signature, validate=True)
    with TemporaryDirectory() as folder:
        allowed, armoured = Path(folder) / "allowed", Path(folder) / "signature"
        allowed.write_text(f"keeper {key}\n", encoding="ascii")
        armoured.write_text(f"{ARMOUR[0]}{signature}\n{ARMOUR[1]}", encoding="ascii")
        words = ["-Y", "verify", "-f", str(allowed), "-I", "keeper", "-n", NAMESPACE, "-s", str(armoured)]
        return _ssh_keygen(words, canonical_json(facts)) is not None
