"""What block code may ask for while it runs, answered with the rights of its run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from blockwright.core.blocks import BlockId
from blockwright.core.errors import Invalid, NotFound
from blockwright.core.runs.model import Run, RunId, RunKind, RunRequest, RunState
from blockwright.ports.runs import RunFilter
from blockwright.ports.workspace import Workspace
from blockwright.services import runs
from blockwright.services.specs import output_of, outputs_of, parts_of
from blockwright.wire import documents, values
from blockwright.wire.messages import Ask

if TYPE_CHECKING:
    from blockwright.core.products import Product


@dataclass(frozen=True, slots=True)
class Waiting:
    """The answer is another run's: start driving it, and answer when it has ended (``wait``) or at once. ``seconds``
    bounds the waiting; ``until`` is then the monotonic time at which it is over. ``product`` names the data
    product whose value is the answer, ``project`` the one that was named with it."""

    run: RunId
    request: int
    wait: bool
    seconds: float | None = None
    until: float | None = None
    product: str = ""
    project: str = ""


def answer(
    workspace: Workspace,
    what: str,
    details: Mapping[str, Any],
    *,
    asker: RunId,
    block: BlockId | None = None,
    attempt: str = "",
) -> Any:
    """The answer as JSON (values encoded by ``wire.values``), or ``Waiting``; raises an error that says why not.

    What the code of ``block`` gets from others is noted for the lineage before it gets it.
    """
    try:
        ask = Ask(what)
    except ValueError:
        raise Invalid(f"Block code asked for `{what}`, which is not known.") from None
    try:
        if ask in (Ask.TRACKING, Ask.TRACKED):
            return _tracking(workspace, ask, details, attempt)
        found = _answer(workspace, ask, details, asker, block)
        if block is not None:
            _note(workspace, ask, details, asker, block)
        return found
    except (LookupError, TypeError, ValueError, OverflowError) as error:  # what block code sends may be anything
        raise Invalid(f"Block code asked for `{what}` in a way that cannot be answered: {error}.") from error


def _answer(workspace: Workspace, ask: Ask, details: Mapping[str, Any], asker: RunId, block: BlockId | None) -> Any:
    match ask:
        case Ask.SECRET:
            return workspace.secrets.get(workspace.project.name, str(details["name"]))
        case Ask.VARIABLES:
            pipeline = workspace.files.pipeline(str(details["pipeline"]))
            return {name: values.encode(value) for name, value in pipeline.variables.items()}
        case Ask.SET_VARIABLE:
            value = values.decode(details["value"])
            workspace.files.set_variable(str(details["pipeline"]), str(details["name"]), value)
            return None
        case Ask.OUTPUT:
            return _output(workspace, details)
        case Ask.TRIGGER:
            return _trigger(workspace, details, asker)
        case Ask.STATUS:
            return _status(workspace, details)
        case Ask.PRODUCT:
            return _product(workspace, details, asker)
        case Ask.REGISTER_MODEL | Ask.PROMOTE_MODEL | Ask.MODEL:
            from blockwright.services.models import asked  # few blocks have to do with models

            return asked.answer(workspace, ask, details, asker=asker, block=block)
        case Ask.TRUTH:
            from blockwright.services.monitors import telling  # few blocks know better than a model

            return telling.tell(workspace, str(details["model"]), details["truths"])


def _tracking(workspace: Workspace, ask: Ask, details: Mapping[str, Any], attempt: str) -> Any:
    from blockwright.services import experiments  # few blocks have anything to do with it

    if not attempt:
        raise Invalid("A scratchpad has no tracked run; call `mlflow.set_tracking_uri` with an address of your own.")
    if ask is Ask.TRACKING:
        return experiments.surroundings(workspace, attempt)
    experiments.note(workspace, attempt, details)
    return None


def _note(workspace: Workspace, ask: Ask, details: Mapping[str, Any], asker: RunId, block: BlockId) -> None:
    from blockwright.core.catalog.lineage import Node, NodeKind  # few blocks ask for something of others

    match ask:
        case Ask.OUTPUT:
            source = Node(NodeKind.BLOCK, str(details["pipeline"]), str(details["block"]))
        case Ask.PRODUCT:
            source = Node(NodeKind.PRODUCT, "", str(details["product"]))
        case Ask.TRIGGER:
            source = Node(NodeKind.PIPELINE, str(details["pipeline"]))
        case _:
            return
    workspace.oversight.catalog.note(asker, block, source, workspace.clock.now())


def ended(workspace: Workspace, waiting: Waiting, run: Run) -> Any:
    """The answer now that the run has ended; raises an error that says why there is none."""
    if not waiting.product:
        return run_answer(run)
    from blockwright.services import products

    if run.state is not RunState.COMPLETED:
        raise products.failed(waiting.product, run)
    return _value(workspace, products.named(workspace, waiting.product, waiting.project), run, fresh=True)


def run_answer(run: Run) -> dict[str, Any]:
    """What block code is told of a run that it started."""
    return {
        "run": run.id,
        "pipeline": run.pipeline,
        "state": run.state.value,
        "reason": run.reason,
        "execution_date": values.decode(run.system.get("execution_date")).isoformat(),
        "execution_partition": run.system.get("execution_partition"),
        "variables": dict(run.variables),
    }


def _output(workspace: Workspace, details: Mapping[str, Any]) -> list[Any]:
    pipeline, block = str(details["pipeline"]), str(details["block"])
    if details.get("version") is not None:
        return _version(workspace, pipeline, block, details.get("name"), str(details["version"]))
    run = RunId(int(details["run"])) if details.get("run") is not None else None
    found = workspace.runs.latest_result(workspace.project.name, pipeline, BlockId(block), run=run)
    if not found:
        where = f"run {run}" if run is not None else "any run"
        raise NotFound(f"Block `{block}` of pipeline `{pipeline}` has no result in {where}.", code="output_not_found")
    outputs = [output for result in found for output in outputs_of(result.block_run)]
    name = details.get("name")
    if name is not None:
        outputs = [output for output in outputs if output.name == name or output.spread]
        if not outputs:
            raise NotFound(f"Block `{block}` has no output `{name}`.", code="output_not_found")
    return [documents.dump(output) for output in outputs]


def _version(workspace: Workspace, pipeline: str, block: str, name: str | None, text: str) -> list[Any]:
    """A version of the catalogue by its number, an alias, ``run:5``, ``newest`` or ``current``; of a dynamic block what
    its children gave, in their order."""
    from blockwright.services.catalog import recording  # few blocks ask for a version

    try:
        return _recorded(workspace, pipeline, block, name, text)
    except NotFound:
        recording.catch_up(workspace)  # it may have been made a moment ago
        return _recorded(workspace, pipeline, block, name, text)


def _recorded(workspace: Workspace, pipeline: str, block: str, name: str | None, text: str) -> list[Any]:
    from blockwright.services.catalog import assets

    names = workspace.oversight.catalog.names(workspace.project.name, pipeline, BlockId(block))
    spread = name is not None and name not in names and len(names) == 1
    version = assets.version_of(workspace, assets.asset_of(workspace, pipeline, block, None if spread else name), text)
    if spread and not version.record.spread:
        assets.asset_of(workspace, pipeline, block, name)  # which says what it has
    return [documents.dump(output_of(record)) for record in assets.records(workspace, version)]


def _trigger(workspace: Workspace, details: Mapping[str, Any], asker: RunId) -> Waiting:
    """Driven as the asker is: by an engine, which lets it through its limits as any other run, or by this command."""
    parent = workspace.runs.get(asker)
    request = RunRequest(
        project=workspace.project.name,
        pipeline=str(details["pipeline"]),
        kind=RunKind.PIPELINE,
        variables=values.decode(details.get("variables") or {}),
        env=workspace.options.env,
        parent_run=asker,
        queue=parent.queue,
        priority=parent.priority,
    )
    run = runs.start(workspace, request)
    seconds = details.get("timeout")
    return Waiting(run.id, 0, wait=bool(details.get("wait")), seconds=float(seconds) if seconds else None)


def _product(workspace: Workspace, details: Mapping[str, Any], asker: RunId) -> Any:
    from blockwright.services import products  # few blocks ask for one

    project = str(details.get("project") or "")
    product = products.named(workspace, str(details["product"]), project)
    if not details.get("compute"):
        standing = products.standing(workspace, product)
        return _value(workspace, product, standing.latest, fresh=standing.freshness.fresh)
    found = products.resolve(workspace, product, since=workspace.clock.now(), asker=workspace.runs.get(asker))
    if isinstance(found, Run):
        return Waiting(found.id, 0, wait=True, product=product.uuid, project=project)
    return _value(workspace, product, found.run, fresh=True)


def _value(workspace: Workspace, product: Product, run: Run | None, *, fresh: bool) -> dict[str, Any]:
    from blockwright.services import products, shared_products

    outputs = products.outputs(workspace, product) if run is not None else ()
    shared_products.bring(workspace, product, outputs)
    parts = {part.block: [documents.dump(output) for output in part.outputs] for part in parts_of(outputs)}
    made = run_answer(run) if run is not None else None
    return {"product": product.uuid, "pipeline": product.pipeline, "fresh": fresh, "run": made, "parts": parts}


def _status(workspace: Workspace, details: Mapping[str, Any]) -> dict[str, Any] | None:
    """The newest run whose execution date lies within the hours before the given one."""
    pipeline = str(details["pipeline"])
    workspace.files.pipeline(pipeline)  # an unknown pipeline is an error, not "no run"
    until = details.get("execution_date")
    end = values.decode(until) if isinstance(until, dict) else datetime.fromisoformat(until) if until else None
    end = end or workspace.clock.now()
    if end.tzinfo is None:
        end = end.replace(tzinfo=workspace.clock.now().tzinfo)
    begin = end - timedelta(hours=float(details.get("hours") or 24))
    which = RunFilter(project=workspace.project.name, pipeline=pipeline)
    for run in workspace.runs.list(which, limit=500):
        date = values.decode(run.system.get("execution_date"))
        if date is None or not begin <= date <= end:
            continue
        return {"run": run.id, "state": _block_state(workspace, run, details.get("block"))}
    return None


def _block_state(workspace: Workspace, run: Run, block: str | None) -> str:
    if block is None:
        return run.state.value
    for row in workspace.runs.block_runs(run.id):
        if row.block == block or row.name == block:
            return row.state.value
    raise NotFound(f"Run {run.id} has no block `{block}`.", code="block_not_found")
