"""Hashes and checks passwords with argon2id."""

from __future__ import annotations

from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

SHORTEST, LONGEST = 12, 256
"""Minimum and maximum length of a password, in characters."""


@cache
def _hasher() -> PasswordHash:
    # These are the parameters of RFC 9106, section 4, for machines with little memory: 64 MiB and 3 passes. Only one
    # lane (thread) is used for a hash, because two checks may run at the same time.
    return PasswordHash((Argon2Hasher(time_cost=3, memory_cost=65_536, parallelism=1),))


def hash_password(password: str) -> str:
    """Return the hash under which a password is stored."""
    return _hasher().hash(password)


def matches(password: str, hashed: str | None) -> bool:
    """Return whether a password has this hash. Without a hash, the check takes the same time. So the response time does
    not reveal whether a name exists.
    """
    right = _hasher().verify(password[:LONGEST], hashed or _of_nobody())
    return right and hashed is not None


@cache
def _of_nobody() -> str:
    return hash_password("the password of nobody")
