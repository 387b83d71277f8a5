"""Data products: what their latest value is, whether it still counts, and computing it once for all who ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from blockwright.core.blocks import BlockId, BlockSpec, BlockType
from blockwright.core.errors import Conflict, Invalid, NotFound, UserCode
from blockwright.core.outputs import OutputRecord
from blockwright.core.products import Freshness, Product, freshness
from blockwright.core.runs.model import Queue, Run, RunId, RunKind, RunRequest, RunState
from blockwright.ports.runs import RunFilter
from blockwright.ports.workspace import Workspace
from blockwright.services import runs, shared_products
from blockwright.wire import values

CONFIGURATION = "global_data_product"
"""The key of a block's configuration that names its product."""
MOST_RUNS = 1000
"""Runs that ``partitions: 0`` (all) stands for at most."""
UNFINISHED = tuple(state for state in RunState if not state.final)


@dataclass(frozen=True, slots=True)
class Value:
    """The outputs of ``run`` (and of older ones, where the settings want several), named ``block/0``, ``block/1`` …"""

    run: Run
    outputs: tuple[OutputRecord, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a product stands: its latest value's run, whether that counts, and the run that computes it now."""

    product: Product
    latest: Run | None
    freshness: Freshness
    computing: Run | None


def named(workspace: Workspace, uuid: str, project: str = "") -> Product:
    """The product of the registry, or one that another project of the platform shares; raises as
    ``shared_products.find``."""
    return shared_products.find(workspace, uuid, project)


def wanted_by(workspace: Workspace, block: BlockSpec) -> Product:
    """The product that a block of type ``global_data_product`` names, with what it says beside; raises Invalid."""
    said = block.configuration.get(CONFIGURATION)
    if not isinstance(said, Mapping) or not said.get("uuid"):
        raise Invalid(
            f"Block `{block.uuid}` names no data product.",
            hint="Write `configuration: {global_data_product: {uuid: NAME}}`.",
            code="product",
        )
    wish = workspace.files.product_wish(said, where=f"block {block.uuid}")
    return shared_products.narrowed(named(workspace, wish.uuid, wish.project), wish)


def standing(workspace: Workspace, product: Product) -> Standing:
    """How it stands now."""
    home = shared_products.home(workspace, product)
    latest = _latest(home, product.uuid, (RunState.COMPLETED,))
    now = workspace.clock.now()
    return Standing(
        product,
        latest,
        freshness(product, None if latest is None else _date(latest), now),
        _latest(home, product.uuid, UNFINISHED),
    )


def resolve(workspace: Workspace, product: Product, *, since: datetime, asker: Run) -> Value | Run:
    """The value if it is fresh or was made after ``since``; else the run that computes it, which may have been started
    for this. Raises UserCode (code ``product_failed``) when one failed since then, Invalid for a product that needs
    itself, and as ``services.runs.start``. The run is one of the project that makes the product."""
    home = shared_products.home(workspace, product)
    newest = _latest(home, product.uuid, ())
    if newest is not None and not newest.state.final:
        return newest
    latest = _latest(home, product.uuid, (RunState.COMPLETED,))
    if latest is not None:
        judged = freshness(product, _date(latest), workspace.clock.now())
        if judged.fresh or (latest.finished is not None and latest.finished >= since):
            found = outputs(workspace, product)
            shared_products.bring(workspace, product, found)
            if workspace.artifacts.hold(one.digest for one in found):
                return Value(latest, found, judged.why)
    if newest is not None and newest.finished is not None and newest.finished >= since:
        raise failed(product.uuid, newest)
    env = str(asker.system.get("env", ""))
    return compute(workspace, product, queue=asker.queue, parent=asker.id, env=env, priority=asker.priority)


def failed(uuid: str, run: Run) -> UserCode:
    """The error of a product whose computation did not complete."""
    word = "was cancelled" if run.state is RunState.CANCELLED else "failed"
    return UserCode(
        f"Data product `{uuid}` could not be computed: run {run.id} {word}.",
        hint=run.reason or f"`blockwright why {run.id}` says more.",
        code="product_failed",
    )


def compute(
    workspace: Workspace,
    product: Product,
    *,
    queue: Queue,
    parent: RunId | None = None,
    env: str = "",
    by: str = "",
    priority: int = 0,
) -> Run:
    """The run that computes it: the one that does already, else a new one. For a run that an engine drives it is
    queued for engines, too, and let through the limits of its pipeline."""
    home = shared_products.home(workspace, product)
    _require_no_circle(home, product.uuid, ((home.project.name, product.uuid),))
    request = RunRequest(
        project=home.project.name,
        pipeline=product.pipeline,
        kind=RunKind.PIPELINE if parent is not None else RunKind.API,
        env=env or home.options.env,
        parent_run=parent,
        queue=queue,
        priority=priority,
        product=product.uuid,
        requested_by=by,
    )
    try:
        return runs.start(home, request)
    except Conflict as error:
        found = _latest(home, product.uuid, UNFINISHED) or _latest(home, product.uuid, ())
        if error.code != "computing" or found is None:
            raise
        return found


def outputs(workspace: Workspace, product: Product) -> tuple[OutputRecord, ...]:
    """What the product's value is made of. Raises NotFound (code ``output_not_found``) for a block without a result."""
    home = shared_products.home(workspace, product)
    wanted = product.settings or dict.fromkeys(_last_blocks(home, product), 1)
    made = _completed(home, product, max((count or MOST_RUNS for count in wanted.values()), default=1))
    found: list[OutputRecord] = []
    for block, count in wanted.items():
        records = [record for run in made[: count or MOST_RUNS] for record in _of_block(home, product, run, block)]
        found += [replace(record, name=f"{block}/{place}") for place, record in enumerate(records)]
    return tuple(found)


def abandoned(workspace: Workspace, run: Run) -> bool:
    """Whether nobody drives a run that somebody was to drive: the process that started it has died."""
    waits_for_engine = run.state is RunState.QUEUED and run.queue is Queue.ENGINE
    return not run.state.final and not waits_for_engine and runs.living_owner(workspace, run.id) is None


def again_at(now: datetime) -> datetime:
    """When to look again for a run whose end nobody heard of."""
    return now + timedelta(minutes=10)


def report(found: Standing) -> dict[str, Any]:
    """For people and programs."""
    product, latest = found.product, found.latest
    return {
        "uuid": product.uuid,
        "pipeline": product.pipeline,
        "project": product.project,
        "outdated_after": dict(product.outdated_after),
        "outdated_starting_at": dict(product.outdated_starting_at),
        "settings": {block: {"partitions": count} for block, count in product.settings.items()},
        "fresh": found.freshness.fresh,
        "why": found.freshness.why,
        "outdated_at": None if found.freshness.outdated_at is None else found.freshness.outdated_at.isoformat(),
        "run": None if latest is None else latest.id,
        "computed": None if latest is None or latest.finished is None else latest.finished.isoformat(),
        "computing": None if found.computing is None else found.computing.id,
    }


def _latest(workspace: Workspace, uuid: str, states: tuple[RunState, ...]) -> Run | None:
    which = RunFilter(workspace.project.name, states=states, product=uuid)
    return next(iter(workspace.runs.list(which, limit=1)), None)


def _completed(workspace: Workspace, product: Product, count: int) -> Sequence[Run]:
    which = RunFilter(workspace.project.name, states=(RunState.COMPLETED,), product=product.uuid)
    return workspace.runs.list(which, limit=count)


def _of_block(workspace: Workspace, product: Product, run: Run, block: BlockId) -> list[OutputRecord]:
    found = workspace.runs.latest_result(workspace.project.name, product.pipeline, block, run=run.id)
    if not found:
        raise NotFound(
            f"Data product `{product.uuid}` asks for block `{block}`, which has no result in run {run.id} of pipeline "
            f"`{product.pipeline}`.",
            hint="Name blocks of that pipeline under `settings` of the product.",
            code="output_not_found",
        )
    records = [record for result in found for record in result.block_run.outputs]
    if any(record.in_memory for record in records):
        raise Invalid(
            f"Run {run.id} of pipeline `{product.pipeline}` kept its outputs in memory only.",
            hint="Switch `cache_block_output_in_memory` off in the pipeline that makes the product.",
            code="product",
        )
    return records


def _last_blocks(workspace: Workspace, product: Product) -> list[BlockId]:
    blocks = [block for block in workspace.files.pipeline(product.pipeline).blocks if block.type.runs]
    feeding = {upstream for block in blocks for upstream in block.upstream}
    return [block.uuid for block in blocks if block.uuid not in feeding]


def _date(run: Run) -> datetime:
    date = values.decode(run.system.get("execution_date"))
    return date if isinstance(date, datetime) else run.created


def _require_no_circle(workspace: Workspace, uuid: str, way: tuple[tuple[str, str], ...]) -> None:
    """Raises Invalid when a product is computed from itself, since its runs would wait for each other for ever. ``way``
    are the products that led here, each with its project; ``workspace`` is that of the last one."""
    for block in workspace.files.pipeline(named(workspace, uuid).pipeline).blocks:
        said = block.configuration.get(CONFIGURATION)
        if block.type is not BlockType.GLOBAL_DATA_PRODUCT or not isinstance(said, Mapping) or not said.get("uuid"):
            continue
        needed = named(workspace, str(said["uuid"]), str(said.get("project") or ""))
        home = shared_products.home(workspace, needed)
        place = (home.project.name, needed.uuid)
        if place in way:
            chain = " → ".join(f"`{name}`" for _, name in (*way[way.index(place) :], place))
            raise Invalid(
                f"Data products are computed from each other in a circle: {chain}.",
                hint=f"Take the block `{block.uuid}` out of its pipeline.",
                code="product_circle",
            )
        _require_no_circle(home, needed.uuid, (*way, place))
