"""Bytes of a pipe become lines and records, wherever the chunks end."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockwright.runner.attempt_logs import HEAD_BYTES, AttemptLog
from blockwright.runner.masking import Masker
from blockwright.runner.records import Splitter, frame, mark
from blockwright.runner.streams import Stream

MARK = mark("0123456789abcdef")


@given(
    st.lists(st.binary(max_size=20) | st.dictionaries(st.text(), st.integers()), max_size=8), st.lists(st.integers(0))
)
def test_records_are_found_wherever_chunks_end(pieces: list[bytes | dict[str, int]], cuts: list[int]) -> None:
    data = b"".join(piece if isinstance(piece, bytes) else frame(MARK, piece) for piece in pieces)
    splitter = Splitter(MARK)
    found: list[bytes | dict[str, int]] = []
    start = 0
    for cut in [*sorted(cut % (len(data) + 1) for cut in cuts), len(data)]:
        found.extend(splitter.feed(data[start:cut]))
        start = cut
    found.append(splitter.rest())
    assert [piece for piece in found if isinstance(piece, dict)] == [each for each in pieces if isinstance(each, dict)]
    text = b"".join(piece for piece in found if isinstance(piece, bytes))
    assert text == b"".join(piece for piece in pieces if isinstance(piece, bytes))


class Pipe:
    """A stream with its log; ``write`` is what a block process does."""

    def __init__(self, folder: Path) -> None:
        reader, self.writer = os.pipe()
        self.path = folder / "log.jsonl"
        self.log = AttemptLog(str(self.path), Masker())
        self.stream = Stream("stdout", reader, MARK)
        self.stream.begin(self.log)

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self.writer, view[:60_000]) :]
            self.stream.drain()

    def messages(self) -> list[str]:
        os.close(self.writer)
        while self.stream.drain():
            continue
        self.log.close()
        os.close(self.stream.reader)
        if not self.path.exists():
            return []
        return [json.loads(line)["message"] for line in self.path.read_text().splitlines()]


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[Pipe]:
    return Pipe(tmp_path)


@pytest.mark.parametrize(
    ("chunks", "messages"),
    [
        ([b"a\nb\n"], ["a", "b"]),
        ([b"a", b"b\n", b"c"], ["ab", "c"]),
        ([b"\n\n"], ["", ""]),
        ([b"1%\r2%", b"\r3%\n"], ["3%"]),
        ([b"one\r\ntwo\r", b"\n"], ["one", "two"]),
        ([b"1%\r2%\r"], ["2%"]),
        ([b"\xe2\x82", b"\xac\n"], ["€"]),
        ([], []),
    ],
)
def test_chunks_become_lines(pipe: Pipe, chunks: list[bytes], messages: list[str]) -> None:
    for chunk in chunks:
        pipe.write(chunk)
    assert pipe.messages() == messages


def test_the_tail_keeps_whole_lines_in_order(pipe: Pipe) -> None:
    lines = HEAD_BYTES // 50
    pipe.write(b"".join(b"%099d\n" % number for number in range(lines * 2)))
    found = pipe.messages()
    numbers = [int(message) for message in found if message.isdecimal()]
    assert numbers == sorted(numbers)
    assert (numbers[0], numbers[-1]) == (0, lines * 2 - 1)
    assert all(len(message) == 99 for message in found if message.isdecimal())
    assert sum(not message.isdecimal() for message in found) == 2


@pytest.mark.slow
def test_a_log_that_fits_is_complete(pipe: Pipe) -> None:
    lines = int(HEAD_BYTES * 1.5) // 100
    pipe.write(b"".join(b"%099d\n" % number for number in range(lines)))
    assert [int(message) for message in pipe.messages() if message.isdecimal()] == list(range(lines))


def test_a_log_that_cannot_be_written_loses_its_entries_only(tmp_path: Path) -> None:
    (tmp_path / "in the way").touch()
    made = Pipe(tmp_path / "in the way")
    made.write(b"a\n")
    assert made.messages() == []
