"""What every ``Queues`` keeps. Subclass it and give fixtures ``queues`` and ``runs`` on the same database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from blockwright.core.limits import EVERYWHERE, Full, SlotLimit
from blockwright.core.runs.model import (
    BlockRunName,
    Queue,
    Run,
    RunId,
    RunLimit,
    RunRequest,
    RunSettings,
    RunState,
)
from blockwright.ports.queues import Queues
from blockwright.ports.runs import Changes, RunStore
from tests.contracts import samples
from tests.contracts.samples import NOON, later


def asked(runs: RunStore, *, project: str = "shop", priority: int = 0, queue: Queue = Queue.ENGINE) -> Run:
    settings = RunSettings(limits=(RunLimit("pipeline:sales", 2),), skip_at_limit=True)
    request = RunRequest(project, "sales", queue=queue, priority=priority, settings=settings)
    return runs.create(request, variables={}, system={}, snapshot="", git_commit=None, block_runs=(), now=NOON)


def ended(runs: RunStore, run: Run) -> None:
    lease = samples.claim(runs, run)
    runs.save(lease, Changes(run=replace(run, state=RunState.COMPLETED, finished=NOON)), now=NOON)
    runs.release(lease)


def begun(runs: RunStore, run: Run, owner: str) -> None:
    lease = runs.claim(run.id, owner, seconds=30, now=NOON)
    runs.save(lease, Changes(run=replace(run, state=RunState.RUNNING, started=NOON)), now=NOON)


class QueuesContract:
    def test_waiting_runs_go_by_priority_then_age(self, queues: Queues, runs: RunStore) -> None:
        first, urgent, second = asked(runs), asked(runs, priority=5), asked(runs)
        asked(runs, queue=Queue.OWN)
        asked(runs, project="bank")
        waiting = queues.waiting("shop", limit=10)
        assert [run.run for run in waiting] == [urgent.id, first.id, second.id]
        assert waiting[0].limits == (RunLimit("pipeline:sales", 2),)
        assert waiting[0].skip_at_limit
        assert [run.run for run in queues.waiting("shop", limit=1)] == [urgent.id]

    def test_held_are_those_that_have_begun_and_those_that_nobody_took(self, queues: Queues, runs: RunStore) -> None:
        own, running, done = asked(runs, queue=Queue.OWN), asked(runs), asked(runs)
        begun(runs, running, "host:1:a")
        ended(runs, done)
        asked(runs)
        (only,) = queues.held("shop", older_than=NOON)
        assert (only.run, only.state, only.owner, only.until) == (running.id, RunState.RUNNING, "host:1:a", later(30))
        assert {run.run for run in queues.held("shop", older_than=later(1))} == {running.id, own.id}

    def test_no_more_runs_are_let_through_than_the_limit(self, queues: Queues, runs: RunStore) -> None:
        limit = [RunLimit("pipeline:sales", 2)]
        one, two, three = asked(runs), asked(runs), asked(runs)
        assert queues.admit(one.id, "shop", limit) is None
        assert queues.admit(two.id, "shop", limit) is None
        assert queues.admit(two.id, "shop", limit) is None  # counted once
        assert queues.admit(three.id, "shop", limit) == Full("pipeline:sales", 2, 2, (one.id, two.id))
        ended(runs, one)
        assert queues.admit(three.id, "shop", limit) is None

    def test_a_run_that_is_refused_by_one_limit_counts_for_none(self, queues: Queues, runs: RunStore) -> None:
        one, two, three = asked(runs), asked(runs), asked(runs)
        assert queues.admit(one.id, "shop", [RunLimit("b", 1)]) is None
        assert queues.admit(two.id, "shop", [RunLimit("a", 1), RunLimit("b", 1)]) is not None
        assert queues.admit(three.id, "shop", [RunLimit("a", 1)]) is None
        queues.forget(one.id)
        assert queues.admit(two.id, "shop", [RunLimit("b", 1)]) is None

    def test_each_project_counts_for_itself_but_for_the_installation(self, queues: Queues, runs: RunStore) -> None:
        shop, bank = asked(runs), asked(runs, project="bank")
        assert queues.admit(shop.id, "shop", [RunLimit("project", 1), RunLimit(EVERYWHERE, 1)]) is None
        assert queues.admit(bank.id, "bank", [RunLimit("project", 1)]) is None
        full = queues.admit(bank.id, "bank", [RunLimit("project", 1), RunLimit(EVERYWHERE, 1)])
        assert full == Full(EVERYWHERE, 1, 1, (shop.id,))

    def test_many_at_once_never_pass_a_limit(self, queues: Queues, runs: RunStore) -> None:
        waiting = [asked(runs) for _ in range(12)]
        limit = [RunLimit("key:a", 3), RunLimit("key:b", 5)]
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda run: queues.admit(run.id, "shop", limit), waiting))
        assert answers.count(None) == 3

    def test_slots_of_a_pool_are_taken_by_weight_and_given_back(self, queues: Queues, runs: RunStore) -> None:
        run = asked(runs)
        begun(runs, run, "host:1:a")
        a, b = BlockRunName("a"), BlockRunName("b")
        heavy = [SlotLimit("pool:db", 4, 3)]
        assert queues.reserve(run.id, a, "shop", heavy, now=NOON) is None
        assert queues.reserve(run.id, a, "shop", heavy, now=NOON) is None
        assert queues.reserve(run.id, b, "shop", [SlotLimit("pool:db", 4, 2)], now=NOON) == Full(
            "pool:db", 4, 3, (run.id,)
        )
        assert queues.reserve(run.id, b, "shop", [SlotLimit("pool:db", 4, 1)], now=NOON) is None
        queues.release(run.id, [a])
        assert queues.reserve(run.id, BlockRunName("c"), "shop", heavy, now=NOON) is None

    def test_slots_of_an_owner_whose_lease_is_over_are_free(self, queues: Queues, runs: RunStore) -> None:
        dead, alive = asked(runs), asked(runs)
        for run in (dead, alive):
            begun(runs, run, "host:1:a")
        slot = [SlotLimit("pool:db", 1)]
        assert queues.reserve(dead.id, BlockRunName("a"), "shop", slot, now=NOON) is None
        assert queues.reserve(alive.id, BlockRunName("a"), "shop", slot, now=later(29)) is not None
        assert queues.reserve(alive.id, BlockRunName("a"), "shop", slot, now=later(31)) is None

    def test_what_a_run_waits_for_stands_in_its_record_until_it_is_driven(self, queues: Queues, runs: RunStore) -> None:
        run = asked(runs)
        queues.note(run.id, "It waits for pool `db`.")
        assert runs.get(run.id).reason == "It waits for pool `db`."
        ended(runs, run)
        queues.note(run.id, "too late")
        assert runs.get(run.id).reason != "too late"
        queues.note(RunId(10**9), "nobody")

    def test_tidying_takes_nothing_from_what_counts(self, queues: Queues, runs: RunStore) -> None:
        first, second = asked(runs), asked(runs)
        limits = (RunLimit("key:Bonn", 1),)
        assert queues.admit(first.id, "shop", limits) is None
        queues.tidy()
        assert queues.admit(second.id, "shop", limits) == Full("key:Bonn", 1, 1, (first.id,))
        ended(runs, first)
        queues.tidy()
        assert queues.admit(second.id, "shop", limits) is None
