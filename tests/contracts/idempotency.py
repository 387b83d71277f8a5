"""What every ``Idempotency`` keeps. Subclass it and give fixtures ``store`` and ``runs`` on one database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from blockwright.core.errors import Conflict
from blockwright.core.runs.model import Run, RunRequest
from blockwright.ports.idempotency import Idempotency, KeptAnswer, OpenClaim
from blockwright.ports.runs import RunStore
from tests.contracts.samples import NOON, later

ANSWER = KeptAnswer(202, '{"id":7}')


def claim(
    store: Idempotency, key: str = "k", request: str = "a", *, holder: str = "host:1:a", seconds: float = 0
) -> KeptAnswer | OpenClaim | None:
    return store.claim("shop", key, request, holder=holder, now=later(seconds))


def run_with(runs: RunStore, key: str) -> Run:
    request = RunRequest("shop", "sales", key=key)
    return runs.create(request, variables={}, system={}, snapshot="", git_commit=None, block_runs=(), now=NOON)


class IdempotencyContract:
    def test_the_first_answer_is_given_again(self, store: Idempotency) -> None:
        assert claim(store) is None
        assert claim(store, holder="host:2:b", seconds=1) == OpenClaim("host:1:a", NOON)
        store.settle("shop", "k", ANSWER)
        assert claim(store, seconds=3600) == ANSWER
        assert store.claim("bank", "k", "a", holder="host:1:a", now=NOON) is None

    def test_a_key_stands_for_one_request(self, store: Idempotency) -> None:
        claim(store)
        with pytest.raises(Conflict) as reused:
            claim(store, request="b")
        assert reused.value.code == "idempotency_key_reused"
        store.settle("shop", "k", ANSWER)
        with pytest.raises(Conflict):
            claim(store, request="b")

    def test_what_was_not_done_may_be_asked_again(self, store: Idempotency) -> None:
        claim(store)
        store.release("shop", "k")
        assert claim(store, request="b") is None
        store.settle("shop", "k", ANSWER)
        store.release("shop", "k")
        assert claim(store, request="b") == ANSWER

    def test_a_claim_is_taken_over_once(self, store: Idempotency) -> None:
        claim(store)
        found = claim(store)
        assert isinstance(found, OpenClaim)
        assert store.take_over("shop", "k", found, holder="host:2:b", now=later(121))
        assert not store.take_over("shop", "k", found, holder="host:3:c", now=later(122))
        assert claim(store) == OpenClaim("host:2:b", later(121))

    def test_a_run_is_made_together_with_the_note_of_it(self, store: Idempotency, runs: RunStore) -> None:
        claim(store)
        run = run_with(runs, "k")
        found = claim(store, seconds=121)
        assert found == OpenClaim("host:1:a", NOON, run.id)
        assert not store.take_over("shop", "k", found, holder="host:2:b", now=later(121))
        store.release("shop", "k")
        assert claim(store) == found

    def test_a_second_run_for_a_key_is_not_made(self, store: Idempotency, runs: RunStore) -> None:
        claim(store)
        first = run_with(runs, "k")
        with pytest.raises(Conflict):
            run_with(runs, "k")
        assert runs.latest("shop") == first

    def test_one_of_many_gets_the_claim(self, store: Idempotency) -> None:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda number: claim(store, holder=f"host:{number}:a"), range(24)))
        assert found.count(None) == 1
        assert len({each.holder for each in found if isinstance(each, OpenClaim)}) == 1

    def test_old_keys_are_forgotten(self, store: Idempotency) -> None:
        for key in ("a", "b"):
            claim(store, key)
        claim(store, "c", seconds=60)
        assert store.prune(later(1)) == 2
        assert claim(store, "a", request="other") is None
