"""SQL blocks: what the block process adds to ``io.sql_blocks`` is where the inputs come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blockwright.runner.inputs import argument
from blockwright.runner.sources import MissingSource, text_of
from blockwright.runner.workplace import Workplace
from blockwright.wire.specs import Input


def run_sql(workplace: Workplace, variables: Mapping[str, Any]) -> Any:
    """The value of a SQL block: a frame, or None when its statements give none. Raises what the SQL raises."""
    from blockwright.io.sql_blocks import SqlInput, run_sql_block

    spec = workplace.spec
    if spec.code is None:
        raise MissingSource(f"The SQL block `{spec.block}` has no source file.")
    return run_sql_block(
        text_of(spec.code, workplace.store),
        inputs=[
            SqlInput(each.block, _loader(each, workplace), _arrow_loader(each, workplace), each.sql)
            for each in spec.inputs
        ],
        configuration=spec.configuration,
        variables=variables,
        context=workplace.block_context(),
        block=spec.block,
        pipeline=spec.pipeline,
        env=str(variables.get("env", "dev")),
        dynamic_index=spec.dynamic_index,
    )


def merged_entries(workplace: Workplace) -> dict[str, Any]:
    """Entries of metadata for kwargs, for a block whose inputs are otherwise read only when a statement names them."""
    merged: dict[str, Any] = {}
    for each in workplace.spec.inputs:
        if each.item is not None or each.merge_second:
            argument(each, workplace, merged)
    return merged


def _loader(each: Input, workplace: Workplace) -> Any:
    return lambda: argument(each, workplace, {})


def _arrow_loader(each: Input, workplace: Workplace) -> Any:
    def load() -> Any:
        from blockwright.codecs.arrow_files import as_arrow, as_arrow_value

        whole = each.item is None and each.children is None and len(each.outputs) == 1
        if whole and not each.outputs[0].in_memory and not each.outputs[0].spread:
            return as_arrow(each.outputs[0], store=workplace.store)
        value = argument(each, workplace, {})
        return as_arrow_value([value] if isinstance(value, dict) else value)

    return load
