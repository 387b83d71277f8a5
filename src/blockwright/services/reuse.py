"""Derivation keys of block runs, and the earlier results that may stand in for running them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blockwright.core.blocks import BlockSpec, Language
from blockwright.core.code import reads_only
from blockwright.core.errors import BlockwrightError
from blockwright.core.keys import InputKey, StaticPart, derivation_key
from blockwright.core.keys import parts as key_parts
from blockwright.core.plan import Permission, may_stand_in
from blockwright.core.runs.live import LiveRun
from blockwright.core.runs.model import BlockRun, BlockRunName, BlockState, Run, RunId
from blockwright.ports.workspace import Workspace
from blockwright.services import codes
from blockwright.services.specs import SpecSource
from blockwright.wire import values


@dataclass(frozen=True, slots=True)
class Key:
    """``digest`` is the derivation key; what it was made of is kept so that it can be explained."""

    digest: str
    static: StaticPart
    inputs: tuple[InputKey, ...]
    variables: Mapping[str, Any]
    index: int | None
    reads_only: bool

    def parts(self) -> Mapping[str, str]:
        return key_parts(self.static, variables=self.variables, inputs=self.inputs, dynamic_index=self.index)


@dataclass(frozen=True, slots=True)
class Reusable:
    """An earlier result that may stand in; ``age`` in seconds."""

    run: RunId
    row: BlockRun
    age: float


def key_of(workspace: Workspace, source: SpecSource, live: LiveRun, name: BlockRunName) -> Key | None:
    """The key of a block run whose upstreams have ended; None when an input has no digest (it was only in memory)."""
    row = live.rows[name]
    block = source.pipeline.by_uuid[row.block]
    inputs = _inputs(live, name)
    if not all(one.known for one in inputs):
        return None
    variables = {**live.run.variables, **live.run.system}
    static, only_reads = _static(workspace, source, live.run, block)
    digest = derivation_key(static, variables=variables, inputs=inputs, dynamic_index=row.index)
    return Key(digest, static, inputs, variables, row.index, only_reads)


def permission(source: SpecSource, run: Run, row: BlockRun, *, only_reads: bool) -> Permission:
    return may_stand_in(source.pipeline.by_uuid[row.block], run.reuse, only_reads)


def find(workspace: Workspace, source: SpecSource, run: Run, row: BlockRun, key: Key) -> Reusable | None:
    """The earlier result that stands in for this block run, if the rules allow one and its bytes are still there."""
    allowed = permission(source, run, row, only_reads=key.reads_only)
    if not allowed.allowed:
        return None
    found = same(workspace, run, row, key)
    if found is None or (allowed.max_age is not None and found.age > allowed.max_age):
        return None
    return found


def same(workspace: Workspace, run: Run, row: BlockRun, key: Key) -> Reusable | None:
    """The newest result with this key whose bytes are all there."""
    result = workspace.runs.find_result(run.project, row.block, key.digest)
    if result is None:
        return None
    outputs = result.block_run.outputs
    if any(output.in_memory or not workspace.artifacts.has(output.digest) for output in outputs):
        return None
    age = (workspace.clock.now() - result.finished).total_seconds()
    return Reusable(result.run, result.block_run, age)


def _inputs(live: LiveRun, name: BlockRunName) -> tuple[InputKey, ...]:
    inputs = []
    for link in live.links.get(name, ()):
        if link.gathered:
            children = [live.rows[child] for child in live.children.get(link.source, ())]
            given = [child.outputs for child in children if child.state is BlockState.COMPLETED]
            inputs.append(InputKey.of(link.block, children=given))
            continue
        row = live.rows[link.source]
        outputs = row.outputs if row.state is BlockState.COMPLETED else ()
        inputs.append(InputKey.of(link.block, outputs, item=link.item, merge_second=link.merge_second))
    return tuple(inputs)


def static_of(workspace: Workspace, source: SpecSource, run: Run, block: BlockSpec) -> StaticPart:
    """What of a block's key follows from the code and, for SQL, from the variables of the run."""
    return _static(workspace, source, run, block)[0]


def _static(workspace: Workspace, source: SpecSource, run: Run, block: BlockSpec) -> tuple[StaticPart, bool]:
    """The static part, and whether the block's SQL only reads. Of Python it is the same for the whole run."""
    if codes.code_block(source.snapshot, block).language is Language.SQL:
        text = rendered(workspace, source, run, block)
        static = codes.static_part(workspace, source.snapshot, block, source.conditionals.get(block.uuid, ()), text)
        return static, _only_reads(block, text)
    known = source.statics.get(block.uuid)
    if known is None:
        known = source.statics[block.uuid] = codes.static_part(
            workspace, source.snapshot, block, source.conditionals.get(block.uuid, ())
        )
    return known, True


def rendered(workspace: Workspace, source: SpecSource, run: Run, block: BlockSpec) -> str | None:
    """The SQL as it will be sent but for the names of upstream tables; None when it cannot be known before it runs."""
    code = codes.code_block(source.snapshot, block)
    text = code.content or source.snapshot.text(code.path or "")
    if text is None:
        return None
    given = values.decode({**run.variables, **run.system})
    tables = {f"df_{place}": f"df_{place}" for place in range(1, len(block.upstream) + 1)}
    try:
        return workspace.files.render(text, {**given, **tables}, where=code.path or block.uuid)
    except BlockwrightError:
        return None


def _only_reads(block: BlockSpec, rendered: str | None) -> bool:
    """A block that leaves a table in a database does not only read, whatever its text says."""
    in_database = bool(block.configuration.get("data_provider_profile"))
    return rendered is not None and not in_database and reads_only(rendered)
