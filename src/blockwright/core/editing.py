"""What can be set on a block, a pipeline and a project: each key with its kind, its default and what it means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from blockwright.core.blocks import RetryPolicy, TriggerRule
from blockwright.core.pipelines import PipelineType


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole number"
    SWITCH = "true or false"
    CHOICE = "choice"
    NAMES = "list of names"
    MAPPING = "mapping"
    AGE = "never, always or an age"
    SIZE = "size"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Setting:
    """``key`` is dotted where it stands inside a mapping. ``default`` is what holds where nothing is said; ``inherits``
    is the pipeline's key that is asked before, empty when there is none."""

    key: str
    kind: Kind
    default: Any
    meaning: str
    choices: tuple[str, ...] = ()
    inherits: str = ""


_RETRY = RetryPolicy()
EXECUTORS = ("local_python", "local_python_force", "docker", "k8s", "ray", "ecs", "gcp_cloud_run", "pyspark")
COLORS = ("blue", "grey", "pink", "purple", "teal", "yellow")

BLOCK = (
    Setting("name", Kind.TEXT, None, "What people see; the file and other blocks know the block by its uuid."),
    Setting("executor_type", Kind.TEXT, "local_python", "Where its attempts run.", EXECUTORS, "executor_type"),
    Setting("executor_config", Kind.MAPPING, {}, "Settings of that executor.", (), "executor_config"),
    Setting("timeout", Kind.NUMBER, None, "Seconds after which an attempt is ended and counts as failed."),
    Setting("retry_config.retries", Kind.WHOLE, _RETRY.retries, "How often it is tried again after a failure."),
    Setting("retry_config.delay", Kind.NUMBER, _RETRY.delay, "Seconds before it is tried again."),
    Setting("retry_config.max_delay", Kind.NUMBER, _RETRY.max_delay, "Seconds that it waits over all tries at most."),
    Setting(
        "retry_config.exponential_backoff",
        Kind.SWITCH,
        _RETRY.exponential_backoff,
        "Whether the waiting time doubles with each try.",
    ),
    Setting(
        "cache", Kind.AGE, None, "Whether an earlier result with the same key may stand in, and how old it may be."
    ),
    Setting(
        "trigger_rule",
        Kind.CHOICE,
        TriggerRule.ALL_SUCCESS.value,
        "When it may start, judged by how its inputs ended.",
        tuple(rule.value for rule in TriggerRule),
    ),
    Setting("priority", Kind.WHOLE, 0, "Of blocks that are ready, the one with the highest starts first."),
    Setting("resources.cpu", Kind.NUMBER, None, "Cores that its numeric libraries may use."),
    Setting("resources.memory", Kind.SIZE, None, "Memory that an attempt may add before it is ended."),
    Setting("concurrency", Kind.WHOLE, None, "How many attempts of it may run at once, over all runs."),
    Setting("pool", Kind.TEXT, None, "A pool of slots of which an attempt takes one."),
    Setting("pools", Kind.MAPPING, {}, "Pools of slots, each with how many an attempt takes."),
    Setting("poll_interval", Kind.NUMBER, 60.0, "Seconds between two looks of a sensor."),
    Setting("has_callback", Kind.SWITCH, False, "Whether `callbacks/<block>_callback.py` belongs to it."),
    Setting("configuration", Kind.MAPPING, {}, "Handed to the code as `kwargs['configuration']`."),
    Setting("configuration.dynamic", Kind.SWITCH, False, "Whether blocks behind it run once for each of its items."),
    Setting("configuration.reduce_output", Kind.SWITCH, False, "Whether what its items give is gathered in one list."),
    Setting("notes", Kind.TEXT, None, "What people should know about it."),
    Setting("color", Kind.CHOICE, None, "A mark for people.", COLORS),
    Setting("tags", Kind.NAMES, [], "Words by which people find it."),
    Setting("groups", Kind.NAMES, [], "Groups in which it is shown."),
)

