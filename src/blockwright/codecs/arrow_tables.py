"""pyarrow's own values: tables with their chunks and metadata, record batches, arrays."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

from blockwright.codecs import arrow_maps

_COLUMN = "value"  # the field of an array that stands alone


def encode(value: Any) -> Callable[[Any], None] | None:
    """A function that writes the value, or None where an Arrow file cannot hold it (no columns, but rows)."""
    import pyarrow as pa

    if isinstance(value, pa.Table) and value.num_columns:
        return _writer(value.schema, _batches(value), "table")
    if isinstance(value, pa.RecordBatch) and value.num_columns:
        return _writer(value.schema, [value], "batch")
    if isinstance(value, pa.ChunkedArray):
        table = pa.table({_COLUMN: value})
        return _writer(table.schema, _batches(table), "chunks")
    if isinstance(value, pa.Array):
        batch = pa.RecordBatch.from_arrays([value], names=[_COLUMN])
        return _writer(batch.schema, [batch], "array")
    return None


def read(path: Path) -> Any:
    """The value over a map of the file."""
    import pyarrow as pa

    file = arrow_maps.MappedFile(path)
    schema = own_schema(file.schema, file.note)
    table = pa.Table.from_batches(file.batches(), schema=file.schema).replace_schema_metadata(schema.metadata)
    match file.note["kind"]:
        case "batch":
            return file.batches()[0].replace_schema_metadata(schema.metadata)
        case "chunks":
            return table.column(0)
        case "array":
            return table.column(0).chunk(0)
    return table


def own_schema(schema: Any, note: dict[str, Any]) -> Any:
    """The schema as the value had it, without our note."""
    metadata = {key: value for key, value in (schema.metadata or {}).items() if key != arrow_maps.KEY}
    if note.get("covered"):
        metadata[arrow_maps.KEY] = base64.b64decode(note["covered"])
    return schema.with_metadata(metadata or None)


def _batches(table: Any) -> list[Any]:
    """The chunks as they are, over one dictionary each: the file format has room for no more."""
    import pyarrow as pa

    kinds = [kind for kind in table.schema.types if "dictionary<" in str(kind)]
    if all(pa.types.is_dictionary(kind) and "dictionary<" not in str(kind.value_type) for kind in kinds):
        return list(table.unify_dictionaries().to_batches())
    return list(table.combine_chunks().to_batches())


def _writer(schema: Any, batches: list[Any], kind: str) -> Callable[[Any], None]:
    note = {"format": 1, "kind": kind}
    covered = (schema.metadata or {}).get(arrow_maps.KEY)
    if covered is not None:  # a table that was itself read from one of our files
        note["covered"] = base64.b64encode(covered).decode("ascii")
    return lambda sink: arrow_maps.write(sink, schema, batches, note)
