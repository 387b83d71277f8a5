"""What other processes do to a database in the tests; each is started anew, as in life."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from blockwright.adapters.db import DatabaseRuns, open_database
from blockwright.core.errors import Conflict
from blockwright.core.runs.model import BlockRunName, BlockState, RunId
from blockwright.ports.runs import Changes, NewEvent
from blockwright.wire import kill_points
from tests.contracts.samples import NOON, attempt, block_run, later

SPAWN = multiprocessing.get_context("spawn")


def start(target: Callable[..., None], *arguments: Any) -> tuple[BaseProcess, Connection]:
    """Start ``target(pipe, *arguments)``; returns the process and our end of the pipe."""
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=target, args=(theirs, *arguments), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def opened(url: str | None, folder: str) -> DatabaseRuns:
    return DatabaseRuns(open_database(url, folder=Path(folder), durable=False))


def grab(pipe: Connection, url: str | None, folder: str, ids: Sequence[RunId], owner: str) -> None:
    """Claim what can be claimed of ``ids``; sends the list of what was."""
    runs = opened(url, folder)
    pipe.send("ready")
    pipe.recv()
    mine = []
    for run in ids:
        try:
            mine.append((run, runs.claim(run, owner, seconds=30, now=NOON).fencing))
        except Conflict:
            continue
    pipe.send(mine)


def take_over(pipe: Connection, url: str | None, folder: str, run: RunId, owner: str, times: int) -> None:
    """Claim the run again and again as if every earlier lease were over, and save one event with each lease; sends
    how many were saved. A save that came too late was refused."""
    runs = opened(url, folder)
    pipe.send("ready")
    pipe.recv()
    saved = 0
    for number in range(times):
        lease = runs.claim(run, owner, seconds=0, now=NOON)
        event = NewEvent(f"{owner} {number}", data={"fencing": lease.fencing})
        try:
            runs.save(lease, Changes(block_runs=(block_run(owner, tries=number),), events=(event,)), now=NOON)
            saved += 1
        except Conflict:
            continue
    pipe.send(saved)


def save_for_ever(pipe: Connection, url: str | None, folder: str, run: RunId, kill_at: str) -> None:
    """Save one step after the other and send the number of each that was saved, until killed."""
    runs = opened(url, folder)
    lease = runs.claim(run, "host:1:victim", seconds=30, now=NOON)
    if kill_at:
        kill_points.arm(kill_at)
    number = 0
    while True:
        number += 1
        name = BlockRunName(f"block {number}")
        step = Changes(
            block_runs=(block_run(name, state=BlockState.RUNNING, attempt=1),),
            attempts=(attempt(run, name, started=later(number)),),
            events=(NewEvent("block.started", name),),
        )
        runs.save(lease, step, now=NOON)
        pipe.send(number)
