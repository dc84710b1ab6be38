"""Killable worker processes with limits of CPU time, clock time and memory: a hostile page costs its own check only."""

from __future__ import annotations

import asyncio
import math
import multiprocessing
import resource
import signal
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Generic, TypeVar

from pebble import ProcessExpired, ProcessPool

Argument = TypeVar("Argument")
Value = TypeVar("Value")

CLOCK_PER_CPU = 2
"""How much more of the clock than of the CPU a page may take: a busy machine must not decide what is refused."""
PRELOADED = ("differ.assessment",)
"""Imported once in the fork server, so that a worker that replaces a killed one is there at once."""


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """What the workers may use."""

    count: int
    memory: int
    """Bytes of address space, for each worker."""
    cpu_time: float
    """Seconds for one call."""


@dataclass(frozen=True, slots=True)
class Done(Generic[Value]):
    """The call came back with this."""

    value: Value


@dataclass(frozen=True, slots=True)
class LimitHit:
    """The call was ended by a limit."""

    limit: str
    """What it was, with its unit: goes on from "it was ended by"."""


@dataclass(frozen=True, slots=True)
class Defect:
    """Our own code raised: a fault of the program that this page brought to light."""

    error: BaseException


class Workers:
    """A pool of processes that start with the first call, and are killed when they use too much."""

    def __init__(self, limits: WorkerLimits) -> None:
        self.limits = limits
        self._pool: ProcessPool | None = None

    async def call(self, function: Callable[[Argument], Value], argument: Argument) -> Done[Value] | LimitHit | Defect:
        """Run a function of a module with one argument in a worker, and say how that ended."""
        outcome = await self._attempt(function, argument)
        if outcome is None:  # the pool broke under another page: this one gets a second chance
            outcome = await self._attempt(function, argument)
        return outcome or LimitHit("the system, which broke off the worker processes twice")

    async def _attempt(
        self, function: Callable[[Argument], Value], argument: Argument
    ) -> Done[Value] | LimitHit | Defect | None:
        """Return None where the pool broke."""
        pool = self._running_pool()
        seconds = self.limits.cpu_time
        future = pool.schedule(
            call_within_cpu_time, args=(function, argument, seconds), timeout=seconds * CLOCK_PER_CPU
        )
        waiting = asyncio.wrap_future(future)
        await asyncio.wait([waiting])
        error = waiting.exception()
        if error is None:
            return Done(waiting.result())
        if isinstance(error, BrokenProcessPool):
            if self._pool is pool:
                self._pool = None
            return None
        limit = self._limit(error)
        return LimitHit(limit) if limit else Defect(error)

    def _running_pool(self) -> ProcessPool:
        if self._pool is None:
            context = multiprocessing.get_context("forkserver")  # the reactor and its sockets are not inherited
            context.set_forkserver_preload(list(PRELOADED))
            self._pool = ProcessPool(
                self.limits.count, initializer=limit_memory, initargs=(self.limits.memory,), context=context
            )
        return self._pool

    def _limit(self, error: BaseException) -> str | None:
        """Name the limit behind an error, or return None where it is none."""
        if isinstance(error, TimeoutError):
            return f"the limit of {self.limits.cpu_time * CLOCK_PER_CPU:g} seconds by the clock"
        if isinstance(error, MemoryError):
            return f"the limit of {self.limits.memory / 1e6:g} MB of memory"
        if isinstance(error, RecursionError):
            return "the limit of nesting depth"
        if not isinstance(error, ProcessExpired):
            return None
        if error.exitcode == -signal.SIGXCPU:
            return f"the limit of {self.limits.cpu_time:g} seconds of CPU time"
        if error.exitcode is not None and error.exitcode < 0:
            name = signal.Signals(-error.exitcode).name
            return f"signal {name}, most likely for want of memory (limit {self.limits.memory / 1e6:g} MB)"
        return f"the worker process itself, with exit code {error.exitcode}"

    async def close(self) -> None:
        """Stop every worker, without waiting for its work."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it so
            await asyncio.to_thread(pool.join)


def limit_memory(size: int) -> None:
    """Limit the address space of this process, in bytes; beyond it, MemoryError."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (size if hard == resource.RLIM_INFINITY else min(size, hard), hard))


def call_within_cpu_time(function: Callable[[Argument], Value], argument: Argument, seconds: float) -> Value:
    """Call a function; the kernel ends this process by SIGXCPU when the call uses more CPU than that."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    # The limit counts from the start of the process, which has served other pages before.
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(usage.ru_utime + usage.ru_stime + seconds), hard))
    return function(argument)
