"""The history of changes: bounded, shared by processes, whole after a crash."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blockwright.adapters.project.history import Bounds, DiskHistory
from blockwright.core.errors import NotFound

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def record(history: DiskHistory, path: str, before: bytes | None, after: bytes | None, **fields: object) -> int:
    given = {"by": "ada", "what": f"save {path}", "now": NOON, **fields}
    return history.record([(path, before, after)], **given).id  # type: ignore[arg-type]


def test_changes_are_listed_newest_first_and_by_file(tmp_path: Path) -> None:
    history = DiskHistory(tmp_path / "h")
    assert history.list() == []
    ids = [record(history, path, None, b"x") for path in ("a", "b", "a")]
    assert ids == [1, 2, 3]
    assert [change.id for change in history.list()] == [3, 2, 1]
    assert [change.id for change in history.list(path="a")] == [3, 1]
    assert [change.id for change in history.list(before=3, limit=1)] == [2]
    assert DiskHistory(tmp_path / "h").get(2).files[0].path == "b"
    with pytest.raises(NotFound):
        history.get(9)


def test_contents_come_back_by_digest(tmp_path: Path) -> None:
    history = DiskHistory(tmp_path / "h")
    record(history, "a", b"old", b"new")
    (file,) = history.get(1).files
    assert file.before is not None
    assert file.after is not None
    assert (history.content(file.before), history.content(file.after)) == (b"old", b"new")
    for digest in ("", "../../etc/passwd", "0" * 64):
        with pytest.raises(NotFound):
            history.content(digest)
    place = next(path for path in (tmp_path / "h/content").rglob("*") if path.name == file.before)
    place.write_bytes(b"forged")
    with pytest.raises(NotFound):
        history.content(file.before)


def test_saves_one_after_another_are_one(tmp_path: Path) -> None:
    history = DiskHistory(tmp_path / "h")
    texts = [b"", b"a", b"ab", b"abc"]
    for place in range(1, 4):
        record(history, "a", texts[place - 1], texts[place], now=NOON + timedelta(seconds=place), join=True)
    (change,) = history.list()
    assert (change.files[0].bytes_before, change.files[0].bytes_after) == (0, 3)
    record(history, "a", b"abc", b"abcd", by="bob", join=True)
    record(history, "a", b"abcd", b"abcde", by="bob", now=NOON + timedelta(minutes=5), join=True)
    record(history, "a", b"other", b"x", by="bob", now=NOON + timedelta(minutes=5), join=True)
    assert [change.by for change in history.list()] == ["bob", "bob", "bob", "ada"]


def test_the_oldest_go_when_there_are_too_many(tmp_path: Path) -> None:
    history = DiskHistory(tmp_path / "h", Bounds(changes=10, bytes=10_000))
    for number in range(40):
        record(history, f"f{number}", None, f"{number:04}".encode() * 100)
    left = history.list(limit=100)
    assert left[0].id == 40
    assert 5 <= len(left) <= 11
    content = [path for path in (tmp_path / "h/content").rglob("*") if path.is_file()]
    assert len(content) == len(left)
    assert sum(path.stat().st_size for path in content) <= 10_000
    assert history.content(left[-1].files[0].after or "")
    assert record(history, "next", None, b"x") == 41


def test_large_and_secret_files_are_noted_and_not_kept(tmp_path: Path) -> None:
    history = DiskHistory(tmp_path / "h", Bounds(largest=10))
    record(history, "big", None, b"x" * 11)
    record(history, "conf/.env", b"PASSWORD=1", b"PASSWORD=2")
    assert [change.files[0].kept for change in history.list()] == [False, False]
    assert not (tmp_path / "h/content").exists()


def test_a_line_that_a_crash_cut_off_is_left_out(tmp_path: Path) -> None:
    history = DiskHistory(tmp_path / "h")
    record(history, "a", None, b"1")
    with (tmp_path / "h/changes.jsonl").open("ab") as file:
        file.write(b'{"id": 2, "time"')
    assert [change.id for change in history.list()] == [1]
    record(history, "b", None, b"2")
    assert [change.files[0].path for change in DiskHistory(tmp_path / "h").list()] == ["b", "a"]


def _many(folder: str, name: str) -> None:
    history = DiskHistory(Path(folder))
    for number in range(30):
        record(history, name, None, f"{name}{number}".encode())


def test_processes_take_turns(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_many, args=(str(tmp_path / "h"), name)) for name in ("a", "b")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    found = DiskHistory(tmp_path / "h").list(limit=100)
    assert sorted(change.id for change in found) == list(range(1, 61))
