"""Shows what `clausewatch run` would do now, for `run --dry-run`. The archive is read, but nothing is written and no
site is contacted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from archive.questions.due import PlannedCheck, never_tried, planned_checks
from archive.recording.resting_hosts import RestingHost, resting_hosts
from archive.storage.database import open_archive
from clausewatch.config import Configuration
from clausewatch.output.terminal import columns
from clausewatch.output.times import moment

SQLITE = "sqlite:///"


def dry_run_lines(configuration: Configuration, names: Sequence[str], *, everything: bool) -> Iterator[str]:
    """Yield lines about a run that would start now: the policies to check, the hosts to contact, in order, and the
    minimum duration of the run.
    """
    checks, resting = _plan(configuration, names, everything=everything)
    paused = sum(policy.paused for policy in configuration.policies)
    watched = f"{len(configuration.policies)} watched" + (f", {paused} paused" if paused else "")
    yield f"{len(checks)} of {watched} would be checked; nothing was fetched."
    if not checks:
        return
    yield ""
    rows = [
        (str(number), check.policy.name, _why(check), " ".join(check.policy.urls))
        for number, check in _numbered(checks)
    ]
    yield from columns([("ORDER", "POLICY", "WHY", "ADDRESS"), *rows])
    yield ""
    requests = _requests(checks)
    asked = f"{_count(len(requests), 'host')}, {_count(sum(requests.values()), 'request')}"
    yield f"{asked}, robots.txt of each host included:"
    yield from (f"  {host}: {count}{_rest(host, resting)}" for host, count in requests.items())
    yield _duration(configuration, requests)


def _plan(
    configuration: Configuration, names: Sequence[str], *, everything: bool
) -> tuple[tuple[PlannedCheck, ...], dict[str, RestingHost]]:
    """Return the checks that a run would make, and the hosts that asked for a pause.

    If there is no archive yet, all policies are due.
    """
    selected = {policy.name for policy in configuration.policies} if everything else set(names) or None
    file = configuration.database.removeprefix(SQLITE)
    if configuration.database.startswith(SQLITE) and not Path(file).exists():
        checks = never_tried(configuration.policies)
        return tuple(check for check in checks if selected is None or check.policy.name in selected), {}
    now = datetime.now(UTC)
    with open_archive(configuration.database, configuration.busy_timeout) as archive:
        return (
            planned_checks(archive, configuration.policies, now, selected),
            {resting.host: resting for resting in resting_hosts(archive, now)},
        )


def _numbered(checks: Sequence[PlannedCheck]) -> Iterator[tuple[int, PlannedCheck]]:
    return iter(enumerate(checks, start=1))


def _why(check: PlannedCheck) -> str:
    if check.tried_at is None:
        return "never checked"
    return f"{'second look' if check.second_look else 'last tried'} {moment(check.tried_at)}"


def _requests(checks: Sequence[PlannedCheck]) -> Counter[str]:
    """Return the number of requests to each host and port. Each page needs one request. Each robots.txt needs one
    request more. A host has separate robots.txt files for `http` and for `https`.
    """
    origins = [
        (parts.scheme, parts.netloc) for check in checks for url in check.policy.urls for parts in [urlsplit(url)]
    ]
    counts = Counter(netloc for _, netloc in origins)
    counts.update(netloc for _, netloc in dict.fromkeys(origins))
    return counts


def _rest(host: str, resting: dict[str, RestingHost]) -> str:
    rest = resting.get(host)
    return "" if rest is None else f", but it asked for a pause and receives none before {moment(rest.until)}"


def _duration(configuration: Configuration, requests: Counter[str]) -> str:
    crawl = configuration.crawl
    most = max(requests.values())
    return (
        f"It takes at least {(most - 1) * crawl.delay:g} s: one host receives {most} of them, {crawl.delay:g} s apart, "
        f"and up to {crawl.concurrency} hosts are asked at once. The servers' own time is added, up to "
        f"{crawl.timeout:g} s a request; redirects, retries and files of rendered pages are further requests."
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
