from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from blockwright.adapters.bus.local import LocalBus
from blockwright.core.errors import Unavailable
from blockwright.ports.bus import EventBus, Notice, Topic
from tests.contracts.bus import BusContract, Buses, heard


class TestLocalBus(BusContract):
    @pytest.fixture
    def buses(self, tmp_path: Path) -> Iterator[Buses]:
        made: list[EventBus] = []

        def make() -> EventBus:
            made.append(LocalBus(tmp_path))
            return made[-1]

        yield make
        for bus in made:
            bus.close()


def test_the_socket_of_a_process_that_was_killed_is_removed(tmp_path: Path) -> None:
    program = """
import os, signal, sys
from pathlib import Path
from blockwright.adapters.bus.local import LocalBus
from blockwright.ports.bus import Topic
listener = LocalBus(Path(sys.argv[1])).listen({Topic.FEED})
os.kill(os.getpid(), signal.SIGKILL)
"""
    bus = LocalBus(tmp_path)
    subprocess.run([sys.executable, "-c", program, tmp_path], timeout=60, check=False)
    assert len(os.listdir(tmp_path / "bus")) == 1
    bus.publish(Notice(Topic.FEED))
    assert os.listdir(tmp_path / "bus") == []
    bus.close()


def test_a_path_too_long_for_a_socket_works_too_and_nothing_is_left(tmp_path: Path) -> None:
    data = tmp_path / ("long" * 30)
    here, there = LocalBus(data), LocalBus(data)
    listener = there.listen({Topic.FEED})
    here.publish(Notice(Topic.FEED, "shop"))
    assert heard(listener, 1) == [Notice(Topic.FEED, "shop")]
    here.close()
    there.close()
    assert os.listdir(data / "bus") == []


def test_a_data_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "bus").write_text("")
    with pytest.raises(Unavailable, match="cannot be used"):
        LocalBus(tmp_path)
