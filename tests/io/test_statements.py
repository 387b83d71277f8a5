from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockwright.io.statements import split, tokens, words

PIECES = [
    "select 1",
    ";",
    "'a;b'",
    '"c;d"',
    "-- e;f\n",
    "/* g; /* h */ ; */",
    "$$i;$$",
    "$t$ ; $t$",
    "E'\\';'",
    "\n",
    "'",
]


@given(st.lists(st.sampled_from(PIECES)).map(" ".join))
def test_tokens_together_are_the_text(text: str) -> None:
    assert "".join(token.text for token in tokens(text)) == text


@given(st.lists(st.sampled_from(PIECES[:-1])).map(" ".join))
def test_no_statement_holds_a_bare_semicolon(text: str) -> None:
    for statement in split(text):
        assert not any(token.word == ";" for token in tokens(statement.text))


@given(st.lists(st.sampled_from(["select 1", "insert into t values (';')", "update t set a = 1"]), min_size=1))
def test_statements_come_back_as_they_were_joined(parts: list[str]) -> None:
    assert [statement.text for statement in split(";\n".join(parts) + ";")] == parts


@pytest.mark.parametrize("text", ["", "  \n", "-- only\n", "/* c; */ ;;", ";"])
def test_comments_and_blanks_are_no_statement(text: str) -> None:
    assert split(text) == []


@pytest.mark.parametrize(
    ("text", "verb", "table"),
    [
        ("select 1", "select", None),
        ("with a as (select 1) select * from a", "select", None),
        ("with a as (select 1) insert into t select * from a", "insert", "t"),
        ("(select 1) union (select 2)", "select", None),
        ('create or replace table s."T t" as select 1', "create", 's."T t"'),
        ("create temp table if not exists t (a int)", "create", "t"),
        ("create unique index i on t (a)", "create", None),
        ("insert into a.b.c (x) values (1)", "insert", "a.b.c"),
        ("update t set a = 1", "update", "t"),
        ("drop table if exists t", "drop", "t"),
        ("from t", "from", None),
        ("-- c\nDELETE FROM t", "delete", "t"),
    ],
)
def test_a_statement_knows_what_it_does_and_to_which_table(text: str, verb: str, table: str | None) -> None:
    (statement,) = split(text)
    assert (statement.verb, statement.table) == (verb, table)


@pytest.mark.parametrize(
    "body",
    [
        "create trigger t after insert on x begin update y set a = case when 1 then 2 end; delete from z; end",
        "create function f() returns int begin atomic select 1; select 2; end",
        "create function f() returns int as $body$ begin; return 1; end; $body$ language plpgsql",
    ],
)
def test_the_body_of_a_function_or_trigger_is_not_split(body: str) -> None:
    assert [statement.text for statement in split(f"{body}; select 1")] == [body, "select 1"]


def test_lines_are_those_of_the_first_word() -> None:
    assert [(s.number, s.line) for s in split("-- head\n\nselect 1;\n/* x\n */ select 2; select 3")] == [
        (1, 3),
        (2, 5),
        (3, 5),
    ]


def test_words_leave_out_strings_and_comments() -> None:
    assert words("select 'df_1', \"Df_2\" from df_3 -- df_4") == {"select", "df_2", "from", "df_3"}


def test_returning_gives_rows() -> None:
    (statement,) = split("insert into t values (1) returning id")
    assert statement.returns_rows
    assert not statement.is_query
