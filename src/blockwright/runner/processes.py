"""Process trees and their memory, as ``/proc`` tells them. Whatever vanishes while we look counts as gone."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable

MEGABYTE = 1_000_000


def children(pid: int) -> list[int]:
    """The direct children of a process, of all its threads; zombies included."""
    found: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
                found.extend(map(int, file.read().split()))
    except OSError:
        pass
    return found


def descendants(pid: int) -> list[int]:
    """Everything below a process, parents before children."""
    found: list[int] = []
    waiting = children(pid)
    while waiting:
        found.extend(waiting)
        waiting = [child for parent in waiting for child in children(parent)]
    return found


def kill(pids: Iterable[int]) -> None:
    """SIGKILL to each process and to each process group that one of them leads.

    A group goes in one stroke, which a process that forks as fast as we kill cannot outrun.
    """
    for pid in pids:
        for send in (os.killpg, os.kill):
            try:
                send(pid, signal.SIGKILL)
            except OSError:
                continue


def start_ticks(pid: int) -> int:
    """When a process started, in clock ticks since boot; with the pid it names the process for ever. 0: gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[19])
    except (OSError, IndexError):
        return 0


def memory_of(pid: int | str = "self") -> int:
    """Anonymous and shared memory of one process in bytes; what it shares with its parent since a fork counts fully."""
    return _sum_of_lines(f"/proc/{pid}/status", (b"RssAnon:", b"RssShmem:"))


def memory_of_tree(root: int, inherited: int) -> int:
    """Bytes that a process and its descendants have added to what ``root`` inherited at its fork.

    Resident memory counts a page once for each process that shares it since a fork. That is quick and good enough for
    a process alone; for a family the proportional share is taken, which the kernel needs a walk for.
    """
    pids = [root, *descendants(root)]
    if len(pids) == 1:
        return max(0, memory_of(root) - inherited)
    return sum(_sum_of_lines(f"/proc/{pid}/smaps_rollup", (b"Pss_Anon:", b"Pss_Shmem:")) for pid in pids)


def _sum_of_lines(path: str, names: tuple[bytes, ...]) -> int:
    total = 0
    try:
        with open(path, "rb") as file:
            for line in file:
                if line.startswith(names):
                    total += int(line.split()[1]) << 10
    except OSError:
        return 0
    return total
