"""What every ``Feed`` keeps. Subclass it and give fixtures ``feed`` and ``runs`` on the same database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from blockwright.core.errors import Invalid, NotFound
from blockwright.ports.feed import Cursor, Feed, FeedEntry
from blockwright.ports.runs import Changes, NewEvent, RunStore
from tests.contracts import samples
from tests.contracts.samples import NOON, later


def everything(feed: Feed, cursor: Cursor, limit: int = 500) -> list[FeedEntry]:
    """All that follows, page by page."""
    entries: list[FeedEntry] = []
    while page := feed.after(cursor, limit=limit):
        entries += page
        cursor = page[-1].cursor
    return entries


class FeedContract:
    def test_entries_come_back_in_order_and_once(self, feed: Feed) -> None:
        begin = feed.newest()
        for number in range(7):
            feed.add("shop", "files", {"n": number}, now=later(number))
        entries = everything(feed, begin, limit=3)
        assert [entry.data["n"] for entry in entries] == list(range(7))
        assert [entry.time for entry in entries] == [later(number) for number in range(7)]
        assert (entries[0].project, entries[0].topic, entries[0].run) == ("shop", "files", None)
        assert feed.after(entries[-1].cursor) == feed.after(feed.newest()) == []

    def test_a_change_of_a_run_is_there_with_its_events(self, feed: Feed, runs: RunStore) -> None:
        run = samples.create(runs, project="shop")
        begin = feed.newest()
        lease = samples.claim(runs, run)
        runs.save(lease, Changes(events=(NewEvent("run.running"), NewEvent("block.waiting"))), now=NOON)
        (entry,) = feed.after(begin)
        assert (entry.project, entry.topic, entry.run) == ("shop", "run", run.id)
        assert [event["kind"] for event in entry.data["events"]] == ["run.running", "block.waiting"]

    def test_only_the_asked_for_projects(self, feed: Feed) -> None:
        begin = feed.newest()
        for project in ("shop", "bank", ""):
            feed.add(project, "files", {}, now=NOON)
        assert [entry.project for entry in feed.after(begin, projects=["bank", ""])] == ["bank", ""]
        assert feed.after(begin, projects=[]) == ()

    def test_a_reader_from_before_what_was_forgotten_is_told_so(self, feed: Feed) -> None:
        begin = feed.newest()
        for number in range(5):
            feed.add("shop", "files", {"n": number}, now=later(number))
        third = feed.after(begin)[2].cursor
        assert feed.prune(later(3)) == 3
        assert [entry.data["n"] for entry in feed.after(third)] == [3, 4]
        with pytest.raises(NotFound) as caught:
            feed.after(begin)
        assert caught.value.code == "feed_gone"
        assert feed.prune(later(3)) == 0

    def test_an_empty_feed_that_was_forgotten_still_has_its_end(self, feed: Feed) -> None:
        feed.add("shop", "files", {}, now=NOON)
        end = feed.newest()
        feed.prune(later(1))
        assert feed.newest() == end
        feed.add("shop", "files", {"new": True}, now=later(2))
        assert [entry.data for entry in feed.after(end)] == [{"new": True}]

    @pytest.mark.parametrize(
        "cursor", ["", "x", "1", "1-", "-1", "1-2-3", "9" * 40 + "-1", "0-9223372036854775808", "²-1"]
    )
    def test_what_is_no_cursor_is_refused(self, feed: Feed, cursor: str) -> None:
        with pytest.raises(Invalid):
            feed.after(Cursor(cursor))

    def test_a_reader_beside_many_writers_misses_nothing_and_hears_nothing_twice(self, feed: Feed) -> None:
        writers, each = 4, 40
        cursor, done = feed.newest(), Event()
        seen: list[tuple[int, int]] = []

        def write(writer: int) -> None:
            for number in range(each):
                feed.add("shop", "files", {"by": writer, "n": number}, now=NOON)

        def read(place: Cursor) -> None:
            while True:
                ended = done.is_set()
                page = feed.after(place, limit=7)
                seen.extend((entry.data["by"], entry.data["n"]) for entry in page)
                place = page[-1].cursor if page else place
                if ended and not page:
                    return

        with ThreadPoolExecutor(writers + 1) as pool:
            reader = pool.submit(read, cursor)
            for task in [pool.submit(write, writer) for writer in range(writers)]:
                task.result()
            done.set()
            reader.result()
        assert sorted(seen) == [(writer, number) for writer in range(writers) for number in range(each)]
        for writer in range(writers):
            mine = [number for by, number in seen if by == writer]
            assert mine == sorted(mine)
