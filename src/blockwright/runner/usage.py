"""What an attempt used of the machine."""

from __future__ import annotations

import resource
import time

from blockwright.wire.manifests import Usage


class Meter:
    """Starts to count when it is made."""

    def __init__(self) -> None:
        self._wall = time.perf_counter()
        self._cpu = _cpu_seconds(resource.getrusage(resource.RUSAGE_SELF))

    def read(self) -> Usage:
        """Wall and processor time since the start, of this process and the children it has waited for; the most memory
        that was resident so far."""
        own = resource.getrusage(resource.RUSAGE_SELF)
        return Usage(
            wall_seconds=round(time.perf_counter() - self._wall, 6),
            cpu_seconds=round(_cpu_seconds(own) - self._cpu, 6),
            rss_peak=own.ru_maxrss << 10,
        )


def _cpu_seconds(own: resource.struct_rusage) -> float:
    waited_for = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + waited_for.ru_utime + waited_for.ru_stime
