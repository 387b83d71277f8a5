"""A SQL block of a project of its own, run as the block process runs it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from blockwright.io.sql_blocks import SqlInput, run_sql_block
from blockwright.sdk.context import BlockContext

ORDERS = pd.DataFrame({"id": [1, 2, 3], "city": ["Bonn", "Ulm", "Bonn"]})


def given(block: str, value: Any, sql: dict[str, Any] | None = None) -> SqlInput:
    """An upstream with a live value; only frames are Arrow tables."""

    def arrow() -> pa.Table:
        if not isinstance(value, pd.DataFrame):
            raise TypeError(f"`{block}` is a {type(value).__name__}, not a table.")
        with warnings.catch_warnings():  # pyarrow 25 takes `values` of times with a zone
            warnings.simplefilter("ignore", pd.errors.Pandas4Warning)
            return pa.Table.from_pandas(value, preserve_index=False)

    return SqlInput(block, lambda: value, arrow, sql)


@dataclass
class Runs:
    """Runs blocks of one pipeline in the project at ``root`` with one ``configuration``."""

    root: Path
    configuration: Mapping[str, Any] = field(default_factory=dict)
    pipeline: str = "shop"
    env: str = "prod"

    def __call__(
        self,
        text: str,
        *inputs: SqlInput,
        block: str = "clean",
        variables: Mapping[str, Any] | None = None,
        dynamic_index: int | None = None,
        interactive: bool = False,
        **configuration: Any,
    ) -> Any:
        root = str(self.root)
        return run_sql_block(
            text,
            inputs=inputs or (given("load", ORDERS),),
            configuration={**self.configuration, **configuration},
            variables=variables or {},
            context=BlockContext("project", root, root, self.pipeline, block, 1, variables or {}),
            block=block,
            pipeline=self.pipeline,
            env=self.env,
            dynamic_index=dynamic_index,
            interactive=interactive,
        )
