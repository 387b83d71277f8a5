"""What every ``ModelStore`` keeps. Subclass it and give a fixture ``models``."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from blockwright.core import endpoints
from blockwright.core.endpoints import Bounds, Endpoint, Mode, Traffic
from blockwright.core.errors import Conflict, NotFound
from blockwright.core.models.mirroring import Mirror
from blockwright.core.models.promotion import Finding, Kind, Promotion, State
from blockwright.core.models.signatures import Field, FieldType, Signature
from blockwright.core.models.versions import Facts, ModelFile, NewModelVersion, Origin
from blockwright.ports.models import ModelStore
from tests.contracts.samples import NOON

FACTS = Facts(
    metrics={"mae": 11.5},
    parameters={"depth": 3, "loss": "squared"},
    tags={"team": "delay"},
    card="# Delay",
    signature=Signature((Field("distance", FieldType.NUMBER), Field("hour", FieldType.INTEGER, nullable=True))),
    example=({"distance": 1.5, "hour": None},),
    training_data="jan",
    held_out="mar",
    rivals={1: {"mae": 12.0}},
)


def new(model: str = "delay", digest: str = "a" * 64, run: int | None = 7, **fields: Any) -> NewModelVersion:
    file = ModelFile(digest, digest[::-1], "pickle", "model", 12, {"sklearn": ("scikit-learn", "1.9.1")}, "3.11")
    origin = Origin("run 7", run, "train", "fit", "fit", "c0ffee", "snap")
    return NewModelVersion(model, file, fields.pop("facts", FACTS), origin, fields.pop("created", NOON))


def entry(endpoint: Endpoint, **fields: Any) -> Promotion:
    found = (Finding("file", True, "whole", firm=True),)
    values: dict[str, Any] = {"reason": "better", "findings": found, **fields}
    return Promotion(
        *(0, endpoint.project, endpoint.model, Kind.PROMOTE, State.DONE, None, endpoint.version, "ada", NOON), **values
    )


class ModelContract:
    def test_versions_are_numbered_and_come_back_as_they_were(self, models: ModelStore) -> None:
        first = models.register("shop", new())
        second = models.register("shop", new(digest="b" * 64, created=NOON + timedelta(hours=1)))
        assert (first.number, second.number) == (1, 2)
        assert (first.project, first.model, first.file, first.facts) == ("shop", "delay", new().file, FACTS)
        assert first.origin == new().origin
        assert models.version("shop", "delay", 1) == first
        assert models.newest("shop", "delay") == second
        assert models.register("costs", new()).number == 1

    def test_handing_in_the_same_thing_twice_is_one_version(self, models: ModelStore) -> None:
        first = models.register("shop", new())
        assert models.register("shop", new()) == first
        assert models.register("shop", new(digest="b" * 64)).number == 2
        assert models.register("shop", new(run=8)).number == 3
        assert models.register("shop", new(run=None)).number == 4  # brought by a person
        assert models.register("shop", new(run=None)).number == 5

    def test_versions_handed_in_at_once_have_numbers_of_their_own(self, models: ModelStore) -> None:
        with ThreadPoolExecutor(8) as threads:
            made = list(threads.map(lambda run: models.register("shop", new(run=run)).number, range(24)))
        assert sorted(made) == list(range(1, 25))

    def test_models_are_listed_by_name_with_what_is_served(self, models: ModelStore) -> None:
        for name in ("tips", "delay", "costs"):
            models.register("shop", new(name))
        models.register("shop", new("delay", run=8))
        models.register("elsewhere", new("delay"))
        endpoint, _ = models.change(endpoints.first("shop", "delay", 1, by="ada", now=NOON), _noted("delay"))
        listed = models.models("shop", limit=2)
        assert [(one.name, one.versions, one.newest.number) for one in listed] == [("costs", 1, 1), ("delay", 2, 2)]
        assert [one.endpoint for one in listed] == [None, endpoint]
        assert [one.name for one in models.models("shop", after="delay", limit=5)] == ["tips"]

    def test_versions_are_listed_page_by_page(self, models: ModelStore) -> None:
        for run in range(5):
            models.register("shop", new(run=run))
        assert [one.number for one in models.versions("shop", "delay", limit=2)] == [5, 4]
        assert [one.number for one in models.versions("shop", "delay", before=4, limit=9)] == [3, 2, 1]
        assert models.versions("shop", "delay", before=1, limit=9) == []

    def test_what_is_not_there_is_named(self, models: ModelStore) -> None:
        models.register("shop", new())
        for ask, code in (
            (lambda: models.newest("shop", "tips"), "model_not_found"),
            (lambda: models.versions("shop", "tips", limit=1), "model_not_found"),
            (lambda: models.version("costs", "delay", 1), "model_not_found"),
            (lambda: models.version("shop", "delay", 2), "model_version_not_found"),
            (lambda: models.version("shop", "delay", 2**80), "model_version_not_found"),
            (lambda: models.version("shop", "delay", -1), "model_version_not_found"),
            (lambda: models.promotion("shop", 99), "promotion_not_found"),
        ):
            with pytest.raises(NotFound) as raised:
                ask()
            assert raised.value.code == code

    def test_what_is_known_of_a_version_can_be_replaced(self, models: ModelStore) -> None:
        models.register("shop", new())
        changed = replace(FACTS, card="# Better", tags={})
        assert models.describe("shop", "delay", 1, changed).facts == changed
        assert models.version("shop", "delay", 1).facts == changed

    def test_an_endpoint_and_its_entry_are_written_together(self, models: ModelStore) -> None:
        models.register("shop", new())
        first = endpoints.first("shop", "delay", 1, by="ada", now=NOON)
        written, noted = models.change(first, entry(first))
        assert written == replace(first, revision=1) == models.endpoint("shop", "delay")
        assert noted.id > 0
        assert models.promotions("shop", limit=9) == [noted] == [replace(entry(first), id=noted.id)]
        split = Traffic(Mode.CANARY, 2, 0.25, Bounds(0.1, 20.0, 30))
        again, _ = models.change(replace(written, version=2, previous=1, traffic=split), entry(written))
        assert models.endpoints("shop") == [again]
        assert (again.revision, again.traffic, again.previous) == (2, split, 1)
        assert models.endpoint("shop", "tips") is None

    def test_what_another_registry_was_told_is_kept(self, models: ModelStore) -> None:
        assert models.mirror("shop", "delay") is None
        first = Mirror("shop", "delay", "shop.delay", 2, 3, {"champion": 3}, tried=NOON, sent=NOON)
        other = Mirror("shop", "tips", "shop.tips", problem="away", tried=NOON)
        models.keep_mirror(other)
        models.keep_mirror(replace(first, revision=1, aliases={}))
        models.keep_mirror(first)
        assert models.mirror("shop", "delay") == first
        assert models.mirrors("shop") == [first, other]
        assert models.mirrors("costs") == []

    def test_a_change_of_something_unseen_is_refused_and_leaves_no_entry(self, models: ModelStore) -> None:
        first = endpoints.first("shop", "delay", 1, by="ada", now=NOON)
        written, _ = models.change(first, entry(first))
        for stale in (first, replace(written, revision=7)):
            with pytest.raises(Conflict) as raised:
                models.change(stale, entry(first))
            assert raised.value.code == "endpoint_changed"
        assert len(models.promotions("shop", limit=9)) == 1
        assert models.endpoint("shop", "delay") == written

    def test_the_log_is_listed_newest_first_and_filtered(self, models: ModelStore) -> None:
        ids = [models.note(_noted(name, state)).id for name, state in _SEVERAL]
        listed = models.promotions("shop", limit=9)
        assert [one.id for one in listed] == sorted(ids, reverse=True)
        assert [one.id for one in models.promotions("shop", "delay", limit=9)] == [ids[2], ids[0]]
        assert [one.id for one in models.promotions("shop", state=State.WAITING, limit=9)] == [ids[1]]
        assert [one.id for one in models.promotions("shop", before=ids[2], limit=1)] == [ids[1]]
        assert models.promotions("costs", limit=9) == []

    def test_what_waits_is_decided_once(self, models: ModelStore) -> None:
        waiting = models.note(_noted("delay", State.WAITING))
        decided = models.decide(waiting, State.REFUSED, by="bo", now=NOON, reason="not now")
        assert (decided.state, decided.decided_by, decided.decided, decided.reason) == (
            *(State.REFUSED, "bo", NOON, "not now"),
        )
        with pytest.raises(Conflict) as raised:
            models.decide(waiting, State.DONE, by="bo", now=NOON, reason="")
        assert raised.value.code == "decided"
        assert models.promotion("shop", waiting.id) == decided

    @pytest.mark.slow
    def test_thousands_of_versions_are_listed_in_no_time(self, models: ModelStore) -> None:
        for model in range(10):
            for run in range(200):
                models.register("shop", new(f"model_{model:02}", run=run))
        taken = []
        for _ in range(20):
            began = time.perf_counter()
            assert len(models.models("shop", limit=50)) == 10
            assert len(models.versions("shop", "model_07", limit=50)) == 50
            taken.append(time.perf_counter() - began)
        assert sorted(taken)[18] < 1.0  # a tenth of that is promised where nothing else runs


_SEVERAL = (("delay", State.DONE), ("tips", State.WAITING), ("delay", State.REFUSED))


def _noted(model: str, state: State = State.DONE) -> Promotion:
    return Promotion(0, "shop", model, Kind.PROMOTE, state, None, 1, "ada", NOON)
