"""Worker processes with limits for CPU time, wall-clock time and memory, so that a hostile page fails only its own
check."""

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
"""Wall-clock limit as a multiple of the CPU limit. Machine load must not decide which page is refused."""
GRACE = 20.0
"""Seconds after the wall-clock limit until a call counts as lost."""
ORDINARY_MEMORY = 110_000_000
"""Bytes that any page may use; a page of two million bytes needs less. A page that needs more is read again, alone, to
limit the memory of all processes together."""
MARGIN = 50_000_000
"""Bytes that the kernel still grants above the limit, and at least `MARGIN_PER_BYTE` for each byte of a body. A parser
in C may lose text silently if an allocation fails. So a result only counts if no allocation of this size can have
failed."""
MARGIN_PER_BYTE = 6
PRELOADED = ("differ.visits.recognition", "lingua")
"""Modules that the fork server imports once. A new worker then starts at once, and no library is loaded while memory is
short."""


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """Limits of the worker processes."""

    count: int
    memory: int
    """Maximum bytes for one page. See `ORDINARY_MEMORY`."""
    cpu_time: float
    """Seconds of CPU time for one call."""
    _: KW_ONLY
    margin: int = MARGIN
    """Bytes; more than a parser's largest allocation. See `MARGIN`."""
    clock_per_cpu: float = CLOCK_PER_CPU
    """Seconds of wall-clock time for each second of CPU time."""

    @classmethod
    def of(cls, crawl: CrawlSettings, count: int) -> WorkerLimits:
        """Return the configured limits for this many processes."""
        margin = max(MARGIN, MARGIN_PER_BYTE * crawl.max_body)
        return cls(count, crawl.worker_memory, crawl.worker_time, margin=margin)

    @property
    def clock(self) -> float:
        """Wall-clock limit of one call, in seconds."""
        return self.cpu_time * self.clock_per_cpu


@dataclass(frozen=True, slots=True)
class Done(Generic[Value]):
    """The call returned this value."""

    value: Value


@dataclass(frozen=True, slots=True)
class LimitHit:
    """A limit ended the call."""

    limit: str
    """The limit with its unit. It continues the words "it was ended by"."""
    hungry: bool = False
    """Whether more memory might help."""


@dataclass(frozen=True, slots=True)
class Defect:
    """Our own code raised an exception: the page revealed a defect."""

    error: BaseException


class WorkersDeadError(RuntimeError):
    """No worker process can be started, so no page can be read."""


class Workers:
    """A pool of processes. They start with the first call, and are killed if they exceed a limit."""

    def __init__(self, limits: WorkerLimits, grace: float = GRACE) -> None:
        self.limits = limits
        self.grace = grace
        self._pool: ProcessPool | None = None
        self._ending: list[asyncio.Future[None]] = []
        # The pool never gets more calls than it can start at once, so a lost call is noticed soon.
        self._free = asyncio.Semaphore(limits.count)
        self._one = asyncio.Lock()

    async def call(self, function: Callable[[Argument], Value], argument: Argument) -> Done[Value] | LimitHit | Defect:
        """Run a module-level function with one argument in a worker; return its value, the limit that it hit, or its
        defect.

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
            # The pool broke, perhaps because of another page. Or this page needs more memory than most.
            async with self._alone() as pool:
                outcome = await self._attempt(pool, function, argument, self.limits.memory)
        return outcome or LimitHit("the worker process, which ended without a result")

    async def _require_alive(self) -> None:
        """Start a worker for a call that always succeeds. Raises WorkersDeadError if it does not answer."""
        async with self._alone() as pool:
            answer = await self._ended(pool, os.getpid, self.grace)
        if answer is None or answer.exception() is not None:
            raise WorkersDeadError(
                "no worker process can be started; check the machine's free memory and its limit of processes"
            )

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[ProcessPool]:
        """Provide a pool of one process, while no other process runs or holds memory."""
        async with self._one:
            for _ in range(self.limits.count):
                await self._free.acquire()
            self._end_shared()
            await asyncio.gather(*self._ending)  # their memory is free only after they end
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
        """Return the end of the call, or None if the pool broke or lost the call."""
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
        """Return the future of a call when it is done, or None if the pool lost the call or cannot take it."""
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
        """Stop the shared processes. The next call starts new ones."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]  # pebble has no types here
            self._ending.append(asyncio.ensure_future(asyncio.to_thread(self._pool.join)))
            self._pool = None

    def _limit(self, error: BaseException) -> LimitHit | None:
        """Return the limit that caused an error, or None if a limit was not the cause."""
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
        """Stop every worker, without waiting for its work."""
        self._end_shared()
        await asyncio.gather(*self._ending)


def _ended_by_itself(error: BaseException) -> bool:
    """Whether a worker ended without a signal: on a very busy machine its wait for the pool's own lock runs out."""
    return isinstance(error, ProcessExpired) and (error.exitcode is None or error.exitcode >= 0)


def new_pool(count: int) -> ProcessPool:
    """Return a pool whose processes start with its first call."""
    context = multiprocessing.get_context("forkserver")  # the reactor and its sockets are not inherited
    context.set_forkserver_preload(list(PRELOADED))
    return ProcessPool(count, context=context, initializer=end_with, initargs=(os.getpid(),))


def end_with(parent: int) -> None:
    """End this process as soon as its parent ends, even if the parent is killed. A worker is a child of the fork
    server."""
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

    The limits end with the call, because a process that runs out of memory between two calls would lose the next call.
    """

    function: Callable[[Argument], Value]
    argument: Argument
    seconds: float
    """Seconds of CPU time, after which the kernel ends this process with SIGXCPU."""
    _: KW_ONLY
    memory: int
    """Maximum memory of the process in bytes. Above it the process raises MemoryError."""
    margin: int
    """Bytes, see `MARGIN`."""

    def __call__(self) -> Value:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        # The kernel counts from the start of the process, which may have handled other pages before.
        seconds = math.ceil(usage.ru_utime + usage.ru_stime + self.seconds)
        forget_peak()
        with soft_limit(resource.RLIMIT_CPU, seconds), soft_limit(resource.RLIMIT_DATA, self.memory + self.margin):
            value = self.function(self.argument)
        if peak() > self.memory:
            raise MemoryError
        return value


PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def forget_peak() -> None:
    """Reset the kernel's count of this process's peak memory, if the kernel supports that."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak() -> int:
    """Return this process's peak memory since the reset, in bytes; 0 if the kernel does not report it."""
    try:
        match = PEAK.search(Path("/proc/self/status").read_text(encoding="ascii", errors="replace"))
    except OSError:
        return 0
    return 0 if match is None else int(match[1]) * 1024


@contextmanager
def soft_limit(kind: int, size: int) -> Iterator[None]:
    """Lower one of this process's limits while the context is open."""
    soft, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (size if hard == resource.RLIM_INFINITY else min(size, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(kind, (soft, hard))
