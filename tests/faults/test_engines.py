"""SIGKILL and SIGSTOP at random moments to every process of a server that drives runs; then only the promises: each
run comes to an end, no finished block runs twice, nothing is left alive.

Each case has a seed of its own, which its name tells.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import pytest

from blockwright.core.runs.model import BlockState, Queue, RunId, RunRequest
from blockwright.ports.bus import Notice, Topic
from blockwright.ports.installation import Installation
from blockwright.services import runs
from tests.adapters.db.conftest import SERVER
from tests.engines import installation
from tests.project import Project
from tests.redis_server import RedisServer
from tests.servers import MARK, children, serving

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(300)]

BLOCK = """
    import os, random, time

    @transformer
    def step(*args, **kwargs):
        with open(kwargs["side"], "a") as file:
            file.write(f"{kwargs['pipeline_run_id']}/{kwargs['block_uuid']}\\n")
        time.sleep(random.random() * 0.05)
        return 1 + max(args, default=0)
"""
LAYERS, WIDTH, RUNS, BLOWS = 4, 2, 6, 6
SECONDS = 150.0


def grid(project: Project) -> Path:
    """A pipeline whose blocks leave a line each time that they run."""
    side = project.root.parent / "side.txt"
    side.touch()
    blocks = [
        {
            "kind": "transformer",
            "id": f"b{layer}{place}",
            "code": BLOCK,
            # A block whose own process is killed has crashed, which is a failure like any other.
            "retry_config": {"retries": 20, "delay": 0},
            "after": [f"b{layer - 1}{above}" for above in range(WIDTH)] if layer else [],
        }
        for layer in range(LAYERS)
        for place in range(WIDTH)
    ]
    project.pipeline("p", *blocks, variables={"side": str(side)})
    return side


def asked(opened: Installation) -> list[RunId]:
    workspace = opened.workspace("shop")
    made = [runs.start(workspace, RunRequest("shop", "p", queue=Queue.ENGINE)).id for _ in range(RUNS)]
    opened.bus.publish(Notice(Topic.QUEUE, "shop"))
    return made


class Watch:
    """Looks on while runs are driven. ``again`` are block runs that ran after they had been seen finished."""

    def __init__(self, opened: Installation, side: Path, made: list[RunId]) -> None:
        self._store = opened.workspace("shop").runs
        self._listener = opened.bus.listen({Topic.FEED})
        self._side = side
        self._made = made
        self._finished: dict[str, int] = {}
        self.again: set[str] = set()

    def look(self) -> bool:
        """Whether every run has ended."""
        finished = {
            f"{run}/{row.name}"
            for run in self._made
            for row in self._store.block_runs(run)
            if row.state is BlockState.COMPLETED
        }
        ran = Counter(self._side.read_text().split())  # read after the records: a finished block has left its line
        for name in finished:
            if ran[name] > self._finished.setdefault(name, ran[name]):
                self.again.add(name)
        return all(self._store.get(run).state.final for run in self._made)

    def until_all_ended(self) -> None:
        deadline = time.monotonic() + SECONDS
        while not self.look():
            assert time.monotonic() < deadline, {run: self._store.get(run) for run in self._made}
            self._listener.wait(0.2)

    def passed(self, seconds: float) -> None:
        """Look on until something more has run, and then for so long."""
        before = self._side.stat().st_size
        deadline = time.monotonic() + SECONDS
        while self._side.stat().st_size == before and not self.look():
            assert time.monotonic() < deadline, "nothing runs"
            self._listener.wait(0.05)
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._listener.wait(left)
            self.look()

    def check(self) -> None:
        assert not self.again, f"finished and ran again: {self.again}"
        for run in self._made:
            rows = self._store.block_runs(run)
            assert {row.state for row in rows} == {BlockState.COMPLETED}, rows
            numbers = [event.number for event in self._store.events(run)]
            assert numbers == list(range(1, len(numbers) + 1))


def strike(chance: random.Random, roots: list[int]) -> str:
    """SIGKILL or a SIGSTOP of a second to some process below one of ``roots``."""
    below = {pid: command for root in roots for pid, command in children(root).items()}
    if not below:
        return "nobody there"
    victim = chance.choice(sorted(below))
    with suppress(ProcessLookupError):
        if chance.random() < 0.7:
            os.kill(victim, signal.SIGKILL)
            return f"killed {below[victim][:80]}"
        os.kill(victim, signal.SIGSTOP)
        time.sleep(1.0)
        os.kill(victim, signal.SIGCONT)
        return f"stopped {below[victim][:80]}"
    return "gone before"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_runs_of_a_server_come_to_their_end_whatever_dies(project: Project, seed: int) -> None:
    chance = random.Random(seed)
    side = grid(project)
    with installation(project) as (_, opened), serving(project, "--grace", "5") as server:
        watch = Watch(opened, side, asked(opened))
        for _ in range(BLOWS):
            watch.passed(chance.random() * 0.3)
            print(strike(chance, [server.process.pid]))
        watch.until_all_ended()
        watch.check()


@pytest.fixture
def cluster(project: Project, tmp_path: Path) -> Iterator[tuple[Project, RedisServer]]:
    """The project on PostgreSQL and Redis."""
    psycopg = pytest.importorskip("psycopg")
    try:
        connection = psycopg.connect(SERVER, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        if os.environ.get("BLOCKWRIGHT_TEST_REQUIRE_SERVICES") == "1":
            raise
        pytest.skip(f"no PostgreSQL: {error}")
    schema = f"test_{uuid4().hex}"
    connection.execute(f"CREATE SCHEMA {schema}")
    redis = RedisServer(tmp_path)
    project.environ = {
        "BLOCKWRIGHT_DATABASE_URL": f"{SERVER}?options=-csearch_path%3D{schema}",
        "BLOCKWRIGHT_REDIS_URL": redis.url,
        MARK: str(project.root),
    }
    try:
        yield project, redis
    finally:
        redis.stop()
        connection.execute(f"DROP SCHEMA {schema} CASCADE")
        connection.close()


@contextmanager
def schedulers(project: Project) -> Iterator[list[int]]:
    """A server with its scheduler, and another scheduler beside it."""
    with serving(project, "--grace", "5") as server:
        other = project.start("scheduler", "--grace", "5")
        try:
            yield [server.process.pid, other.pid]
        finally:
            other.send_signal(signal.SIGTERM)
            other.communicate(timeout=60)


@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.parametrize("seed", [1, 2])
def test_two_schedulers_share_the_work_whatever_dies_and_redis_restarts(
    cluster: tuple[Project, RedisServer], seed: int
) -> None:
    project, redis = cluster
    chance = random.Random(seed)
    side = grid(project)
    with (
        installation(project) as (_, opened),
        schedulers(project) as pids,
    ):
        watch = Watch(opened, side, asked(opened))
        for blow in range(BLOWS):
            watch.passed(chance.random() * 0.3)
            if blow == BLOWS // 2:
                redis.stop()
                print("redis stopped")
                watch.passed(1.0)
                redis.start()
            print(strike(chance, pids))
        watch.until_all_ended()
        watch.check()
