from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from blockwright.wire import journals
from blockwright.wire.documents import brief, load
from blockwright.wire.journals import Journal
from blockwright.wire.manifests import Manifest, Outcome


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "runs" / "1" / "+sessions" / "2.jsonl")


def note(path: str, attempt_id: str, outcome: Outcome = Outcome.COMPLETED, *, round: int = 0) -> str:
    text = json.dumps(brief(Manifest(attempt_id, outcome))).encode()
    return journals.note_manifest(path, round, text, durable=True)


def read(name: str) -> Manifest:
    return load(Manifest, journals.read_manifest(name))


def test_a_journal_tells_what_began_and_what_was_answered(path: str) -> None:
    journal = Journal(path)
    assert not journal.look().begun
    journals.note_begin(path, "1/a/b/1")
    failed = note(path, "1/a/b/1", Outcome.FAILED)
    assert (journal.look().begun, journal.answered, journal.finished) == ({"1/a/b/1"}, {"1/a/b/1": failed}, {})
    done = note(path, "1/a/b/2", round=3)
    assert journal.look().finished == {("a/b", 3): done}
    assert (read(failed), read(done)) == (Manifest("1/a/b/1", Outcome.FAILED), Manifest("1/a/b/2", Outcome.COMPLETED))


def test_the_first_that_finished_a_round_counts(path: str) -> None:
    first, _, other = note(path, "1/a/1", Outcome.SKIPPED), note(path, "1/a/2"), note(path, "1/a/3", round=1)
    assert Journal(path).look().finished == {("a", 0): first, ("a", 1): other}


def test_of_a_line_at_any_point_of_its_writing_nothing_is_seen_and_the_next_one_is_whole(path: str) -> None:
    kept = note(path, "1/a/1")
    before = os.stat(path).st_size
    note(path, "1/b/1")
    whole = Path(path).read_bytes()
    for size in range(before, len(whole)):
        Path(path).write_bytes(whole[:size])
        follower = Journal(path)
        assert follower.look().finished == {("a", 0): kept}
        last = note(path, "1/c/1")
        for journal in (follower.look(), Journal(path).look()):
            assert journal.finished.keys() - {("b", 0)} == {("a", 0), ("c", 0)}
            assert read(journal.finished["c", 0]) == read(last)
            if ("b", 0) in journal.finished:  # all of it but its end was there
                assert read(journal.finished["b", 0]) == Manifest("1/b/1", Outcome.COMPLETED)


def test_what_a_block_wrote_into_a_journal_is_passed_over(path: str) -> None:
    first = note(path, "1/a/1")
    with open(path, "a") as file:
        file.write('nonsense\n{"begin": 3}\n[]\n{"round": 0, "manifest": {"attempt_id": "1/b/1"}}\n')
    second = note(path, "1/c/1")
    assert Journal(path).look().finished == {("a", 0): first, ("c", 0): second}


def test_a_name_that_names_no_manifest_is_refused(path: str) -> None:
    note(path, "1/a/1")
    journals.note_begin(path, "1/b/1")
    begin = Path(path).read_bytes().index(b'{"begin"')
    for place in (begin, 3, 10**9):
        with pytest.raises(ValueError, match=r"manifest|Expecting|Extra"):
            journals.read_manifest(f"{path}#{place}")
    with pytest.raises(FileNotFoundError):
        journals.read_manifest(f"{path}.other.jsonl#0")


def test_only_a_place_in_a_journal_is_taken_for_one() -> None:
    assert journals.is_named("/data/runs/1/+sessions/1.jsonl#12")
    for other in ("runs/1/a/done-0.json", "x.jsonl", "x.jsonl#", "x.json#3", "#3", "x.jsonl#-1", "x.jsonl#a"):
        assert not journals.is_named(other)
