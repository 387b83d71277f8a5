"""Which names each module of ``mage_ai`` offers, and where they live here (``module:name``).

A table, sorted by Mage's module names. What is missing is missing on purpose: ``advice`` says what to use instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from blockwright.mage.advice import INSTEAD

_MAGE = "blockwright.mage"
_CLEANING = "blockwright.mage.cleaning"


def _same(module: str, *names: str) -> dict[str, str]:
    return {name: f"{module}:{name}" for name in names}


MODULES: Mapping[str, Mapping[str, str]] = {
    "mage_ai.data_cleaner.column_types.column_type_detector": _same(f"{_CLEANING}.column_types", "infer_column_types"),
    "mage_ai.data_cleaner.column_types.constants": _same(f"{_CLEANING}.column_types", "ColumnType"),
    "mage_ai.data_cleaner.transformer_actions.base": _same(f"{_CLEANING}.actions", "BaseAction"),
    "mage_ai.data_cleaner.transformer_actions.constants": _same(
        f"{_CLEANING}.vocabulary", "ActionType", "Axis", "ImputationStrategy", "Operator"
    ),
    "mage_ai.data_cleaner.transformer_actions.utils": _same(f"{_CLEANING}.actions", "build_transformer_action"),
    "mage_ai.data_preparation.decorators": _same(
        "blockwright.sdk.decorators",
        "callback",
        "collect_decorated_objs",
        "columns",
        "condition",
        "configuration",
        "custom",
        "data_exporter",
        "data_integration_catalog",
        "data_integration_config",
        "data_integration_destination",
        "data_integration_query",
        "data_integration_selected_streams",
        "data_integration_source",
        "data_loader",
        "data_source",
        "extension",
        "on_failure",
        "on_success",
        "preprocesser",
        "render",
        "sensor",
        "streaming_sink",
        "streaming_source",
        "test",
        "transformer",
        "x",
        "xy",
        "y",
    )
    | {"preprocesser_functions": "blockwright.sdk.decorators:preprocesser"},
    "mage_ai.data_preparation.logging.logger": _same(f"{_MAGE}.loggers", "DictLogger"),
    "mage_ai.data_preparation.models.block.constants": _same(f"{_MAGE}.constants", "BlockType", "BlockLanguage"),
    "mage_ai.data_preparation.models.constants": _same(
        f"{_MAGE}.constants",
        "BlockColor",
        "BlockLanguage",
        "BlockStatus",
        "BlockType",
        "CallbackStatus",
        "DATAFRAME_ANALYSIS_MAX_COLUMNS",
        "DATAFRAME_ANALYSIS_MAX_ROWS",
        "DATAFRAME_SAMPLE_COUNT",
        "DATAFRAME_SAMPLE_COUNT_PREVIEW",
        "ExecutorType",
        "PipelineStatus",
        "PipelineType",
    ),
    "mage_ai.data_preparation.models.global_data_product": _same(f"{_MAGE}.products", "GlobalDataProduct"),
    "mage_ai.data_preparation.models.pipeline": _same(f"{_MAGE}.pipelines", "Pipeline"),
    "mage_ai.data_preparation.models.block": _same(f"{_MAGE}.pipelines", "Block"),
    "mage_ai.data_preparation.repo_manager": _same(
        f"{_MAGE}.project",
        "get_data_dir",
        "get_project_uuid",
        "get_repo_config",
        "get_repo_name",
        "get_repo_path",
        "get_variables_dir",
    ),
    "mage_ai.data_preparation.shared.secrets": _same(
        f"{_MAGE}.secrets", "create_secret", "delete_secret", "get_secret_value"
    ),
    "mage_ai.data_preparation.shared.utils": _same(f"{_MAGE}.texts", "get_template_vars"),
    "mage_ai.data_preparation.variable_manager": _same(
        f"{_MAGE}.variables",
        "VariableManager",
        "delete_global_variable",
        "get_global_variable",
        "get_global_variables",
        "get_variable",
        "set_global_variable",
    )
    | _same(f"{_MAGE}.variables", "SerializationError"),
    "mage_ai.io.base": _same("blockwright.io.base", "DataSource", "ExportWritePolicy", "FileFormat", "QUERY_ROW_LIMIT"),
    "mage_ai.io.config": _same(
        "blockwright.io.config", "BaseConfigLoader", "ConfigFileLoader", "ConfigKey", "EnvironmentVariableLoader"
    ),
    "mage_ai.io.duckdb": _same("blockwright.io.duckdb", "DuckDB"),
    "mage_ai.io.file": _same("blockwright.io.files", "FileIO"),
    "mage_ai.io.io_config": _same("blockwright.io.config", "IOConfig"),
    "mage_ai.io.postgres": _same("blockwright.io.postgres", "Postgres"),
    "mage_ai.io.sql": _same("blockwright.io.sql", "BaseSQL"),
    "mage_ai.orchestration.run_status_checker": _same(f"{_MAGE}.triggers", "check_status"),
    "mage_ai.orchestration.triggers.api": _same(f"{_MAGE}.triggers", "trigger_pipeline"),
    "mage_ai.orchestration.triggers.global_data_product": _same(f"{_MAGE}.products", "trigger_and_check_status"),
    "mage_ai.presenters.utils": _same(f"{_MAGE}.texts", "render_output_tags"),
    "mage_ai.settings.repo": _same(
        f"{_MAGE}.project", "get_data_dir", "get_repo_name", "get_repo_path", "get_variables_dir"
    ),
    "mage_ai.settings.utils": _same(f"{_MAGE}.project", "base_repo_path"),
    "mage_ai.shared.array": _same(
        f"{_MAGE}.containers", "batch", "difference", "find", "find_index", "flatten", "is_iterable", "unique_by"
    ),
    "mage_ai.shared.hash": _same(
        f"{_MAGE}.containers",
        "dig",
        "extract",
        "flatten_dict",
        "group_by",
        "ignore_keys",
        "ignore_keys_with_blank_values",
        "index_by",
        "merge_dict",
        "set_value",
    ),
    "mage_ai.shared.parsers": _same(f"{_MAGE}.matrices", "convert_matrix_to_dataframe", "encode_complex"),
    "mage_ai.shared.strings": _same(
        f"{_MAGE}.texts", "camel_to_snake_case", "is_number", "replacer", "size_of_string", "to_lower"
    ),
    "mage_ai.shared.utils": _same(f"{_MAGE}.texts", "clean_name", "files_in_path"),
    "mage_ai.streaming.constants": _same(f"{_MAGE}.streaming", "DEFAULT_BATCH_SIZE", "DEFAULT_TIMEOUT_MS"),
    "mage_ai.streaming.sinks.base": _same(f"{_MAGE}.streaming", "BaseSink"),
    "mage_ai.streaming.sinks.base_python": _same(f"{_MAGE}.streaming", "BasePythonSink"),
    "mage_ai.streaming.sources.base": _same(f"{_MAGE}.streaming", "BaseSource", "SourceConsumeMethod"),
    "mage_ai.streaming.sources.base_python": _same(f"{_MAGE}.streaming", "BasePythonSource"),
}


def _parents(names: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for name in names:
        parts = name.split(".")
        found.update(".".join(parts[:length]) for length in range(1, len(parts)))
    return frozenset(found)


PACKAGES = _parents([*MODULES, *INSTEAD])
"""Every package above a module of the table, or above one that advice is given for: Python imports those first, and
the advice for a package that is not there would hide the better one. They offer no names but those of the table."""
