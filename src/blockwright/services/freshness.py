"""Whether the newest results of a pipeline's blocks are still what the blocks would give, and why not.

It is asked each time that somebody looks at a pipeline, so what does not change is kept in memory: facts of code by
digest, what keys of recorded results were made of, and each comparison by what went into it. Asked anew is what may
have changed: the files (by inode, time and size), the newest results, and every few seconds what is installed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from blockwright.core.blocks import BlockId, BlockSpec, BlockType, Language
from blockwright.core.errors import BlockwrightError, NotFound
from blockwright.core.freshness import Evidence, Standing, judge
from blockwright.core.keys import InputKey, StaticPart, derivation_key, digest_of, explain
from blockwright.core.keys import parts as key_parts
from blockwright.core.outputs import OutputRecord
from blockwright.core.pipelines import PipelineSpec
from blockwright.core.runs.model import BlockRun, BlockState, Role, Run, RunId
from blockwright.ports.caches import Cache
from blockwright.ports.runs import FoundResult
from blockwright.ports.workspace import Workspace
from blockwright.services import codes, pinning, products, reuse
from blockwright.services.recall import Recalled, parts_of, recall
from blockwright.services.runs import encoded
from blockwright.services.snapshots import Snapshot
from blockwright.services.specs import SpecSource, attached_conditionals

ENVIRONMENT_SECONDS = 10.0
"""How long what is installed is believed to be as it was."""
MOST_KEPT = 50_000
"""Answers that one project keeps in memory before it begins anew."""
MOST_RUNS_KEPT = 20

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest result of a block: what ran is told, not the run that only took it as an input. ``children`` are the
    outputs of a dynamic block's children. ``restored``: it is not the newest, but what its readers get."""

    found: FoundResult
    children: tuple[tuple[OutputRecord, ...], ...] | None = None
    restored: bool = False

    @property
    def row(self) -> BlockRun:
        return self.found.block_run


@dataclass(slots=True)
class _Memory:
    """What is known of a project in this process."""

    sources: dict[str, SpecSource] = field(default_factory=dict)
    environments: dict[str, tuple[float, Mapping[str, Any]]] = field(default_factory=dict)
    answers: dict[Hashable, Any] = field(default_factory=dict)
    runs: dict[RunId, Recalled | None] = field(default_factory=dict)

    def once(self, key: Hashable, work_out: Callable[[], Value]) -> Value:
        if key not in self.answers:
            if len(self.answers) >= MOST_KEPT:
                self.answers.clear()
            self.answers[key] = work_out()
        answer: Value = self.answers[key]
        return answer


_memories: WeakKeyDictionary[Cache, _Memory] = WeakKeyDictionary()


def newest_results(workspace: Workspace, spec: PipelineSpec, run: RunId | None = None) -> Mapping[BlockId, Newest]:
    """The result of each block that readers of its latest one get; ``run``: those of that run, as far as it has any."""
    project = workspace.project.name
    blocks = [block.uuid for block in spec.blocks if block.type.runs]
    blocks += [block.uuid for block in (*spec.callbacks, *spec.widgets)]
    found = dict(workspace.runs.newest_results(project, spec.uuid, blocks))
    restored = _restored(workspace, spec.uuid)
    found |= {block: one for block, one in restored.items() if block in found}
    if run is not None:
        restored = {}
        rows = {row.block: row for row in workspace.runs.block_runs(run) if _is_result(row)}
        for block in rows.keys() & set(blocks):
            found[block] = FoundResult(run, rows[block], rows[block].finished or workspace.clock.now())
    return {
        block: replace(_newest(workspace, spec.uuid, one), restored=block in restored) for block, one in found.items()
    }


def _restored(workspace: Workspace, pipeline: str) -> dict[BlockId, FoundResult]:
    found = {}
    for block, place in workspace.oversight.catalog.restored_places(workspace.project.name, pipeline).items():
        with suppress(NotFound):  # its run was deleted this very moment
            row = workspace.runs.block_run(place.run, place.block_run)
            found[block] = FoundResult(place.run, row, row.finished or workspace.clock.now())
    return found


def standings(
    workspace: Workspace, spec: PipelineSpec, newest: Mapping[BlockId, Newest], *, pinned: RunId | None = None
) -> tuple[Mapping[BlockId, Standing], Snapshot]:
    """How each block stands, and the code that this was judged by. ``pinned``: what this run gave counts as it is."""
    source = _source(workspace, spec)
    judging = _Judging(workspace, source, _memory(workspace), newest, encoded(dict(spec.variables)), pinned)
    return judge({block.uuid: judging.evidence(block) for block in (*spec.blocks, *spec.widgets)}), source.snapshot


