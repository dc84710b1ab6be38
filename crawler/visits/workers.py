"""Runs functions in worker processes with limits for CPU time, elapsed time and memory.

So a hostile page can make its own check fail, but no other check.
"""

from __future__ import annotations

import asyncio
import math
import multiprocessing
import os
import re
import resource
import select
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from threading import Thread
from typing import Generic, TypeVar

from pebble import ProcessExpired, ProcessPool

from crawler.crawl_settings import CrawlSettings

Argument = TypeVar("Argument")
Value = TypeVar("Value")

CLOCK_PER_CPU = 4
"""Limit of elapsed time, as a multiple of the limit of CPU time.

The limit of elapsed time is much higher, so that no page is refused only because the machine is busy.
"""
GRACE = 20.0
"""Seconds to wait after the limit of elapsed time is over. If a call has still not returned by then, it counts as
lost.
"""
ORDINARY_MEMORY = 110_000_000
"""Maximum bytes of memory for most pages. A page of two million bytes needs less.

A page that needs more is read again, alone. This limits the memory of all processes together.
"""
MARGIN = 50_000_000
"""Bytes of memory that the kernel grants above the limit. The margin is at least `MARGIN_PER_BYTE` bytes for each byte
of a body, so that it is larger than any single allocation.

If an allocation fails, a parser in C may lose text without an error. The margin makes it possible to detect this. If
the memory stayed below the limit, no allocation failed, and the result is used. If the memory exceeded the limit, the
result is discarded.
"""
MARGIN_PER_BYTE = 6
PRELOADED = ("differ.visits.recognition", "lingua")
"""Modules that the fork server imports once.

A new worker then starts at once. It also need not load these modules within its own memory limit.
"""


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """Limits of the worker processes."""

    count: int
    memory: int
    """Maximum bytes of memory for one page. See also `ORDINARY_MEMORY`."""
    cpu_time: float
    """Maximum seconds of CPU time for one call."""
    _: KW_ONLY
    margin: int = MARGIN
    """A number of bytes that is larger than any single allocation of a parser. See `MARGIN`."""
    clock_per_cpu: float = CLOCK_PER_CPU
    """Maximum seconds of elapsed time for each second of CPU time."""

    @classmethod
    def of(cls, crawl: CrawlSettings, count: int) -> WorkerLimits:
        """Return the configured limits for `count` processes."""
        margin = max(MARGIN, MARGIN_PER_BYTE * crawl.max_body)
        return cls(count, crawl.worker_memory, crawl.worker_time, margin=margin)

    @property
    def clock(self) -> float:
        """Maximum seconds of elapsed time for one call."""
        return self.cpu_time * self.clock_per_cpu


@dataclass(frozen=True, slots=True)
class Done(Generic[Value]):
    """The call returned this value."""

    value: Value


@dataclass(frozen=True, slots=True)
class LimitHit:
    """A limit ended the call."""

    limit: str
    """The limit and its unit. It is the rest of a sentence that begins with "Reading this response was ended by"."""
    hungry: bool = False
    """Whether the call may succeed if it gets more memory."""


@dataclass(frozen=True, slots=True)
class Defect:
    """The function raised an exception, because the page revealed a bug in this program."""

    error: BaseException


class WorkersDeadError(RuntimeError):
    """No worker process can be started, so no page can be read."""


