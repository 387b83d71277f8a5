"""One SQL block that is being run: its text, its inputs, and what goes wrong with them in words that name the place."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blockwright.io.base import QUERY_ROW_LIMIT
from blockwright.io.errors import SqlError
from blockwright.io.frames import as_frame
from blockwright.io.statements import Statement, split
from blockwright.sdk.context import BlockContext

if TYPE_CHECKING:
    import pyarrow
    from pandas import DataFrame

    from blockwright.io.block_output_calls import BlockOutputCall
    from blockwright.io.sql import BaseSQL


@dataclass(frozen=True, slots=True)
class SqlInput:
    """One upstream of a SQL block, in the order of ``upstream_blocks``; its value is read only when it is needed.

    ``sql`` is the configuration of an upstream that is a SQL block itself (keys ``data_provider``,
    ``data_provider_profile``, ``data_provider_schema``, ``data_provider_table``, ``use_raw_sql``), else None.
    """

    block: str
    load: Callable[[], Any]
    arrow: Callable[[], pyarrow.Table]
    sql: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SqlBlock:
    """Everything that is known of the block that runs. ``row_limit`` caps the frame that it gives back."""

    text: str
    inputs: Sequence[SqlInput]
    configuration: Mapping[str, Any]
    variables: Mapping[str, Any]
    context: BlockContext
    block: str
    pipeline: str
    env: str
    dynamic_index: int | None
    row_limit: int

    @property
    def origin(self) -> str:
        return f"Block `{self.block}`"

    @property
    def raw(self) -> bool:
        return bool(self.configuration.get("use_raw_sql"))

    def rendered(self, tables: Mapping[str, str]) -> str:
        """The text with its templates filled in; raises SqlError."""
        from blockwright.io.sql_templates import rendered_sql
        from blockwright.io.templates import TemplateFailed

        self._check_inputs_exist()
        try:
            return rendered_sql(
                self.text,
                self.variables,
                tables=tables,
                environ=os.environ,
                secret=self._secret,
                block_output=self._block_output,
                origin=self.origin,
            )
        except TemplateFailed as error:
            raise SqlError(error.message, hint=error.hint, block=self.block, line=error.line) from None

    def statements(self, rendered: str) -> list[Statement]:
        """The statements of the rendered text; raises SqlError when there is none."""
        statements = split(rendered)
        if not statements:
            raise SqlError(
                f"{self.origin} has no SQL statement: its text is empty or only comments.",
                hint="Write a SELECT, or remove the block from the pipeline.",
                block=self.block,
            )
        return statements

    def frame(self, place: int) -> DataFrame:
        """Input ``place`` as a frame; of several outputs the first. Raises SqlError when it is no table."""
        value = self.inputs[place].load()
        if isinstance(value, list | tuple) and value and hasattr(value[0], "columns"):
            value = value[0]
        try:
            frame = as_frame(value)
        except (TypeError, ValueError):
            raise SqlError(
                f"{self.origin} reads `df_{place + 1}` as a table, but `{self.inputs[place].block}` gives a "
                f"{type(value).__name__}.",
                hint="Return a data frame, a dict or a list of dicts from it.",
                block=self.block,
            ) from None
        if frame.shape[1] == 0:
            raise self.no_columns(place)
        return frame

    def no_columns(self, place: int) -> SqlError:
        """The error for an input without any column, which no database can hold."""
        return SqlError(
            f"{self.origin} reads `df_{place + 1}`, but `{self.inputs[place].block}` gives a table without columns.",
            hint="Return at least one column, also when there are no rows.",
            block=self.block,
        )

    def _check_inputs_exist(self) -> None:
        from blockwright.io.sql_templates import referenced_tables
        from blockwright.io.templates import TemplateFailed

        try:
            names = referenced_tables(self.text, self.origin)
        except TemplateFailed as error:
            raise SqlError(error.message, hint=error.hint, block=self.block, line=error.line) from None
        for name in sorted(names):
            if int(name.removeprefix("df_")) > len(self.inputs) and name not in self.variables:
                have = ", ".join(f"`{item.block}`" for item in self.inputs) or "no upstream"
                raise SqlError(
                    f"{self.origin} reads `{name}`, but it has {have}.",
                    hint="df_1 is its first upstream block, df_2 the second.",
                    block=self.block,
                )

    def _secret(self, name: str) -> Any:
        from blockwright.io import surroundings

        return surroundings.secret_of(self.context, name)

    def _block_output(self, call: BlockOutputCall) -> Any:
        from blockwright.io.block_output_calls import BlockOutputError, evaluate

        if call.block is None:
            data: Any = [_plain(item.load()) for item in self.inputs]
        else:
            data = _plain(self._input(call.block).load())
        try:
            return evaluate(call, data, self.variables)
        except BlockOutputError as error:
            raise SqlError(f"{self.origin}: {error.message}", hint=error.hint, block=self.block) from None

    def _input(self, block: str) -> SqlInput:
        for item in self.inputs:
            if item.block == block:
                return item
        have = ", ".join(f"`{item.block}`" for item in self.inputs) or "none"
        raise SqlError(
            f"{self.origin} uses block_output('{block}'), which is not one of its upstream blocks: {have}.",
            block=self.block,
        )


def row_limit(configuration: Mapping[str, Any], key: str) -> int:
    """Rows that a block may give back: the number under ``key``, at most 10 million, which is also the default."""
    value = configuration.get(key)
    if value in (None, ""):
        return QUERY_ROW_LIMIT
    try:
        return min(max(0, int(str(value))), QUERY_ROW_LIMIT)
    except ValueError:
        raise SqlError(f"`configuration.{key}` is {value!r}; it must be a whole number.") from None


def run_statements(job: SqlBlock, database: BaseSQL, statements: Sequence[Statement]) -> DataFrame | None:
    """Execute in order; the rows of the last statement that gives any, else None."""
    giving = [statement.number for statement in statements if statement.returns_rows]
    result: DataFrame | None = None
    for statement in statements:
        with naming_the_statement(job, database, statement):
            if giving and statement.number == giving[-1]:
                result = database.fetch(statement.text, None, job.row_limit)
            else:
                database.execute(statement.text)
    return result


@contextmanager
def naming_the_statement(
    job: SqlBlock, database: BaseSQL, statement: Statement, lines_before: int = 0
) -> Iterator[None]:
    """Turn what the driver raises into a SqlError that names block, statement, line and the database's words.

    ``lines_before``: how many lines of ours stand before the statement in what is sent.
    """
    try:
        yield
    except database.driver_errors() as error:
        message, line_sent = database.describe(error)
        line = statement.line if line_sent is None else statement.line + max(0, line_sent - 1 - lines_before)
        raise SqlError(
            f"{job.origin}, statement {statement.number}, line {line}{_rendered_note(job)}: {message}",
            hint=_hint(job, message),
            block=job.block,
            statement=statement.number,
            line=line,
        ) from None


def _plain(value: Any) -> Any:
    """Frames as lists of records, everything else as it is."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return as_frame(value).to_dict(orient="records") if hasattr(value, "columns") else value


def _rendered_note(job: SqlBlock) -> str:
    changed = "{%" in job.text or "{#" in job.text
    return " of the rendered text" if changed else ""


def _hint(job: SqlBlock, message: str) -> str:
    if "cannot run inside a transaction" in message:
        return "Set `disable_query_preprocessing: true` to send the text outside of a transaction."
    if "ON CONFLICT" in message:
        return "The table needs a unique constraint on those columns."
    if "does not exist" in message.lower() and job.inputs:
        tables = ", ".join(f"{{{{ df_{place} }}}} (`{item.block}`)" for place, item in enumerate(job.inputs, 1))
        return f"The inputs of this block are {tables}."
    return ""
