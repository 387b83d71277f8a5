"""Pipelines and projects as their files describe them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from blockwright.core.blocks import BlockId, BlockSpec, RetryPolicy


class PipelineType(StrEnum):
    PYTHON = "python"
    STREAMING = "streaming"
    INTEGRATION = "integration"
    PYSPARK = "pyspark"
    DATABRICKS = "databricks"
    EXECUTION_FRAMEWORK = "execution_framework"


@dataclass(frozen=True, slots=True)
class Concurrency:
    """``block_runs`` bounds the block runs of one run that may be alive at once; None means no bound of its own.
    ``keys`` are limits by a text with templates, such as ``{{ variables.customer }}``: runs with the same text count
    together."""

    block_runs: int | None = None
    pipeline_runs: int | None = None
    pipeline_runs_all_triggers: int | None = None
    on_limit: str = "wait"
    keys: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class PipelineSpec:
    """A pipeline's ``metadata.yaml``, read and checked. ``path`` is that file, relative to the project root."""

    uuid: str
    name: str
    path: str
    type: PipelineType = PipelineType.PYTHON
    description: str | None = None
    tags: tuple[str, ...] = ()
    blocks: tuple[BlockSpec, ...] = ()
    callbacks: tuple[BlockSpec, ...] = ()
    conditionals: tuple[BlockSpec, ...] = ()
    widgets: tuple[BlockSpec, ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)
    executor_type: str | None = None
    executor_config: Mapping[str, Any] = field(default_factory=dict)
    retry: RetryPolicy | None = None
    concurrency: Concurrency = Concurrency()
    notification_config: Mapping[str, Any] = field(default_factory=dict)
    run_in_one_process: bool = False
    cache_in_memory: bool = False

    @cached_property
    def by_uuid(self) -> Mapping[BlockId, BlockSpec]:
        """Every entry of blocks, callbacks, conditionals and widgets by its uuid."""
        return {b.uuid: b for b in (*self.blocks, *self.callbacks, *self.conditionals, *self.widgets)}


@dataclass(frozen=True, slots=True)
class ProjectSpec:
    """A project's ``metadata.yaml``. ``root`` is the absolute folder; ``name`` its last part (the "repo name").

    ``platform_root`` is the opened folder in a multi-project layout, else the same as ``root``. ``run_limit`` bounds
    the runs of the project that engines drive at once, ``pools`` are sizes of pools of slots by name.
    """

    name: str
    root: str
    platform_root: str
    uuid: str | None = None
    variables_dir: str | None = None
    remote_variables_dir: str | None = None
    retry: RetryPolicy | None = None
    run_limit: int | None = None
    pools: Mapping[str, int] = field(default_factory=dict)
    retention: str | None = None
    notification_config: Mapping[str, Any] = field(default_factory=dict)
    features: Mapping[str, bool] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict)
