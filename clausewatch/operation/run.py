"""Does one run: it updates the list of policies, crawls the policies that are due, and plans and delivers messages. The
caller must hold the lock.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from typing import Any

from archive.errors import StorageError
from archive.model import AssessedFetch, FetchOutcome, Policy
from archive.recording.inventories import list_missing
from archive.recording.policies import Synchronised, configured, due_policies, synchronise
from archive.recording.recorder import RecordedVisit
from archive.recording.renames import RenameQuestion
from archive.recording.runs import begin_run, count_writes, end_run, note_interrupted
from archive.storage.database import Archive, open_archive
from clausewatch.config import Configuration
from clausewatch.errors import ClausewatchError
from clausewatch.operation.guarded_http import RequestError
from clausewatch.operation.head_list import HeadListError, append_head
from clausewatch.operation.health import overdue_lines
from clausewatch.operation.idle import note_if_idle
from clausewatch.operation.renames import until_answered
from clausewatch.operation.subscribers import require_distinct
from clausewatch.operation.time_stamps import CertificatesError, StampError, stamp_when_due
from clausewatch.operation.watchdog import ping_watchdog
from crawler.network.addresses import AllowList
from crawler.settings import scrapy_settings
from crawler.visits.process import CrawlDefectError, run_crawl
from crawler.visits.workers import WorkersDeadError
from differ.model import Severity
from differ.visits.left_out import LeftOutProse
from notifier import outbox
from notifier.sending.delivery import PATIENCE, Summary, deliver, wall_clock

DELIVERY_INTERVAL = 60.0
"""Seconds between two deliveries during a crawl, so that alerts do not wait for the end of a long run."""


class RunFailedError(ClausewatchError):
    """The run cannot continue, because the worker processes that read pages have ended unexpectedly."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The policies that a run checks. By default, it checks the policies that are due."""

    names: tuple[str, ...] = ()
    everything: bool = False

    def under(self, questions: Sequence[RenameQuestion]) -> Selection:
        """Return the selection with former names of policies that may have been renamed."""
        formers = {question.name: question.former for question in questions}
        return Selection(tuple(formers.get(name, name) for name in self.names), self.everything)


@dataclass(frozen=True, slots=True)
class PolicyReport:
    """The result of one policy's check."""

    policy: str
    outcome: FetchOutcome
    first: bool
    """Whether this check recorded the policy's first version."""
    _: KW_ONLY
    material: bool
    severity: Severity | None
    topics: tuple[str, ...]
    trouble: str
    """A sentence that says why the check failed or was not comparable; "" otherwise."""
    left_out: LeftOutProse | None = None
    """The left-out prose of the page, if this check recorded it. A check records this prose if it records a version, or
    if watched prose appears or disappears. Otherwise this is None.
    """


@dataclass(frozen=True, slots=True)
class RunReport:
    """The result of one run."""

    watched: int
    """Number of policies in the configuration."""
    selected: int
    """Number of policies that the run was to check."""
    checked: tuple[PolicyReport, ...]
    _: KW_ONLY
    deliveries: Summary
    sent: Mapping[str, int]
    """Number of messages of each kind that servers accepted during the run."""
    held: outbox.Held
    """Messages that wait until the quiet hours end."""
    waiting: int
    """Number of messages that will be retried, including messages from earlier runs."""
    dead: int
    """Number of messages that were given up, including messages from earlier runs."""
    overdue: tuple[str, ...]
    """Lines about messages that have waited too long. They say for whom, since when and why."""
    not_joined: tuple[str, ...]
    """Policies whose `renamed_from` was ignored, because both names have a history."""
    paused: int = 0
    """Number of configured policies whose fetching is paused."""
    questions: tuple[RenameQuestion, ...] = ()
    """Questions about new names that may be renames. The user must answer them."""
    stamp_error: str = ""
    """The reason why a timestamp or the list of heads failed, or "". The next run tries again."""
    ping_error: str = ""
    """The reason why the watchdog could not be notified of the end of the run, or ""."""


