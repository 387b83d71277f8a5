from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockwright.core.code import reads_only, sql_digest, sql_facts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT a  FROM t", "SELECT a\n  FROM t\n"),
        ("SELECT a -- why\nFROM t", "SELECT a\nFROM t"),
        ("SELECT a /* why\n not */ FROM t", "SELECT a FROM t"),
        ("SELECT a\r\nFROM t", "SELECT a\nFROM t"),
        ("-- head\nSELECT 1", "SELECT 1"),
        ("SELECT '\\d+' -- x", "SELECT '\\d+'"),
        ("SELECT `a  b` -- x", "SELECT `a  b`"),
    ],
)
def test_comments_and_layout_of_sql_do_not_count(one: str, other: str) -> None:
    assert sql_digest(one) == sql_digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT a", "SELECT b"),
        ("SELECT 'a  b'", "SELECT 'a b'"),
        ("SELECT '-- a'", "SELECT '-- b'"),
        ("SELECT '/* a */'", "SELECT '/* b */'"),
        ('SELECT "a  b"', 'SELECT "a b"'),
        ("SELECT 'it''s  a'", "SELECT 'it''s a'"),
        ("SELECT 5--3", "SELECT 5--4"),  # a comment to some, a subtraction to others
        ("SELECT 'a\\' -- b'", "SELECT 'a\\' -- c'"),  # where the string ends depends on the dialect
        ("SELECT $$a  b$$", "SELECT $$a b$$"),
        ("SELECT [a  b]", "SELECT [a b]"),
        ("SELECT /*+ FULL(a) */ 1", "SELECT /*+ FULL(b) */ 1"),
        ("SELECT a /* b /* c */ d */", "SELECT a /* b /* c */ e */"),
        ('SELECT """a " -- x"""', 'SELECT """a " -- y"""'),
        ("SELECT q'[it's  a]'", "SELECT q'[it's a]'"),
        ("SELECT 1 # a '", "SELECT 1 # b '"),
        ("SELECT ab", "SELECT a b"),
    ],
)
def test_what_may_change_the_result_of_sql_counts(one: str, other: str) -> None:
    assert sql_digest(one) != sql_digest(other)


@given(st.text(alphabet="a'\"-/*\n \\`$[]#", max_size=12), st.text(alphabet="bc' ", min_size=1, max_size=4))
def test_any_text_has_a_digest(text: str, more: str) -> None:
    assert sql_digest(text) == sql_digest(f" {text}\n")
    assert sql_digest(text) != sql_digest(f"{text}\n;{more}")


@pytest.mark.parametrize(
    ("text", "names", "inputs"),
    [
        ("SELECT * FROM {{ df_1 }} JOIN {{df_12}}", set(), (1, 12)),
        ("SELECT {{ month }}", {"month"}, ()),
        ("SELECT '{{ variables('month') }}'", {"month"}, ()),
        ("SELECT {{ day.strftime('%Y') }}", {"day"}, ()),
        ("{% if full and not 'x' in names %}a{% endif %}", {"full", "names"}, ()),
        ("{# {{ hidden }} #}SELECT 1", set(), ()),
        ("SELECT {{ 'quoted' }}, {{ 1 }}, name", set(), ()),
        ("{{ unfinished", set(), ()),
        ("{% raw %}{{ x }}{% endraw %}", {"x"}, ()),
    ],
)
def test_the_names_of_a_template_are_seen(text: str, names: set[str], inputs: tuple[int, ...]) -> None:
    found = sql_facts(text)
    assert (set(found.reads.names), found.inputs, found.reads.all) == (names, inputs, False)


def test_a_variable_whose_name_is_computed_may_be_any() -> None:
    found = sql_facts("SELECT 1,\n {{ variables(name) }}").reads
    assert (found.all, found.line) == (True, 2)


def test_blocks_that_a_template_names_are_seen() -> None:
    text = "{{ block_output('load', parse=lambda data, _vars: data[0]) }} {{ block_output(parse=f) }}"
    assert sql_facts(text).blocks == ("load",)


def test_what_lies_outside_of_sql_is_noted() -> None:
    text = "SELECT now(), '{{ env_var('HOME') }}'\n, {{ mage_secret_var('key') }} FROM read_csv('a.csv')"
    assert [(note.kind.value, note.line, note.text) for note in sql_facts(text).untracked] == [
        ("environment", 1, "env_var('HOME')"),
        ("clock", 1, "now"),
        ("secret", 2, "mage_secret_var('key')"),
        ("file", 2, "read_csv"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        "select * from t;",
        "(SELECT 1) UNION (SELECT 2)",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "FROM t SELECT a",
        "SELECT 'DELETE FROM t', \"update\" FROM t -- DROP",
        "SELECT replace(a, 'b', 'c'), updated_at FROM t",
        "SELECT 1; SELECT 2;",
    ],
)
def test_sql_that_only_reads_is_known(text: str) -> None:
    assert reads_only(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ";",
        "-- nothing",
        "INSERT INTO t SELECT 1",
        "WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a",
        "SELECT * INTO t FROM u",
        "SELECT 1; DROP TABLE t",
        "create table t as select 1",
        "EXPLAIN ANALYZE DELETE FROM t",
        "SELECT nextval('s')",
        "SELECT 1 /*! ; DELETE FROM t */",
        "SELECT 'a\\'; DELETE FROM t; --'",
        "SELECT 'open",
        "SELECT {{ x }}",
        "SET a = 1",
        "CALL f()",
        "COPY t TO 'file'",
        "SELECT 1 FOR UPDATE",
    ],
)
def test_in_doubt_sql_writes(text: str) -> None:
    assert not reads_only(text)


@pytest.mark.parametrize(
    "piece", ["{{ x }}", "{{", "{% '\\' %}", "'", "\\'", "[", "/*", "/* */", "-- ", "$", "from '", "now()\n"]
)
def test_a_long_text_costs_time_in_proportion(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    assert sql_facts(text).digest == sql_digest(text)  # a walk that is quadratic would run into the time-out
    assert not reads_only("{{" + text)
