"""A clock of the day that a test moves under running processes; their monotonic clock goes on as it does when somebody
sets the time of a machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

PLACES = ("/usr/lib/*/faketime", "/usr/local/lib/faketime", "/usr/lib64/faketime")
LIBRARY = "libfaketimeMT.so.1"


class MovedClock:
    def __init__(self, file: Path) -> None:
        self._file = file
        self._library = _library()
        self.move(0)

    @property
    def environ(self) -> Mapping[str, str]:
        """What a process needs that is to live by this clock."""
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def move(self, hours: float) -> None:
        """From now on the clock is so many hours ahead of this machine's, or behind it."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{hours * 3600:+.0f}\n")
        fresh.replace(self._file)


def _library() -> Path:
    for place in PLACES:
        for folder in Path("/").glob(place.lstrip("/")):
            if (folder / LIBRARY).exists():
                return folder / LIBRARY
    if os.environ.get("BLOCKWRIGHT_TEST_REQUIRE_SERVICES") == "1":
        raise RuntimeError("no libfaketime")
    pytest.skip("no libfaketime")