def by_itself(workspace: Workspace, spec: PipelineSpec, block: BlockSpec, newest: Mapping[BlockId, Newest]) -> Standing:
    """How a block stands whatever becomes of its inputs: stale is what would come out otherwise from what they gave
    last."""
    source = _source(workspace, spec)
    judging = _Judging(workspace, source, _memory(workspace), newest, encoded(dict(spec.variables)), None)
    return judge({block.uuid: replace(judging.evidence(block), upstream=())})[block.uuid]


def _is_result(row: BlockRun) -> bool:
    return row.state is BlockState.COMPLETED and row.role in (Role.BLOCK, Role.GROUP)


def _memory(workspace: Workspace) -> _Memory:
    found = _memories.get(workspace.cache)
    if found is None:
        found = _memories[workspace.cache] = _Memory()
    return found


def _newest(workspace: Workspace, pipeline: str, found: FoundResult) -> Newest:
    """The result with the block run that made it, where this one was only bound to it."""
    memory, row = _memory(workspace), found.block_run
    if row.reused and row.attempt == 0 and row.source_run is not None:
        source = row.source_run
        original = memory.once(("row", source, row.name, row.key), lambda: _original(workspace, source, row))
        if original is not None:
            found = replace(found, run=source, block_run=original)
    if found.block_run.role is not Role.GROUP:
        return Newest(found)
    key = ("children", found.run, row.block, found.finished)
    return Newest(found, memory.once(key, lambda: _children(workspace, pipeline, found)))


def _original(workspace: Workspace, run: RunId, row: BlockRun) -> BlockRun | None:
    try:
        original = workspace.runs.block_run(run, row.name)
    except NotFound:
        return None  # retention took it
    return original if original.key == row.key and _is_result(original) else None


def _children(workspace: Workspace, pipeline: str, found: FoundResult) -> tuple[tuple[OutputRecord, ...], ...]:
    children = workspace.runs.latest_result(workspace.project.name, pipeline, found.block_run.block, run=found.run)
    return tuple(child.block_run.outputs for child in children if child.block_run.role is Role.CHILD)


def _source(workspace: Workspace, spec: PipelineSpec) -> SpecSource:
    """The code as it is now; the very object of last time when nothing has changed, with all that it remembers."""
    memory = _memory(workspace)
    bare, before = pinning.look(workspace, spec), memory.sources.get(spec.uuid)
    same_code = before is not None and before.snapshot.files == bare.files and before.pipeline == spec
    if before is not None and same_code:
        bare = replace(bare, modules=before.snapshot.modules)
    now = workspace.clock.monotonic()
    told = memory.environments.get(spec.uuid)
    if told is None or not same_code or now - told[0] > ENVIRONMENT_SECONDS:
        told = memory.environments[spec.uuid] = (now, codes.environment(workspace, bare))
        codes.book(workspace).save()
    if before is not None and same_code and before.snapshot.environment == told[1]:
        return before
    made = SpecSource(workspace, replace(bare, environment=told[1]), attached_conditionals(spec), 0)
    memory.sources[spec.uuid] = made
    return made


