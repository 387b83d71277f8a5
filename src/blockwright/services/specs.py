"""From a block run that may start to the document that its attempt is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from blockwright.core.blocks import BlockId, BlockSpec, BlockType, Language
from blockwright.core.keys import StaticPart
from blockwright.core.outputs import OutputRecord
from blockwright.core.pipelines import PipelineSpec
from blockwright.core.runs.expand import Link
from blockwright.core.runs.live import LiveRun
from blockwright.core.runs.model import BlockRun, BlockRunName, BlockState, Role, RunId
from blockwright.ports.workspace import Workspace
from blockwright.services.snapshots import Snapshot
from blockwright.wire.checks import CheckSpec
from blockwright.wire.outputs import Output
from blockwright.wire.specs import (
    AttemptKind,
    AttemptSpec,
    Callback,
    Child,
    CodeFile,
    Input,
    Limits,
    Part,
    ProjectContext,
)

_KINDS = {BlockType.CHART: AttemptKind.CHART}


@dataclass(frozen=True)
class SpecSource:
    """What all attempts of a run have in common. ``statics`` remembers the static part of each block's key."""

    workspace: Workspace
    snapshot: Snapshot
    conditionals: Mapping[BlockId, tuple[BlockSpec, ...]]
    fencing: int
    session: str | None = None
    journal: str | None = None
    statics: dict[BlockId, StaticPart] = field(default_factory=dict)

    @property
    def pipeline(self) -> PipelineSpec:
        return self.snapshot.pipeline

    @cached_property
    def project(self) -> ProjectContext:
        return project_context(self.workspace, self.snapshot)

    @cached_property
    def store(self) -> str:
        return str(self.workspace.artifacts.blobs)


def attempt_id(run: RunId, name: BlockRunName, attempt: int) -> str:
    return f"{run}/{name}/{attempt}"


@lru_cache(maxsize=1_024)
def parse_attempt_id(text: str) -> tuple[RunId, BlockRunName, int]:
    run, _, rest = text.partition("/")
    name, _, attempt = rest.rpartition("/")
    return RunId(int(run)), BlockRunName(name), int(attempt)


def attached_conditionals(pipeline: PipelineSpec) -> dict[BlockId, tuple[BlockSpec, ...]]:
    found: dict[BlockId, list[BlockSpec]] = {}
    for conditional in pipeline.conditionals:
        for parent in conditional.upstream:
            found.setdefault(parent, []).append(conditional)
    return {parent: tuple(blocks) for parent, blocks in found.items()}


def spec_for(
    source: SpecSource, live: LiveRun, name: BlockRunName, attempt: int, *, threads: int, preload: Iterable[str]
) -> AttemptSpec:
    """The spec of one attempt of a block, a dynamic child or a callback."""
    row = live.rows[name]
    block = source.pipeline.by_uuid[row.block]
    workspace, pipeline = source.workspace, source.pipeline
    commit = str(workspace.artifacts.commit_path(live.run.id, name, row.round))
    # A session makes the folder of an attempt itself, when it begins it or has something to put there.
    folder = (
        session_folder(commit, attempt)
        if source.session is not None
        else workspace.artifacts.attempt_folder(live.run.id, name, attempt)
    )
    is_callback = row.role is Role.CALLBACK
    parent = live.rows[row.parent] if is_callback and row.parent is not None else None
    code_block = pipeline.by_uuid.get(block.replicated_block, block) if block.replicated_block else block
    return AttemptSpec(
        attempt_id=attempt_id(live.run.id, name, attempt),
        run=live.run.id,
        pipeline=pipeline.uuid,
        block=block.uuid,
        block_run=name,
        attempt=attempt,
        kind=AttemptKind.CALLBACK if is_callback else _KINDS.get(block.type, AttemptKind.BLOCK),
        block_type=block.type.value,
        language=code_block.language.value,
        code=code_file(source.snapshot, code_block),
        project=source.project,
        store=source.store,
        work=str(folder),
        commit=commit,
        fencing=source.fencing,
        round=row.round,
        configuration=dict(block.configuration),
        inputs=callback_inputs(live, parent) if parent else inputs_of(live, name, pipeline),
        conditions=tuple(
            file for each in source.conditionals.get(block.uuid, ()) if (file := code_file(source.snapshot, each))
        ),
        variables=dict(live.run.variables),
        system=dict(live.run.system),
        dynamic_index=(parent or row).index,
        dynamic=block.dynamic,
        callback=_callback(parent, row) if parent else None,
        limits=Limits(
            memory=block.resources.memory,
            timeout=None if source.session else block.timeout,
            threads=threads if block.resources.cpu is None else max(1, round(block.resources.cpu)),
        ),
        session=source.session,
        journal=source.journal,
        checks=() if is_callback else checks_of(block),
        in_memory=bool(source.session and pipeline.cache_in_memory),
        durable=workspace.options.durable,
        preload=tuple(preload),
    )


