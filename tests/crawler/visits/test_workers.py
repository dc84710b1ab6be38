"""Tests the pool of worker processes. If a call exceeds a limit, its worker is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from crawler.visits.workers import Defect, Done, LimitHit, WorkerLimits, Workers
from document import read
from document.model import Page
from tests.sources import PROJECT

LIMITS = WorkerLimits(count=2, memory=200_000_000, cpu_time=1.0, clock_per_cpu=120)
"""Limits that are wide enough for a very busy machine, so that only the tested limit ends a call."""
IMPATIENT = replace(LIMITS, clock_per_cpu=4)


def double(number: int) -> int:
    return number * 2


def spin(_: int) -> int:
    while True:
        pass


def sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def hoard(size: int) -> int:
    return len(bytearray(size))


def die(number: int) -> int:
    os.kill(os.getpid(), number)
    return number


def end_once(mark: str) -> int:
    """End this process in the first call. In the second call with the same mark, return 1."""
    if not Path(mark).exists():
        Path(mark).touch()
        os._exit(1)
    return 1


def dig(depth: int) -> int:
    return dig(depth + 1)


def fail(text: str) -> str:
    raise ValueError(text)


class Poison:
    """An argument that ends the process that unpickles it."""

    def __reduce__(self) -> tuple[Callable[[int], None], tuple[int]]:
        return os._exit, (3,)


def call(*calls: tuple[Callable[[Any], Any], Any], limits: WorkerLimits = LIMITS, grace: float = 20.0) -> list[Any]:
    """Make all calls at the same time in one pool, and return the outcome of each call."""

    async def work() -> list[Any]:
        workers = Workers(limits, grace)
        try:
            return list(await asyncio.gather(*(workers.call(function, argument) for function, argument in calls)))
        finally:
            await workers.close()

    return asyncio.run(work())


def test_a_call_returns_its_value() -> None:
    assert call((double, 21)) == [Done(42)]


def test_a_call_whose_worker_ends_by_itself_is_made_again(tmp_path: Path) -> None:
    assert call((end_once, str(tmp_path / "mark")), (double, 4)) == [Done(1), Done(8)]


@pytest.mark.parametrize(
    ("function", "argument", "limits", "limit"),
    [
        (spin, 0, LIMITS, "1 seconds of CPU time"),
        (sleep, 600, IMPATIENT, "4 seconds of elapsed time"),  # without a limit it would take ten minutes
        (hoard, 2_000_000_000, LIMITS, "200 MB of memory"),
        (dig, 0, LIMITS, "nesting depth"),
        (die, signal.SIGKILL, LIMITS, "SIGKILL"),
    ],
)
def test_a_call_that_exceeds_a_limit_is_ended_and_the_limit_is_named(
    function: Callable[[Any], Any], argument: object, limits: WorkerLimits, limit: str
) -> None:
    [outcome] = call((function, argument), limits=limits)
    assert isinstance(outcome, LimitHit)
    assert limit in outcome.limit


def test_calls_that_exceed_limits_do_not_prevent_other_calls() -> None:
    """Killed workers are replaced, so the waiting calls are still made."""
    calls: list[tuple[Callable[[Any], Any], Any]] = [(double, number) for number in range(20)]
    outcomes = call((die, signal.SIGKILL), (spin, 0), *calls, (hoard, 2_000_000_000))
    assert outcomes[2:-1] == [Done(number * 2) for number in range(20)]
    assert [type(outcome) for outcome in (outcomes[0], outcomes[1], outcomes[-1])] == [LimitHit] * 3


def test_cpu_time_is_counted_separately_for_each_call() -> None:
    """One worker makes several calls. Together they use more CPU time than one call may use."""
    burn = [(burn_cpu, 0.6)] * 3
    assert call(*burn, limits=replace(LIMITS, count=1)) == [Done(0.6)] * 3


def burn_cpu(seconds: float) -> float:
    started = time.process_time()
    while time.process_time() - started < seconds:
        pass
    return seconds


def test_an_exception_is_a_defect_and_not_a_limit() -> None:
    [outcome] = call((fail, "no such rule"))
    assert isinstance(outcome, Defect)
    assert str(outcome.error) == "no such rule"


def test_the_event_loop_runs_while_a_worker_works() -> None:
    async def work() -> int:
        workers = Workers(LIMITS)
        ticks = 0
        calling = asyncio.ensure_future(workers.call(sleep, 0.5))
        while not calling.done():
            await asyncio.sleep(0.01)
            ticks += 1
        await workers.close()
        return ticks

    assert asyncio.run(work()) > 10


def test_no_process_starts_before_it_is_needed() -> None:
    assert call() == []


def test_a_lost_call_is_noticed_and_the_other_calls_continue() -> None:
    """Here a worker ends before it reports that it has begun the call. The pool must notice that the call is lost."""
    assert call((double, 1)) == [Done(2)]  # the processes have started once, even on a busy machine
    others = [(double, number) for number in range(4)]
    outcomes = call((double, Poison()), *others, limits=replace(LIMITS, clock_per_cpu=8), grace=2.0)
    assert isinstance(outcomes[0], LimitHit)
    assert outcomes[1:] == [Done(number * 2) for number in range(4)]


PARAGRAPH = "<p>We share your data with partners, and keep it until you withdraw consent.</p>"
PAGE = f"<html><body>{PARAGRAPH * 8_000}</body></html>"


def words_of(page: str) -> int:
    return len(read(Page(page.encode(), "text/html")).document.text)


def test_a_page_that_needs_too_much_memory_is_refused_and_never_read_in_part() -> None:
    """With a simple limit on memory, the HTML parser could run out of memory, continue, and leave out a part of the
    text.
    """
    whole = words_of(PAGE)
    limits = range(40, 180, 1 if os.environ.get("CLAUSEWATCH_LONG") else 20)
    outcomes = [within(megabytes * 1_000_000) for megabytes in limits]
    refused = [outcome for outcome in outcomes if isinstance(outcome, LimitHit)]
    assert [outcome for outcome in outcomes if outcome not in (*refused, Done(whole))] == []
    assert 0 < len(refused) < len(outcomes), "the range holds too little memory and enough"


def within(memory: int) -> Any:
    [outcome] = call((words_of, PAGE), limits=replace(LIMITS, count=1, memory=memory, cpu_time=20))
    return outcome


OWNER = """
import asyncio
from crawler.visits.workers import Workers
from tests.crawler.visits.test_workers import LIMITS, say_and_sleep

async def work():
    workers = Workers(LIMITS)
    await workers.call(say_and_sleep, 600.0)

asyncio.run(work())
"""


def say_and_sleep(seconds: float) -> None:
    print("asleep", flush=True)
    time.sleep(seconds)


def test_workers_end_when_their_run_is_killed_during_a_call() -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, cwd=PROJECT) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"asleep\n"
        below = psutil.Process(owner.pid).children(recursive=True)
        assert len(below) >= 2, "the fork server and a worker"
        owner.kill()
    _, alive = psutil.wait_procs(below, timeout=20)
    for process in alive:
        process.kill()
    assert not alive
