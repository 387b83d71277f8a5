"""What to use instead of a part of ``mage_ai`` that is not there: one sentence for each."""

from __future__ import annotations

from collections.abc import Mapping

_SQL_CLIENT = "use its Python client in the block; ConfigFileLoader gives you its keys from io_config.yaml"

INSTEAD: Mapping[str, str] = {
    "mage_ai.data_cleaner.data_cleaner": "use pandas, or mage_ai.data_cleaner.transformer_actions",
    "mage_ai.data_integrations": "use dlt in a Python block",
    "mage_ai.data_preparation.models.block.remote": "read the other pipeline's output with "
    "mage_ai.data_preparation.variable_manager.get_variable",
    "mage_ai.data_preparation.models.block.dynamic": "return `[items, metadata]` from a block with `dynamic: true`",
    "mage_ai.data_preparation.repo_manager.set_repo_path": "a run has the project that it is of; see `--project`",
    "mage_ai.io.airtable": "not available yet; use pyairtable in the block",
    "mage_ai.io.algolia": "not available yet; use algoliasearch in the block",
    "mage_ai.io.azure_blob_storage": "not available yet; use obstore or azure-storage-blob in the block",
    "mage_ai.io.bigquery": "not available yet; use google-cloud-bigquery (extra `gcp`) in the block",
    "mage_ai.io.chroma": "not available yet; use chromadb in the block",
    "mage_ai.io.clickhouse": f"not available yet; {_SQL_CLIENT} (clickhouse-connect)",
    "mage_ai.io.config.AWSSecretLoader": "use mage_secret_var or get_secret_value, or boto3 (extra `aws`)",
    "mage_ai.io.databricks_sql": "not part of Mage's open-source package; use databricks-sql-connector in the block",
    "mage_ai.io.druid": f"not available yet; {_SQL_CLIENT} (pydruid)",
    "mage_ai.io.google_cloud_storage": "not available yet; use obstore or google-cloud-storage (extra `gcp`)",
    "mage_ai.io.google_sheets": "not available yet; use gspread in the block",
    "mage_ai.io.mongodb": f"not available yet; {_SQL_CLIENT} (pymongo)",
    "mage_ai.io.mssql": f"not available yet; {_SQL_CLIENT} (pyodbc)",
    "mage_ai.io.mysql": f"not available yet; {_SQL_CLIENT} (pymysql)",
    "mage_ai.io.oracledb": f"not available yet; {_SQL_CLIENT} (oracledb)",
    "mage_ai.io.pinot": f"not available yet; {_SQL_CLIENT} (pinotdb)",
    "mage_ai.io.qdrant": "not available yet; use qdrant-client in the block",
    "mage_ai.io.redshift": f"not available yet; {_SQL_CLIENT} (redshift-connector)",
    "mage_ai.io.s3": "not available yet; use obstore or boto3 (extra `aws`) in the block",
    "mage_ai.io.snowflake": f"not available yet; {_SQL_CLIENT} (snowflake-connector-python)",
    "mage_ai.io.spark": "not available yet; use pyspark in the block",
    "mage_ai.io.sqlite": "not part of Mage's open-source package; use blockwright.io.sqlite.SQLite",
    "mage_ai.io.trino": f"not available yet; {_SQL_CLIENT} (trino)",
    "mage_ai.io.weaviate": "not available yet; use weaviate-client in the block",
    "mage_ai.orchestration.airflow": "no DAGs are made; call a trigger of the pipeline from Airflow over HTTP",
    "mage_ai.orchestration.db": "runs and triggers are not read from the database; use check_status, trigger_pipeline "
    "or the command line",
    "mage_ai.run": "use trigger_pipeline from mage_ai.orchestration.triggers.api, or `blockwright run`",
    "mage_ai.server": "the server's inside is no interface for blocks; use trigger_pipeline and check_status",
    "mage_ai.services.aws.secrets_manager": "use mage_secret_var or get_secret_value, or boto3 (extra `aws`)",
    "mage_ai.services.azure.key_vault": "use mage_secret_var or get_secret_value, or azure-keyvault-secrets",
    "mage_ai.services.airbyte": "call its API with requests in the block",
    "mage_ai.services.datadog": "write with `kwargs['logger']`, or use datadog in the block",
    "mage_ai.services.dbt": "call dbt Cloud's API with requests in the block",
    "mage_ai.services.hashicorp": "not part of Mage's open-source package; use hvac in the block",
    "mage_ai.services.slack": "set `notification_config`, or send the message with requests",
    "mage_ai.services.email": "set `notification_config`, or use smtplib",
    "mage_ai.services.spark": "not available yet; create the session with pyspark in the block",
    "mage_ai.shared.environments": "ask `kwargs['env']`",
    "mage_ai.shared.logger": "use `kwargs['logger']`, or print",
    "mage_ai.data.tabular.mocks": "make the frame with pandas",
}

_IN_GENERAL = (
    "Blockwright serves the documented imports of block code only. The list is in `blockwright.mage.names`; use the "
    "library that it wraps, or open an issue if existing projects need it"
)


def advice(name: str) -> str:
    """What to say of ``name`` (a module, or a name in one): ``<name>: <what to use instead>.``"""
    parts = name.split(".")
    for length in range(len(parts), 1, -1):
        instead = INSTEAD.get(".".join(parts[:length]))
        if instead is not None:
            return f"{name}: {instead}."
    return f"{name} is not served here. {_IN_GENERAL}."
