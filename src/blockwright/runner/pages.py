"""How the memory of the fork server lies once everything is imported.

An import runs through hundreds of megabytes of machine code once. The pages that it touched stay mapped, and count as
ours. Block processes gain nothing from them: a fork does not inherit the mapped pages of a file, it finds them in
the cache of the kernel, as we shall when we need one again.

What imports made is inherited, and each page of it is written down for every block process when it is forked, and
crossed out when it ends: with some ten thousand pages that is a good part of what a trivial block costs. Pages that lie
together in a huge one are handled together.
"""

from __future__ import annotations

import ctypes
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass

_MAPPING = re.compile(rb"^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ (\d+)")
_HUGE = 2 * 1024 * 1024
_COLLAPSE = 25  # MADV_COLLAPSE, which `mmap` does not name yet


@dataclass(slots=True)
class Mapping:
    """``resident`` and ``anonymous`` are kilobytes."""

    start: int
    end: int
    access: bytes
    of_a_file: bool
    resident: int = 0
    anonymous: int = 0


def give_back_code() -> None:
    """Let go of the pages of files that are mapped and were never written to. What a library's relocation wrote is
    private to this process, and stays."""
    advise = ctypes.CDLL(None).madvise
    for each in _mappings():
        if each.of_a_file and b"w" not in each.access and each.access.endswith(b"p") and not each.anonymous:
            advise(ctypes.c_void_p(each.start), ctypes.c_size_t(each.end - each.start), mmap.MADV_DONTNEED)


def gather_heap() -> None:
    """Put the heap into huge pages, where it fills them well. A kernel that cannot (before Linux 6.1) leaves it as it
    is."""
    advise = ctypes.CDLL(None).madvise
    for each in _mappings():
        private = not each.of_a_file and each.access == b"rw-p"
        if private and 2 * 1024 * each.resident >= each.end - each.start:
            for start in range(-(-each.start // _HUGE) * _HUGE, each.end - _HUGE + 1, _HUGE):
                advise(ctypes.c_void_p(start), ctypes.c_size_t(_HUGE), _COLLAPSE)


def _mappings() -> Iterator[Mapping]:
    try:
        with open("/proc/self/smaps", "rb") as file:
            lines = file.read().splitlines()
    except OSError:
        return  # not told here: then all stays as it is
    place: Mapping | None = None
    for line in lines:
        found = _MAPPING.match(line)
        if found is not None:
            place = Mapping(int(found[1], 16), int(found[2], 16), found[3], int(found[4]) != 0)
        elif place is not None and line.startswith(b"Rss:"):
            place.resident = int(line.split()[1])
        elif place is not None and line.startswith(b"Anonymous:"):
            place.anonymous = int(line.split()[1])
            yield place