def run_once(
    configuration: Configuration,
    selection: Selection,
    *,
    started: Callable[[int, int], None] = lambda _run, _policies: None,
    progress: Callable[[PolicyReport], None] = lambda _: None,
    verbose: bool = False,
    log_handler: logging.Handler | None = None,
    clock: Callable[[], datetime] = wall_clock,
) -> RunReport:
    """Check the selected policies once, record the results, and deliver messages.

    `started` is called with the number of the run and the number of policies. `progress` is called with each report
    after the result is recorded. `log_handler` writes what libraries log; by default, Scrapy's own handler writes it.
    Raises StorageError, RunFailedError, and CrawlDefectError for a defect of the program. Results that were recorded
    before an error are kept.
    """
    with open_archive(
        configuration.database, configuration.busy_timeout, group=configuration.database_group
    ) as archive:
        run = begin_run(archive, clock())
        before = count_writes(archive)
        synchronised = _synchronise(archive, configuration, clock())
        configuration = until_answered(configuration, synchronised.questions)
        policies = _prepare(archive, configuration, selection.under(synchronised.questions), clock())
        started(run, len(policies))
        courier = Courier(archive, configuration, run=run, clock=clock, began=clock())
        checked: list[PolicyReport] = []

        def note(result: AssessedFetch, recorded: RecordedVisit) -> None:
            checked.append(_checked(result, recorded))
            progress(checked[-1])

        try:
            if policies:
                with courier.delivering():
                    run_crawl(_settings(configuration), policies, note, verbose=verbose, log_handler=log_handler)
            deliveries = courier.deliver(last=True)
        except StorageError as error:
            so_far = _so_far(len(checked), len(policies), courier.sent.total())
            _note_interrupted(archive, run, configuration, str(error))
            raise type(error)(error.location, f"{error.problem}. {so_far}") from error
        except WorkersDeadError as error:
            so_far = _so_far(len(checked), len(policies), courier.sent.total())
            _note_interrupted(archive, run, configuration, str(error))
            raise RunFailedError(f"{error}. {so_far}") from error
        except CrawlDefectError as error:
            _note_interrupted(archive, run, configuration, str(error))
            raise
        standing = outbox.delivery_counts(archive)
        held = outbox.held_messages(archive, configuration.subscribers, clock())
        overdue = tuple(overdue_lines(archive, configuration, clock()))
        stamp_error = " ".join(
            filter(None, [_stamp(archive, configuration, clock()), _list_head(archive, configuration, clock())])
        )
        whole = len(checked) == len(policies)
        if whole:  # a run that was stopped is not recorded as completed, so that the watchdog notices it
            end_run(archive, run, clock())
            list_missing(archive, configuration.inventory_lot)
            if not stamp_error and not synchronised.questions and not synchronised.not_joined:
                note_if_idle(archive, configuration, before + 1, clock())
        else:
            _note_interrupted(archive, run, configuration, f"stopped after {len(checked)} of {len(policies)} policies")
    ping_error = ping_watchdog(configuration) if whole else ""
    return RunReport(
        watched=len(configuration.policies),
        selected=len(policies),
        checked=tuple(checked),
        deliveries=deliveries,
        sent=courier.sent,
        held=held,
        waiting=standing.waiting - held.count,
        dead=standing.dead,
        overdue=overdue,
        paused=sum(policy.paused for policy in configuration.policies),
        not_joined=synchronised.not_joined,
        questions=synchronised.questions,
        stamp_error=stamp_error,
        ping_error=ping_error,
    )


def _note_interrupted(archive: Archive, run: int, configuration: Configuration, why: str) -> None:
    """Record why a run ends early, if the archive can be written."""
    with suppress(StorageError):
        note_interrupted(archive, run, configuration.redacted(why))


def _so_far(checked: int, selected: int, accepted: int) -> str:
    """Return a sentence that says what a run recorded and sent before it failed, and what is missing."""
    left = selected - checked
    remain = f", and {left:,} not: the next run checks them" if left else ""
    return f"Before that, {checked:,} of {selected:,} policies were recorded{remain}; messages accepted: {accepted:,}"


def _stamp(archive: Archive, configuration: Configuration, now: datetime) -> str:
    """Get a timestamp for the chain's head if timestamps are configured and one is due.

    Return the error, or "".
    """
    if configuration.stamping is None:
        return ""
    allowed = AllowList.of(configuration.crawl.allow_private)
    try:
        stamp_when_due(archive, configuration.stamping, allowed, now)
    except (StampError, RequestError, CertificatesError) as error:
        return str(error)
    return ""


