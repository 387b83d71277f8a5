"""Running a SQL block: render its text, bring its inputs to the database, execute, give back a frame.

Without a ``data_provider`` (or with ``duckdb`` and no profile) the block runs in a DuckDB of its own, in memory, over
its inputs as Arrow tables: nothing is copied in, nothing stays. With a profile of ``io_config.yaml`` it runs in that
database, and its result is kept there as a table too (``sql_targets``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from blockwright.io.sql_job import SqlBlock, SqlInput, row_limit
from blockwright.sdk.context import BlockContext

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["SqlInput", "run_sql_block"]


def run_sql_block(
    text: str,
    *,
    inputs: Sequence[SqlInput],
    configuration: Mapping[str, Any],
    variables: Mapping[str, Any],
    context: BlockContext,
    block: str,
    pipeline: str,
    env: str,
    dynamic_index: int | None = None,
    interactive: bool = False,
) -> Any:
    """Run a SQL block and give back what it returns: a frame, or None where nothing was asked for.

    A dynamic block (``configuration['dynamic']``) gives ``[rows]``, one dict for each child. The frame is capped by
    ``limit_in_pipeline_run``, or by ``limit`` when ``interactive``: ``limit`` is for looking, a run loses no rows.
    Raises SqlError naming block, statement and line, ConfigError or ConnectionFailed.
    """
    job = SqlBlock(
        text=text,
        inputs=inputs,
        configuration=configuration,
        variables=variables,
        context=context,
        block=block,
        pipeline=pipeline,
        env=env,
        dynamic_index=dynamic_index,
        row_limit=row_limit(configuration, "limit" if interactive else "limit_in_pipeline_run"),
    )
    frame = _run(job)
    if frame is not None and configuration.get("dynamic"):
        return [frame.to_dict(orient="records")]
    return frame


def _run(job: SqlBlock) -> DataFrame | None:
    provider = str(job.configuration.get("data_provider") or "").lower()
    profile = job.configuration.get("data_provider_profile")
    if not provider or (provider == "duckdb" and not profile):
        from blockwright.io.sql_in_memory import run_in_memory

        return run_in_memory(job)
    from blockwright.io.sql_targets import run_in_database

    return run_in_database(job, provider, str(profile or "default"))
