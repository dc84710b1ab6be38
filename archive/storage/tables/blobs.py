"""Defines the table of stored contents."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from archive.storage.tables.base import Base


class BlobRow(Base):
    """A compressed content, stored under its hash: a raw body or a document."""

    __tablename__ = "blob"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int]
    """Size in bytes before compression."""
    content: Mapped[bytes] = mapped_column(LargeBinary)
    """Content compressed with zstd. If the row has a `base_sha256`, the plain bytes of that keyframe are the
    dictionary.
    """
    base_sha256: Mapped[str | None] = mapped_column(ForeignKey("blob.sha256"), index=True)
    """Address of the content's keyframe. None if the content is stored whole."""
