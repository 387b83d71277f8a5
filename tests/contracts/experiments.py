"""The contract of ``ports.tracking.ExperimentStore``."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from blockwright.core.errors import NotFound
from blockwright.core.experiments.model import Link, TrackedState
from blockwright.core.runs.model import RunId
from blockwright.ports.tracking import ExperimentStore, Sent

NOW = datetime(2026, 1, 31, tzinfo=UTC)
LINK = Link(
    *("a1", "shop", "train", "fit", RunId(7), "fit", 1, "shop/train", "fit · run 7", TrackedState.RUNNING),
    waiting=False,
    created=NOW,
)


class ExperimentStoreContract:
    def test_a_link_is_kept_once(self, store: ExperimentStore) -> None:
        store.add(LINK)
        store.add(replace(LINK, name="another"))
        assert store.get("shop", "a1") == LINK

    def test_a_project_has_no_links_of_another(self, store: ExperimentStore) -> None:
        store.add(LINK)
        for wanted in (("other", "a1"), ("shop", "a2")):
            with pytest.raises(NotFound) as missing:
                store.get(*wanted)
            assert missing.value.code == "tracked_run_not_found"
        assert store.list("other") == store.experiments("other") == store.open("other") == []

    def test_links_are_listed_newest_first_page_by_page(self, store: ExperimentStore) -> None:
        links = [replace(LINK, tracked=f"a{n}", created=NOW + timedelta(seconds=n // 2)) for n in range(5)]
        for link in links:
            store.add(link)
        first = store.list("shop", limit=2)
        rest = store.list("shop", before=(first[-1].created, first[-1].tracked))
        assert [link.tracked for link in (*first, *rest)] == ["a4", "a3", "a2", "a1", "a0"]

    def test_lists_are_confined(self, store: ExperimentStore) -> None:
        store.add(LINK)
        store.add(replace(LINK, tracked="b1", pipeline="score", experiment="mine", run=RunId(8)))
        assert [link.tracked for link in store.list("shop", pipelines=["train"])] == ["a1"]
        assert [link.tracked for link in store.list("shop", experiment="mine")] == ["b1"]
        assert [link.tracked for link in store.list("shop", run=RunId(8))] == ["b1"]
        assert [link.tracked for link in store.list("shop", pipeline="train")] == ["a1"]
        assert store.list("shop", pipelines=[]) == []
        assert [one.name for one in store.experiments("shop", pipelines=["train"])] == ["shop/train"]

    def test_experiments_are_summed_up(self, store: ExperimentStore) -> None:
        store.add(LINK)
        store.add(replace(LINK, tracked="a2", pipeline="score", waiting=True, created=NOW + timedelta(hours=1)))
        store.finish("shop", "a1", TrackedState.COMPLETED, NOW, run=RunId(7))
        (found,) = store.experiments("shop")
        assert (found.runs, found.running, found.waiting) == (2, 1, 1)
        assert (found.first, found.latest, found.pipelines) == (NOW, NOW + timedelta(hours=1), ("score", "train"))

    def test_a_link_is_finished_by_its_own_run_alone(self, store: ExperimentStore) -> None:
        store.add(LINK)
        store.finish("shop", "a1", TrackedState.FAILED, NOW, run=RunId(8))
        assert store.open("shop") == [LINK]
        store.finish("shop", "a1", TrackedState.FAILED, NOW, run=RunId(7))
        assert store.open("shop") == []
        assert store.get("shop", "a1") == replace(LINK, state=TrackedState.FAILED, ended=NOW)

    def test_what_has_no_attempt_any_more_is_dead(self, store: ExperimentStore) -> None:
        store.add(LINK)
        assert store.dead("shop") == [(LINK, TrackedState.CANCELLED, NOW)]
        store.finish("shop", "a1", TrackedState.CANCELLED, NOW, run=RunId(7))
        assert store.dead("shop") == []

    def test_what_was_sent_has_the_servers_id(self, store: ExperimentStore) -> None:
        store.add(replace(LINK, waiting=True))
        store.sent(Sent("a1", "s1", TrackedState.COMPLETED))
        assert store.get("shop", "s1") == replace(LINK, tracked="s1")
