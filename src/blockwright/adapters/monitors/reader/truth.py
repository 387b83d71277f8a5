"""What was really the case, told later: by request (and the row in it), or by the key that the request came with.

Each row is ``request_id`` and ``row``, or ``key``; ``actual`` as JSON text; ``told`` when it was told. Of several about
the same thing the one told last holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from blockwright.adapters.monitors.reader import files
from blockwright.core.errors import Invalid

SCHEMA = pa.schema(
    [
        ("request_id", pa.string()),
        ("row", pa.int64()),
        ("key", pa.string()),
        ("actual", pa.string()),
        ("told", pa.timestamp("us", "UTC")),
    ]
)
_AT_A_TIME = 50_000
_TABLES = (".csv", ".parquet", ".jsonl", ".json")


def read_table(path: Path) -> pa.Table:
    """The rows of a file of either form."""
    if path.suffix == ".parquet":
        return pq.ParquetFile(path).read()
    return pa.Table.from_pylist(read_lines(path), SCHEMA)


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Raises ValueError for a file that is damaged."""
    found = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            said = json.loads(line)
            told = datetime.fromisoformat(said["told"])
            found.append({**said, "actual": json.dumps(said["actual"]), "told": told})
    return found


def all_of(log: Path, model: str) -> pa.Table:
    """Everything that was told about a model."""
    found = [read_table(path) for path in files.counting(log / model / files.TRUTH, ".jsonl")]
    return pa.concat_tables(found) if found else SCHEMA.empty_table()


def read_file(path: Path, names: Mapping[str, str]) -> Iterator[list[dict[str, Any]]]:
    """A person's table (CSV, Parquet, JSON lines) in pieces. ``names`` says which column is ``request_id``, ``row``,
    ``key``, ``actual``. Raises Invalid naming what is missing."""
    import duckdb

    if path.suffix.lower() not in _TABLES:
        raise Invalid(
            f"`{path.name}` is no table that can be read.", hint=f"Its name must end in {', '.join(_TABLES)}."
        )
    reader = {".csv": "read_csv_auto", ".parquet": "read_parquet"}.get(path.suffix.lower(), "read_json_auto")
    try:
        with duckdb.connect() as connection:
            found = connection.execute(f"SELECT * FROM {reader}(?)", [str(path)])
            columns = [column[0] for column in found.description or ()]
            _require(path, columns, names)
            wanted = [name for name in names if names[name] in columns]
            while rows := found.fetchmany(_AT_A_TIME):
                yield [{name: row[columns.index(names[name])] for name in wanted} for row in rows]
    except duckdb.Error as error:
        raise Invalid(f"`{path.name}` cannot be read: {str(error)[:300]}", code="truth") from None


def _require(path: Path, columns: Sequence[str], names: Mapping[str, str]) -> None:
    has = f"It has {', '.join(f'`{name}`' for name in columns[:20])}."
    if names["actual"] not in columns:
        hint = "Name the column with --actual."
        raise Invalid(f"`{path.name}` has no column `{names['actual']}`. {has}", hint=hint, code="truth")
    if names["request_id"] not in columns and names["key"] not in columns:
        hint = "Name the column that says which prediction is meant with --request-id or --key."
        detail = f"`{path.name}` has neither a column `{names['request_id']}` nor `{names['key']}`. {has}"
        raise Invalid(detail, hint=hint, code="truth")
