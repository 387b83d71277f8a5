from __future__ import annotations

import importlib
import subprocess
import sys
from types import ModuleType
from typing import Any

import pytest

from blockwright import mage
from blockwright.mage.advice import advice
from blockwright.mage.finder import MageFinder
from blockwright.mage.names import MODULES, PACKAGES
from blockwright.sdk.decorators import collecting

pytestmark = pytest.mark.usefixtures("mage_ai")

NAMES = [(module, name) for module, names in MODULES.items() for name in names]


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_every_name_of_the_table_is_importable(module: str, name: str) -> None:
    namespace: dict[str, Any] = {}
    exec(f"from {module} import {name}", namespace)
    assert namespace[name] is not None


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_every_package_is_importable(package: str) -> None:
    assert importlib.import_module(package).__name__ == package


TEMPLATES = [
    "from mage_ai.settings.repo import get_repo_path",
    "from mage_ai.data_preparation.repo_manager import get_repo_path",
    "from mage_ai.io.config import ConfigFileLoader, ConfigKey, EnvironmentVariableLoader",
    "from mage_ai.io.file import FileIO",
    "from mage_ai.io.postgres import Postgres",
    "from mage_ai.io.duckdb import DuckDB",
    "from mage_ai.io.base import ExportWritePolicy",
    "from mage_ai.data_cleaner.transformer_actions.base import BaseAction",
    "from mage_ai.data_cleaner.transformer_actions.constants import ActionType, Axis, ImputationStrategy",
    "from mage_ai.data_cleaner.transformer_actions.utils import build_transformer_action",
    "from mage_ai.data_cleaner.column_types.column_type_detector import infer_column_types",
    "from mage_ai.data_preparation.variable_manager import get_variable, set_global_variable",
    "from mage_ai.data_preparation.shared.secrets import get_secret_value",
    "from mage_ai.orchestration.triggers.api import trigger_pipeline",
    "from mage_ai.orchestration.run_status_checker import check_status",
    "from mage_ai.data_preparation.models.pipeline import Pipeline",
    "from mage_ai.data_preparation.models.constants import BlockType, DATAFRAME_SAMPLE_COUNT",
    "from mage_ai.data_preparation.decorators import data_source, render, x, y, xy, columns",
    "from mage_ai.shared.parsers import convert_matrix_to_dataframe",
    "from mage_ai.presenters.utils import render_output_tags",
    "from mage_ai.streaming.sources.base_python import BasePythonSource",
    "from mage_ai.streaming.sinks.base_python import BasePythonSink",
    "from mage_ai.streaming.sources.base import BaseSource, SourceConsumeMethod",
    "import mage_ai.io.config",
    "from mage_ai.io import config",
    "from mage_ai.io.config import *",
]


@pytest.mark.parametrize("line", TEMPLATES)
def test_the_lines_of_block_templates_work(line: str) -> None:
    exec(line, {})


def test_names_are_reached_by_dots_too() -> None:
    import mage_ai  # type: ignore[import-not-found]  # served by the hook

    assert mage_ai.io.file.FileIO.__name__ == "FileIO"


def test_a_block_that_imports_its_decorator_unconditionally_registers_once() -> None:
    source = "from mage_ai.data_preparation.decorators import transformer\n@transformer\ndef clean(x): ..."
    with collecting() as registry:
        exec(source, registry.globals())
    assert [entry.function.__name__ for entry in registry.of("transformer")] == ["clean"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("import mage_ai.io.sqlite", "use blockwright.io.sqlite.SQLite"),
        ("from mage_ai.io import sqlite", "use blockwright.io.sqlite.SQLite"),
        (
            "from mage_ai.io.snowflake import Snowflake",
            "mage_ai.io.snowflake: not available yet; .*snowflake-connector",
        ),
        ("from mage_ai.orchestration.db.models.schedules import PipelineRun", "use check_status"),
        (
            "from mage_ai.services.slack.slack import send_slack_message",
            "mage_ai.services.slack: set `notification_config`",
        ),
        ("from mage_ai.services.aws.secrets_manager.secrets_manager import get_secret", "use mage_secret_var"),
        ("from mage_ai.data.tabular.mocks import create_dataframe", "make the frame with pandas"),
        ("from mage_ai.io.config import AWSSecretLoader", "use mage_secret_var"),
        ("import mage_ai.services.nothing", "mage_ai.services.nothing is not served here"),
        ("from mage_ai.io.config import Nothing", "mage_ai.io.config.Nothing is not served here"),
        ("import mage_ai.nowhere.at_all", "mage_ai.nowhere is not served here"),
        ("from mage_ai import run", "mage_ai.run: use trigger_pipeline"),
    ],
)
def test_what_is_not_there_says_what_to_use(line: str, message: str) -> None:
    with pytest.raises(ImportError, match=message):
        exec(line, {})


def test_a_missing_attribute_is_an_attribute_error_where_nobody_imports() -> None:
    module = importlib.import_module("mage_ai.io.config")
    assert not hasattr(module, "Nothing")
    assert getattr(module, "Nothing", 5) == 5
    with pytest.raises(AttributeError, match="is not served here"):
        _ = module.Nothing


def test_a_try_around_an_import_still_works() -> None:
    namespace: dict[str, Any] = {}
    exec("try:\n    import mage_ai.io.s3\nexcept ImportError:\n    fallback = True", namespace)
    assert namespace["fallback"]


def test_installing_twice_changes_nothing() -> None:
    mage.install()
    assert sum(isinstance(finder, MageFinder) for finder in sys.meta_path) == 1


def test_another_mage_ai_that_was_imported_before_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mage_ai", ModuleType("mage_ai"))
    with pytest.raises(RuntimeError, match="Another `mage_ai` was imported before"):
        mage.install()


def test_no_advice_is_given_for_what_is_there() -> None:
    from blockwright.mage import advice as table

    assert not [name for name in table.INSTEAD if name in MODULES or name in PACKAGES]
    assert advice("mage_ai.io.s3.S3").startswith("mage_ai.io.s3.S3: ")


HEAVY = ("pandas", "numpy", "pyarrow", "duckdb", "jinja2", "yaml", "sqlalchemy", "psycopg")
PROBE = f"""
import sys
import blockwright.mage
blockwright.mage.install()
from mage_ai.settings.repo import get_repo_path
from mage_ai.io.config import ConfigFileLoader
from mage_ai.io.postgres import Postgres
from mage_ai.io.file import FileIO
from mage_ai.data_preparation.decorators import transformer
from mage_ai.data_cleaner.transformer_actions.base import BaseAction
print([name for name in {HEAVY!r} if name in sys.modules])
"""


def test_imports_of_a_block_file_load_no_library() -> None:
    done = subprocess.run([sys.executable, "-I", "-c", PROBE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
