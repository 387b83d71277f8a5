"""Facts of the project's sources, worked out once for each text and kept by digest."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from blockwright.core.blocks import BlockId, BlockSpec, Language
from blockwright.core.code import CodeFacts, Modules, VariableReads, facts, plain_facts, project_modules
from blockwright.core.code.model import NOTHING
from blockwright.core.code.sql import sql_facts
from blockwright.core.keys import StaticPart
from blockwright.core.pipelines import ProjectSpec
from blockwright.ports.caches import Cache
from blockwright.ports.workspace import Workspace
from blockwright.services.snapshots import Snapshot

CACHE = "code_facts"
SQL_MODULES = ("duckdb",)
EMPTY = plain_facts("")


class FactsBook:
    """Facts by digest, in memory and in the cache; ``save`` when something new was worked out."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._known: dict[str, CodeFacts] = {}
        self._new = False

    @cached_property
    def _stored(self) -> Mapping[str, Any]:
        return self._cache.load(CACHE)

    def facts(self, digest: str, snapshot: Snapshot, path: str) -> CodeFacts:
        known = self._known.get(digest)
        if known is None:
            known = self._known[digest] = self._from_cache(digest) or self._work_out(snapshot, path)
        return known

    def save(self) -> None:
        if self._new:
            self._new = False
            self._cache.store(CACHE, {digest: known.to_json() for digest, known in self._known.items()})

    def _from_cache(self, digest: str) -> CodeFacts | None:
        try:
            return CodeFacts.from_json(self._stored[digest])
        except (KeyError, ValueError):
            return None

    def _work_out(self, snapshot: Snapshot, path: str) -> CodeFacts:
        self._new = True
        text = snapshot.text(path)
        if text is None:
            return EMPTY
        return facts(text) if path.endswith(".py") else plain_facts(text)


_books: WeakKeyDictionary[Cache, FactsBook] = WeakKeyDictionary()


def book(workspace: Workspace) -> FactsBook:
    """The facts known in this process and in the workspace's cache."""
    found = _books.get(workspace.cache)
    if found is None:
        found = _books[workspace.cache] = FactsBook(workspace.cache)
    return found


def facts_of(workspace: Workspace, snapshot: Snapshot, path: str) -> CodeFacts:
    """The facts of a file of the snapshot; of a file that it does not have, none."""
    digest = snapshot.files.get(path)
    return EMPTY if digest is None else book(workspace).facts(digest, snapshot, path)


def facts_of_block(workspace: Workspace, snapshot: Snapshot, block: BlockSpec) -> CodeFacts | None:
    """The facts of a Python block's source; None for other languages and blocks without a source."""
    source = code_block(snapshot, block)
    if source.language is not Language.PYTHON:
        return None
    if source.content is not None:
        return facts(source.content)
    return facts_of(workspace, snapshot, source.path) if source.path else None


def code_block(snapshot: Snapshot, block: BlockSpec) -> BlockSpec:
    """The block whose source a block runs: itself, or the one that it replicates."""
    if block.replicated_block is None:
        return block
    return snapshot.pipeline.by_uuid.get(block.replicated_block, block)


def modules_of(workspace: Workspace, snapshot: Snapshot, block: BlockSpec) -> Modules:
    """The project's files and the third-party modules that a block's code is made of, its conditions included."""
    cached = snapshot.modules.get(block.uuid)
    if cached is not None:
        return cached
    paths: set[str] = set()
    third: set[str] = set(SQL_MODULES if block.language is Language.SQL else ())
    conditions = [one for one in snapshot.pipeline.conditionals if block.uuid in one.upstream]
    for source in (block, *conditions):
        found = facts_of_block(workspace, snapshot, source)
        if found is None:
            continue
        modules = project_modules(
            found.imports,
            files=snapshot.paths,
            project_name=workspace.project.name,
            facts_of=lambda path: facts_of(workspace, snapshot, path),
            origin=code_block(snapshot, source).path,
            packages=_packages(workspace.project),
        )
        paths.update(modules.paths)
        third.update(modules.third_party)
    reached = snapshot.modules[block.uuid] = Modules(tuple(sorted(paths)), tuple(sorted(third)))
    return reached


def _packages(project: ProjectSpec) -> Mapping[str, str]:
    """In a platform of several projects, ``<platform>.<project>`` names the project's folder as well."""
    if project.platform_root == project.root:
        return {}
    return {f"{project.platform_root.rstrip('/').rpartition('/')[2]}.{project.name}": ""}


