"""The fixed form of a run: which blocks take part, what each waits for, which of them multiply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from blockwright.core.blocks import BlockId, BlockSpec, BlockType, RetryPolicy, TriggerRule
from blockwright.core.errors import NotFound
from blockwright.core.graph import closure, topological
from blockwright.core.pipelines import PipelineSpec
from blockwright.core.runs.model import Selection


@dataclass(frozen=True, slots=True)
class AttachedCallback:
    """A callback block on one parent, and the statuses that its code handles: success, failure, cancelled."""

    block: BlockId
    statuses: frozenset[str]


@dataclass(frozen=True, slots=True)
class Node:
    """One block in the form of a run.

    ``upstream`` holds only blocks of this run, in the order of the file. ``expanded`` says that the block is run once
    for each item of a dynamic upstream, ``dynamic`` that it is such an upstream, ``reduced`` that its children are
    gathered for ordinary blocks behind it. ``bound`` nodes do not run: an earlier result stands in.
    """

    block: BlockId
    position: int
    upstream: tuple[BlockId, ...]
    rule: TriggerRule
    dynamic: bool
    expanded: bool
    reduced: bool
    sensor: bool
    retry: RetryPolicy
    timeout: float | None
    poll_interval: float
    priority: int
    callbacks: tuple[AttachedCallback, ...] = ()
    bound: bool = False

    @property
    def multiplies(self) -> bool:
        """Whether a block behind it is run once for each of its items or children."""
        return self.dynamic or (self.expanded and not self.reduced)

    @property
    def left_out(self) -> bool:
        """Whether it is a sensor that nobody waits for in this run: once its upstreams allow it, it has ended."""
        return self.bound and self.sensor and not self.expanded


@dataclass(frozen=True, slots=True)
class RunShape:
    """``nodes`` in topological order; ``following`` the edges read downstream."""

    nodes: Mapping[BlockId, Node]
    following: Mapping[BlockId, tuple[BlockId, ...]]
    callback_blocks: frozenset[BlockId] = field(default_factory=frozenset)


def shape_of(
    pipeline: PipelineSpec,
    *,
    selection: Selection = Selection(),
    default_retry: RetryPolicy | None = None,
    callback_statuses: Mapping[BlockId, frozenset[str]] | None = None,
    skip_sensors: bool = False,
) -> RunShape:
    """The shape of a run of ``pipeline``; raises NotFound when the selection names a block that is not there.

    Blocks that only feed the selected ones take part as ``bound`` nodes without upstreams of their own. Charts take
    part only when they are selected.
    """
    specs = {block.uuid: block for block in pipeline.blocks if block.type.runs}
    specs |= {chart.uuid: chart for chart in pipeline.widgets if chart.uuid in selection.blocks}
    upstream = {uuid: tuple(name for name in spec.upstream if name in specs) for uuid, spec in specs.items()}
    chosen = _chosen(pipeline, specs, upstream, selection)
    bound = {name for uuid in chosen for name in upstream[uuid]} - chosen
    attached = _attached(pipeline, callback_statuses or {})
    nodes: dict[BlockId, Node] = {}
    expanded: dict[BlockId, bool] = {}
    for uuid in topological(upstream):
        if uuid not in chosen and uuid not in bound:
            continue
        spec = specs[uuid]
        feeding = tuple(name for name in upstream[uuid] if name in nodes)
        nodes[uuid] = Node(
            block=uuid,
            position=len(nodes),
            upstream=() if uuid in bound else feeding,
            rule=spec.trigger_rule,
            dynamic=spec.dynamic,
            expanded=_expanded(uuid, upstream, specs, expanded),
            reduced=spec.reduce_output,
            sensor=spec.type is BlockType.SENSOR,
            retry=spec.retry or default_retry or RetryPolicy(),
            timeout=spec.timeout,
            poll_interval=spec.poll_interval,
            priority=spec.priority,
            callbacks=attached.get(uuid, ()),
            bound=uuid in bound or (skip_sensors and spec.type is BlockType.SENSOR),
        )
    following: dict[BlockId, list[BlockId]] = {uuid: [] for uuid in nodes}
    for uuid, node in nodes.items():
        for name in dict.fromkeys(node.upstream):
            following[name].append(uuid)
    return RunShape(
        nodes=nodes,
        following={uuid: tuple(names) for uuid, names in following.items()},
        callback_blocks=frozenset(block.uuid for block in pipeline.callbacks),
    )


def multiplied(pipeline: PipelineSpec) -> frozenset[BlockId]:
    """The blocks that run once for each item of a dynamic block before them."""
    specs = {block.uuid: block for block in pipeline.blocks if block.type.runs}
    upstream = {uuid: tuple(name for name in spec.upstream if name in specs) for uuid, spec in specs.items()}
    known: dict[BlockId, bool] = {}
    return frozenset(uuid for uuid in topological(upstream) if _expanded(uuid, upstream, specs, known))


def _chosen(
    pipeline: PipelineSpec,
    specs: Mapping[BlockId, BlockSpec],
    upstream: Mapping[BlockId, tuple[BlockId, ...]],
    selection: Selection,
) -> set[BlockId]:
    if not selection.blocks:
        return set(specs)
    for name in selection.blocks:
        if name not in specs:
            known = pipeline.by_uuid.get(name)
            if known is not None:
                raise NotFound(
                    f"Block `{name}` of pipeline `{pipeline.uuid}` is a {known.type}, which does not run by itself.",
                    hint="Name a block that runs; `blockwright blocks` lists them.",
                    code="block_not_runnable",
                )
            raise NotFound(
                f"Pipeline `{pipeline.uuid}` has no block `{name}`.",
                hint=f"`blockwright blocks {pipeline.uuid}` lists its blocks.",
                code="block_not_found",
            )
    if selection.upstream:
        return closure(upstream, selection.blocks)
    return set(selection.blocks)


def _expanded(
    uuid: BlockId,
    upstream: Mapping[BlockId, tuple[BlockId, ...]],
    specs: Mapping[BlockId, BlockSpec],
    known: dict[BlockId, bool],
) -> bool:
    """Whether a block multiplies, judged on the whole pipeline so that a partial run has the same names."""
    todo = [uuid]
    while todo:
        block = todo[-1]
        open_names = [
            name
            for name in upstream[block]
            if name not in known and not specs[name].dynamic and not specs[name].reduce_output
        ]
        if open_names:
            todo.extend(open_names)
            continue
        known[block] = any(
            specs[name].dynamic or (not specs[name].reduce_output and known[name]) for name in upstream[block]
        )
        todo.pop()
    return known[uuid]


def _attached(
    pipeline: PipelineSpec, statuses: Mapping[BlockId, frozenset[str]]
) -> dict[BlockId, tuple[AttachedCallback, ...]]:
    attached: dict[BlockId, list[AttachedCallback]] = {}
    for callback in pipeline.callbacks:
        handled = statuses.get(callback.uuid, frozenset({"success"}))
        for parent in callback.upstream:
            attached.setdefault(parent, []).append(AttachedCallback(callback.uuid, handled))
    return {parent: tuple(callbacks) for parent, callbacks in attached.items()}
