"""The logs of all runs in full text: newest first, every line once over the pages, and never more read than allowed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from blockwright.core.errors import Invalid
from blockwright.core.runs.model import BlockRun, BlockRunName, Role, Run, RunState
from blockwright.ports.runs import AttemptRecord, Changes
from blockwright.services import log_retention
from blockwright.services.log_search import Found, LogQuery, SearchPlace, histogram, search
from tests.engine.records import Records, records

START = datetime.now(UTC) - timedelta(hours=1)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Records]:
    with records(tmp_path / "shop") as made:
        yield made


def logged(shop: Records, *lines: dict[str, Any], block_run: str = "load", pipeline: str = "sales") -> Run:
    """A run with an attempt of this block run that logged these lines, a second apart."""
    run = shop.begin(pipeline, created=START)
    runs, block = shop.workspace.runs, block_run.partition(":")[0]
    lease = runs.claim(run.id, "host:1:a", seconds=30, now=START)
    row = BlockRun(BlockRunName(block_run), block, Role.CHILD if ":" in block_run else Role.BLOCK)  # type: ignore[arg-type]
    record = AttemptRecord(run.id, row.name, 1, 0, "ended", START, lease.fencing, finished=START)
    runs.save(lease, Changes(block_runs=(row,), attempts=(record,)), now=START)
    runs.release(lease)
    path = shop.workspace.artifacts.log_path(run.id, block_run, 1)
    path.parent.mkdir(parents=True)
    times = [(START + timedelta(seconds=second)).isoformat() for second in range(len(lines))]
    path.write_text("".join(f"{json.dumps({'time': time, **line})}\n" for time, line in zip(times, lines, strict=True)))
    return run


def say(message: str, level: str = "info", **tags: str) -> dict[str, Any]:
    return {"level": level, "message": message, **({"tags": tags} if tags else {})}


def messages(found: Found) -> list[str]:
    return [line["message"] for line in found.lines]


def test_lines_with_all_the_words_come_newest_first(shop: Records) -> None:
    logged(shop, say("read 5 rows"), say("wrote 5 ROWS"))
    newer = logged(shop, say("Read 7 rows"), say("nothing"), say("rows read again"), pipeline="stock")
    found = search(shop.workspace, LogQuery("read ROWS"), limit=50)
    assert messages(found) == ["rows read again", "Read 7 rows", "read 5 rows"]
    assert found.place is None
    first = found.lines[0]
    assert (first["run"], first["pipeline"], first["block_run"], first["attempt"]) == (newer.id, "stock", "load", 1)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (LogQuery('"5 rows"'), ["read 5 rows"]),
        (LogQuery("rows 5"), ["rows: 5", "read 5 rows"]),
        (LogQuery("shop=a"), ["structured"]),
        (LogQuery("ÄRGER"), ['Ärger \\ "quoted"']),
        (LogQuery("\\ ärger"), ['Ärger \\ "quoted"']),
        (LogQuery(level="warning"), ['Ärger \\ "quoted"', "rows: 5"]),
        (LogQuery(level="error"), ["rows: 5"]),
        (LogQuery("level"), []),  # what is not text of the line is not searched
        (LogQuery(since=START + timedelta(seconds=2)), ['Ärger \\ "quoted"', "structured"]),
        (LogQuery(until=START + timedelta(seconds=1)), ["read 5 rows"]),
    ],
)
def test_what_fits(shop: Records, query: LogQuery, expected: list[str]) -> None:
    lines = (
        say("read 5 rows"),
        say("rows: 5", "error"),
        say("structured", shop="a"),
        say('Ärger \\ "quoted"', "WARNING"),
    )
    logged(shop, *lines)
    assert messages(search(shop.workspace, query, limit=50)) == expected


def test_block_run_and_pipeline_restrict_it(shop: Records) -> None:
    first = logged(shop, say("a"), block_run="load:3")
    logged(shop, say("b"), block_run="clean", pipeline="stock")
    assert messages(search(shop.workspace, LogQuery(block="load"), limit=9)) == ["a"]
    assert messages(search(shop.workspace, LogQuery(block="load:3"), limit=9)) == ["a"]
    assert messages(search(shop.workspace, LogQuery(pipelines=("stock",)), limit=9)) == ["b"]
    assert messages(search(shop.workspace, LogQuery(run=first.id), limit=9)) == ["a"]
    with pytest.raises(Invalid, match="`loud`"):
        search(shop.workspace, LogQuery(level="loud"), limit=9)


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
@pytest.mark.parametrize("most_bytes", [1, 10**9])
def test_the_pages_together_have_every_line_once(shop: Records, limit: int, most_bytes: int) -> None:
    for number in range(4):
        logged(shop, *(say(f"{number}.{line} hit") for line in range(3)), say("miss"))
    logged(shop)
    seen: list[str] = []
    place: SearchPlace | None = None
    for _ in range(40):
        found = search(shop.workspace, LogQuery("hit"), limit=limit, place=place, most_bytes=most_bytes)
        assert len(found.lines) <= limit
        seen += messages(found)
        place = found.place
        if place is None:
            break
    assert seen == [f"{number}.{line} hit" for number in (3, 2, 1, 0) for line in (2, 1, 0)]


def test_a_request_that_may_not_look_longer_says_how_far_it_came(shop: Records) -> None:
    runs = [logged(shop, say("x")) for _ in range(3)]
    found = search(shop.workspace, LogQuery("nowhere"), limit=5, most_seconds=-1)
    assert (found.lines, found.searched_to) == ((), shop.workspace.runs.get(runs[2].id).created)
    assert found.place is not None


def test_a_log_that_is_gone_or_broken_hinders_nothing(shop: Records) -> None:
    gone, broken = logged(shop, say("gone")), logged(shop, say("fine"))
    shop.workspace.artifacts.log_path(gone.id, "load", 1).unlink()
    path = shop.workspace.artifacts.log_path(broken.id, "load", 1)
    path.write_bytes(b'\xff broken fine\n{"message": 5}\n[1]\n' + path.read_bytes() + b'{"message": "fine, half')
    assert len(search(shop.workspace, LogQuery("fine"), limit=9).lines) == 3


def test_logs_are_kept_as_long_as_the_project_says(shop: Records) -> None:
    old, open_, after = (logged(shop, say("x")) for _ in range(3))
    new = shop.end(shop.begin(), RunState.COMPLETED)
    for run in (old, after):
        shop.end(run, RunState.COMPLETED)
    paths = [shop.workspace.artifacts.log_path(run.id, "load", 1) for run in (old, open_, after)]
    assert (log_retention.delete_old_logs(shop.workspace), paths[0].exists()) == (0, True)
    (shop.root / "metadata.yaml").write_text("logging_config: {retention_period: 30m}\n")
    assert log_retention.delete_old_logs(shop.workspace) == 1
    assert [path.exists() for path in paths] == [False, True, True]
    shop.end(open_, RunState.COMPLETED)
    assert log_retention.delete_old_logs(shop.workspace) == 2
    assert not any(path.exists() for path in paths)
    assert log_retention.delete_old_logs(shop.workspace) == 0
    assert shop.workspace.runs.get(new.id)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (LogQuery(pattern=r"rows: \d+$"), ["rows: 17"]),
        (LogQuery("wrote", pattern=r"\d{2} rows"), ["wrote 17 rows"]),
        (LogQuery(pattern="ROWS"), []),
        (LogQuery(pattern="(?i)ROWS: "), ["rows: 17"]),
        (LogQuery(pattern="^shop|shop=a$"), ["structured"]),
        (LogQuery(pattern="Ä."), ["Ärger"]),
    ],
)
def test_a_pattern_is_found_in_the_text_and_the_tags(shop: Records, query: LogQuery, expected: list[str]) -> None:
    logged(shop, say("rows: 17"), say("wrote 17 rows"), say("structured", shop="a"), say("Ärger"))
    assert messages(search(shop.workspace, query, limit=50)) == expected


def test_what_is_no_pattern_is_told_with_the_reason(shop: Records) -> None:
    for pattern, reason in (("(a", "missing"), (r"(a)\1", "invalid escape"), ("a{9999999}", "repetition")):
        with pytest.raises(Invalid, match=reason) as told:
            search(shop.workspace, LogQuery(pattern=pattern), limit=1)
        assert (told.value.code, "RE2" in told.value.hint) == ("search_pattern", True)


def test_a_pattern_that_other_engines_never_end_with_is_answered(shop: Records) -> None:
    logged(shop, say("a" * 50_000 + "!"))
    assert messages(search(shop.workspace, LogQuery(pattern="^(a|a)*(a+)+$"), limit=1)) == []


def test_lines_are_counted_over_time_and_by_level(shop: Records) -> None:
    logged(shop, say("a"), say("b", "error"), say("c"))
    logged(shop, say("a again", "loud"), say("a"), pipeline="stock")
    found = histogram(shop.workspace, LogQuery())
    assert (found.lines, found.counted_to) == (5, None)
    assert found.spread is not None
    assert found.spread.start <= START < found.spread.end
    assert sum(bar.counts.get("info", 0) for bar in found.spread.bars) == 4
    (bar,) = (bar for bar in found.spread.bars if "error" in bar.counts)
    assert bar.start <= START + timedelta(seconds=1) < bar.start + timedelta(seconds=found.spread.seconds)
    assert histogram(shop.workspace, LogQuery("a", pipelines=("stock",))).lines == 2


def test_a_quiet_time_that_was_asked_for_is_spread_out_whole(shop: Records) -> None:
    logged(shop, say("a"))
    assert histogram(shop.workspace, LogQuery("nowhere")).spread is None
    found = histogram(shop.workspace, LogQuery("nowhere", since=START)).spread
    assert found is not None
    assert (found.bars, found.end - found.start >= timedelta(hours=1)) == ((), True)


def test_counting_that_may_not_go_on_says_how_far_it_came(shop: Records) -> None:
    runs = [logged(shop, say("x")) for _ in range(3)]
    found = histogram(shop.workspace, LogQuery(), most_seconds=-1)
    assert (found.lines, found.counted_to) == (1, shop.workspace.runs.get(runs[2].id).created)


def test_a_long_log_is_left_in_its_middle_when_the_time_is_up(shop: Records) -> None:
    logged(shop, *(say(f"line {number}") for number in range(2_500)))
    pages: list[str] = []
    place: SearchPlace | None = None
    for _ in range(4):
        found = search(shop.workspace, LogQuery("line"), limit=10_000, place=place, most_seconds=-1)
        pages += messages(found)
        place = found.place
        assert len(found.lines) < 1_001
        if place is None:
            break
    assert pages == [f"line {number}" for number in reversed(range(2_500))]
