from __future__ import annotations

import json

import pytest

from blockwright.core.code import CodeFacts, facts, plain_facts
from blockwright.core.code.model import ParameterKind

FULL = """
import pandas as pd
from .helpers import clean

@transformer
def transform(df, month=3, *args, limit, **kwargs):
    pd.read_csv('a.csv')
    return kwargs['a'], get_global_variable('p', 'rate')

@callback('failure')
def report(**kwargs):
    print(kwargs)
"""


@pytest.mark.parametrize("source", [FULL, "", "def f(:", "x = 1"])
def test_facts_survive_a_cache(source: str) -> None:
    found = facts(source)
    assert CodeFacts.from_json(json.loads(json.dumps(found.to_json()))) == found


@pytest.mark.parametrize("change", [{"scheme": 0}, {"python": "2.7"}, {"imports": None}, {"untracked": [["?", 1, ""]]}])
def test_facts_of_another_version_or_form_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        CodeFacts.from_json(facts(FULL).to_json() | change)


@pytest.mark.parametrize("data", [None, [], {}, "x", {"digest": "d"}])
def test_what_are_no_facts_is_refused(data: object) -> None:
    with pytest.raises(ValueError):
        CodeFacts.from_json(data)


def test_a_decorated_function_is_described() -> None:
    first, second = facts(FULL).decorated
    assert (first.name, first.decorator, first.line, first.options) == ("transform", "transformer", 6, None)
    assert [(p.name, p.kind, p.has_default) for p in first.parameters] == [
        ("df", ParameterKind.POSITIONAL, False),
        ("month", ParameterKind.POSITIONAL, True),
        ("args", ParameterKind.VAR_POSITIONAL, False),
        ("limit", ParameterKind.KEYWORD_ONLY, False),
        ("kwargs", ParameterKind.VAR_KEYWORD, False),
    ]
    assert (second.name, second.options, second.literal) == ("report", {"0": "failure"}, True)


def test_literal_options_of_a_decorator_are_kept() -> None:
    (function,) = facts("@render(kind, render_type='jpeg', size=2)\ndef draw(): pass").decorated
    assert (function.options, function.literal) == ({"render_type": "jpeg", "size": 2}, False)


@pytest.mark.parametrize(
    ("decorator", "statuses"),
    [
        ("@callback", {"success"}),
        ("@callback()", {"success"}),
        ("@callback('failure')", {"failure"}),
        ("@callback(status='cancelled')", {"cancelled"}),
        ("@callback(status)", {"success", "failure", "cancelled"}),
        ("@callback(**options)", {"success", "failure", "cancelled"}),
        ("@on_success", {"success"}),
        ("@on_failure", {"failure"}),
        ("@transformer", set()),
    ],
)
def test_callbacks_tell_their_statuses(decorator: str, statuses: set[str]) -> None:
    assert facts(f"{decorator}\ndef after(**kwargs): pass").callback_statuses == statuses


def test_a_file_with_callbacks_for_several_statuses_has_them_all() -> None:
    source = "@callback('success')\ndef a(): pass\n@callback('failure')\ndef b(): pass"
    assert facts(source).callback_statuses == {"success", "failure"}


def test_a_language_that_is_not_looked_into_may_read_everything() -> None:
    assert plain_facts("transform <- function(df) df").reads(1).all
    assert plain_facts("a\r\nb").digest == plain_facts("a\nb").digest != plain_facts("a\n b").digest
