"""What is kept and what goes: runs by age and count, then the bytes that nobody refers to."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass

from blockwright.core.errors import NotFound
from blockwright.core.retention import Policy, RunAge, ended_to_delete
from blockwright.core.runs.model import Run, RunState
from blockwright.ports.workspace import Workspace

YOUNG_SECONDS = 3600.0
"""Blobs younger than this stay whoever refers to them: an attempt may be about to name them."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What goes, or would go (``dry_run``). ``reasons`` has one sentence for each run."""

    runs: tuple[tuple[int, str, str], ...]  # run, pipeline, reason
    run_bytes: int
    blobs: int
    blob_bytes: int
    dry_run: bool


def collect(workspace: Workspace, policy: Policy, *, dry_run: bool) -> Collected:
    """Delete ended runs that the policy no longer keeps, then every blob that no record names."""
    now = workspace.clock.now()
    usage = workspace.artifacts.usage()
    ended = list(workspace.runs.ended_runs(workspace.project.name))
    # The latest value of a data product is used however old it is.
    values = {run.product: run.id for run in ended if run.product and run.state is RunState.COMPLETED}
    ages = [_age(run, newest=run.product is not None and values.get(run.product) == run.id) for run in ended]
    going = ended_to_delete(ages, policy, now=now, used=usage["total"] - usage["free"], total=usage["total"])
    run_bytes = 0
    gone: set[int] = set()
    for age, _ in going:
        gone.add(age.run)
        if not dry_run:
            workspace.runs.delete(age.id)
            run_bytes += workspace.artifacts.remove_run(age.run)
    keep = _referenced(workspace, gone if dry_run else set())
    swept = list(workspace.artifacts.sweep(keep, YOUNG_SECONDS, dry_run=dry_run))
    return Collected(
        runs=tuple((age.run, age.pipeline, reason) for age, reason in going),
        run_bytes=run_bytes,
        blobs=len(swept),
        blob_bytes=sum(size for _, size in swept),
        dry_run=dry_run,
    )


def _age(run: Run, *, newest: bool) -> RunAge:
    return RunAge(
        id=run.id,
        pipeline=run.pipeline,
        interactive=run.kind.value == "interactive",
        ended=run.finished or run.created,
        pinned=run.pinned,
        newest_completed=newest,
    )


def _referenced(workspace: Workspace, without: set[int]) -> set[str]:
    """Every digest that a record names, with the files of each snapshot."""
    keep = set(workspace.runs.referenced_digests())
    if without:
        keep -= _only_of(workspace, without)
    for digest in list(keep):
        keep |= _files_of(workspace, digest)
    return keep


def _only_of(workspace: Workspace, runs: set[int]) -> set[str]:
    """Digests that only the given runs refer to (for a preview, where nothing was deleted)."""
    users: dict[str, set[int]] = defaultdict(set)
    for run in workspace.runs.ended_runs(workspace.project.name):
        for row in workspace.runs.block_runs(run.id):
            for output in row.outputs:
                users[output.digest].add(run.id)
        users[run.snapshot].add(run.id)
    for run in workspace.runs.unfinished(workspace.project.name):
        for row in workspace.runs.block_runs(run.id):
            for output in row.outputs:
                users[output.digest].add(run.id)
        users[run.snapshot].add(run.id)
    return {digest for digest, by in users.items() if by <= runs}


def _files_of(workspace: Workspace, digest: str) -> set[str]:
    """The files that a snapshot document names; nothing for any other blob."""
    try:
        path = workspace.artifacts.path(digest)
        with path.open("rb") as file:
            if file.read(9) not in (b'{"files":',):
                return set()
            file.seek(0)
            return set(json.load(file)["files"].values())
    except (NotFound, OSError, ValueError, KeyError, TypeError, AttributeError):
        return set()
