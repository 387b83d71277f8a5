"""Conditions attached to a block: all of them must hold, or the block is skipped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blockwright.runner.arguments import block_call
from blockwright.runner.block_code import load_module
from blockwright.runner.calling import settled
from blockwright.runner.inputs import Inputs
from blockwright.runner.tracebacks import as_text, describe
from blockwright.runner.workplace import Workplace
from blockwright.wire.specs import CodeFile


def unmet(workplace: Workplace, inputs: Inputs, variables: Mapping[str, Any]) -> str | None:
    """A sentence naming the first condition that does not hold; None when all do.

    They get the block's inputs and variables. An exception counts as False, and is logged.
    """
    given = {**variables, "parent_block_uuid": workplace.spec.block}
    for file in workplace.spec.conditions:
        sentence = _unmet_in(file, workplace, inputs, given)
        if sentence is not None:
            return sentence
    return None


def _unmet_in(file: CodeFile, workplace: Workplace, inputs: Inputs, variables: Mapping[str, Any]) -> str | None:
    spec = workplace.spec
    try:
        registry = load_module(file, spec.project.root, workplace.store, inputs.names())
        for each in registry.of("condition"):
            call = block_call(each.function, inputs.arguments, inputs.blocks, variables, block=file.path)
            if not settled(call.of(each.function)):
                return f"The condition `{getattr(each.function, '__name__', 'condition')}` in {file.path} is false."
    except Exception as error:
        told = describe(error, spec.project.root, workplace.channel.masker.text)
        workplace.logger.error(f"The condition in {file.path} counts as false.\n{as_text(told)}")
        return f"The condition in {file.path} raised {told.type}: {told.message}"
    return None