def _list_head(archive: Archive, configuration: Configuration, now: datetime) -> str:
    """Add the chain's head to the list of heads if such a list is configured. Return the error, or ""."""
    if configuration.head_list is None:
        return ""
    try:
        append_head(archive, configuration.head_list, now)
    except HeadListError as error:
        return str(error)
    return ""


def _settings(configuration: Configuration) -> dict[str, Any]:
    return scrapy_settings(
        configuration.crawl,
        configuration.database,
        profiles=configuration.profiles,
        busy_timeout=configuration.busy_timeout,
    )


def _synchronise(archive: Archive, configuration: Configuration, now: datetime) -> Synchronised:
    """Update the archive's list of policies from the configuration.

    Before this update, plan messages to operators about policies that no run checked in time.
    """
    require_distinct(archive, configuration)
    outbox.plan_missed(archive, configuration.subscribers, now)
    return synchronise(archive, configuration.policies, now)


def _prepare(archive: Archive, configuration: Configuration, selection: Selection, now: datetime) -> Sequence[Policy]:
    """Register the subscribers, and return the policies to check."""
    # Subscribers are registered before the first fetch, because a subscription covers only later records.
    outbox.register(archive, configuration.subscribers, now)
    outbox.release_claims(archive, now)
    if selection.names or selection.everything:
        return configured(archive, selection.names)
    return due_policies(archive, now)


def _checked(result: AssessedFetch, recorded: RecordedVisit) -> PolicyReport:
    return PolicyReport(
        recorded.policy,
        recorded.outcome,
        recorded.first,
        material=recorded.material,
        severity=recorded.severity,
        topics=recorded.topics,
        trouble=_trouble(result),
        left_out=None if result.assessment is None else result.assessment.left_out,
    )


def _trouble(result: AssessedFetch) -> str:
    if result.assessment is None:
        return result.fetch.error
    if result.assessment.outcome == "not comparable":
        return f"{result.assessment.reason}: {result.assessment.detail}"
    return ""


@dataclass
class Courier:
    """Plans and delivers messages every minute during a crawl, and once more after the crawl."""

    archive: Archive
    configuration: Configuration
    _: KW_ONLY
    sent: Counter[str] = field(default_factory=Counter)
    """Number of messages of each kind that servers have accepted so far."""
    run: int | None = None
    """Number of the run that sends the messages. None if another command sends them."""
    clock: Callable[[], datetime] = wall_clock
    began: datetime = field(default_factory=wall_clock)
    """Time when the run began."""
    interval: float = DELIVERY_INTERVAL
    """Seconds between two deliveries."""
    _finished: threading.Event = field(default_factory=threading.Event)

    def deliver(self, patience: float = PATIENCE, *, last: bool = False) -> Summary:
        """Plan messages and deliver them once. After `patience` seconds, no further message is begun. If `last` is
        true, operators are also notified of problems with the monitoring.
        """
        summary = deliver(
            self.archive,
            self.configuration.subscribers,
            self.configuration.channels,
            clock=self.clock,
            patience=patience,
            templates=self.configuration.templates,
            thresholds=self.configuration.watchdog.thresholds if last else None,
            review_times=self.configuration.review_times,
            roundup_from=self.configuration.roundup_from,
            run_began=None if last else self.began,
            run=self.run,
            profiles=self.configuration.profiles,
            desk=self.configuration.desk.public_url or "",
        )
        self.sent.update(summary.sent)
        return summary

    @contextmanager
    def delivering(self) -> Iterator[None]:
        """Deliver at intervals in a separate thread during a `with` block."""
        thread = threading.Thread(target=self._deliver_at_intervals, name="courier")
        thread.start()
        try:
            yield
        finally:
            self._finished.set()
            thread.join()

    def _deliver_at_intervals(self) -> None:
        while not self._finished.wait(self.interval):
            try:
                self.deliver(self.interval)
            except StorageError:
                # The crawl will get the same error. The delivery is tried again at the end of the run.
                logging.getLogger(__name__).warning("Delivery is postponed to the end of the run", exc_info=True)