def third_party(workspace: Workspace, snapshot: Snapshot, block: BlockId) -> tuple[str, ...]:
    spec = snapshot.pipeline.by_uuid[block]
    found = modules_of(workspace, snapshot, spec).third_party
    return (*found, "pandera") if spec.checks and "pandera" not in found else found


def all_third_party(workspace: Workspace, snapshot: Snapshot) -> tuple[str, ...]:
    """What all blocks of the pipeline import from elsewhere."""
    spec = snapshot.pipeline
    blocks = (*spec.blocks, *spec.callbacks, *spec.conditionals, *spec.widgets)
    return tuple(sorted({name for block in blocks for name in modules_of(workspace, snapshot, block).third_party}))


def callback_statuses(workspace: Workspace, snapshot: Snapshot) -> dict[BlockId, frozenset[str]]:
    statuses = {}
    for callback in snapshot.pipeline.callbacks:
        found = facts_of_block(workspace, snapshot, callback)
        if found is not None:
            statuses[callback.uuid] = found.callback_statuses
    return statuses


def untracked(workspace: Workspace, snapshot: Snapshot, block: BlockSpec) -> list[str]:
    """What the block's key cannot see, one note each, with file and line."""
    notes: list[str] = []
    source = code_block(snapshot, block)
    if source.language is Language.SQL and source.path:
        notes += [note.sentence(source.path) for note in sql_facts(snapshot.text(source.path) or "").untracked]
    found = facts_of_block(workspace, snapshot, block)
    if found is not None:
        notes += [note.sentence(source.path or source.uuid) for note in found.untracked]
    for path in modules_of(workspace, snapshot, block).paths:
        notes += [note.sentence(path) for note in facts_of(workspace, snapshot, path).untracked]
    return notes


def static_part(
    workspace: Workspace,
    snapshot: Snapshot,
    block: BlockSpec,
    conditionals: Iterable[BlockSpec],
    rendered: str | None = None,
) -> StaticPart:
    """What of a block's key does not move with inputs and variables. ``rendered`` is a SQL block's text."""
    source = code_block(snapshot, block)
    modules = modules_of(workspace, snapshot, block)
    code, reads = _code_and_reads(workspace, snapshot, block, rendered)
    conditions = {}
    for conditional in conditionals:
        found = facts_of_block(workspace, snapshot, conditional)
        if found is not None:
            conditions[conditional.path or conditional.uuid] = found.digest
            reads |= found.reads(len(block.upstream))
    digests = {}
    for path in modules.paths:
        module = facts_of(workspace, snapshot, path)
        digests[path] = module.digest
        reads |= module.elsewhere
    return StaticPart(
        type=block.type,
        language=source.language,
        code=code,
        modules=digests,
        conditions=conditions,
        configuration=_configuration(block),
        reads=reads,
        dynamic=block.dynamic,
        reduce_output=block.reduce_output,
        python=snapshot.environment.get("python", ""),
        distributions=_distributions(snapshot, modules.third_party),
    )


def _configuration(block: BlockSpec) -> Mapping[str, Any]:
    """A result that other checks have passed may not stand in."""
    if not block.checks:
        return block.configuration
    return {**block.configuration, "checks": [asdict(check) for check in block.checks]}


def _code_and_reads(
    workspace: Workspace, snapshot: Snapshot, block: BlockSpec, rendered: str | None
) -> tuple[str, VariableReads]:
    source = code_block(snapshot, block)
    if source.language is Language.SQL:
        if rendered is not None:
            return sql_facts(rendered).digest, NOTHING
        text = sql_facts(source.content or snapshot.text(source.path or "") or "")
        return text.digest, text.reads
    found = facts_of_block(workspace, snapshot, block)
    if found is None:
        return plain_facts(source.content or snapshot.text(source.path or "") or "").digest, VariableReads(all=True)
    return found.digest, found.reads(len(block.upstream))


def _distributions(snapshot: Snapshot, modules: Iterable[str]) -> dict[str, str]:
    known: Mapping[str, Any] = snapshot.environment.get("distributions", {})
    return {str(known[name][0]): str(known[name][1]) for name in modules if name in known}


def environment(workspace: Workspace, snapshot: Snapshot) -> dict[str, Any]:
    """Python's minor version and the installed versions of everything that the pipeline imports."""
    found = workspace.distributions(all_third_party(workspace, snapshot))
    return {
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "distributions": {module: list(entry) for module, entry in sorted(found.items())},
    }
