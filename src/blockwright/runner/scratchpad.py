"""A scratchpad from the command line: its ``# %%`` cells run as one script, and its values are never outputs."""

from __future__ import annotations

from typing import Any

from blockwright.runner.block_code import load_module
from blockwright.runner.inputs import as_argument
from blockwright.runner.sources import MissingSource
from blockwright.runner.workplace import Workplace
from blockwright.wire.messages import Ask


def run_scratchpad(workplace: Workplace) -> None:
    """Run the script with ``output('block')`` at hand; raises whatever it raises."""
    spec = workplace.spec
    if spec.code is None:
        raise MissingSource(f"The scratchpad `{spec.block}` has no source file.")
    given = {"output": _recorded_output(workplace), **workplace.variables()}
    load_module(spec.code, spec.project.root, workplace.store, given)


def _recorded_output(workplace: Workplace) -> Any:
    def output(
        block: str,
        name: str | None = None,
        *,
        pipeline: str | None = None,
        run: int | None = None,
        version: int | str | None = None,
    ) -> Any:
        """The latest recorded output of a block: a single value itself, several as a list. ``version`` is one of the
        catalogue: its number or an alias."""
        asked = pipeline or workplace.spec.pipeline
        documents = workplace.channel.ask(Ask.OUTPUT, pipeline=asked, block=block, name=name, run=run, version=version)
        return as_argument(workplace.read_documents(documents))

    return output