def checks_of(block: BlockSpec) -> tuple[CheckSpec, ...]:
    """The checks that the block's entry declares, as an attempt is told of them."""
    return tuple(
        CheckSpec(one.name, one.subject.value, one.argument, one.column, one.severity.value, one.output)
        for one in block.checks
    )


def session_folder(commit: str, attempt: int) -> str:
    """Where a session's attempt works: beside what says that its block run is finished."""
    return f"{commit.rpartition('/')[0]}/{attempt}"


def code_file(snapshot: Snapshot, block: BlockSpec) -> CodeFile | None:
    """Where the block's source is, or None for a block without one."""
    if block.content is not None:
        return CodeFile(
            path=block.path or f"{snapshot.pipeline.path}#{block.uuid}",
            language=block.language.value,
            content=block.content,
        )
    if block.path is None:
        return None
    digest = snapshot.files.get(block.path)
    return CodeFile(path=block.path, digest=digest, language=block.language.value)


def project_context(workspace: Workspace, snapshot: Snapshot) -> ProjectContext:
    project = workspace.project
    return ProjectContext(
        name=project.name, root=project.root, platform_root=project.platform_root, snapshot=str(snapshot.path)
    )


def inputs_of(live: LiveRun, name: BlockRunName, pipeline: PipelineSpec) -> tuple[Input, ...]:
    return tuple(_input(live, link, pipeline) for link in live.links.get(name, ()))


def _input(live: LiveRun, link: Link, pipeline: PipelineSpec) -> Input:
    sql = _sql_place(pipeline.by_uuid.get(link.block))
    if link.gathered:
        children = live.children.get(link.source, ())
        gathered = tuple(Child(outputs_of(live.rows[child])) for child in children if _gave(live.rows[child]))
        return Input(block=link.block, children=gathered, sql=sql)
    row = live.rows[link.source]
    if row.state is BlockState.COMPLETED and pipeline.by_uuid[row.block].type is BlockType.GLOBAL_DATA_PRODUCT:
        return Input(block=link.block, parts=parts_of(row.outputs))
    return Input(
        block=link.block,
        outputs=outputs_of(row) if _gave(row) else (),
        item=link.item,
        merge_second=link.merge_second,
        sql=sql,
        source=None if row.state.final else _given(live, row),
    )


def parts_of(records: Iterable[OutputRecord]) -> tuple[Part, ...]:
    """The outputs of a data product by the blocks that made them; each is named ``block/place``."""
    found: dict[str, list[Output]] = {}
    for record in records:
        found.setdefault(record.name.rpartition("/")[0], []).append(output_of(record))
    return tuple(Part(block, tuple(outputs)) for block, outputs in found.items())


def _given(live: LiveRun, row: BlockRun) -> str:
    """The attempt of a row that has not ended: what waits for it is given ahead."""
    return attempt_id(live.run.id, row.name, live.ahead.get(row.name, row.attempt))


def callback_inputs(live: LiveRun, parent: BlockRun) -> tuple[Input, ...]:
    return (Input(block=parent.block, outputs=outputs_of(parent)),)


def _gave(row: BlockRun) -> bool:
    """Outputs of a failed block stay on disk for people but are not handed on."""
    return row.state is BlockState.COMPLETED


def _sql_place(block: BlockSpec | None) -> dict[str, Any] | None:
    """Where an upstream SQL block left its table, for a SQL block of the same provider and profile."""
    if block is None or block.language is not Language.SQL:
        return None
    names = (
        "data_provider",
        "data_provider_profile",
        "data_provider_database",
        "data_provider_schema",
        "data_provider_table",
        "use_raw_sql",
        "disable_query_preprocessing",
    )
    return {name: block.configuration.get(name) for name in names}


def _callback(parent: BlockRun, row: BlockRun) -> Callback:
    error = None
    if parent.failure is not None:
        failure = parent.failure
        error = {"type": failure.type, "message": failure.message, "file": failure.file, "line": failure.line}
    return Callback(status=row.reason, parent=parent.block, error=error)


def outputs_of(row: BlockRun) -> tuple[Output, ...]:
    return tuple(output_of(record) for record in row.outputs)


def output_of(record: OutputRecord) -> Output:
    """The wire form of what the records know; without schema and preview, which stand in the manifest."""
    return Output(
        name=record.name,
        digest=record.digest,
        codec=record.codec,
        type=record.type,
        bytes=record.bytes,
        rows=record.rows,
        columns=record.columns,
        spread=record.spread,
        in_memory=record.in_memory,
    )


def record_of(output: Output) -> OutputRecord:
    return OutputRecord(
        name=output.name,
        digest=output.digest,
        codec=output.codec,
        type=output.type,
        bytes=output.bytes,
        rows=output.rows,
        columns=output.columns,
        spread=output.spread,
        in_memory=output.in_memory,
    )
