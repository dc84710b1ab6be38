"""Makes secrets and their hashes. Only the hash is stored. A secret has 256 random bits, so its hash needs no salt."""

from __future__ import annotations

import hashlib
import secrets

LONGEST = 200
"""Maximum number of characters of a text that are hashed. Secrets are shorter. Any further characters are ignored."""


def new_secret() -> str:
    """Return a new secret. It has only characters that are allowed in a URL."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    """Return the SHA-256 of a secret. It is stored instead of the secret."""
    return hashlib.sha256(secret[:LONGEST].encode("utf-8", "surrogatepass")).hexdigest()
