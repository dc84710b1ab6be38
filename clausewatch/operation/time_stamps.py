"""Gets and verifies timestamps (RFC 3161). A timestamp is a signature of an authority. It proves that a head of the
chain existed at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from archive.evidence.chain import Head, head
from archive.evidence.flaws import Flaw
from archive.evidence.timestamps import Stamp, keep_stamp, last_stamp, stamps
from archive.storage.database import Archive
from clausewatch.config import Stamping
from clausewatch.errors import ClausewatchError, ExitCode
from crawler.network.addresses import AllowList

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

QUERY = "application/timestamp-query"
"""Content type of a request for a timestamp (RFC 3161, section 3.4)."""
LARGEST_ANSWER = 100_000
"""Maximum size in bytes of an authority's response, which is a signature with its certificates."""


class StampError(ClausewatchError):
    """An authority did not return a valid timestamp."""


class CertificatesError(ClausewatchError):
    """The authority's certificates cannot be read, or the package that timestamps need is not installed."""

    exit_code = ExitCode.USAGE


@dataclass(slots=True)
class StampTally:
    """Numbers of the timestamps that were checked so far."""

    verified: int = 0
    unverified: int = 0
    """Number of timestamps whose signature was not verified, because no certificates were given."""


def stamp_when_due(archive: Archive, stamping: Stamping, allowed: AllowList, now: datetime) -> bool:
    """Get a timestamp for the current head, unless the last timestamp is newer than the interval `every`.

    Return whether a new timestamp was stored. Raises StampError, RequestError or CertificatesError. After an error, no
    timestamp is stored.
    """
    before = last_stamp(archive)
    if before is not None and before <= now < before + stamping.every:
        return False
    current, roots = head(archive), read_certificates(stamping.certificates)
    token, at = ask(current, stamping, roots, allowed)
    keep_stamp(archive, current, stamping.authority, token=token, stamped_at=at)
    return True


def ask(current: Head, stamping: Stamping, roots: Sequence[Certificate], allowed: AllowList) -> tuple[bytes, datetime]:
    """Ask the authority for a timestamp on a head. Return the verified response and the signed time.

    Raises StampError, RequestError.
    """
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    from clausewatch.operation.guarded_http import post  # verifying timestamps needs no network

    message = str(current).encode()
    builder = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256)
    request = builder.nonce(nonce=True).cert_request(cert_request=True).build()
    seconds = stamping.timeout.total_seconds()
    token = post(stamping.authority, request.as_bytes(), QUERY, allowed, timeout=seconds, limit=LARGEST_ANSWER)
    return token, signed_time(token, message, roots, nonce=request.nonce)


def signed_time(token: bytes, message: bytes, roots: Sequence[Certificate], nonce: int | None = None) -> datetime:
    """Return the time at which an authority signed a message. Raises StampError if none of `roots` certifies the
    signature.
    """
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    try:
        answer = decode_timestamp_response(token)
    except ValueError as error:
        raise StampError("the timestamp cannot be read") from error
    if answer.status != 0:
        reason = "; ".join(answer.status_string) or f"status {answer.status}"
        raise StampError(f"the authority gave no timestamp: {reason}")
    try:
        VerifierBuilder(roots=list(roots), nonce=nonce).build().verify_message(answer, message)
    except (VerificationError, ValueError) as error:
        raise StampError(f"the timestamp is not valid: {error}") from error
    return answer.tst_info.gen_time


def read_certificates(path: Path) -> Sequence[Certificate]:
    """Return the certificates in a PEM file. Raises CertificatesError."""
    try:
        from cryptography.x509 import load_pem_x509_certificates
        from rfc3161_client import Verifier  # noqa: F401 - only whether it is there
    except ModuleNotFoundError as error:
        problem = "timestamps need another package: pip install 'clausewatch[timestamp]'"
        raise CertificatesError(problem) from error
    try:
        return load_pem_x509_certificates(path.read_bytes())
    except OSError as error:
        raise CertificatesError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise CertificatesError(f"{path} holds no certificates in PEM form") from error


def verify_stamps(archive: Archive, roots: Sequence[Certificate], tally: StampTally) -> Iterator[Flaw]:
    """Yield a flaw for each invalid timestamp.

    A timestamp is valid if the chain contains the head that was stamped. If `roots` are given, the authority's
    signature must be valid too.
    """
    for stamp in stamps(archive):
        if isinstance(stamp, int):
            yield Flaw("stamp", f"timestamp {stamp}", "it cannot be read")
            continue
        where = f"timestamp {stamp.id} of entry {stamp.sequence}"
        if not stamp.holds:
            yield Flaw("stamp", where, "the chain does not lead to the head that was stamped")
        if not roots:
            tally.unverified += 1
            continue
        problem = _problem(stamp, roots)
        if problem:
            yield Flaw("stamp", where, problem)
        else:
            tally.verified += 1


def _problem(stamp: Stamp, roots: Sequence[Certificate]) -> str:
    """Return the reason why the authority's signature does not confirm a timestamp; "" if it does."""
    try:
        signed = signed_time(stamp.token, stamp.head.encode(), roots)
    except StampError as error:
        return str(error)
    if signed != stamp.stamped_at:
        return f"the authority signed it at {signed:%Y-%m-%d %H:%M:%S} UTC, but another time is stored"
    return ""
