from __future__ import annotations

import pytest

from blockwright.adapters.db.databases import Database
from blockwright.adapters.db.feed import DatabaseFeed
from blockwright.adapters.db.feed_rows import INSERT_FEED
from blockwright.adapters.db.runs import DatabaseRuns
from blockwright.ports.feed import Feed
from blockwright.ports.runs import RunStore
from tests.contracts.feed import FeedContract
from tests.contracts.samples import NOON


class TestSqliteFeed(FeedContract):
    @pytest.fixture
    def feed(self, sqlite: Database) -> Feed:
        return DatabaseFeed(sqlite)

    @pytest.fixture
    def runs(self, sqlite: Database) -> RunStore:
        return DatabaseRuns(sqlite)


@pytest.mark.postgres
class TestPostgresFeed(FeedContract):
    @pytest.fixture
    def feed(self, postgres: Database) -> Feed:
        return DatabaseFeed(postgres)

    @pytest.fixture
    def runs(self, postgres: Database) -> RunStore:
        return DatabaseRuns(postgres)


@pytest.mark.postgres
def test_what_began_first_and_commits_last_is_not_passed_over(postgres: Database) -> None:
    feed = DatabaseFeed(postgres)
    begin = feed.newest()
    with postgres.write() as slow:
        assert slow.execute(INSERT_FEED, (1, "shop", "files", None, '{"n":"slow"}')).rowcount == 1
        feed.add("shop", "files", {"n": "quick"}, now=NOON)
        early = feed.after(begin)
    assert early == []  # not readable while an older transaction is open
    assert [entry.data["n"] for entry in feed.after(begin)] == ["slow", "quick"]
