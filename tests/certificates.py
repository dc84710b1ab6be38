"""Makes certificates for test servers. A certificate authority of the tests signs them."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def name_of(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


@dataclass(frozen=True, slots=True)
class Authority:
    """Certificate authority.

    A client that trusts `file`, its root certificate, trusts all certificates that it signs.
    """

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    file: Path

    @classmethod
    def founded(cls, folder: Path) -> Authority:
        key = ec.generate_private_key(ec.SECP256R1())
        name = name_of("An authority of the tests")
        constraints = x509.BasicConstraints(ca=True, path_length=0)
        certificate = (
            valid(name, key, timedelta(days=2)).issuer_name(name).add_extension(constraints, critical=True)
        ).sign(key, hashes.SHA256())
        file = folder / "authority.pem"
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return cls(key, certificate, file)

    def context(self, *hosts: str, ends: timedelta = timedelta(days=1)) -> ssl.SSLContext:
        """Return the TLS context for a server with these names and addresses.

        The server's certificate expires after `ends`.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        made = valid(name_of(hosts[0]), key, ends).issuer_name(self.certificate.subject)
        names = x509.SubjectAlternativeName([alternative(host) for host in hosts])
        return self._signed(key, made.add_extension(names, critical=False))

    def old_context(self, host: str) -> ssl.SSLContext:
        """Return the TLS context for a server whose certificate names its host only in the subject, as was usual in the
        past.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        return self._signed(key, valid(name_of(host), key, timedelta(days=1)).issuer_name(self.certificate.subject))

    def _signed(self, key: ec.EllipticCurvePrivateKey, made: x509.CertificateBuilder) -> ssl.SSLContext:
        certificate = made.sign(self.key, hashes.SHA256())
        return context_of(written(key, certificate, self.file.parent / f"server-{certificate.serial_number}.pem"))


def self_signed(folder: Path, host: str = "127.0.0.1") -> Path:
    """Write a file with a key and a self-signed certificate, and return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = valid(name_of(host), key, timedelta(days=1)).issuer_name(name_of(host))
    names = x509.SubjectAlternativeName([alternative(host)])
    return written(key, made.add_extension(names, critical=False).sign(key, hashes.SHA256()), folder / "own.pem")


def valid(name: x509.Name, key: ec.EllipticCurvePrivateKey, ends: timedelta) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).public_key(key.public_key())
    return (
        made.serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + ends)
    )


def alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def written(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate, file: Path) -> Path:
    """Write a key and its certificate to a file, and return the file."""
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file


def context_of(file: Path) -> ssl.SSLContext:
    """Return the TLS context for a server with the key and the certificate in this file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
