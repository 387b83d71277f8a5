"""What arrives in folders and object stores. (Channels: tests/engine/test_triggers.)"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blockwright.adapters.sources.folders import FolderWatcher
from blockwright.adapters.sources.objects import ObjectWatcher
from blockwright.core.errors import Unavailable
from blockwright.core.triggers.model import EventSource, SourceType

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def names(tmp_path: Path, glob: str, *, settle: float = 0, since: datetime = LONG_AGO) -> list[str]:
    source = EventSource(SourceType.FOLDER, path="inbox", glob=glob, settle=settle)
    return [str(one.body["relative"]) for one in FolderWatcher(tmp_path, source).look(since)]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    for name in ("a.csv", "b.txt", "2024/a.csv", "2024/05/c.csv"):
        file = tmp_path / "inbox" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    (tmp_path / "inbox/loop").symlink_to(tmp_path / "inbox")
    return tmp_path / "inbox"


@pytest.mark.parametrize(
    ("glob", "found"),
    [
        ("*.csv", ["a.csv"]),
        ("*", ["a.csv", "b.txt"]),
        ("*/*.csv", ["2024/a.csv"]),
        ("**/*.csv", ["2024/05/c.csv", "2024/a.csv", "a.csv"]),
        ("2024/**/*.csv", ["2024/05/c.csv", "2024/a.csv"]),
        ("A.csv", []),
    ],
)
def test_which_files(tmp_path: Path, inbox: Path, glob: str, found: list[str]) -> None:
    assert names(tmp_path, glob) == found


def test_a_file_counts_from_when_it_came_and_when_it_has_settled(tmp_path: Path, inbox: Path) -> None:
    assert names(tmp_path, "*.csv", settle=3600) == []
    assert names(tmp_path, "*.csv", since=datetime.now(UTC) + timedelta(hours=1)) == []


def test_the_same_file_is_the_same_event_and_a_changed_one_another(tmp_path: Path, inbox: Path) -> None:
    watcher = FolderWatcher(tmp_path, EventSource(SourceType.FOLDER, path="inbox", glob="*.csv", settle=0))
    (first,), (again,) = watcher.look(LONG_AGO), watcher.look(LONG_AGO)
    (inbox / "a.csv").write_text("changed")
    (changed,) = watcher.look(LONG_AGO)
    assert first == again
    assert changed.id != first.id


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="inbox"):
        names(tmp_path, "*")


def test_objects_below_a_prefix(inbox: Path) -> None:
    source = EventSource(SourceType.OBJECTS, url=f"file://{inbox}/2024/", glob="*.csv")
    watcher = ObjectWatcher(source)
    found = {str(one.body["url"]).rpartition("/2024/")[2]: one for one in watcher.look(LONG_AGO)}
    assert sorted(found) == ["05/c.csv", "a.csv"]
    assert watcher.look(datetime.now(UTC) + timedelta(hours=1)) == []
    (inbox / "2024/a.csv").write_text("changed!")
    again = {one.id for one in watcher.look(LONG_AGO)}
    assert found["05/c.csv"].id in again
    assert found["a.csv"].id not in again


def test_a_store_that_does_not_exist_is_told() -> None:
    with pytest.raises(Unavailable, match="cannot be listed"):
        ObjectWatcher(EventSource(SourceType.OBJECTS, url="nonsense://x/y"))
