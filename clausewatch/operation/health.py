"""Lists the current problems with the monitoring, one on each line. A watchdog or a person reads the list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from archive.questions.status import OVERDUE_SHARE, PolicyStatus, unwell
from archive.questions.watch_problems import PolicyTrouble, Trouble, missed, troubles
from archive.recording.runs import interrupted_runs, run_times
from archive.storage.database import Archive
from clausewatch.config import Configuration
from clausewatch.operation.lock import is_held
from clausewatch.output.times import lasting, moment
from notifier import outbox

LABELS: dict[PolicyTrouble, str] = {"missed": "overdue", "unread": "not read", "gone": "gone"}
"""The urgent problems of policies, each with its label. Other problems are not reported here."""


def problems(
    archive: Archive, configuration: Configuration, now: datetime, *, most: int | None = None
) -> tuple[str, ...]:
    """Return a line for each problem that needs attention. The lines contain no secrets. At most `most` policies with
    problems are looked at. If there are more, a line says so.
    """
    standing = unwell(archive, now, None if most is None else most + 1)
    more = most is not None and len(standing) > most
    lines = (
        *_runs(archive, configuration, now),
        *crashed_lines(archive, configuration),
        *_policies(archive, standing[:most], configuration.watchdog.trouble_after),
        *([f"more: more than {most} policies have problems (`clausewatch status --check` lists all)"] if more else ()),
        *overdue_lines(archive, configuration, now),
        *(given_up_line(given_up) for given_up in outbox.given_up(archive)),
    )
    return tuple(configuration.redacted(line) for line in lines)


def _runs(archive: Archive, configuration: Configuration, now: datetime) -> Iterator[str]:
    """Yield a line if no run was completed for a long time: more than twice the shortest `every` of all policies."""
    silence = longest_silence(configuration)
    if silence is None:
        return
    times = run_times(archive)
    since = times.ended_at or times.first_at
    if since is None:
        yield "no run: no run was started yet; `clausewatch config check` prints the line for cron"
    elif now - since > silence:
        what = "no run was completed since" if times.ended_at else "no run was ever completed; the first began on"
        yield f"no run: {what} {moment(since)}, and a policy is due every {lasting(silence / OVERDUE_SHARE)}"


def longest_silence(configuration: Configuration) -> timedelta | None:
    """Return the maximum time without a completed run. If no run is completed for a longer time, this is a problem.
    Return None if no policy is fetched.
    """
    every = min((policy.every for policy in configuration.policies if not policy.paused), default=None)
    return None if every is None else OVERDUE_SHARE * every


def crashed_lines(archive: Archive, configuration: Configuration) -> Iterator[str]:
    """Yield a line for each incomplete run since the last complete run. A run that may still be in progress is left
    out.
    """
    interrupted = interrupted_runs(archive)
    for position, run in enumerate(interrupted, start=1):
        if run.error or position < len(interrupted) or not _may_be_in_progress(configuration):
            why = f": {run.error}" if run.error else "; it was killed, or the machine went down"
            yield f"crashed: the run that began {moment(run.started_at)} was not completed{why}"


def _may_be_in_progress(configuration: Configuration) -> bool:
    """Whether the newest run may still be in progress.

    If the archive is on a database server, the answer is always True, because the run may be on another machine.
    """
    return is_held(configuration.database) or not configuration.database.startswith("sqlite:")


def _policies(archive: Archive, standing: Sequence[PolicyStatus], after: int) -> Iterator[str]:
    every = {status.name: status.every for status in standing}
    for trouble in (*missed(standing), *troubles(archive, standing, after)):
        if trouble.kind == "missed":
            interval = lasting(every[trouble.policy])
            yield f"overdue: {trouble.policy}: no run tried it since {moment(trouble.since)}; due every {interval}"
        elif trouble.kind in LABELS:
            yield f"{LABELS[trouble.kind]}: {trouble.policy}: {_visits(trouble)}"


def _visits(trouble: Trouble) -> str:
    checks = "1 check" if trouble.visits == 1 else f"{trouble.visits} checks"
    return f"{checks} since {moment(trouble.since)}: {trouble.detail}"


def overdue_lines(archive: Archive, configuration: Configuration, now: datetime) -> Iterator[str]:
    """Yield a line for each target whose messages have waited too long.

    The line says since when the messages wait, and what to do.
    """
    channels = [channel.name for channel in configuration.channels]
    thresholds = configuration.watchdog.thresholds
    for waiting in outbox.overdue(archive, configuration.subscribers, channels, now, thresholds=thresholds):
        what = "critical alert" if waiting.urgent else "message"
        messages = f"1 {what} waits" if waiting.count == 1 else f"{waiting.count} {what}s wait"
        why = f": {waiting.why}" if waiting.why else ""
        yield (
            f"waiting: {messages} for {waiting.subscriber} at {waiting.target} since {moment(waiting.since)}{why} "
            "(`clausewatch notify list` shows them)"
        )


def given_up_line(given_up: outbox.GivenUp) -> str:
    """Return a line for the messages to one target that were given up. It says what to do."""
    messages = "1 message was" if given_up.count == 1 else f"{given_up.count} messages were"
    why = f": {given_up.error}" if given_up.error else ""
    return (
        f"given up: {messages} not accepted by {given_up.target} for {given_up.subscriber}{why} "
        "(`clausewatch notify send --dead` tries again)"
    )
