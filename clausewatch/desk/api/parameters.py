"""The types of the parameters that programs send. A value is refused if it does not have the documented form."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from archive.questions.lists.pages import MOST_ENTRIES
from archive.row_numbers import LARGEST_ID

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Earlier and later times are replaced by these times. No archive has entries outside this period."""


class Parameters(BaseModel):
    """The parameters of a question. An unknown parameter is refused, so that a misspelt filter is noticed."""

    model_config = ConfigDict(extra="forbid")


class Body(BaseModel):
    """The content of a request that changes something."""

    model_config = ConfigDict(extra="forbid", strict=True)


def _in_form(pattern: str) -> BeforeValidator:
    """Refuse texts that do not have the documented form. Without this check, pydantic also reads "1" as a day, and "on"
    as true.
    """
    form = re.compile(pattern)

    def check(value: object) -> object:
        if isinstance(value, str) and not form.fullmatch(value):
            raise ValueError("is written in another form")
        return value

    return BeforeValidator(check)


def _whole(value: object) -> object:
    """Return a whole number as an int. In JSON, 17.0 is a whole number too."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _in_archive(at: datetime) -> datetime:
    try:
        return max(EARLIEST, min(LATEST, at.astimezone(UTC)))
    except OverflowError:
        return EARLIEST if at.year < EARLIEST.year else LATEST


_WHOLE = r"-?\d{1,12}"
_DAY = r"\d{4}-\d\d-\d\d"
_TIME = r"[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)"

Flag = Annotated[bool, _in_form("true|false")]
Number = Annotated[int, Field(ge=1, lt=LARGEST_ID), _in_form(_WHOLE)]
FindingNumber = Annotated[int, Field(ge=1, lt=LARGEST_ID), BeforeValidator(_whole)]
VerdictNumber = Annotated[int, Field(ge=0, lt=LARGEST_ID), BeforeValidator(_whole)]
Day = Annotated[date, Field(strict=False), _in_form(_DAY)]
Time = Annotated[AwareDatetime, _in_form(_DAY + _TIME), AfterValidator(_in_archive)]
Word = Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00]*$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00]*$")]
Limit = Annotated[int, Field(ge=1, le=MOST_ENTRIES), _in_form(_WHOLE)]
Cursor = Annotated[str, StringConstraints(max_length=300, pattern=r"^[A-Za-z0-9_-]*$")]
"""The value of `next` in the previous part of the list."""


class Paged(Parameters):
    """The part of a long list that is wanted."""

    after: Cursor | None = None
    limit: Limit = MOST_ENTRIES


class OfPolicy(Parameters):
    """A question about one policy."""

    policy: Name


class PagedOfPolicy(Paged):
    """The part of a long list about one policy that is wanted."""

    policy: Name
