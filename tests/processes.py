"""A process and all those below it: which there are, and what they use."""

from __future__ import annotations

import psutil


def family(process: int) -> list[psutil.Process]:
    """Return a process and all below it; none where it has ended."""
    try:
        first = psutil.Process(process)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def proportional(process: psutil.Process) -> int:
    """Return the bytes of memory that a process uses, of shared ones its share; 0 where it has ended."""
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0


def lives(process: psutil.Process) -> bool:
    """Return whether a process has not ended."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
