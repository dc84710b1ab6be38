"""Judges the changes between two files without an archive. The judging function is the one that a crawl uses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr, ValidationError

from clausewatch.errors import ClausewatchError, ConfigurationError, ExitCode, suggestion
from differ.judgement.profiles import Profile, load_profile, profile_names
from differ.visits.assessment import Assessment, LatestVersion, Visit, assess
from differ.visits.explaining import Explanation, explain
from document import read, screen
from document.model import ExtractionOptions, Page

CONTENT_TYPES = {".md": "text/markdown", ".markdown": "text/markdown", ".txt": "text/plain", ".text": "text/plain"}
"""Content type for each file suffix. Files with a different suffix are read as HTML."""


class UnreadablePairError(ClausewatchError):
    """Two files cannot be compared, because a file cannot be read or because the profile is unknown."""

    exit_code = ExitCode.USAGE


class FilePair(BaseModel):
    """A row of a batch. `status` and `final_url` describe the file `after`."""

    model_config = ConfigDict(frozen=True)

    id: StrictStr | StrictInt
    before: StrictStr = Field(min_length=1)
    after: StrictStr = Field(min_length=1)
    language: StrictStr | None = None
    profile: StrictStr | None = None
    status: StrictInt | None = None
    final_url: StrictStr | None = None
    content_type: StrictStr | None = None
    """Content type of both files. If it is None, the suffix of each file decides."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """The values for keys that a row does not have."""

    language: str | None = None
    profile: str = "default"
    report_language: str = "en"
    """Language in which the reasons are written."""
    _: KW_ONLY
    own_profiles: Callable[[], Mapping[str, Profile]] = dict
    """A function that returns the profiles of a configuration. It is called only for a row whose profile is not
    bundled, because most comparisons need no configuration. Raises ConfigurationError.
    """


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """A row of a batch, and its result."""

    id: object
    """ID of the row; None if the row has no ID."""
    assessment: Assessment | None
    """The judged changes. None if the row or a file could not be read."""
    error: str = ""
    """The reason why there is no assessment, or ""."""


def judge_pair(pair: FilePair, folder: Path, defaults: Defaults) -> Assessment:
    """Return the judged changes between two files. Paths are relative to `folder`. Raises UnreadablePairError."""
    profile = _profile(defaults.profile if pair.profile is None else pair.profile, defaults)
    language = defaults.language if pair.language is None else pair.language
    options = ExtractionOptions(languages=(language,) if language else ())
    before = file_page(folder / pair.before, pair.content_type)
    after = file_page(folder / pair.after, pair.content_type, pair.status, pair.final_url)
    return judge_pages(before, after, options, profile)


def judge_pages(before: Page, after: Page, options: ExtractionOptions, profile: Profile) -> Assessment:
    """Return the judged changes between two pages. If a page is not a policy, the result says so."""
    latest, refused = _latest(before, options)
    return refused or assess(Visit(after, options, profile, latest=latest))


def explain_pair(pair: FilePair, folder: Path, defaults: Defaults) -> Iterator[Explanation]:
    """Yield how each changed clause was read and judged. Raises UnreadablePairError."""
    assessment = judge_pair(pair, folder, defaults)
    if assessment.comparison is None or assessment.document is None:
        return
    language = defaults.language if pair.language is None else pair.language
    options = ExtractionOptions(languages=(language,) if language else ())
    latest, _ = _latest(file_page(folder / pair.before, pair.content_type), options)
    yield from explain(latest.document, assessment.document, assessment.comparison)


def _profile(name: str, defaults: Defaults) -> Profile:
    if name in profile_names():
        return load_profile(name)
    own = defaults.own_profiles()
    if name not in own:
        names = dict.fromkeys([*profile_names(), *own])
        raise UnreadablePairError(f"there is no profile {name!r}; {suggestion(name, names)}")
    return own[name]


def file_page(
    path: Path, content_type: str | None = None, status: int | None = None, final_url: str | None = None
) -> Page:
    """Return a file as a page. If no content type is given, it follows from the suffix. Raises UnreadablePairError."""
    try:
        body = path.read_bytes()
    except OSError as error:
        raise UnreadablePairError(f"{path} cannot be read: {error.strerror}") from error
    kind = CONTENT_TYPES.get(path.suffix.lower(), "text/html") if content_type is None else content_type
    return Page(body, kind, 200 if status is None else status, "" if final_url is None else final_url)


@lru_cache(maxsize=8)  # a batch may compare many pages with the same page
def _latest(page: Page, options: ExtractionOptions) -> tuple[LatestVersion, Assessment | None]:
    """Return a page as the version with which the next page is compared. If the page is not a policy, also return the
    assessment with the reason.
    """
    extracted = read(page, options)
    screening = screen(page, extracted.document)
    detail = f"The file before: {screening.detail}" if screening else ""
    refused = Assessment("not comparable", screening.reason, detail) if screening else None
    return LatestVersion(extracted.document, extracted.identity, page), refused


def judge_batch(lines: list[bytes], folder: Path, defaults: Defaults) -> Iterator[JudgedPair]:
    """Judge the rows of a batch in order. Empty lines are skipped."""
    for line in lines:
        if line.strip():
            yield _judged(line, folder, defaults)


def _judged(line: bytes, folder: Path, defaults: Defaults) -> JudgedPair:
    try:
        values = json.loads(line)
    except ValueError as error:  # not JSON or not UTF-8
        return JudgedPair(None, None, f"this row is not JSON: {error}")
    identifier = values.get("id") if isinstance(values, dict) else None
    try:
        pair = FilePair.model_validate(values)
        return JudgedPair(pair.id, judge_pair(pair, folder, defaults))
    except ValidationError as error:
        return JudgedPair(identifier, None, "; ".join(_wrong_keys(error)))
    except (UnreadablePairError, ConfigurationError) as error:
        return JudgedPair(identifier, None, str(error))


def _wrong_keys(error: ValidationError) -> list[str]:
    details = error.errors(include_url=False, include_context=False)
    messages = {str(detail["loc"][0]) if detail["loc"] else "": str(detail["msg"]) for detail in details}
    return [f"{key or 'this row is not a JSON object'}: {message}" for key, message in messages.items()]
