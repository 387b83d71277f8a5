"""Rows as an Arrow stream: many at once, without the cost of text."""

from __future__ import annotations

from typing import Any

from blockwright.core.models.signatures import Signature
from blockwright.serving import rows
from blockwright.serving.refusals import Refusal, wrong

MEDIA_TYPE = b"application/vnd.apache.arrow.stream"


def read(body: bytes, signature: Signature | None) -> rows.Rows:
    """The checked rows of a stream; raises Refusal. What is no number is checked as JSON is."""
    import pyarrow as pa

    try:
        with pa.ipc.open_stream(body) as reader:
            table = _bounded(pa, reader)
    except pa.ArrowException as error:
        detail = f"The body is no Arrow stream: {' '.join(str(error).split())[:200]}."
        raise Refusal(400, "invalid_arrow", detail, field="body") from None
    names = table.column_names
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise wrong(f"columns.{twice}", "comes twice")
    return rows.of_columns({name: _values(pa, table.column(name)) for name in names}, signature)


def _bounded(pa: Any, reader: Any) -> Any:
    """The table, batch by batch: a small body can claim a great many rows."""
    batches, count = [], 0
    for batch in reader:
        count += batch.num_rows
        if count > rows.MOST_ROWS:
            raise wrong("columns", f"has more than {rows.MOST_ROWS:,} rows")
        batch.validate(full=True)
        batches.append(batch)
    return pa.Table.from_batches(batches, reader.schema)


def _values(pa: Any, column: Any) -> list[Any]:
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return [None if value is None else value.isoformat() for value in column.to_pylist()]
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    found: list[Any] = column.to_pylist()
    # pandas writes a missing number as NaN.
    return [None if value != value else value for value in found] if pa.types.is_floating(kind) else found
