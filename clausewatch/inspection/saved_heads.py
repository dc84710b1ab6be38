"""Reads saved heads of the chain. The user gives a head as text, or a file with heads, for example a saved message."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from archive.evidence.chain import HEAD, SavedHead
from clausewatch.errors import ClausewatchError, ExitCode


class NoHeadError(ClausewatchError):
    """The value is not a valid head of the chain."""

    exit_code = ExitCode.USAGE


def saved_heads(given: str) -> tuple[SavedHead, ...]:
    """Return the given head. If `given` is the name of a file, return all heads in this file. Raises NoHeadError."""
    try:
        return (SavedHead.parse(given),)
    except ValueError as error:
        if not Path(given).is_file():
            problem = f"{given!r} is not a file, and {error}"
            raise NoHeadError(problem) from error
    return _in_file(Path(given))


def last_head(given: str) -> SavedHead:
    """Return the given head.

    If `given` is the name of a file, return the head with the highest number in it. Raises NoHeadError.
    """
    return max(saved_heads(given), key=lambda head: head.sequence or 0)


def _in_file(path: Path) -> tuple[SavedHead, ...]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NoHeadError(f"{path} cannot be read: {error.strerror}") from error
    text = "\n".join([content.decode("utf-8", "replace"), *_parts(content)])
    heads = dict.fromkeys(SavedHead(match[2], int(match[1])) for match in HEAD.finditer(text))
    if not heads:
        raise NoHeadError(f"{path} contains no head; a head looks like 1234:9f86d0… with 64 hex digits after the colon")
    return tuple(heads)


def _parts(content: bytes) -> list[str]:
    """Return the decoded texts of a message's encoded parts. Return an empty list for a file that is not a message."""
    message = message_from_bytes(content, EmailMessage, policy=policy.default)
    parts = [part for part in message.walk() if part.get_content_maintype() == "text"]
    return [_text(part) for part in parts if "content-transfer-encoding" in part]


def _text(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
