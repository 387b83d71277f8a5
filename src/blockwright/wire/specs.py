"""What an attempt is told: one small JSON document, the same for a fork, a container or a pod.

Paths in a spec are local to where the attempt runs; a remote executor rewrites them when it has fetched the inputs.
Nothing here is a secret: an attempt asks for those over its control channel.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from blockwright.wire.checks import CheckSpec
from blockwright.wire.outputs import Output


class AttemptKind(StrEnum):
    BLOCK = "block"
    CALLBACK = "callback"
    TEST = "test"  # the block's own tests on outputs that are already there (given in ``outputs``)
    SCRATCHPAD = "scratchpad"
    CHART = "chart"  # what its code names is kept as a table, a figure or a description, to be drawn


@dataclass(frozen=True, slots=True)
class CodeFile:
    """A source file: ``path`` relative to the project root (what tracebacks show), ``digest`` of its text in the
    store; ``content`` instead of a digest where the source stands in the pipeline's file."""

    path: str
    digest: str | None = None
    language: str = "python"
    content: str | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """What one upstream block gives, in the order of ``upstream_blocks``.

    ``outputs``: the upstream's outputs. ``children``: instead, one list for each dynamic child in index order
    (``reduce_output``). ``item``: give only item ``i`` of a dynamic parent's first output, and merge entry ``i`` of
    its second (if any) into the keyword arguments.
    ``language`` and ``provider`` tell a SQL block where an upstream SQL block left its table.
    ``merge_second``: the second output is a dict that is merged into kwargs (1:1 chains of dynamic children).
    ``parts``: instead of ``outputs``, the outputs of several blocks by name: the value is a map of lists.
    ``source``: an attempt before this one in the same session, whose outputs it takes when it has completed.
    """

    block: str
    outputs: tuple[Output, ...] = ()
    children: tuple[Child, ...] | None = None
    item: int | None = None
    merge_second: bool = False
    sql: dict[str, Any] | None = None
    source: str | None = None
    parts: tuple[Part, ...] | None = None


@dataclass(frozen=True, slots=True)
class Part:
    block: str
    outputs: tuple[Output, ...] = ()


@dataclass(frozen=True, slots=True)
class Child:
    outputs: tuple[Output, ...] = ()


@dataclass(frozen=True, slots=True)
class Callback:
    """``status`` is ``success``, ``failure`` or ``cancelled``; ``error`` the parent's (as in its manifest)."""

    status: str
    parent: str
    error: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ProjectContext:
    """The project as block code sees it: ``root`` is the live folder, ``snapshot`` the path of a JSON file
    ``{"files": {relative path: digest}}`` with the code as the run pinned it; sources come from the store."""

    name: str
    root: str
    platform_root: str
    snapshot: str


@dataclass(frozen=True, slots=True)
class Limits:
    """``memory`` bytes (enforced by the fork server), ``timeout`` seconds, ``threads`` for numeric libraries."""

    memory: int | None = None
    timeout: float | None = None
    threads: int = 1


@dataclass(frozen=True, slots=True)
class AttemptSpec:
    """``variables`` and ``system`` are encoded by ``wire.values``: the first are the user's (pipeline, trigger, run),
    the second ours (dates, ids); later wins over earlier in kwargs.

    ``attempt_id`` is ``run/block_run/attempt``. ``store`` is the folder of the blobs, ``work`` the folder of this
    attempt (log, manifest), ``commit`` the path that is linked exclusively to the manifest when it succeeded: its
    existence is what *finished* means. ``session`` names the one process that all attempts of a
    ``run_pipeline_in_one_process`` run share; ``in_memory``: keep outputs there and write none. With a ``journal``
    (see ``wire.journals``) the attempt commits there instead, and ``work`` is made when something is to be put there.
    ``durable``: fsync data before the commit, so that a power cut loses nothing either.
    ``run_tests`` False: neither tests nor ``checks`` (declared of its outputs) run.
    ``preload``: third-party modules that the code imports (the fork server may import them before it forks).
    """

    attempt_id: str
    run: int
    pipeline: str
    block: str
    block_run: str
    attempt: int
    kind: AttemptKind
    block_type: str
    language: str
    code: CodeFile | None
    project: ProjectContext
    store: str
    work: str
    commit: str
    fencing: int = 0
    round: int = 0
    configuration: dict[str, Any] = field(default_factory=dict)
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    conditions: tuple[CodeFile, ...] = ()
    variables: dict[str, Any] = field(default_factory=dict)
    system: dict[str, Any] = field(default_factory=dict)
    dynamic_index: int | None = None
    dynamic: bool = False
    callback: Callback | None = None
    limits: Limits = Limits()
    session: str | None = None
    journal: str | None = None
    in_memory: bool = False
    durable: bool = False
    run_tests: bool = True
    checks: tuple[CheckSpec, ...] = ()
    preload: tuple[str, ...] = ()
    scheme: int = 1
