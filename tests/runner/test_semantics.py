"""What block code sees and what becomes of what it returns."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from blockwright.wire import values
from blockwright.wire.manifests import DynamicItems, Outcome
from blockwright.wire.specs import AttemptKind, Callback, Child, CodeFile
from tests.runner.bench import Bench


@pytest.mark.parametrize(
    ("returned", "outputs"),
    [
        ("None", []),
        ("5", [5]),
        ("(1, 2)", [1, 2]),
        ("[1, 2, 3]", [1, 2, 3]),
        ("[[1, 2]]", [[1, 2]]),
        ("[]", []),
        ("{'a': (1, {2})}", [{"a": (1, {2})}]),
        ("(x * x for x in range(3))", [0, 1, 4]),
        ("list(range(100))", list(range(100))),
    ],
)
def test_a_return_value_becomes_outputs(runner: Bench, returned: str, outputs: list[Any]) -> None:
    done = runner.run(f"@custom\ndef give(*args, **kwargs):\n    return {returned}\n")
    assert runner.project.values(done.manifest) == outputs


def test_coroutines_and_async_generators_are_run(runner: Bench) -> None:
    code = "import asyncio\n@custom\nasync def give(*args, **kwargs):\n    await asyncio.sleep(0)\n    {}\n"
    assert runner.project.values(runner.run(code.format("return 3")).manifest) == [3]
    assert runner.project.values(runner.run(code.format("yield 1; yield 2")).manifest) == [1, 2]


def test_inputs_are_arguments_and_globals(runner: Bench) -> None:
    project = runner.project
    done = runner.run(
        """
        seen = [df_1, df_2, df_3, load]
        @transformer
        def take(one, several, none, **kwargs):
            return {'seen': seen, 'arguments': [one, several, none]}
        """,
        kind="transformer",
        inputs=(project.given("load", 1), project.given("more", 2, 3), project.given("nothing")),
    )
    assert project.values(done.manifest) == [{"seen": [1, [2, 3], [], 1], "arguments": [1, [2, 3], []]}]


def test_kwargs_hold_variables_then_system_then_the_blocks_own(runner: Bench) -> None:
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    done = runner.run(
        """
        @custom
        def look(*args, **kwargs):
            logger, context = kwargs.pop('logger'), kwargs.pop('context')
            return {**kwargs, 'context': context, 'kind': type(kwargs['execution_date']).__name__}
        """,
        variables={"month": 3, "env": "mine"},
        system={"env": "dev", "execution_date": values.encode(moment)},
        configuration={"limit": 10},
        dynamic_index=4,
    )
    (seen,) = runner.project.values(done.manifest)
    assert (seen["month"], seen["env"], seen["execution_date"], seen["configuration"]) == (
        3,
        "dev",
        moment,
        {"limit": 10},
    )
    assert (seen["block_uuid"], seen["pipeline_uuid"], seen["retry"]) == ("block", "daily", {"attempts": 1})
    assert (seen["dynamic_block_index"], seen["context"], seen["kind"]) == (4, {}, "datetime")


def test_only_the_first_function_of_the_blocks_type_is_called(runner: Bench) -> None:
    done = runner.run(
        "@transformer\ndef no(): return 0\n@custom\ndef first(): return 1\n@custom\ndef second(): return 2\n"
    )
    assert runner.project.values(done.manifest) == [1]


def test_a_file_without_a_function_says_which_decorator_is_missing(runner: Bench) -> None:
    done = runner.run("@transformer\ndef other(): return 1\n")
    assert done.manifest.error is not None
    assert "with @custom" in done.manifest.error.message
    assert "@transformer" in done.manifest.error.message


def test_imported_decorators_register_too(runner: Bench) -> None:
    done = runner.run("from mage_ai.data_preparation.decorators import custom\n@custom\ndef give(): return 1\n")
    assert runner.project.values(done.manifest) == [1]


def test_preprocessers_run_first_with_the_same_inputs(runner: Bench) -> None:
    done = runner.run(
        """
        seen = []
        @preprocesser
        def before(one, **kwargs): seen.append(one)
        @custom
        def give(one, **kwargs): return {'seen': seen}
        """,
        inputs=(runner.project.given("load", 5),),
    )
    assert runner.project.values(done.manifest) == [{"seen": [5]}]


def test_failing_tests_fail_the_block_and_keep_its_outputs(runner: Bench) -> None:
    done = runner.run(
        """
        @custom
        def give(*args, **kwargs): return 1, 2
        @test
        def right(one, two, *args, **kwargs): assert one == 1
        @test
        def wrong(*outputs): assert outputs == (1, 3), 'two is not three'
        @test
        def also_right(*outputs): assert len(outputs) == 2
        """
    )
    manifest = done.manifest
    assert (manifest.outcome, manifest.tests.passed, manifest.tests.failed) == (Outcome.FAILED, 2, 1)
    assert runner.project.values(manifest) == [1, 2]
    assert (manifest.tests.failures[0].name, manifest.tests.failures[0].message) == ("wrong", "two is not three")
    assert manifest.error is not None
    assert "2/3 tests passed" in manifest.error.message


def test_a_test_that_raises_something_else_ends_the_tests(runner: Bench) -> None:
    done = runner.run(
        """
        @custom
        def give(*args, **kwargs): return 1
        @test
        def broken(output): output.missing
        @test
        def never(output): assert False
        """
    )
    assert done.manifest.error is not None
    assert (done.manifest.error.type, done.manifest.tests.failed) == ("AttributeError", 1)


def test_tests_alone_run_on_outputs_that_are_there(runner: Bench) -> None:
    code = "@custom\ndef never(): raise SystemError\n@test\ndef check(output): assert output == {}\n"
    for expected, outcome in ((5, Outcome.COMPLETED), (6, Outcome.FAILED)):
        spec = runner.project.spec(code.format(expected), outputs=runner.project.outputs(5))
        spec = replace(spec, kind=AttemptKind.TEST)
        runner.executor.start(spec)
        assert runner.finish(spec).manifest.outcome is outcome


@pytest.mark.parametrize(("value", "outcome"), [("True", Outcome.COMPLETED), ("[]", Outcome.NOT_YET)])
def test_a_sensor_looks_once(runner: Bench, value: str, outcome: Outcome) -> None:
    done = runner.run(f"@sensor\ndef look(*args, **kwargs):\n    return {value}\n", kind="sensor")
    assert (done.manifest.outcome, done.manifest.outputs) == (outcome, ())


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [("*args, **kwargs", (1, True)), ("**kwargs", (0, True)), ("*args", (0, False)), ("", (0, False))],
)
def test_a_sensor_gets_what_it_declares(runner: Bench, parameters: str, expected: tuple[int, bool]) -> None:
    done = runner.run(
        f"@sensor\ndef look({parameters}):\n"
        "    print(len(locals().get('args', ())), bool(locals().get('kwargs')))\n    return True\n",
        kind="sensor",
        inputs=(runner.project.given("load", 1),),
    )
    assert done.text == f"{expected[0]} {expected[1]}"


def condition(runner: Bench, code: str) -> tuple[CodeFile, ...]:
    return (CodeFile("conditionals/check.py", runner.project.put(code)),)


@pytest.mark.parametrize("body", ["return False", "raise ValueError('no')", "return True if one > 5 else None"])
def test_a_condition_that_does_not_hold_skips_the_block(runner: Bench, body: str) -> None:
    done = runner.run(
        "@custom\ndef never(*args): raise SystemError\n",
        inputs=(runner.project.given("load", 1),),
        conditions=condition(runner, f"@condition\ndef check(one, **kwargs):\n    {body}\n"),
    )
    assert (done.manifest.outcome, done.manifest.error) == (Outcome.SKIPPED, None)
    assert "conditionals/check.py" in done.manifest.reason


def test_a_condition_that_holds_lets_the_block_run(runner: Bench) -> None:
    check = "@condition\ndef check(*args, **kwargs):\n    return kwargs['parent_block_uuid'] == 'block'\n"
    done = runner.run("@custom\ndef give(): return 1\n", conditions=condition(runner, check))
    assert runner.project.values(done.manifest) == [1]


CALLBACKS = """
@callback
def bare(*args, **kwargs): print('bare', args, kwargs)
@callback('success')
def good(parent, **kwargs): print('good', parent, kwargs['parent_block_uuid'], kwargs['block_uuid'])
@callback('failure')
def bad(**kwargs): print('bad', repr(kwargs['__error']), kwargs['__input'])
@on_failure
def old(**kwargs): print('old', type(kwargs['__error']).__name__)
@callback('cancelled')
def stopped(**kwargs): print('stopped')
"""


@pytest.mark.parametrize(
    ("status", "error", "printed"),
    [
        ("success", None, ["bare () {}", "good [1, 2] load block"]),
        (
            "failure",
            {"type": "ValueError", "message": "no"},
            ["bad ValueError('no') {'load': [1, 2], 'df_1': [1, 2]}", "old ValueError"],
        ),
        ("failure", {"type": "OrderGone", "message": "x"}, ["bad OrderGone('x')", "old OrderGone"]),
        ("cancelled", None, ["stopped"]),
    ],
)
def test_callbacks_are_called_for_their_status(
    runner: Bench, status: str, error: dict[str, Any] | None, printed: list[str]
) -> None:
    spec = runner.project.spec(
        CALLBACKS,
        kind="callback",
        inputs=(runner.project.given("load", 1, 2),),
        callback=Callback(status, "load", error),
    )
    spec = replace(spec, kind=AttemptKind.CALLBACK)
    runner.executor.start(spec)
    done = runner.finish(spec)
    lines = done.text.splitlines()
    assert len(lines) == len(printed)
    assert all(line.startswith(start) for line, start in zip(lines, printed, strict=True))


@pytest.mark.parametrize(
    ("returned", "items"),
    [
        ("[[1, 2, 3]]", DynamicItems(3)),
        ("[[]]", DynamicItems(0)),
        ("[]", DynamicItems(0)),
        ("[[1, 2], [{'block_uuid': 'a'}, {}]]", DynamicItems(2, ("a", None), ((), ()))),
        ("[[1, 2], [{'block_uuid': 'a'}, {'block_uuid': 'a'}]]", DynamicItems(2, ("a", None), ((), ()))),
        ("[[1], [{'upstream_blocks': ['x', 'y']}]]", DynamicItems(1, (None,), (("x", "y"),))),
        ("[pandas.DataFrame({'a': [1, 2]})]", DynamicItems(2)),
    ],
)
def test_a_dynamic_block_tells_its_items(runner: Bench, returned: str, items: DynamicItems) -> None:
    done = runner.run(f"import pandas\n@custom\ndef give():\n    return {returned}\n", dynamic=True)
    assert done.manifest.items == items


@pytest.mark.parametrize("returned", ["None", "5", "{'a': 1}", "[1, 2, 3]", "[[1, 2], [{}]]", "[[1], ['name']]"])
def test_a_dynamic_block_that_returns_something_else_is_told_so(runner: Bench, returned: str) -> None:
    done = runner.run(f"@custom\ndef give():\n    return {returned}\n", dynamic=True)
    assert done.manifest.error is not None
    assert "[items, metadata]" in done.manifest.error.message


def test_a_dynamic_child_gets_its_item_and_its_metadata(runner: Bench) -> None:
    parent = runner.project.given("split", [10, 20], [{"block_uuid": "a"}, {"block_uuid": "b", "color": "red"}], item=1)
    done = runner.run(
        "@custom\ndef take(item, block_uuid, color): return {'item': item, 'name': block_uuid, 'c': color}\n",
        inputs=(parent,),
    )
    assert runner.project.values(done.manifest) == [{"item": 20, "name": "b", "c": "red"}]


def test_a_frames_rows_are_items(runner: Bench) -> None:
    parent = runner.project.given("split", pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}), item=1)
    done = runner.run(
        "@custom\ndef take(row): return {'type': type(row).__name__, **row.to_dict()}\n", inputs=(parent,)
    )
    assert runner.project.values(done.manifest) == [{"type": "Series", "a": 2, "b": "y"}]


def test_reduced_children_become_one_flat_list(runner: Bench) -> None:
    children = tuple(
        Child(runner.project.outputs(*outputs)) for outputs in ([[1, 9]], [5], [], [6, 7], [8, {"late": True}])
    )
    given = replace(runner.project.given("child"), children=children)
    done = runner.run("@custom\ndef take(all, late=None): return {'all': all, 'late': late}\n", inputs=(given,))
    assert runner.project.values(done.manifest) == [{"all": [1, 9, 5, None, [6, 7], [8, {"late": True}]], "late": True}]
