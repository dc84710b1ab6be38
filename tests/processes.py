"""Examines a process and its descendants, for example the memory that they use.

A process that has ended causes no error: it has no descendants and uses no memory.
"""

from __future__ import annotations

import psutil


def family(process: int) -> list[psutil.Process]:
    """Return a process and all its descendants."""
    try:
        first = psutil.Process(process)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def memory(process: psutil.Process) -> tuple[int, int]:
    """Return the memory of a process in bytes as two numbers.

    The two numbers differ in how they count memory that several processes share: the first number contains only this
    process's part of it, the second number all of it.
    """
    try:
        used = process.memory_full_info()
    except psutil.Error:
        return 0, 0
    return used.pss, used.rss


def name(process: psutil.Process) -> str:
    """Return the name of a process, or "" if the process has ended."""
    try:
        return str(process.name())
    except psutil.Error:
        return ""


def lives(process: psutil.Process) -> bool:
    """Return whether a process is still running."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
