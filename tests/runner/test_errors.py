"""Errors are told from the user's first frame, by name, place and way out."""

from __future__ import annotations

import pytest

from blockwright.wire.manifests import AttemptError, Outcome
from tests.runner.bench import Bench


def error_of(runner: Bench, code: str, **given: object) -> AttemptError:
    done = runner.run(code, **given)
    assert done.manifest.outcome is Outcome.FAILED
    assert done.manifest.error is not None
    assert not any(
        frame.file.startswith("blockwright") or "/runner/" in frame.file for frame in done.manifest.error.traceback
    )
    return done.manifest.error


def test_the_traceback_begins_at_the_users_frame_and_names_the_deepest_own(runner: Bench) -> None:
    runner.project.module("utils/deep.py", "import json\ndef read(text):\n    return json.loads(text)\n")
    error = error_of(runner, "from shop.utils.deep import read\n\n@custom\ndef fail():\n    return read('no json')\n")
    assert (error.type, error.file, error.line) == ("JSONDecodeError", "utils/deep.py", 3)
    assert [(frame.file, frame.function) for frame in error.traceback[:2]] == [
        ("custom/block.py", "fail"),
        ("utils/deep.py", "read"),
    ]
    assert error.traceback[0].text == "return read('no json')"
    assert [frame.own for frame in error.traceback[:3]] == [True, True, False]


def test_a_syntax_error_is_told_at_its_own_line(runner: Bench) -> None:
    error = error_of(runner, "x = 1\ndef broken(:\n    pass\n")
    assert (error.type, error.file, error.line) == ("SyntaxError", "custom/block.py", 2)


def test_a_file_that_is_not_utf_8_is_named_with_the_line(runner: Bench) -> None:
    error = error_of(runner, "x = 1\ny = '\udce9'\n")
    assert (error.type, error.file, error.line) == ("SyntaxError", "custom/block.py", 2)
    assert "'utf-8' codec can't decode byte 0xe9" in error.message


def test_a_file_may_declare_what_it_is_written_in(runner: Bench) -> None:
    code = "# -*- coding: latin-1 -*-\n@custom\ndef tell():\n    return 'caf\udce9'\n"
    assert runner.project.values(runner.run(code).manifest) == ["café"]


@pytest.mark.parametrize(
    ("body", "type_", "part"),
    [
        ("raise KeyError('x') from ValueError('deep')", "KeyError", "Caused by ValueError: deep"),
        ("return (lambda f: f(f))(lambda f: f(f))", "RecursionError", "recursion"),
        ("import no_such_module", "ModuleNotFoundError", "no_such_module"),
        ("input('name?')", "NoTerminal", "no terminal"),
        ("breakpoint()", "NoTerminal", "no terminal"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", ""),
        ("raise ExceptionGroup('many', [ValueError('one'), KeyError('two')])", "ExceptionGroup", "ValueError: one"),
        ("return (i for i in [1, 0] if 1 / i)", "ZeroDivisionError", "division"),
        ("return 1, __import__('threading').Lock()", "UnstorableValue", "output_1"),
    ],
)
def test_every_kind_of_error_is_told(runner: Bench, body: str, type_: str, part: str) -> None:
    error = error_of(runner, f"@custom\ndef fail():\n    {body}\n")
    assert error.type == type_
    assert part in error.message


def test_an_error_whose_message_raises_is_told_all_the_same(runner: Bench) -> None:
    error = error_of(
        runner,
        """
        class Odd(Exception):
            def __str__(self): raise RuntimeError('x')
        @custom
        def fail(): raise Odd()
        """,
    )
    assert error.type == "Odd"
    assert "RuntimeError" in error.message


def test_long_messages_are_cut(runner: Bench) -> None:
    error = error_of(runner, "@custom\ndef fail():\n    raise ValueError('x' * 1_000_000)\n")
    assert len(error.message) < 11_000


@pytest.mark.parametrize(
    ("parameters", "inputs", "part"),
    [
        ("", 1, "takes no inputs, but the block has 1 upstream block: a"),
        ("one", 2, "takes 1 input, but the block has 2 upstream blocks: a, b"),
        ("one, **kwargs", 2, "takes 1 input"),
        ("one, two", 1, "wants `two`, but the block has 1 upstream block (a)"),
        ("one, *, month", 1, "wants `month`"),
    ],
)
def test_arguments_that_do_not_fit_are_told_by_name(runner: Bench, parameters: str, inputs: int, part: str) -> None:
    given = tuple(runner.project.given(name, 1) for name in "ab"[:inputs])
    error = error_of(runner, f"@custom\ndef take({parameters}): pass\n", inputs=given)
    assert error.type == "WrongArguments"
    assert part in error.message


def test_named_parameters_beyond_the_inputs_get_variables(runner: Bench) -> None:
    done = runner.run(
        "@custom\ndef take(one, month=1, *, year, day=9): return {'all': [one, month, year, day]}\n",
        inputs=(runner.project.given("a", 5),),
        variables={"month": 3, "year": 2026, "one": "never"},
    )
    assert runner.project.values(done.manifest) == [{"all": [5, 3, 2026, 9]}]


def test_an_input_that_was_collected_is_told(runner: Bench) -> None:
    given = runner.project.given("a", 5)
    digest = given.outputs[0].digest
    (runner.project.store / digest[:2] / digest).unlink()
    error = error_of(runner, "@custom\ndef take(one): pass\n", inputs=(given,))
    assert (error.type, error.code) == ("StoreError", "store")


def test_code_that_is_gone_from_the_store_is_told(runner: Bench) -> None:
    spec = runner.project.spec("@custom\ndef give(): return 1\n")
    assert spec.code is not None
    assert spec.code.digest is not None
    (runner.project.store / spec.code.digest[:2] / spec.code.digest).unlink()
    runner.executor.start(spec)
    error = runner.finish(spec).manifest.error
    assert error is not None
    assert "no longer in the store" in error.message
