"""Lists and filters of the API with a million block runs stored: ``python -m benchmarks.api [--runs 100000]``.

Fills a SQLite database with generated rows, then asks each list a hundred times through the whole app (routing, rights,
database, JSON), with nobody else on it. Promise: 95 of 100 answers within 100 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

import httpx
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from benchmarks.server import Line, print_table
from blockwright.adapters.db.block_run_rows import INSERT_BLOCK_RUN, Place, block_run_row
from blockwright.adapters.db.run_rows import INSERT_RUN, insert_parameters, new_run
from blockwright.compose import Embedded
from blockwright.core.access import Actor, Grant, Role
from blockwright.core.blocks import BlockId
from blockwright.core.outputs import OutputRecord
from blockwright.core.runs.model import BlockRun, BlockRunName, BlockState, RunId, RunKind, RunRequest, RunState
from blockwright.settings import read
from blockwright.web import paging
from blockwright.web.app import create_app
from blockwright.web.site import Site

BLOCKS = 10
PIPELINES = 50
PEOPLE = 20
CALLS = 100
PROMISED = 0.100
BATCH = 2_000
KINDS = (RunKind.TRIGGER, RunKind.TRIGGER, RunKind.TRIGGER, RunKind.API, RunKind.INTERACTIVE)
OUTPUTS = (OutputRecord("output_0", "ab" * 32, "arrow", "dataframe", 1_000_000, 10_000, 12),)

CALLED = {
    "newest runs": "runs",
    "500 runs": "runs?limit=500",
    "a page far back": "runs?cursor={middle}",
    "runs of a pipeline": "runs?pipeline=pipeline_7",
    "failed runs": "runs?state=failed",
    "failed runs of a pipeline": "runs?pipeline=pipeline_7&state=failed",
    "runs of several states": "runs?state=failed&state=cancelled&state=running",
    "runs of a kind": "runs?kind=interactive",
    "runs of a kind that is hardly there": "runs?kind=replay",
    "runs of a pipeline and a kind": "runs?pipeline=pipeline_7&kind=interactive",
    "runs of a trigger": "runs?trigger=7",
    "runs of a person": "runs?by=person_7",
    "runs of a person who hardly runs anything": "runs?by=seldom",
    "runs of a person who never did": "runs?by=nobody",
    "runs of an hour": "runs?since={since}&until={until}",
    "one run with its blocks": "runs/{run}",
    "block runs": "runs/{run}/block-runs",
    "pipelines with their last run": "pipelines",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100_000, help="runs of ten block runs each")
    print_table(measure(parser.parse_args().runs))


def measure(runs: int = 100_000) -> list[Line]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "bench")
        _project(root)
        platform = Embedded(read({"PATH": os.environ["PATH"]}))
        try:
            installation = platform.installation(root)
            fill(installation.data / "blockwright.db", runs)
            site = Site(installation, platform.access(installation.data), "bench")
            return asyncio.run(_measure(create_app(site, gate=_open), runs))
        finally:
            platform.close()


def fill(database: Path, count: int) -> None:
    """Runs of generated rows, one a minute, straight into the tables."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    for first in range(1, count + 1, BATCH):
        numbers = range(first, min(first + BATCH, count + 1))
        connection.execute("BEGIN")
        connection.executemany(INSERT_RUN.removesuffix(" RETURNING id"), (_run(number) for number in numbers))
        connection.executemany(INSERT_BLOCK_RUN, (row for number in numbers for row in _block_runs(number)))
        connection.execute("COMMIT")
    connection.execute("ANALYZE")
    connection.close()


def _run(number: int) -> list[object]:
    person = "seldom" if number % 20_000 == 100 else f"person_{number % PEOPLE}"
    request = RunRequest(
        "bench",
        f"pipeline_{number % PIPELINES}",
        KINDS[number % len(KINDS)],
        trigger=number % 1_000,
        requested_by=person,
    )
    system = {"execution_date": {"$datetime": _moment(number).isoformat()}, "pipeline_run_id": number}
    run = new_run(
        request, variables={"day": "x" * 40}, system=system, snapshot="ab" * 32, git_commit=None, now=_moment(number)
    )
    state = RunState.FAILED if number % 100 == 0 else RunState.COMPLETED
    return list(insert_parameters(replace(run, state=state, started=run.created, finished=run.created)))


def _block_runs(number: int) -> Iterator[tuple[object, ...]]:
    place = Place(RunId(number), "bench", f"pipeline_{number % PIPELINES}")
    for position in range(BLOCKS):
        name = f"block_{position}"
        row = BlockRun(
            BlockRunName(name), BlockId(name), state=BlockState.COMPLETED, attempt=1, seconds=0.5, outputs=OUTPUTS
        )
        yield block_run_row(place, position, row, now=_moment(number))


def _moment(number: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)


async def _measure(app: FastAPI, count: int) -> list[Line]:
    transport = httpx.ASGITransport(app=app)
    words = {
        "middle": paging.encode(count // 2),
        "run": str(count // 2),
        "since": _moment(count // 2).isoformat().replace("+", "%2B"),
        "until": _moment(count // 2 + 60).isoformat().replace("+", "%2B"),
    }
    async with httpx.AsyncClient(transport=transport, base_url="http://bench/api/v1/projects/bench/") as client:
        lines = []
        for name, path in CALLED.items():
            times = [await _timed(client, path.format(**words)) for _ in range(CALLS)]
            told = f"median {median(times) * 1000:.1f} ms, p95 {quantiles(times, n=20)[-1] * 1000:.1f} ms"
            lines.append(
                Line(f"{name}, {count * BLOCKS:,} block runs stored", told, f"p95 under {PROMISED * 1000:.0f} ms")
            )
        return lines


async def _timed(client: httpx.AsyncClient, path: str) -> float:
    began = time.perf_counter()
    answer = await client.get(path)
    took = time.perf_counter() - began
    answer.raise_for_status()
    return took


def _project(root: Path) -> None:
    for number in range(PIPELINES):
        folder = root / "pipelines" / f"pipeline_{number}"
        folder.mkdir(parents=True)
        text = f"name: pipeline_{number}\nuuid: pipeline_{number}\ntype: python\nblocks: []\n"
        (folder / "metadata.yaml").write_text(text)
    (root / "metadata.yaml").write_text("project_type: standalone\n")


def _open(app: ASGIApp, _: FastAPI) -> ASGIApp:
    """In place of the gate, which asks the same database twice more."""
    actor = Actor(0, "bench", (Grant(Role.OWNER),))

    async def gated(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["actor"] = actor
        await app(scope, receive, send)

    return gated


if __name__ == "__main__":
    main()
