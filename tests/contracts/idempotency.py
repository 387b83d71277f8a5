"""What every ``Idempotency`` keeps. Subclass it and give a fixture ``store``."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from blockwright.core.errors import Conflict
from blockwright.ports.idempotency import Idempotency, KeptAnswer
from tests.contracts.samples import NOON, later

ANSWER = KeptAnswer(202, '{"id":7}')


def claim(store: Idempotency, key: str = "k", request: str = "a", seconds: float = 0) -> KeptAnswer | None:
    return store.claim("shop", key, request, now=later(seconds), stale=later(seconds - 120))


class IdempotencyContract:
    def test_the_first_answer_is_given_again(self, store: Idempotency) -> None:
        assert claim(store) is None
        with pytest.raises(Conflict) as early:
            claim(store)
        assert early.value.code == "idempotency_in_progress"
        store.settle("shop", "k", ANSWER)
        assert claim(store, seconds=3600) == ANSWER
        assert store.claim("bank", "k", "a", now=NOON, stale=NOON) is None

    def test_a_key_stands_for_one_request(self, store: Idempotency) -> None:
        claim(store)
        store.settle("shop", "k", ANSWER)
        with pytest.raises(Conflict) as reused:
            claim(store, request="b")
        assert reused.value.code == "idempotency_key_reused"

    def test_what_was_not_done_may_be_asked_again(self, store: Idempotency) -> None:
        claim(store)
        store.release("shop", "k")
        assert claim(store, request="b") is None
        store.settle("shop", "k", ANSWER)
        store.release("shop", "k")
        assert claim(store, request="b") == ANSWER

    def test_a_claim_of_a_dead_server_is_given_again_once(self, store: Idempotency) -> None:
        claim(store)
        assert claim(store, seconds=121) is None
        with pytest.raises(Conflict):
            claim(store, seconds=122)

    def test_one_of_many_gets_the_claim(self, store: Idempotency) -> None:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: _outcome(store), range(24)))
        assert found.count(None) == 1
        assert set(found) == {None, "idempotency_in_progress"}

    def test_old_keys_are_forgotten(self, store: Idempotency) -> None:
        for key in ("a", "b"):
            claim(store, key)
        claim(store, "c", seconds=60)
        assert store.prune(later(1)) == 2
        assert claim(store, "a", request="other") is None


def _outcome(store: Idempotency) -> str | None:
    try:
        assert claim(store) is None
    except Conflict as error:
        return error.code
    return None
