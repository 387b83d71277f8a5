"""What every SQL connector offers block code: connect, execute, load, export.

A connector is a context manager; outside of ``with`` it connects on first use and stays open until ``close()``.
``execute`` does not commit, ``export`` does. What a database refuses is raised as the driver's own error.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Self

from blockwright.io.base import QUERY_ROW_LIMIT, ExportWritePolicy
from blockwright.io.column_types import ColumnType, Kind
from blockwright.io.config import BaseConfigLoader
from blockwright.io.sql_export import ExportOptions, export_frame, export_query
from blockwright.io.sql_tables import Table
from blockwright.io.statements import split

if TYPE_CHECKING:
    from pandas import DataFrame, Series

_EXCERPT = re.compile(r"^LINE (\d+):", re.MULTILINE)


class BaseSQL(ABC):
    """The shared surface; a connector says how to connect, to fetch and to upload."""

    type_names: ClassVar[Mapping[Kind, str]] = {}
    """The database's word for each kind of column."""

    def __init__(self, verbose: bool = True) -> None:
        self.verbose = verbose
        self._connection: Any = None

    # What a connector must say

    @abstractmethod
    def connect(self) -> Any:
        """A new connection; raises ConnectionFailed or MissingExtra."""

    @abstractmethod
    def default_schema(self) -> str | None:
        """The schema that tables are in when nobody names one; None where there are no schemas."""

    @abstractmethod
    def default_database(self) -> str | None:
        """The database that is connected to."""

    @abstractmethod
    def table_exists(self, schema_name: str | None, table_name: str) -> bool:
        """Whether there is a table or view of this name."""

    @abstractmethod
    def ensure_schema(self, schema: str) -> None:
        """Create the schema unless it is there."""

    @abstractmethod
    def fetch(self, query: str, params: Any, limit: int) -> DataFrame:
        """The first ``limit`` rows of ``query``."""

    @abstractmethod
    def upload(self, table: str, columns: Sequence[str], frame: DataFrame, types: Sequence[ColumnType]) -> None:
        """Append the rows of ``frame`` to the columns of ``table`` (as it stands in SQL), by position."""

    @abstractmethod
    def execute_script(self, text: str) -> None:
        """Send ``text``, perhaps of several statements, as it is, outside of any transaction of ours."""

    @abstractmethod
    def driver_errors(self) -> tuple[type[BaseException], ...]:
        """What the driver raises when the database refuses something."""

    def describe(self, error: BaseException) -> tuple[str, int | None]:
        """The database's own words, and the line of the text that was sent, from 1, where it says one."""
        told = str(error)
        excerpt = _EXCERPT.search(told)
        return " ".join(told[: excerpt.start() if excerpt else None].split()), int(excerpt[1]) if excerpt else None

    def reserve(self, table: str) -> None:
        """Until the next commit, let nobody else make or drop ``table``; where the database needs no such thing, do
        nothing."""
        return

    # The connection

    @property
    def conn(self) -> Any:
        """The driver's connection; connects on first use."""
        if self._connection is None:
            self.open()
        return self._connection

    def open(self) -> None:
        """Connect; without effect when connected."""
        if self._connection is None:
            self._connection = self.connect()

    def close(self) -> None:
        """Disconnect; what was not committed is lost. Without effect when not connected."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def begin(self) -> None:
        """Begin a transaction, for drivers that do not do so by themselves."""
        return

    def commit(self) -> None:
        """Keep what was done since the last commit."""
        self.conn.commit()

    def rollback(self) -> None:
        """Undo what was done since the last commit."""
        self.conn.rollback()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end of the ``with`` block, or undo it all when it raises."""
        self.begin()
        try:
            yield
        except BaseException:
            self.rollback()
            raise
        self.commit()

    # Queries

    def execute(self, query_string: str, **query_vars: Any) -> None:
        """Run one statement without committing; ``query_vars`` are bound in the driver's own style."""
        cursor = self.conn.execute(query_string, query_vars) if query_vars else self.conn.execute(query_string)
        cursor.close()

    def execute_queries(
        self,
        queries: Iterable[str],
        query_variables: Sequence[Mapping[str, Any] | None] | None = None,
        commit: bool = False,
        fetch_query_at_indexes: Sequence[Any] | None = None,
    ) -> list[Any]:
        """Run the queries in order: one entry each, a frame where ``fetch_query_at_indexes`` is true at its place."""
        fetched = list(fetch_query_at_indexes or ())
        variables = list(query_variables or ())
        results: list[Any] = []
        for place, query in enumerate(queries):
            bound = variables[place] if place < len(variables) else None
            if place < len(fetched) and fetched[place]:
                results.append(self.fetch(query, bound, QUERY_ROW_LIMIT))
            else:
                self.execute(query, **(bound or {}))
                results.append(None)
        if commit:
            self.commit()
        return results

    def execute_query_raw(self, query: str, **_: Any) -> None:
        """Send ``query`` as it is and forget what it answers; it may hold several statements."""
        self.execute_script(query)

    def load(
        self,
        query_string: str,
        limit: int | None = None,
        display_query: str | None = None,
        verbose: bool | None = None,
        params: Any = None,
        index_col: str | list[str] | None = None,
        parse_dates: Any = None,
        dtype: Any = None,
        **ignored: Any,
    ) -> DataFrame:
        """The rows of a query as a frame, at most ``limit`` (10 million when None).

        A ``limit`` of one's own is passed to the database: the query becomes a sub-select. ``params`` are bound in the
        driver's own style; ``index_col``, ``parse_dates`` and ``dtype`` are pandas' own.
        """
        rows = QUERY_ROW_LIMIT if limit is None else max(0, int(limit))
        with self._telling(f"Loading data with query\n\n{display_query or query_string}\n\n", verbose):
            frame = self.fetch(limited(query_string, rows), params, rows)
        return _shaped(frame, index_col, parse_dates, dtype)

    def sample(
        self, schema: str | None, table: str, size: int = QUERY_ROW_LIMIT, verbose: bool | None = None
    ) -> DataFrame:
        """``size`` rows of a table, whichever come first."""
        return self.load(f"SELECT * FROM {Table(table, schema)}", limit=size, verbose=verbose)

    def columns_of(self, query: str) -> list[str]:
        """The names of the columns that ``query`` gives, without running it for its rows."""
        return list(self.fetch(f"SELECT * FROM (\n{_bare(query)}\n) AS shape LIMIT 0", None, 0).columns)

    # Exports

    def export(
        self,
        df: Any,
        schema_name: str | None = None,
        table_name: str | None = None,
        if_exists: str = ExportWritePolicy.REPLACE,
        index: bool = False,
        verbose: bool | None = None,
        allow_reserved_words: bool = False,
        auto_clean_name: bool = True,
        case_sensitive: bool = False,
        cascade_on_drop: bool = False,
        drop_table_on_replace: bool = False,
        overwrite_types: Mapping[str, str] | None = None,
        query_string: str | None = None,
        unique_conflict_method: str | None = None,
        unique_constraints: Sequence[str] | None = None,
        skip_semicolon_at_end: bool = False,
        **ignored: Any,
    ) -> None:
        """Write a frame (a dict is one row, a list rows), or the rows of ``query_string``, into a table, and commit.

        The schema is made if need be, and so is the table, with types told from the values (``overwrite_types`` wins).
        ``if_exists`` says what happens to a table that is there: ``replace`` deletes its rows (or drops it, with
        ``drop_table_on_replace``), ``append`` keeps them, ``fail`` raises TableExists, a ValueError.
        ``unique_conflict_method`` ``UPDATE`` or ``IGNORE`` with ``unique_constraints`` makes it an upsert. All of it
        happens or none.
        """
        if not table_name:
            raise ValueError("export needs a table_name.")
        options = ExportOptions(
            policy=ExportWritePolicy(if_exists),
            index=index,
            clean_names=auto_clean_name,
            allow_reserved_words=allow_reserved_words,
            case_sensitive=case_sensitive,
            drop=drop_table_on_replace,
            cascade=cascade_on_drop,
            types=overwrite_types or {},
            on_conflict=unique_conflict_method.upper() if unique_conflict_method else None,
            unique=tuple(unique_constraints or ()),
        )
        table = self.table(table_name, schema_name, case_sensitive=case_sensitive)
        with self._telling(f"Exporting data to '{table_name}'", verbose), self.transaction():
            if query_string is not None:
                export_query(self, _bare(query_string), table, options)
            else:
                export_frame(self, df, table, options)

    def table(self, name: str, schema: str | None = None, *, case_sensitive: bool = False) -> Table:
        """The table of this name as the database knows it, in the default schema when none is named."""
        return Table(name, schema or self.default_schema())

    def type_name(self, column_type: ColumnType, column: Series[Any]) -> str:
        """The database's type for a new column that holds ``column``."""
        if column_type.kind is Kind.LIST and Kind.LIST not in self.type_names:
            return f"{self.type_names[column_type.element or Kind.TEXT]}[]"
        return self.type_names[column_type.kind]

    @contextmanager
    def _telling(self, what: str, verbose: bool | None) -> Iterator[None]:
        """Print what is done and that it is done, as Mage does."""
        if not (self.verbose if verbose is None else verbose):
            yield
            return
        print(f"{what}...", end="", flush=True)
        try:
            yield
        except BaseException:
            print("FAILED")
            raise
        print("DONE")


