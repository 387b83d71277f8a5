"""One attempt, from its spec to its manifest: the same for the editor, a schedule, a session and the terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from blockwright import codecs
from blockwright.runner import tracking
from blockwright.runner.arguments import Call, block_call, sensor_call
from blockwright.runner.block_checks import Checks
from blockwright.runner.block_code import first, load_module, load_names
from blockwright.runner.block_tests import Tests
from blockwright.runner.callbacks import run_callbacks
from blockwright.runner.calling import outputs_of, settled
from blockwright.runner.charts import drawing_of
from blockwright.runner.conditions import unmet
from blockwright.runner.display import figures_kept_open
from blockwright.runner.dynamic_items import items_of
from blockwright.runner.inputs import Inputs, gather
from blockwright.runner.scratchpad import run_scratchpad
from blockwright.runner.sources import MissingSource
from blockwright.runner.sql import merged_entries, run_sql
from blockwright.runner.tracebacks import as_text, describe
from blockwright.runner.usage import Meter
from blockwright.runner.workplace import Workplace
from blockwright.sdk import context
from blockwright.sdk.decorators import Registry
from blockwright.wire import values
from blockwright.wire.checks import CheckResult
from blockwright.wire.manifests import (
    AttemptError,
    DynamicItems,
    Manifest,
    ModuleVerdict,
    Outcome,
    TestResults,
)
from blockwright.wire.outputs import Output
from blockwright.wire.specs import AttemptKind, CodeFile

_SHOWN_OUTPUTS = 50
"""How many outputs of one block keep their preview in the manifest."""


class NoSuchLanguage(Exception):
    """A block in a language that cannot be run here."""

    error_code = "language"


@dataclass
class Found:
    """What an attempt has brought about so far; all of it stands in the manifest, also when it fails later."""

    outputs: tuple[Output, ...] = ()
    tests: Callable[[], TestResults] = TestResults
    checks: Callable[[], tuple[CheckResult, ...]] = tuple
    items: DynamicItems | None = None
    reason: str = ""
    variables: dict[str, Any] = field(default_factory=dict)


def run(workplace: Workplace, modules: tuple[ModuleVerdict, ...] = ()) -> Manifest:
    """Run the attempt. Whatever user code raises becomes the manifest's error: this never raises."""
    meter, found, error = Meter(), Found(), None
    outcome = Outcome.FAILED
    context.install(workplace.block_context())
    try:
        outcome = _STEPS[workplace.spec.kind](workplace, found)
    except BaseException as raised:
        outcome, error = Outcome.FAILED, _told(raised, workplace)
    finally:
        tracking.end(workplace.logger, completed=outcome is Outcome.COMPLETED)
        context.install(None)
    return Manifest(
        attempt_id=workplace.spec.attempt_id,
        outcome=outcome,
        outputs=_shown(found.outputs),
        tests=found.tests(),
        checks=found.checks(),
        error=error,
        items=found.items if outcome is Outcome.COMPLETED else None,
        usage=meter.read(),
        reason=found.reason,
        modules=modules,
    )


def keyword_arguments(workplace: Workplace, merged: dict[str, Any]) -> dict[str, Any]:
    """``kwargs`` of block code: the user's variables, what the engine knows of the run, what the runner knows of the
    block, and last the metadata of a dynamic item (which may rename the block)."""
    spec = workplace.spec
    system = {name: values.decode(value) for name, value in spec.system.items()}
    arguments = {
        **workplace.variables(),
        "block_uuid": spec.block,
        "pipeline_uuid": spec.pipeline,
        "repo_path": spec.project.root,
        "retry": {"attempts": spec.attempt},
        **system,
        "configuration": spec.configuration,
        "context": workplace.context,
        "logger": workplace.logger,
    }
    if spec.dynamic_index is not None:
        arguments["dynamic_block_index"] = spec.dynamic_index
    return {**arguments, **merged}


# The kinds of attempt -------------------------------------------------------------------------------------------------


def _run_block(workplace: Workplace, found: Found) -> Outcome:
    spec = workplace.spec
    if spec.language == "sql":
        return _run_sql_block(workplace, found)
    code = _python_code(workplace)
    inputs = gather(workplace)
    found.variables = keyword_arguments(workplace, inputs.merged)
    if _skipped(workplace, found, inputs):
        return Outcome.SKIPPED
    registry = load_module(code, spec.project.root, workplace.store, inputs.names())
    if spec.block_type == "sensor":
        return _look(workplace, found, registry, inputs)
    for each in registry.of("preprocesser"):
        settled(_block_call(workplace, found, each.function, inputs).of(each.function))
    function = first(registry, spec.block_type, spec.block).function
    returned = workplace.invoke(function, _block_call(workplace, found, function, inputs))
    outputs = outputs_of(returned, lambda count: _show_count(workplace, count))
    _store(workplace, found, outputs, returned_nothing=returned is None)
    if spec.run_tests:
        _run_checks(workplace, found, outputs)
        _run_tests(workplace, found, registry, outputs)
    return Outcome.COMPLETED


def _run_sql_block(workplace: Workplace, found: Found) -> Outcome:
    conditions = workplace.spec.conditions
    inputs = gather(workplace) if conditions else Inputs(merged=merged_entries(workplace))
    found.variables = keyword_arguments(workplace, inputs.merged)
    if _skipped(workplace, found, inputs):
        return Outcome.SKIPPED
    returned = run_sql(workplace, found.variables)
    outputs = outputs_of(returned, lambda count: _show_count(workplace, count))
    _store(workplace, found, outputs, returned_nothing=returned is None)
    if workplace.spec.run_tests:
        _run_checks(workplace, found, outputs)
    return Outcome.COMPLETED


