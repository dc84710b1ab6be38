"""The base of all answers, and the types of their values."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

Stamp = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
"""A time in ISO 8601, to the second and in UTC."""
Day = Annotated[str, WithJsonSchema({"type": "string", "format": "date"})]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Edits = list[Annotated[list[str], Field(min_length=2, max_length=2)]]
"""Pairs of an operation (`keep`, `delete` or `insert`) and a text."""


class Answer(BaseModel):
    """A part of an answer. It has exactly the documented keys."""

    model_config = ConfigDict(extra="forbid")


class Problem(Answer):
    """A refused request, as RFC 9457 defines problem details."""

    type: str
    title: str
    status: int
    code: str
    """A word for programs, from a fixed list."""
    detail: str


class InvalidParameter(Answer):
    """A parameter that is not in the documented form."""

    where: str
    name: str
    problem: str


class InvalidRequest(Problem):
    """A request with parameters that are not in the documented form."""

    errors: list[InvalidParameter]
