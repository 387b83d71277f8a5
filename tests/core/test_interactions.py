"""Forms: what is filled in becomes variables or is refused by name, and who may run one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from blockwright.core.access import Actor, Grant, Permission, Role
from blockwright.core.interactions import (
    Field,
    Form,
    InputKind,
    InputsInvalid,
    Option,
    ValueType,
    may_run,
    variables_of,
)

T = ValueType


def form(*fields: Field, roles: tuple[Role, ...] = ()) -> Form:
    return Form("sales.ask", "sales", "load", "interactions/ask.yaml", "x", "Ask", fields=fields, roles=roles)


def one(kind: InputKind, **more: Any) -> Field:
    return Field("x", "Ex", kind, **more)


CASES: list[tuple[Field, Any, Any]] = [
    (one(InputKind.TEXT), "a b", "a b"),
    (one(InputKind.TEXT), 7, "7"),
    (one(InputKind.NUMBER), "7", 7),
    (one(InputKind.NUMBER), "7.5", 7.5),
    (one(InputKind.NUMBER), 7.0, 7),
    (one(InputKind.NUMBER, types=(T.FLOAT,)), "7", 7.0),
    (one(InputKind.DATE), "2026-01-31", date(2026, 1, 31)),
    (one(InputKind.DATETIME), "2026-01-31T06:00", datetime(2026, 1, 31, 6)),
    (one(InputKind.SWITCH), "no", False),
    (one(InputKind.SWITCH), True, True),
    (one(InputKind.CHOICE, options=(Option("Two", 2),)), "2", 2),
    (one(InputKind.CHOICE, options=(Option("Yes", True), Option("One", 1))), 1, 1),
    (one(InputKind.CODE, types=(T.DICTIONARY,)), '{"a": 1}', {"a": 1}),
    (one(InputKind.CODE, types=(T.LIST,)), "[1]", [1]),
    (one(InputKind.FILE), {"name": "C:\\a\\b.csv", "text": "x,y"}, {"name": "b.csv", "text": "x,y"}),
    (one(InputKind.TABLE, columns=("a", "b")), [{"a": 1}, {"a": "", "b": None}], [{"a": 1}]),
    (one(InputKind.TABLE), '[{"a": 1}]', [{"a": 1}]),
    (one(InputKind.TEXT, types=(T.INTEGER, T.STRING)), "4a", "4a"),
]


@pytest.mark.parametrize(("field", "given", "wanted"), CASES)
def test_a_value_becomes_what_the_code_is_to_get(field: Field, given: Any, wanted: Any) -> None:
    found = variables_of(form(field), {"x": given})["x"]
    assert (found, type(found)) == (wanted, type(wanted))


WRONG: list[tuple[Field, Any, str]] = [
    (one(InputKind.NUMBER), "many", "`Ex` must be a whole number or a number."),
    (one(InputKind.NUMBER), "nan", "`Ex` must be a whole number or a number."),
    (one(InputKind.NUMBER), True, "`Ex` must be a whole number or a number."),
    (one(InputKind.DATE), "31.1.2026", "`Ex` must be a date (2026-01-31)."),
    (one(InputKind.SWITCH), "perhaps", "`Ex` must be true or false."),
    (one(InputKind.CHOICE, options=(Option("A", "a"),)), "b", "`Ex` must be one of the choices."),
    (one(InputKind.CODE, types=(T.DICTIONARY,)), "[1]", "`Ex` must be a JSON object."),
    (one(InputKind.CODE, types=(T.LIST,)), "[" * 100_000, "`Ex` has more than 10,000 characters."),
    (
        one(InputKind.FILE),
        {"name": "x", "text": "y", "path": "/etc"},
        "`Ex` must be a file: its `name` and its `text`.",
    ),
    (one(InputKind.FILE), {"name": "x", "text": "y" * 300_000}, "`Ex` has more than 256 KiB."),
    (one(InputKind.TABLE, columns=("a",)), [{"b": 1}], "`Ex` has no column `b` (row 1)."),
    (one(InputKind.TABLE), [{"a": {}}], "`Ex` has no single value in column `a` of row 1."),
    (one(InputKind.TABLE), [1], "`Ex` must be a list of rows."),
    (one(InputKind.TEXT, disabled=True), "a", "`Ex` cannot be changed."),
    (one(InputKind.TEXT, required=True), "  ", "`Ex` is empty."),
]


@pytest.mark.parametrize(("field", "given", "message"), WRONG)
def test_what_does_not_fit_is_refused_by_name(field: Field, given: Any, message: str) -> None:
    with pytest.raises(InputsInvalid) as caught:
        variables_of(form(field), {"x": given})
    assert [(problem.key, problem.message) for problem in caught.value.problems] == [("x", message)]


def test_every_wrong_input_is_told_at_once_also_one_that_the_form_has_not() -> None:
    fields = (Field("a", "A", InputKind.NUMBER), Field("b", "B", InputKind.TEXT, required=True))
    with pytest.raises(InputsInvalid) as caught:
        variables_of(form(*fields), {"a": "x", "secret": 1})
    assert sorted(problem.key for problem in caught.value.problems) == ["a", "b", "secret"]


def test_an_empty_input_leaves_the_pipeline_its_own_value() -> None:
    assert variables_of(form(one(InputKind.TEXT, required=True, default="x")), {}) == {}


VIEWER = Grant(Role.VIEWER, "shop")


@pytest.mark.parametrize(
    ("actor", "roles", "may"),
    [
        (Actor(1, "v", (VIEWER,)), (), False),
        (Actor(1, "v", (VIEWER,)), (Role.VIEWER,), True),
        (Actor(1, "v", (VIEWER,)), (Role.EDITOR, Role.ADMIN), False),
        (Actor(1, "a", (Grant(Role.ADMIN),)), (Role.EDITOR,), True),
        (Actor(1, "e", (Grant(Role.EDITOR),)), (), True),
        (Actor(1, "e", (Grant(Role.EDITOR),)), (Role.ADMIN,), False),
        (Actor(1, "v", (Grant(Role.VIEWER, "bank"),)), (Role.VIEWER,), False),
        (Actor(1, "v", (Grant(Role.VIEWER, "shop", "stock"),)), (Role.VIEWER,), False),
        (Actor(1, "v", (Grant(Role.VIEWER, "shop", "sales"),)), (Role.VIEWER,), True),
        (Actor(1, "t", (VIEWER,), frozenset({Permission.VIEW})), (Role.VIEWER,), False),
        (Actor(1, "t", (VIEWER,), frozenset({Permission.VIEW, Permission.RUN})), (Role.VIEWER,), True),
        (Actor(1, "t", (Grant(Role.OWNER),), None, "bank"), (Role.VIEWER,), False),
    ],
)
def test_who_may_run_a_form(actor: Actor, roles: tuple[Role, ...], may: bool) -> None:
    assert may_run(actor, form(roles=roles), "shop") is may
