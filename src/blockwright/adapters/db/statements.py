"""The few shapes of SQL that are used with many columns, so that no statement spells out thirty names."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def columns(names: Sequence[str]) -> str:
    return ", ".join(names)


def placeholders(count: int) -> str:
    return ", ".join("?" * count)


def insert(table: str, names: Sequence[str]) -> str:
    return f"INSERT INTO {table} ({columns(names)}) VALUES ({placeholders(len(names))})"


def upsert(table: str, names: Sequence[str], *, key: Sequence[str], fixed: Collection[str] = ()) -> str:
    """Insert a row, or, where one with this ``key`` exists, update all but the ``fixed`` columns."""
    changing = (name for name in names if name not in key and name not in fixed)
    changes = ", ".join(f"{name} = excluded.{name}" for name in changing)
    return f"{insert(table, names)} ON CONFLICT ({columns(key)}) DO UPDATE SET {changes}"
