"""What an attempt used of the machine."""

from __future__ import annotations

import resource
import time

from blockwright.wire.manifests import Usage


class Meter:
    """Starts to count when it is made."""

    def __init__(self) -> None:
        self._wall = time.perf_counter()
        self._cpu = _cpu_seconds()

    def read(self) -> Usage:
        """Wall and processor time since the start, of this process and the children it has waited for; the most memory
        that was resident so far."""
        return Usage(
            wall_seconds=round(time.perf_counter() - self._wall, 6),
            cpu_seconds=round(_cpu_seconds() - self._cpu, 6),
            rss_peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10,
        )


def _cpu_seconds() -> float:
    whole = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in whole)
