"""Experiments: what blocks find to record in, whose each tracked run is, and looking at them by rights of a project.

Whose a tracked run is says our own link, noted when the run begins; the tags at the tracking server only repeat it for
people there. So nobody sees a run because somebody gave it a tag.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from blockwright.core.errors import BlockwrightError, Invalid, NotFound
from blockwright.core.experiments import comparing, filters
from blockwright.core.experiments.comparing import Comparison
from blockwright.core.experiments.model import (
    TAG,
    Artifact,
    Experiment,
    Link,
    Point,
    TrackedRun,
    TrackedState,
)
from blockwright.core.runs.model import RunId
from blockwright.ports.tracking import Recorded
from blockwright.ports.workspace import Workspace
from blockwright.services.specs import parse_attempt_id

log = logging.getLogger(__name__)

PAGE = 200
"""Tracked runs that are looked at together when a filter decides which are shown."""
MOST_LOOKED_AT = 5_000
"""Tracked runs that one question with a filter or an order looks at."""
LONGEST = 500
"""Characters of a name."""

_STATES = {
    "FINISHED": TrackedState.COMPLETED,
    "FAILED": TrackedState.FAILED,
    "KILLED": TrackedState.CANCELLED,
}
"""The tracking server's words, as block code speaks them."""

Pipelines = Collection[str] | None
"""Those that may be seen; None: all."""


@dataclass(frozen=True, slots=True)
class Found:
    """``whole`` False: there are more runs than one question looks at."""

    runs: tuple[TrackedRun, ...]
    next: tuple[datetime, str] | None = None
    whole: bool = True


# What block code finds ------------------------------------------------------------------------------------------------


def surroundings(workspace: Workspace, attempt: str) -> dict[str, Any]:
    """Where a block's records go, and what is said about each run that it begins there."""
    run_id, block_run, number = parse_attempt_id(attempt)
    run = workspace.runs.get(run_id)
    block = next((row.block for row in workspace.runs.block_runs(run_id) if row.name == block_run), block_run)
    tracking = workspace.learning.tracking
    connection = tracking.connection()
    tags = {
        "mlflow.runName": f"{block_run} · run {run_id}",
        f"{TAG}project": run.project,
        f"{TAG}pipeline": run.pipeline,
        f"{TAG}block": str(block),
        f"{TAG}run": str(run_id),
        f"{TAG}block_run": block_run,
        f"{TAG}attempt": str(number),
        f"{TAG}url": f"{workspace.oversight.public_url}/runs/{run_id}",
    }
    if run.git_commit:
        tags["mlflow.source.git.commit"] = run.git_commit
    return {
        "url": connection.url,
        "token": connection.token,
        "user": connection.user,
        "password": connection.password,
        "lock": connection.lock,
        "spool": connection.spool,
        "elsewhere": tracking.standing() == "elsewhere",
        "experiment": f"{run.project}/{run.pipeline}",
        "tags": tags,
    }


def note(workspace: Workspace, attempt: str, details: Mapping[str, Any]) -> None:
    """That a block has begun a tracked run, or that runs (``ended``) have come to an end."""
    run_id, block_run, number = parse_attempt_id(attempt)
    if "ended" in details:
        for tracked, status in dict(details["ended"]).items():
            state = _STATES.get(str(status), TrackedState.RUNNING)
            ended = workspace.clock.now() if state.final else None
            workspace.learning.experiments.finish(workspace.project.name, str(tracked), state, ended, run=run_id)
        return
    run = workspace.runs.get(run_id)
    block = next((row.block for row in workspace.runs.block_runs(run_id) if row.name == block_run), block_run)
    tracked = str(details["tracked"])
    if not tracked.isalnum() or len(tracked) > 64:
        raise Invalid(f"`{tracked[:80]}` is no id of a tracked run.")
    workspace.learning.experiments.add(
        Link(
            tracked=tracked,
            project=run.project,
            pipeline=run.pipeline,
            block=str(block),
            run=run_id,
            block_run=block_run,
            attempt=number,
            experiment=str(details["experiment"])[:LONGEST],
            name=str(details["name"])[:LONGEST],
            state=TrackedState.RUNNING,
            waiting=bool(details.get("waiting")),
            created=workspace.clock.now(),
        )
    )