PIPELINE = (
    Setting("name", Kind.TEXT, None, "What people see; the pipeline is known by the name of its folder."),
    Setting("description", Kind.TEXT, None, "What it is for."),
    Setting("type", Kind.CHOICE, "python", "What kind of pipeline it is.", tuple(kind.value for kind in PipelineType)),
    Setting("tags", Kind.NAMES, [], "Words by which people find it."),
    Setting("executor_type", Kind.TEXT, "local_python", "Where attempts of its blocks run.", EXECUTORS),
    Setting("executor_config", Kind.MAPPING, {}, "Settings of that executor."),
    Setting("run_pipeline_in_one_process", Kind.SWITCH, False, "Whether a run is one process that hands values over."),
    Setting("cache_block_output_in_memory", Kind.SWITCH, False, "Whether such a run keeps outputs in memory only."),
    Setting("concurrency_config.block_run_limit", Kind.WHOLE, None, "Block runs of one run at once."),
    Setting("concurrency_config.pipeline_run_limit", Kind.WHOLE, None, "Runs of one trigger at once."),
    Setting("concurrency_config.pipeline_run_limit_all_triggers", Kind.WHOLE, None, "Runs of the pipeline at once."),
    Setting(
        "concurrency_config.on_pipeline_run_limit_reached",
        Kind.CHOICE,
        "wait",
        "Whether a run for which there is no room waits or is skipped.",
        ("wait", "skip"),
    ),
    Setting("concurrency_config.keys", Kind.LIST, [], "Limits by a text with templates: `{key: …, limit: 1}`."),
    Setting("retry_config.retries", Kind.WHOLE, _RETRY.retries, "How often a streaming pipeline is started again."),
    Setting("retry_config.delay", Kind.NUMBER, _RETRY.delay, "Seconds before it is started again."),
    Setting("retry_config.max_delay", Kind.NUMBER, _RETRY.max_delay, "Seconds that it waits at most."),
    Setting("retry_config.exponential_backoff", Kind.SWITCH, True, "Whether the waiting time doubles with each try."),
    Setting("notification_config", Kind.MAPPING, {}, "Who is told what; its keys go before the project's."),
    Setting(
        "settings.triggers.save_in_code_automatically",
        Kind.SWITCH,
        False,
        "Whether triggers that are made here are written to `triggers.yaml`.",
    ),
)

PROJECT = (
    Setting("project_uuid", Kind.TEXT, None, "By what other installations know the project, whatever its folder is."),
    Setting(
        "project_type",
        Kind.CHOICE,
        "standalone",
        "`standalone` for a project that runs by itself.",
        ("standalone", "main", "sub"),
    ),
    Setting("variables_dir", Kind.TEXT, None, "Where Mage keeps outputs and logs; here it is only kept."),
    Setting("remote_variables_dir", Kind.TEXT, None, "Where outputs and logs lie: `s3://…`, `gs://…`; empty: on disk."),
    Setting("retry_config.retries", Kind.WHOLE, _RETRY.retries, "How often a block that failed is tried again."),
    Setting("retry_config.delay", Kind.NUMBER, _RETRY.delay, "Seconds before it is tried again."),
    Setting("retry_config.max_delay", Kind.NUMBER, _RETRY.max_delay, "Seconds that it waits over all tries at most."),
    Setting("retry_config.exponential_backoff", Kind.SWITCH, True, "Whether the waiting time doubles with each try."),
    Setting("limits.runs", Kind.WHOLE, None, "Runs of the project at once."),
    Setting("queue_config.concurrency", Kind.WHOLE, None, "Runs at once, where `limits.runs` says nothing."),
    Setting("queue_config.queue_type", Kind.TEXT, None, "Mage's queue; here it is only kept."),
    Setting("pools", Kind.MAPPING, {}, "Pools of slots that blocks take from, each with its size."),
    Setting("notification_config", Kind.MAPPING, {}, "Who is told what: channels and rules."),
    Setting("logging_config.level", Kind.TEXT, None, "Kept only: every line is logged with its level."),
    Setting("logging_config.retention_period", Kind.TEXT, None, "How long logs of runs are kept, such as `30d`."),
    Setting("retention", Kind.MAPPING, {}, "What of outputs is kept how long."),
    Setting("variables_retention_period", Kind.TEXT, None, "How long Mage keeps outputs, such as `90d`."),
    Setting(
        "pipelines.settings.triggers.save_in_code_automatically",
        Kind.SWITCH,
        False,
        "Whether triggers that are made here are written to `triggers.yaml`.",
    ),
    Setting("features", Kind.MAPPING, {}, "Switches of the format: `polars: true`."),
    Setting("k8s_executor_config", Kind.MAPPING, {}, "How blocks run on Kubernetes."),
    Setting("ecs_config", Kind.MAPPING, {}, "How blocks run on ECS."),
    Setting("gcp_cloud_run_config", Kind.MAPPING, {}, "How blocks run on Cloud Run."),
    Setting("azure_container_instance_config", Kind.MAPPING, {}, "How blocks run on Azure Container Instances."),
    Setting("spark_config", Kind.MAPPING, {}, "How blocks find Spark."),
    Setting("emr_config", Kind.MAPPING, {}, "How blocks find Spark on EMR."),
    Setting("help_improve_mage", Kind.SWITCH, False, "Mage's telemetry; nothing is sent from here."),
)

OPEN = ("configuration", "executor_config", "notification_config", "pools")
"""Mappings whose keys are nobody's but the user's."""


def setting_of(table: tuple[Setting, ...], key: str) -> Setting | None:
    """The setting of this key; a key inside an open mapping is one of its own."""
    for setting in table:
        if setting.key == key:
            return setting
    head, dot, _ = key.partition(".")
    if dot and head in OPEN and any(setting.key == head for setting in table):
        return Setting(key, Kind.TEXT, None, f"A key of `{head}`.")
    whole = [setting for setting in table if setting.key.startswith(f"{key}.")]
    return Setting(key, Kind.MAPPING, {}, f"All keys of `{key}` at once.") if whole else None
