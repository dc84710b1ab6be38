"""Runs a time-stamping authority (RFC 3161) for tests.

It makes time stamps with openssl, and serves them over HTTP on loopback.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.server import Answer, Request, answering

CONFIGURATION = """
[tsa]
default_tsa = ours
[ours]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


@dataclass
class Authority:
    """A running time-stamping authority."""

    folder: Path
    url: str = ""
    asked: int = 0
    answer: Callable[[bytes], tuple[int, bytes]] | None = None
    """Function that returns a response in place of a time stamp: an HTTP status and a body."""

    @property
    def root(self) -> Path:
        """The PEM file with the root certificate of the authority."""
        return self.folder / "root.pem"

    def stamp(self, query: bytes) -> bytes:
        """Return the time stamp for a request. Both are in DER."""
        (self.folder / "query").write_bytes(query)
        command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply"]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        return (self.folder / "reply").read_bytes()


def certify(folder: Path, name: str) -> None:
    """Make a root certificate. With its key, sign a certificate for time stamps."""
    now = datetime.now(UTC)
    root_key, signer_key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} {what}")]) for what in ("root", "stamps")]
    root = _certificate(names[0], names[0], root_key.public_key(), now)
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    signer = _certificate(names[1], names[0], signer_key.public_key(), now).add_extension(usage, critical=True)
    for file, made in (("root", root), ("signer", signer)):
        (folder / f"{file}.pem").write_bytes(made.sign(root_key, hashes.SHA256()).public_bytes(Encoding.PEM))
    key = signer_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "signer.key").write_bytes(key)
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(CONFIGURATION.format(folder=folder))


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
    )


@contextmanager
def authority(folder: Path, name: str = "Example") -> Iterator[Authority]:
    """Run an authority. Its keys are in the given folder."""
    folder.mkdir()
    certify(folder, name)
    running = Authority(folder)

    def respond(request: Request) -> Answer:
        running.asked += 1
        assert request.headers["Content-Type"] == "application/timestamp-query"
        status, body = (
            (200, running.stamp(request.content)) if running.answer is None else running.answer(request.content)
        )
        return Answer(body, status, (("Content-Type", "application/timestamp-reply"),))

    with answering(respond) as port:
        running.url = f"http://127.0.0.1:{port}/stamp"
        yield running
