"""Looking for processes that should be gone, without sleeping: wait on their pidfd."""

from __future__ import annotations

import os
import select
from collections.abc import Iterable

SECONDS = 60.0


def marked(text: str) -> list[int]:
    """Processes whose environment or command line contains ``text``, this one aside."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdecimal() or int(name) == os.getpid():
            continue
        for what in ("environ", "cmdline"):
            try:
                with open(f"/proc/{name}/{what}", "rb") as file:
                    if text.encode() in file.read():
                        found.append(int(name))
                        break
            except OSError:
                continue
    return found


def gone(pids: Iterable[int], seconds: float = SECONDS) -> None:
    """Wait until every process has ended; fails when one lives on."""
    for pid in pids:
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            ready, _, _ = select.select([descriptor], [], [], seconds)
            assert ready, f"process {pid} lives on"
        finally:
            os.close(descriptor)
