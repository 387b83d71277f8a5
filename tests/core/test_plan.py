from __future__ import annotations

from typing import Any

import pytest

from blockwright.core.blocks import BlockId, BlockSpec, BlockType, CacheRule, Language
from blockwright.core.plan import Action, Earlier, Permission, PlannedBlock, decide, may_stand_in
from blockwright.core.runs.model import RunId

UNSET, ALWAYS, NEVER, HOUR = CacheRule(), CacheRule("always"), CacheRule("never"), CacheRule("for", 3600.0)


def spec(type: BlockType, cache: CacheRule = UNSET, language: Language = Language.PYTHON) -> BlockSpec:
    return BlockSpec(BlockId("b"), "b", type, language, cache=cache)


WITH_EFFECTS = [
    BlockType.DATA_LOADER,
    BlockType.DATA_EXPORTER,
    BlockType.SENSOR,
    BlockType.CUSTOM,
    BlockType.CALLBACK,
    BlockType.CONDITIONAL,
    BlockType.DBT,
    BlockType.GLOBAL_DATA_PRODUCT,
]


@pytest.mark.parametrize("type", WITH_EFFECTS)
@pytest.mark.parametrize("language", [Language.PYTHON, Language.SQL])
def test_blocks_with_effects_are_reused_only_if_they_say_cache(type: BlockType, language: Language) -> None:
    assert not may_stand_in(spec(type, language=language), reuse=True, sql_read_only=True).allowed
    assert may_stand_in(spec(type, ALWAYS, language), reuse=True, sql_read_only=True).allowed
    assert may_stand_in(spec(type, ALWAYS, language), reuse=None, sql_read_only=False).allowed


@pytest.mark.parametrize(
    ("cache", "reuse", "allowed"),
    [
        (UNSET, None, False),
        (UNSET, True, True),
        (UNSET, False, False),
        (ALWAYS, None, True),
        (ALWAYS, True, True),
        (ALWAYS, False, False),
        (HOUR, None, True),
        (HOUR, False, False),
        (NEVER, None, False),
        (NEVER, True, False),
        (NEVER, False, False),
    ],
)
def test_the_caller_and_the_block_decide_about_a_transformer(
    cache: CacheRule, reuse: bool | None, allowed: bool
) -> None:
    permission = may_stand_in(spec(BlockType.TRANSFORMER, cache), reuse, sql_read_only=False)
    assert (permission.allowed, permission.max_age) == (allowed, 3600.0 if cache is HOUR and allowed else None)
    assert permission.why


@pytest.mark.parametrize(
    ("read_only", "cache", "allowed"), [(True, UNSET, True), (False, UNSET, False), (False, ALWAYS, True)]
)
def test_sql_is_reused_if_it_only_reads(read_only: bool, cache: CacheRule, allowed: bool) -> None:
    transformer = spec(BlockType.TRANSFORMER, cache, Language.SQL)
    assert may_stand_in(transformer, reuse=True, sql_read_only=read_only).allowed is allowed


def test_a_chart_is_drawn_anew_only_when_somebody_insists() -> None:
    assert may_stand_in(spec(BlockType.CHART), reuse=None, sql_read_only=False).allowed
    assert not may_stand_in(spec(BlockType.CHART), reuse=False, sql_read_only=False).allowed


@pytest.mark.parametrize("type", [BlockType.SCRATCHPAD, BlockType.MARKDOWN])
def test_what_never_runs_has_no_result(type: BlockType) -> None:
    assert not may_stand_in(spec(type, ALWAYS), reuse=True, sql_read_only=True).allowed


YES, NO = Permission(True, "the run was asked to reuse results"), Permission(False, "nothing asks for reuse")
OLD = {"code": "1", "module:utils/clean.py": "1"}
NEW = {"code": "1", "module:utils/clean.py": "2"}


def planned(name: str = "b", **known: Any) -> PlannedBlock:
    return PlannedBlock(BlockId(name), **{"permission": YES, "key": "k", "parts": NEW, **known})


def earlier(age: float = 60.0, parts: dict[str, str] = OLD) -> Earlier:
    return Earlier(RunId(7), age, parts)


@pytest.mark.parametrize(
    ("block", "action", "why"),
    [
        (planned(same=earlier(5400)), Action.REUSE, f"the result of run 7, 1.5 h old, stands in: {YES.why}"),
        (planned(same=earlier(5400), permission=NO), Action.RUN, "nothing asks for reuse"),
        (planned(), Action.RUN, "it has no earlier result"),
        (planned(latest=earlier()), Action.RUN, "it changed since its latest result"),
        (planned(latest=earlier(parts={})), Action.RUN, "no earlier result has its key"),
        (planned(key=None), Action.RUN, "its key is not known"),
        (planned(key=None, obstacle="`load` is in memory"), Action.RUN, "`load` is in memory"),
        (planned(same=earlier(0.4)), Action.REUSE, f"the result of run 7, 0 s old, stands in: {YES.why}"),
    ],
)
def test_a_block_runs_or_is_stood_in_for_with_a_reason(block: PlannedBlock, action: Action, why: str) -> None:
    entry = decide(block)
    assert (entry.action, entry.why) == (action, why)
    assert entry.run == (7 if action is Action.REUSE else None)


@pytest.mark.parametrize(("age", "action"), [(3599.0, Action.REUSE), (3600.0, Action.REUSE), (3601.0, Action.RUN)])
def test_a_result_may_be_too_old(age: float, action: Action) -> None:
    permission = may_stand_in(spec(BlockType.DATA_LOADER, HOUR), None, sql_read_only=False)
    assert decide(planned(permission=permission, same=earlier(age))).action is action


def test_the_reason_of_a_result_that_is_too_old_has_both_ages() -> None:
    permission = Permission(True, "the block says `cache` for 1 h", max_age=3600.0)
    entry = decide(planned(permission=permission, same=earlier(200_000)))
    assert entry.why == "its result of run 7 is 2.3 d old, over 1 h"


@pytest.mark.parametrize("permission", [YES, NO])
def test_what_differs_from_the_latest_result_is_told(permission: Permission) -> None:
    entry = decide(planned(permission=permission, latest=earlier(), untracked=("b.py:1 open('x') (file)",)))
    assert entry.differs == ("module `utils/clean.py` changed",)
    assert entry.untracked == ("b.py:1 open('x') (file)",)


def test_behind_a_block_that_runs_nothing_is_certain() -> None:
    one = decide(planned("left", same=earlier(), latest=earlier()), [BlockId("load")])
    assert (one.action, one.why, one.differs) == (Action.UNKNOWN, "depends on what `load` will give", ())
    two = decide(planned("join", same=earlier()), [BlockId("left"), BlockId("right")])
    assert two.why == "depends on what `left` and `right` will give"


def test_what_may_not_be_reused_runs_whatever_its_upstreams_give() -> None:
    assert decide(planned("right", permission=NO), [BlockId("load")]).action is Action.RUN