class Workers:
    """A pool of processes. The processes start with the first call, and are killed if they exceed a limit."""

    def __init__(self, limits: WorkerLimits, grace: float = GRACE) -> None:
        self.limits = limits
        self.grace = grace
        self._pool: ProcessPool | None = None
        self._ending: list[asyncio.Future[None]] = []
        # The pool never gets more calls than it has processes. So each call starts at once, and a lost call is noticed
        # soon.
        self._free = asyncio.Semaphore(limits.count)
        self._one = asyncio.Lock()

    async def call(self, function: Callable[[Argument], Value], argument: Argument) -> Done[Value] | LimitHit | Defect:
        """Run a module-level function with one argument in a worker. Return its value, the limit that it exceeded, or
        its defect.

        Raises WorkersDeadError if no worker process answers at all.
        """
        ordinary = min(self.limits.memory, ORDINARY_MEMORY)
        async with self._free:
            pool = self._shared()
            outcome = await self._attempt(pool, function, argument, ordinary)
            if outcome is None and self._pool is pool:
                self._end_shared()
        if outcome is None:
            await self._require_alive()
        if outcome is None or (isinstance(outcome, LimitHit) and outcome.hungry and ordinary < self.limits.memory):
            # There are two possible causes: another page broke the pool, or this page needs more than the ordinary
            # memory.
            async with self._alone() as pool:
                outcome = await self._attempt(pool, function, argument, self.limits.memory)
        return outcome or LimitHit("the worker process, which ended without a result")

    async def _require_alive(self) -> None:
        """Start a worker for a call that always succeeds. Raises WorkersDeadError if the worker does not answer."""
        async with self._alone() as pool:
            answer = await self._ended(pool, os.getpid, self.grace)
        if answer is None or answer.exception() is not None:
            raise WorkersDeadError(
                "no worker process can be started; check the machine's free memory and its limit of processes"
            )

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[ProcessPool]:
        """Provide a pool of one process. While the pool is in use, no other worker runs or uses memory."""
        async with self._one:
            for _ in range(self.limits.count):
                await self._free.acquire()
            self._end_shared()
            await asyncio.gather(*self._ending)  # a process frees its memory only when it ends
            pool = new_pool(1)
            try:
                yield pool
            finally:
                pool.stop()  # type: ignore[no-untyped-call]  # pebble has no types here
                await asyncio.to_thread(pool.join)
                for _ in range(self.limits.count):
                    self._free.release()

    async def _attempt(
        self, pool: ProcessPool, function: Callable[[Argument], Value], argument: Argument, memory: int
    ) -> Done[Value] | LimitHit | Defect | None:
        """Return the outcome of a call, or None if the pool broke or lost the call."""
        clock = self.limits.clock
        task = WithinLimits(function, argument, self.limits.cpu_time, memory=memory, margin=self.limits.margin)
        waiting = await self._ended(pool, task, clock)
        if waiting is None:
            return None
        error = waiting.exception()
        if error is None:
            return Done(waiting.result())
        if isinstance(error, BrokenProcessPool) or _ended_by_itself(error):
            return None
        return self._limit(error) or Defect(error)

    async def _ended(self, pool: ProcessPool, task: Callable[[], Value], clock: float) -> asyncio.Future[Value] | None:
        """Return the future of a call when the call has ended. Return None if the pool lost the call or accepts no
        calls.
        """
        try:
            waiting = asyncio.wrap_future(pool.schedule(task, timeout=clock))
        except RuntimeError:  # the pool's threads have ended
            return None
        given_up = time.monotonic() + clock + self.grace
        while not waiting.done() and pool.active and time.monotonic() < given_up:
            await asyncio.wait([waiting], timeout=1.0)
        return waiting if waiting.done() and not waiting.cancelled() else None

    def _shared(self) -> ProcessPool:
        if self._pool is None:
            self._pool = new_pool(self.limits.count)
        return self._pool

    def _end_shared(self) -> None:
        """Stop the processes of the shared pool. The next call starts new processes."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]  # pebble has no types here
            self._ending.append(asyncio.ensure_future(asyncio.to_thread(self._pool.join)))
            self._pool = None

    def _limit(self, error: BaseException) -> LimitHit | None:
        """Return the limit that caused an error, or None if no limit caused the error."""
        memory = f"{self.limits.memory / 1e6:g} MB"
        if isinstance(error, TimeoutError):
            return LimitHit(f"the limit of {self.limits.clock:g} seconds of elapsed time")
        if isinstance(error, MemoryError):
            return LimitHit(f"the limit of {memory} of memory", hungry=True)
        if isinstance(error, RecursionError):
            return LimitHit("the limit of nesting depth")
        if not isinstance(error, ProcessExpired):
            return None
        if error.exitcode == -signal.SIGXCPU:
            return LimitHit(f"the limit of {self.limits.cpu_time:g} seconds of CPU time")
        name = signal.Signals(-error.exitcode).name
        return LimitHit(f"signal {name}, most likely because of the memory limit ({memory})", hungry=True)

    async def close(self) -> None:
        """Stop all workers. Calls that are still running get no result."""
        self._end_shared()
        await asyncio.gather(*self._ending)


def _ended_by_itself(error: BaseException) -> bool:
    """Whether a worker ended by itself, and not by a signal. On a very busy machine, this happens if it waits too long
    for a lock of the pool.
    """
    return isinstance(error, ProcessExpired) and (error.exitcode is None or error.exitcode >= 0)


def new_pool(count: int) -> ProcessPool:
    """Return a pool of `count` processes. The processes start with its first call."""
    context = multiprocessing.get_context("forkserver")  # workers then do not inherit the reactor and its sockets
    context.set_forkserver_preload(list(PRELOADED))
    return ProcessPool(count, context=context, initializer=end_with, initargs=(os.getpid(),))


def end_with(parent: int) -> None:
    """End this process as soon as the process `parent` ends, even if `parent` is killed.

    This is needed because a worker is not a child of that process, but of the fork server.
    """
    try:
        ended = os.pidfd_open(parent)
    except ProcessLookupError:
        os.kill(os.getpid(), signal.SIGKILL)
    Thread(target=_wait_and_end, args=(ended,), daemon=True).start()


def _wait_and_end(ended: int) -> None:
    select.select([ended], [], [])
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class WithinLimits(Generic[Argument, Value]):
    """A call that limits its own process while it runs.

    The limits apply only during the call. Otherwise the process could run out of memory between two calls, and the next
    call would be lost.
    """

    function: Callable[[Argument], Value]
    argument: Argument
    seconds: float
    """Maximum seconds of CPU time. After this time, the kernel ends this process with SIGXCPU."""
    _: KW_ONLY
    memory: int
    """Maximum bytes of memory of the process. If the process needs more, the call raises MemoryError."""
    margin: int
    """Number of bytes above `memory` that the kernel still grants. See `MARGIN`."""

    def __call__(self) -> Value:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        # The kernel counts CPU time from the start of the process, so the time for earlier pages is added to the limit.
        seconds = math.ceil(usage.ru_utime + usage.ru_stime + self.seconds)
        forget_peak()
        with soft_limit(resource.RLIMIT_CPU, seconds), soft_limit(resource.RLIMIT_DATA, self.memory + self.margin):
            value = self.function(self.argument)
        if peak() > self.memory:
            raise MemoryError
        return value


PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def forget_peak() -> None:
    """Reset the peak memory that the kernel reports for this process. If the kernel does not support this, nothing is
    done.
    """
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak() -> int:
    """Return the peak memory of this process since the reset, in bytes; 0 if the kernel does not report the peak."""
    try:
        match = PEAK.search(Path("/proc/self/status").read_text(encoding="ascii", errors="replace"))
    except OSError:
        return 0
    return 0 if match is None else int(match[1]) * 1024


@contextmanager
def soft_limit(kind: int, size: int) -> Iterator[None]:
    """Lower one of the limits of this process while the context is open."""
    soft, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (size if hard == resource.RLIM_INFINITY else min(size, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(kind, (soft, hard))