# Looking --------------------------------------------------------------------------------------------------------------


def experiments(workspace: Workspace, *, pipelines: Pipelines = None) -> Sequence[Experiment]:
    """Those of the project that have runs of these pipelines, the one with the latest run first. Asks no server."""
    return workspace.learning.experiments.experiments(workspace.project.name, pipelines=pipelines)


def require_experiment(workspace: Workspace, name: str, *, pipelines: Pipelines = None) -> Experiment:
    """The experiment, by its whole name or by what follows the project's; raises NotFound."""
    known = experiments(workspace, pipelines=pipelines)
    own = f"{workspace.project.name}/{name}"
    for wanted in (name, own):
        for one in known:
            if one.name == wanted:
                return one
    has = ", ".join(f"`{one.name}`" for one in known[:5])
    raise NotFound(
        f"There is no experiment `{name}`.",
        hint=f"There is {has}." if has else "A block that calls `mlflow.log_metric` begins one.",
        code="experiment_not_found",
    )


def runs(
    workspace: Workspace,
    experiment: str | None = None,
    *,
    where: str = "",
    order: str = "",
    descending: bool = False,
    run: RunId | None = None,
    pipelines: Pipelines = None,
    before: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> Found:
    """Tracked runs, newest first, or by a metric or parameter (``order``); ``where`` is a filter."""
    conditions = filters.parse(where)
    if order:
        comparing.require_order(order)
    shown: list[TrackedRun] = []
    looked, place = 0, before
    plain = not conditions and not order
    while looked < MOST_LOOKED_AT:
        links = workspace.learning.experiments.list(
            workspace.project.name,
            experiment=experiment,
            run=run,
            pipelines=pipelines,
            before=place,
            limit=limit + 1 if plain else PAGE,
        )
        looked += len(links)
        found = with_records(workspace, links)
        shown += [one for one in found if all(condition.holds(one) for condition in conditions)]
        if plain or len(links) < PAGE:
            return _page(shown, order, descending, limit, whole=True)
        place = links[-1].created, links[-1].tracked
        if not order and len(shown) > limit:
            return _page(shown, order, descending, limit, whole=True)
    return _page(shown, order, descending, limit, whole=False)


def _page(shown: list[TrackedRun], order: str, descending: bool, limit: int, *, whole: bool) -> Found:
    if order:
        numbers = [one for one in shown if comparing.order_key(one, order)[0] < 2]
        others = [one for one in shown if comparing.order_key(one, order)[0] == 2]
        shown = [*sorted(numbers, key=lambda one: comparing.order_key(one, order), reverse=descending), *others]
    more = len(shown) > limit and not order
    kept = shown[:limit]
    return Found(tuple(kept), (kept[-1].link.created, kept[-1].link.tracked) if more else None, whole)


def tracked(workspace: Workspace, identity: str, *, pipelines: Pipelines = None) -> TrackedRun:
    """One by its id or the beginning of it; raises NotFound, Invalid when the beginning fits several."""
    link = _link(workspace, identity, pipelines)
    return with_records(workspace, [link])[0]


def compare(workspace: Workspace, identities: Sequence[str], *, pipelines: Pipelines = None) -> Comparison:
    """Several side by side, in the order given."""
    links = [_link(workspace, identity, pipelines) for identity in dict.fromkeys(identities)]
    if not 2 <= len(links) <= comparing.MOST:
        return comparing.compare([TrackedRun(link) for link in links])  # says what is wrong with their number
    return comparing.compare(with_records(workspace, links))


def history(
    workspace: Workspace, identity: str, metric: str, *, pipelines: Pipelines = None, limit: int = 1_000
) -> Sequence[Point]:
    link = _link(workspace, identity, pipelines)
    return [] if link.waiting else workspace.learning.tracking.history(link.tracked, metric, limit=limit)


def artifacts(
    workspace: Workspace, identity: str, path: str = "", *, pipelines: Pipelines = None
) -> Sequence[Artifact]:
    link = _link(workspace, identity, pipelines)
    return [] if link.waiting else workspace.learning.tracking.artifacts(link.tracked, require_path(path))


def artifact(
    workspace: Workspace, identity: str, path: str, *, pipelines: Pipelines = None
) -> AbstractContextManager[Iterator[bytes]]:
    """The content of a file of the run."""
    link = _link(workspace, identity, pipelines)
    return workspace.learning.tracking.artifact(link.tracked, require_path(path))


def require_path(path: str) -> str:
    """Raises Invalid for one that would lead out of the run's own files."""
    parts = path.split("/")
    if path.startswith("/") or "\\" in path or "\0" in path or ".." in parts or len(path) > 1_000:
        raise Invalid(f"`{path[:80]}` is no path within the files of a run.", code="artifact_path")
    return path


def with_records(workspace: Workspace, links: Sequence[Link]) -> list[TrackedRun]:
    """The links with what the tracking server has of each."""
    asked = [link.tracked for link in links if not link.waiting]
    known = workspace.learning.tracking.runs(asked) if asked else {}
    return [_joined(link, known.get(link.tracked)) for link in links]


def _joined(link: Link, recorded: Recorded | None) -> TrackedRun:
    if recorded is None:
        return TrackedRun(link, missing=True)
    # The server's word on a run that we think is under way: its block has closed it itself.
    state = link.state if link.state.final else recorded.state
    told = replace(link, state=state, name=recorded.name or link.name)
    return TrackedRun(told, recorded.params, recorded.metrics, recorded.tags, recorded.artifacts)


def _link(workspace: Workspace, identity: str, pipelines: Pipelines) -> Link:
    link = workspace.learning.experiments.get(workspace.project.name, identity)
    if pipelines is not None and link.pipeline not in pipelines:
        raise NotFound(
            f"There is no tracked run `{identity}`.",
            hint="`blockwright experiments show EXPERIMENT` lists those of an experiment.",
            code="tracked_run_not_found",
        )  # in the very words of one that is not there
    return link


# Keeping in step ------------------------------------------------------------------------------------------------------


def settle(workspace: Workspace) -> int:
    """Close tracked runs whose block has ended without doing so, and send what was kept back; how many changed. What
    the server does not take now is tried again the next time."""
    store, tracking = workspace.learning.experiments, workspace.learning.tracking
    project, changed = workspace.project.name, 0
    dead = store.dead(project)
    if dead:
        known = tracking.runs([link.tracked for link, _, _ in dead if not link.waiting])
        for link, state, ended in dead:
            recorded = known.get(link.tracked)
            if recorded is not None and recorded.state.final:
                state = recorded.state
            elif recorded is not None:
                tracking.finish(link.tracked, state, ended)
            store.finish(project, link.tracked, state, ended, run=link.run)
            changed += 1
    return changed


def send_waiting(workspace: Workspace) -> int:
    """Send what blocks of this data folder had to keep back; how many runs got there."""
    store, tracking = workspace.learning.experiments, workspace.learning.tracking
    sent = tracking.send_waiting()
    for one in sent:
        store.sent(one)
    return len(sent)


def settle_quietly(workspace: Workspace) -> None:
    """As ``settle``, where something else was asked for: that it could not be done is no answer to that."""
    try:
        settle(workspace)
    except BlockwrightError as error:
        log.info("tracking.not_settled project=%s %s", workspace.project.name, error)
