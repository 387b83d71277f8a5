"""What a run would do, said before it does it: which blocks run, where an earlier result stands in, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from blockwright.core.blocks import BlockId, BlockSpec, BlockType, Language
from blockwright.core.keys import explain
from blockwright.core.runs.model import RunId


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether an earlier result with the same key may stand in for running a block, at most ``max_age`` seconds old
    (None: of any age). ``why`` is the reason as a clause."""

    allowed: bool
    why: str
    max_age: float | None = None


_NEVER_RUN = frozenset({BlockType.SCRATCHPAD, BlockType.MARKDOWN, BlockType.GROUP, BlockType.PIPELINE})


def may_stand_in(spec: BlockSpec, reuse: bool | None, sql_read_only: bool) -> Permission:
    """Whether the rules let an earlier result stand in for ``spec``.

    A chart is drawn anew only when something that it is made of has changed.

    In this order: the caller's ``--no-reuse`` (False) runs everything, whatever a block says, as it is what one types
    to be sure. Then the block's own ``cache`` decides, either way. Then the caller's ``--reuse`` (True) reuses
    transformers, of those in SQL the ones that only read; every other type has effects or looks outside, and runs
    unless it says ``cache``. Without either wish (None) everything runs.
    """
    if spec.type in _NEVER_RUN:
        return Permission(False, f"a {_words(spec.type)} has no result")
    if reuse is False:
        return Permission(False, "the run was asked to reuse nothing")
    if spec.type is BlockType.CHART:
        return Permission(True, "the same code draws the same chart from the same data")
    if spec.cache.mode != "unset":
        return _by_cache(spec)
    if not reuse:
        return Permission(False, "nothing asks for reuse")
    if spec.type is not BlockType.TRANSFORMER:
        return Permission(False, f"a {_words(spec.type)} runs every time unless it says `cache`")
    if spec.language is Language.SQL and not sql_read_only:
        return Permission(False, "its SQL may write, so it runs every time unless it says `cache`")
    return Permission(True, "the run was asked to reuse results")


def _by_cache(spec: BlockSpec) -> Permission:
    match spec.cache.mode:
        case "always":
            return Permission(True, "the block says `cache: always`")
        case "for":
            seconds = spec.cache.seconds or 0.0
            return Permission(True, f"the block says `cache` for {_duration(seconds)}", max_age=seconds)
        case _:
            return Permission(False, "the block says `cache: never`")


class Action(StrEnum):
    RUN = "run"
    REUSE = "reuse"
    UNKNOWN = "unknown"  # decided when its upstreams have results
    PINNED = "pinned"  # it only feeds what runs, with a result that somebody restored


@dataclass(frozen=True, slots=True)
class Earlier:
    """A completed result: of which run, ``age`` in seconds, and the parts of its key where they were kept."""

    run: RunId
    age: float
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlannedBlock:
    """What is known of a block before the run.

    ``key`` is None when it could not be computed; ``obstacle`` then says why. ``same`` is the newest result with this
    key, ``latest`` the newest with any.
    """

    block: BlockId
    permission: Permission
    key: str | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    obstacle: str = ""
    same: Earlier | None = None
    latest: Earlier | None = None
    untracked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """``why`` is a clause for people; ``differs`` are sentences about what changed since the latest result;
    ``untracked`` what can change the result without anybody noticing."""

    block: BlockId
    action: Action
    why: str
    differs: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()
    run: RunId | None = None


def decide(block: PlannedBlock, undecided: Iterable[BlockId] = ()) -> PlanEntry:
    """The entry of one block, when the results of its upstreams ``undecided`` are not known yet.

    It may still turn out to be reusable, when what runs gives what it gave before: so it is ``unknown``, whatever key
    was computed from older inputs.
    """
    waits = tuple(undecided)
    differs = () if waits else _differences(block)
    if not block.permission.allowed:
        return _entry(block, Action.RUN, block.permission.why, differs)
    if waits:
        return _entry(block, Action.UNKNOWN, f"depends on what {_listed(waits)} will give")
    if block.key is None:
        return _entry(block, Action.RUN, block.obstacle or "its key is not known")
    if block.same is None:
        reason = "it changed since its latest result" if differs else "no earlier result has its key"
        return _entry(block, Action.RUN, reason if block.latest else "it has no earlier result", differs)
    limit = block.permission.max_age
    if limit is not None and block.same.age > limit:
        age = _duration(block.same.age)
        return _entry(block, Action.RUN, f"its result of run {block.same.run} is {age} old, over {_duration(limit)}")
    why = f"the result of run {block.same.run}, {_duration(block.same.age)} old, stands in: {block.permission.why}"
    return _entry(block, Action.REUSE, why, run=block.same.run)


def fed_by_restored(block: BlockId, run: RunId) -> PlanEntry:
    """The entry of a block that does not run and whose restored result is an input."""
    return PlanEntry(block, Action.PINNED, f"the result of run {run}, which was restored, is the input", run=run)


def beside_restored(entry: PlanEntry, run: RunId) -> PlanEntry:
    """The entry of a block that has a restored result: a new one does not replace it for others."""
    return replace(entry, why=f"{entry.why}; readers of its latest result get that of run {run}, which was restored")


def _entry(
    block: PlannedBlock, action: Action, why: str, differs: tuple[str, ...] = (), run: RunId | None = None
) -> PlanEntry:
    return PlanEntry(block.block, action, why, differs, block.untracked, run)


def _differences(block: PlannedBlock) -> tuple[str, ...]:
    """What changed since the latest result; nothing where its parts were not kept or the key is the same."""
    if block.key is None or block.same is not None or block.latest is None or not block.latest.parts:
        return ()
    return tuple(explain(block.latest.parts, block.parts))


def _words(type: BlockType) -> str:
    return "custom block" if type is BlockType.CUSTOM else type.value.replace("_", " ")


def _listed(names: tuple[BlockId, ...]) -> str:
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


def _duration(seconds: float) -> str:
    """``5400`` → ``1.5 h``: at most two figures' worth of exactness, for people."""
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{seconds:.0f} s"
