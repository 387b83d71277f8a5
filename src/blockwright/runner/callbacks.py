"""Callbacks: functions that run after a block has ended, and are told how."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import Any

from blockwright.runner.arguments import Call, shape
from blockwright.runner.block_code import load_module
from blockwright.runner.calling import settled
from blockwright.runner.inputs import Inputs
from blockwright.runner.sources import MissingSource
from blockwright.runner.workplace import Workplace
from blockwright.sdk.decorators import Registered

_OLD_FORMS = {"success": "on_success", "failure": "on_failure"}


def run_callbacks(workplace: Workplace, inputs: Inputs, variables: Mapping[str, Any]) -> int:
    """Call every function of the callback's file that is meant for how the parent ended; how many there were.

    All are called, also when one raises; the first error is raised at the end.
    """
    spec = workplace.spec
    callback = spec.callback
    if callback is None or spec.code is None:
        raise MissingSource(f"The callback `{spec.block}` has no source file.")
    registry = load_module(spec.code, spec.project.root, workplace.store, inputs.names())
    wanted = [each for each in registry.of("callback") if each.options.get("status") == callback.status]
    old = registry.of(_OLD_FORMS.get(callback.status, ""))
    given = {**variables, "parent_block_uuid": callback.parent, "block_uuid": spec.block}
    if callback.status == "failure":
        given["__error"] = rebuilt(callback.error or {})
    errors: list[BaseException] = []
    calls = [(each, _call(each, inputs, given)) for each in wanted]
    calls += [(each, _keywords_only(each, given)) for each in old]
    for each, call in calls:
        try:
            settled(call.of(each.function))
        except Exception as error:
            errors.append(error)
    if errors:
        raise errors[0]
    return len(calls)


def _call(each: Registered, inputs: Inputs, variables: Mapping[str, Any]) -> Call:
    """A bare ``@callback`` gets nothing. Else the parent's outputs come as one argument when the function has a
    positional parameter, as ``__input`` when it has none; variables for ``**kwargs``."""
    found = shape(each.function)
    if each.options.get("bare") or found is None:
        return Call([])
    takes_input = bool(found.positional) or found.takes_more
    keywords = dict(variables) if takes_input else {**variables, "__input": inputs.names()}
    names = {parameter.name for parameter in found.positional}
    keywords = {key: value for key, value in keywords.items() if key not in names}
    return Call(inputs.arguments[:1] if takes_input else [], keywords if found.takes_keywords else {})


def _keywords_only(each: Registered, variables: Mapping[str, Any]) -> Call:
    found = shape(each.function)
    return Call([], dict(variables) if found is not None and found.takes_keywords else {})


def rebuilt(error: Mapping[str, Any]) -> BaseException:
    """The parent's exception as far as it can be known: a built-in class by its name, else one made for the name."""
    name, message = str(error.get("type") or "RuntimeError"), str(error.get("message") or "")
    known = getattr(builtins, name, None)
    if isinstance(known, type) and issubclass(known, Exception):
        try:
            return known(message)
        except TypeError:
            pass  # some built-in errors want more than a message
    return _made(name, message)


def _made(name: str, message: str) -> BaseException:
    kind: type[RuntimeError] = type(name if name.isidentifier() else "BlockError", (RuntimeError,), {})
    return kind(message)
