"""Blocks as the project's files describe them: decisions as data, no code loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NewType

from blockwright.core.checks import Check

BlockId = NewType("BlockId", str)  # the block's uuid in its pipeline; may contain "/"


class BlockType(StrEnum):
    DATA_LOADER = "data_loader"
    TRANSFORMER = "transformer"
    DATA_EXPORTER = "data_exporter"
    CUSTOM = "custom"
    SENSOR = "sensor"
    CONDITIONAL = "conditional"
    CALLBACK = "callback"
    SCRATCHPAD = "scratchpad"
    MARKDOWN = "markdown"
    CHART = "chart"
    DBT = "dbt"
    GLOBAL_DATA_PRODUCT = "global_data_product"
    EXTENSION = "extension"
    HOOK = "hook"
    GROUP = "group"
    PIPELINE = "pipeline"
    DYNAMIC_CHILD = "dynamic_child"

    @property
    def folder(self) -> str:
        """The project folder that holds blocks of this type (``custom`` and ``dbt`` are not plural)."""
        if self is BlockType.CUSTOM or self is BlockType.DBT:
            return self.value
        return f"{self.value}s"

    @property
    def runs(self) -> bool:
        """Whether blocks of this type take part in a run of their own accord."""
        return self in _RUNNING_TYPES


_RUNNING_TYPES = frozenset(
    {
        BlockType.DATA_LOADER,
        BlockType.TRANSFORMER,
        BlockType.DATA_EXPORTER,
        BlockType.CUSTOM,
        BlockType.SENSOR,
        BlockType.DBT,
        BlockType.GLOBAL_DATA_PRODUCT,
    }
)


class Language(StrEnum):
    PYTHON = "python"
    SQL = "sql"
    R = "r"
    YAML = "yaml"
    MARKDOWN = "markdown"

    @property
    def suffix(self) -> str:
        return {"python": "py", "sql": "sql", "r": "r", "yaml": "yaml", "markdown": "md"}[self.value]


class TriggerRule(StrEnum):
    """When a block with upstreams may start, judged once every upstream has ended (or as soon as the rule is sure)."""

    ALL_SUCCESS = "all_success"
    ALL_DONE = "all_done"
    ALL_FAILED = "all_failed"
    ONE_SUCCESS = "one_success"
    ONE_FAILED = "one_failed"
    NONE_FAILED = "none_failed"
    NONE_FAILED_MIN_ONE_SUCCESS = "none_failed_min_one_success"


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """``delay`` seconds before the second try, doubled each time when ``exponential_backoff``;
    ``max_delay`` bounds the waiting time summed over all tries, as the format has it."""

    retries: int = 0
    delay: float = 5.0
    max_delay: float = 60.0
    exponential_backoff: bool = True


@dataclass(frozen=True, slots=True)
class CacheRule:
    """The block's own word on whether an earlier result may stand in for running it.

    ``mode`` is ``unset`` (the caller decides), ``never``, ``always`` or ``for``; ``seconds`` bounds
    the age for ``for``.
    """

    mode: str = "unset"
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Resources:
    """Limits of one attempt: ``cpu`` in cores, ``memory`` in bytes (anonymous plus shared, over all its processes)."""

    cpu: float | None = None
    memory: int | None = None


@dataclass(frozen=True, slots=True)
class BlockSpec:
    """One entry of a pipeline's ``blocks``, ``callbacks`` or ``conditionals``.

    ``path`` is the source file relative to the project root with ``/`` (None when the block has no file),
    ``content`` an inline source that replaces the file. For callbacks and conditionals ``upstream`` names the
    blocks they are attached to. ``line`` is where the entry begins in the pipeline's file.
    ``configuration`` is handed to the code unchanged as ``kwargs['configuration']``. ``concurrency`` bounds the
    attempts of the block at once over all runs, ``pools`` names pools of slots with how many an attempt takes.
    ``checks`` are declared of the frames that the block gives.
    """

    uuid: BlockId
    name: str
    type: BlockType
    language: Language = Language.PYTHON
    upstream: tuple[BlockId, ...] = ()
    path: str | None = None
    content: str | None = None
    configuration: Mapping[str, Any] = field(default_factory=dict)
    executor_type: str | None = None
    executor_config: Mapping[str, Any] = field(default_factory=dict)
    retry: RetryPolicy | None = None
    timeout: float | None = None
    dynamic: bool = False
    reduce_output: bool = False
    replicated_block: BlockId | None = None
    has_callback: bool = False
    cache: CacheRule = CacheRule()
    trigger_rule: TriggerRule = TriggerRule.ALL_SUCCESS
    priority: int = 0
    resources: Resources = Resources()
    poll_interval: float = 60.0
    concurrency: int | None = None
    pools: Mapping[str, int] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    line: int | None = None