def _run_callback(workplace: Workplace, found: Found) -> Outcome:
    inputs = gather(workplace)
    count = run_callbacks(workplace, inputs, keyword_arguments(workplace, inputs.merged))
    if not count and workplace.spec.callback is not None:
        found.reason = f"The file has no callback for `{workplace.spec.callback.status}`."
    return Outcome.COMPLETED


def _run_tests_only(workplace: Workplace, found: Found) -> Outcome:
    spec = workplace.spec
    code = _python_code(workplace)
    inputs = gather(workplace)
    found.variables = keyword_arguments(workplace, inputs.merged)
    found.outputs = spec.outputs
    outputs = workplace.values.read(spec.outputs, workplace.store)
    registry = load_module(code, spec.project.root, workplace.store, inputs.names())
    _run_checks(workplace, found, outputs)
    _run_tests(workplace, found, registry, outputs)
    return Outcome.COMPLETED


def _run_chart(workplace: Workplace, found: Found) -> Outcome:
    code = _python_code(workplace)
    inputs = gather(workplace)
    found.variables = keyword_arguments(workplace, inputs.merged)
    with figures_kept_open():
        registry, names = load_names(code, workplace.spec.project.root, workplace.store, inputs.names())
        drawn = drawing_of(registry, names, inputs, found.variables, workplace.spec)
    _store(workplace, found, [drawn.value, drawn.told], returned_nothing=False)
    _run_tests(workplace, found, registry, inputs.arguments)
    return Outcome.COMPLETED


def _run_scratchpad(workplace: Workplace, found: Found) -> Outcome:
    run_scratchpad(workplace)
    return Outcome.COMPLETED


_STEPS: dict[AttemptKind, Callable[[Workplace, Found], Outcome]] = {
    AttemptKind.BLOCK: _run_block,
    AttemptKind.CALLBACK: _run_callback,
    AttemptKind.TEST: _run_tests_only,
    AttemptKind.SCRATCHPAD: _run_scratchpad,
    AttemptKind.CHART: _run_chart,
}


# Their parts ----------------------------------------------------------------------------------------------------------


def _python_code(workplace: Workplace) -> CodeFile:
    spec = workplace.spec
    if spec.language != "python":
        raise NoSuchLanguage(
            f"Block `{spec.block}` is written in {spec.language}, which this version cannot run. "
            "Blocks may be Python or SQL."
        )
    if spec.code is None:
        raise MissingSource(f"Block `{spec.block}` has no source file.")
    return spec.code


def _skipped(workplace: Workplace, found: Found, inputs: Inputs) -> bool:
    if not workplace.spec.conditions:
        return False
    sentence = unmet(workplace, inputs, found.variables)
    found.reason = sentence or ""
    return sentence is not None


def _look(workplace: Workplace, found: Found, registry: Registry, inputs: Inputs) -> Outcome:
    """One look of a sensor; the engine decides when to look again."""
    spec = workplace.spec
    function = first(registry, "sensor", spec.block).function
    call = sensor_call(function, inputs.arguments, inputs.blocks, found.variables, spec.block)
    return Outcome.COMPLETED if settled(workplace.invoke(function, call)) else Outcome.NOT_YET


def _block_call(workplace: Workplace, found: Found, function: Callable[..., Any], inputs: Inputs) -> Call:
    return block_call(function, inputs.arguments, inputs.blocks, found.variables, block=workplace.spec.block)


def _store(workplace: Workplace, found: Found, outputs: list[Any], *, returned_nothing: bool) -> None:
    spec = workplace.spec
    if spec.dynamic:
        found.items = items_of(outputs, returned_nothing=returned_nothing, block=spec.block)
    found.outputs = codecs.write_outputs(outputs, store=workplace.store, durable=spec.durable, in_memory=spec.in_memory)
    workplace.values.keep(found.outputs, outputs)


def _run_checks(workplace: Workplace, found: Found, outputs: list[Any]) -> None:
    if not workplace.spec.checks:
        return
    checks = Checks(workplace)
    found.checks = lambda: checks.results
    found.tests = lambda: TestResults(checks.passed, len(checks.failures), checks.failures)
    checks.run(outputs)


def _run_tests(workplace: Workplace, found: Found, registry: Registry, outputs: list[Any]) -> None:
    tests, before = Tests(workplace), found.tests()
    found.tests = lambda: _together(before, tests.results)
    tests.run(registry, outputs, found.variables)


def _together(one: TestResults, other: TestResults) -> TestResults:
    failures = (*one.failures, *other.failures)
    return TestResults(one.passed + other.passed, one.failed + other.failed, failures)


def _show_count(workplace: Workplace, count: int) -> None:
    workplace.channel.emit({"kind": "progress", "stream": "outputs", "text": f"{count} outputs"})


def _shown(outputs: tuple[Output, ...]) -> tuple[Output, ...]:
    return tuple(
        each if place < _SHOWN_OUTPUTS else replace(each, preview=None, profile=None)
        for place, each in enumerate(outputs)
    )


def _told(error: BaseException, workplace: Workplace) -> AttemptError:
    if workplace.on_error is not None:
        workplace.on_error(error)
    code = workplace.spec.code
    masked = workplace.channel.masker.text
    told = describe(error, workplace.spec.project.root, masked, code.path if code else None)
    workplace.logger.error(as_text(told))
    return told
