"""Checks that the certificate of a server names its host."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.contextfactory import _ScrapyClientContextFactory
from service_identity import CertificateError, VerificationError
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity
from service_identity.pyopenssl import extract_patterns
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.python.failure import Failure
from zope.interface import implementer  # type: ignore[import-untyped]  # it has no type hints

if TYPE_CHECKING:
    from OpenSSL import SSL


class VerifyingContextFactory(_ScrapyClientContextFactory):
    """Makes TLS connections that accept only certificates with a valid name for the host.

    Twisted 26.10 logs a traceback if a certificate has no valid name, and then goes on with the connection.
    """

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: N802 - the name is Twisted's
        return VerifyingCreator(super().creatorForNetloc(hostname, port))


@implementer(IOpenSSLClientConnectionCreator)
class VerifyingCreator:
    """Makes the connections of another creator, with our own check of the name in the certificate."""

    def __init__(self, creator: Any) -> None:
        self._creator = creator

    def clientConnectionForTLS(self, protocol: Any) -> SSL.Connection:  # noqa: N802 - the name is Twisted's
        connection: SSL.Connection = self._creator.clientConnectionForTLS(protocol)
        known = weakref.ref(protocol)

        def verify(_connection: Any, certificate: Any, _error: int, depth: int, accepted: int) -> bool:
            if depth != 0:  # only the server's own certificate contains the host's name
                return bool(accepted)
            try:
                verify_service_identity(extract_patterns(certificate), [self._expected()], [])
            except (CertificateError, VerificationError) as error:
                if (waiting := known()) is not None:
                    waiting.failVerification(Failure(error))  # type: ignore[no-untyped-call]  # Twisted has no types here
                return False
            return bool(accepted)

        connection.set_verify(connection.get_verify_mode(), verify)
        return connection

    def _expected(self) -> DNS_ID | IPAddress_ID:
        """Return the name or the address that the certificate must have.

        Raises CertificateError if the host is an IP address in an unusual notation, such as a single number, because no
        certificate contains such a name.
        """
        host = self._creator._hostnameASCII
        try:
            return DNS_ID(host.removesuffix(".")) if self._creator._hostnameIsDnsName else IPAddress_ID(host)
        except ValueError as error:
            raise CertificateError(str(error)) from error
