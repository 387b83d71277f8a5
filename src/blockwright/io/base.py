"""Words and numbers that all connectors share."""

from __future__ import annotations

from enum import StrEnum

QUERY_ROW_LIMIT = 10_000_000
"""Rows that a query gives back when nobody says otherwise."""


class ExportWritePolicy(StrEnum):
    """What an export does with a table that is there already."""

    APPEND = "append"
    FAIL = "fail"
    REPLACE = "replace"


class FileFormat(StrEnum):
    """The formats that files are read and written in."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
    HDF5 = "hdf5"
    XML = "xml"
    EXCEL = "excel"


class DataSource(StrEnum):
    """Mage's words for the kinds of connectors."""

    API = "api"
    AZURE_BLOB_STORAGE = "azure_blob_storage"
    BIGQUERY = "bigquery"
    CLICKHOUSE = "clickhouse"
    DRUID = "druid"
    DUCKDB = "duckdb"
    FILE = "file"
    GOOGLE_CLOUD_STORAGE = "google_cloud_storage"
    GOOGLE_SHEETS = "google_sheets"
    MONGODB = "mongodb"
    MSSQL = "mssql"
    MYSQL = "mysql"
    ORACLEDB = "oracledb"
    PINOT = "pinot"
    POSTGRES = "postgres"
    REDSHIFT = "redshift"
    S3 = "s3"
    SNOWFLAKE = "snowflake"
    SPARK = "spark"
    SQLITE = "sqlite"
    TRINO = "trino"
