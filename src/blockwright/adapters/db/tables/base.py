"""What every table is made of."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData

# Constraints have names so that a later migration can speak of them.
metadata = MetaData(naming_convention={"pk": "%(table_name)s_pk", "fk": "%(table_name)s_%(column_0_name)s_fk"})

# SQLite counts rows by itself only in a column whose type is exactly INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")


def run_id() -> Column[int]:
    """The run that a row belongs to; it goes with its run."""
    return Column("run_id", RowId, ForeignKey("run.id", ondelete="CASCADE"), nullable=False)