@dataclass(slots=True)
class _Judging:
    workspace: Workspace
    source: SpecSource
    memory: _Memory
    newest: Mapping[BlockId, Newest]
    variables: Mapping[str, Any]
    pinned: RunId | None
    variables_digest: str = ""
    runs: Mapping[RunId, Run] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.variables_digest = digest_of(self.variables)
        wanted = {one.found.run for one in self.newest.values()}
        missing = [run for run in wanted if ("run", run) not in self.memory.answers]
        for run, found in self.workspace.runs.several(missing).items():
            self.memory.once(("run", run), lambda found=found: found)  # type: ignore[misc]  # what it was asked for
        self.runs = {run: self.memory.answers[kept] for run in wanted if (kept := ("run", run)) in self.memory.answers}

    def evidence(self, block: BlockSpec) -> Evidence:
        newest = self.newest.get(block.uuid)
        gives = block.type.runs or block.type is BlockType.CHART
        if not gives or newest is None:
            return Evidence(block.upstream, runs=gives)
        return Evidence(
            block.upstream,
            has_result=True,
            differs=self._differs(block, newest),
            reused=newest.row.reused,
            pinned=newest.restored or (self.pinned is not None and newest.found.run == self.pinned),
            why_pinned=f"the result of run {newest.found.run} was restored" if newest.restored else "",
        )

    def _differs(self, block: BlockSpec, newest: Newest) -> tuple[str, ...]:
        if block.type is BlockType.GLOBAL_DATA_PRODUCT:
            return self._product(block)
        run = self.runs.get(newest.found.run)
        if run is None:
            return ()  # retention takes it away at this moment
        inputs = tuple(self._input(name) for name in block.upstream)
        if not all(one.known for one in inputs):
            return ("an input was kept in memory only",)
        static = self._static(block, run)
        row = newest.row
        key = (
            "differs",
            static.digest,
            self.variables_digest,
            run.id,
            row.name,
            row.key,
            newest.found.finished,
            inputs,
        )
        return self.memory.once(key, lambda: self._compare(block, newest, run, static, inputs))

    def _compare(
        self, block: BlockSpec, newest: Newest, run: Run, static: StaticPart, inputs: Sequence[InputKey]
    ) -> tuple[str, ...]:
        """Clauses about what changed. The clock and the identity of the run count as they were then: that the day has
        gone by makes nothing stale here."""
        variables = {**self.variables, **run.system}
        row = newest.row
        if row.role is not Role.GROUP and row.key == derivation_key(static, variables=variables, inputs=inputs):
            return ()
        now = key_parts(static, variables=variables, inputs=inputs)
        before = self._parts_then(block, newest, run)
        if not before:
            return ("it changed since its newest result",)
        return tuple(explain(before, now))

    def _parts_then(self, block: BlockSpec, newest: Newest, run: Run) -> Mapping[str, str]:
        if run.id not in self.memory.runs:
            if len(self.memory.runs) >= MOST_RUNS_KEPT:
                self.memory.runs.clear()
            self.memory.runs[run.id] = recall(self.workspace, run.id)
        past = self.memory.runs[run.id]
        if newest.row.role is not Role.GROUP or past is None:
            return parts_of(self.workspace, past, newest.row.name)
        return self._parts_of_group(past, block.uuid)

    def _parts_of_group(self, past: Recalled, name: BlockId) -> Mapping[str, str]:
        """What a dynamic block depends on as a whole; its children have keys, and it has none."""
        then = past.source.pipeline.by_uuid.get(name)
        if then is None:
            return {}
        rows: dict[BlockId, list[BlockRun]] = {}
        for row in past.live.rows.values():
            if row.state is BlockState.COMPLETED and row.role is not Role.CALLBACK:
                rows.setdefault(row.block, []).append(row)
        inputs = [_past_input(upstream, rows.get(upstream, [])) for upstream in then.upstream]
        static = reuse.static_of(self.workspace, past.source, past.live.run, then)
        return key_parts(static, variables={**past.live.run.variables, **past.live.run.system}, inputs=inputs)

    def _input(self, name: BlockId) -> InputKey:
        newest = self.newest.get(name)
        if newest is None:
            return InputKey.of(name)
        if newest.children is not None:
            return InputKey.of(name, children=newest.children)
        return InputKey.of(name, newest.row.outputs)

    def _static(self, block: BlockSpec, run: Run) -> StaticPart:
        """Of SQL it depends on variables, since it counts as rendered."""
        known = self.source.statics.get(block.uuid)
        if known is not None:
            return known
        workspace, source = self.workspace, self.source
        as_now = replace(run, variables=self.variables)
        code = codes.code_block(source.snapshot, block)
        if code.language is not Language.SQL:
            return reuse.static_of(workspace, source, as_now, block)
        text = code.content or source.snapshot.files.get(code.path or "", "")
        key = ("sql", text, run.id, self.variables_digest, len(block.upstream))
        rendered = self.memory.once(key, lambda: reuse.rendered(workspace, source, as_now, block))
        return codes.static_part(workspace, source.snapshot, block, source.conditionals.get(block.uuid, ()), rendered)

    def _product(self, block: BlockSpec) -> tuple[str, ...]:
        try:
            found = products.standing(self.workspace, products.wanted_by(self.workspace, block))
        except BlockwrightError as error:
            return (error.message,)
        return () if found.freshness.fresh else (found.freshness.why,)


def _past_input(name: BlockId, rows: Sequence[BlockRun]) -> InputKey:
    if any(row.role is Role.GROUP for row in rows):
        children = sorted((row for row in rows if row.role is Role.CHILD), key=lambda row: row.index or 0)
        return InputKey.of(name, children=[child.outputs for child in children])
    return InputKey.of(name, rows[0].outputs) if rows else InputKey.of(name)