def setting(config: BaseConfigLoader, key: str) -> Any:
    """A setting of a profile, or None where it is missing, empty or ``None`` (what an unset variable renders to)."""
    value = config[key]
    return None if value in (None, "", "None") else value


def limited(query: str, rows: int) -> str:
    """``query`` as a sub-select of at most ``rows`` rows, where it can be one and ``rows`` is not the usual cap."""
    statements = split(query)
    if rows >= QUERY_ROW_LIMIT or len(statements) != 1 or not statements[0].can_be_wrapped:
        return query
    return f"WITH subquery AS (\n{statements[0].text}\n) SELECT * FROM subquery LIMIT {rows}"


def _bare(query: str) -> str:
    """A single query without its semicolon and outer comments."""
    statements = split(query)
    return statements[0].text if len(statements) == 1 else query


def _shaped(frame: DataFrame, index_col: Any, parse_dates: Any, dtype: Any) -> DataFrame:
    import pandas as pd

    if dtype is not None:
        frame = frame.astype(dtype)
    if isinstance(parse_dates, dict):
        for column, style in parse_dates.items():
            frame[column] = (
                pd.to_datetime(frame[column], format=style)
                if isinstance(style, str)
                else pd.to_datetime(frame[column], **style)
            )
    elif parse_dates and parse_dates is not True:
        for column in parse_dates:
            frame[column] = pd.to_datetime(frame[column])
    return frame.set_index(index_col) if index_col is not None else frame
