"""Mage's words for kinds of blocks, pipelines and executors, and the numbers its generated charts import."""

from __future__ import annotations

from enum import StrEnum

DATAFRAME_ANALYSIS_MAX_COLUMNS = 100
DATAFRAME_ANALYSIS_MAX_ROWS = 100_000
DATAFRAME_SAMPLE_COUNT = 1000
DATAFRAME_SAMPLE_COUNT_PREVIEW = 10


class BlockType(StrEnum):
    CALLBACK = "callback"
    CHART = "chart"
    CONDITIONAL = "conditional"
    CUSTOM = "custom"
    DATA_EXPORTER = "data_exporter"
    DATA_LOADER = "data_loader"
    DBT = "dbt"
    DYNAMIC_CHILD = "dynamic_child"
    EXTENSION = "extension"
    GLOBAL_DATA_PRODUCT = "global_data_product"
    GROUP = "group"
    HOOK = "hook"
    MARKDOWN = "markdown"
    PIPELINE = "pipeline"
    SCRATCHPAD = "scratchpad"
    SENSOR = "sensor"
    TRANSFORMER = "transformer"


class BlockLanguage(StrEnum):
    MARKDOWN = "markdown"
    PYTHON = "python"
    R = "r"
    SQL = "sql"
    YAML = "yaml"


class BlockStatus(StrEnum):
    EXECUTED = "executed"
    FAILED = "failed"
    NOT_EXECUTED = "not_executed"
    UPDATED = "updated"


class BlockColor(StrEnum):
    BLUE = "blue"
    GREY = "grey"
    PINK = "pink"
    PURPLE = "purple"
    TEAL = "teal"
    YELLOW = "yellow"


class CallbackStatus(StrEnum):
    CANCELLED = "cancelled"
    FAILURE = "failure"
    SUCCESS = "success"


class PipelineType(StrEnum):
    DATABRICKS = "databricks"
    EXECUTION_FRAMEWORK = "execution_framework"
    INTEGRATION = "integration"
    PYSPARK = "pyspark"
    PYTHON = "python"
    STREAMING = "streaming"


class PipelineStatus(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"
    NO_SCHEDULES = "no_schedules"


class ExecutorType(StrEnum):
    AZURE_CONTAINER_INSTANCE = "azure_container_instance"
    ECS = "ecs"
    GCP_CLOUD_RUN = "gcp_cloud_run"
    K8S = "k8s"
    LOCAL_PYTHON = "local_python"
    LOCAL_PYTHON_FORCE = "local_python_force"
    PYSPARK = "pyspark"
