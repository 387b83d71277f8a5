from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockwright.io.block_output_calls import BlockOutputError, evaluate, lift
from blockwright.io.sql_templates import referenced_tables, rendered_sql
from blockwright.io.templates import TemplateFailed

NIGHT = datetime(2024, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        (
            "select * from {{ df_1 }} where d = '{{ execution_date }}'",
            "select * from df_1 where d = '2024-01-02 00:00:00+00:00'",
        ),
        ("{{ variables('month') }} {{ month + 1 }}", "3 4"),
        ("{{ variables('gone', 'x') }}", "x"),
        ("{{ env_var('A') }}{{ env_var('B', 'b') }}", "1b"),
        ("{{ json_value('{\"k\": 5}', 'k') }}", "5"),
        ("{% for m in [1, 2] %}{{ m }},{% endfor %}\n", "1,2,\n"),
        ("{{ (execution_date - datetime.timedelta(days=1)).date() }}", "2024-01-01"),
        ("{{ math.floor(2.5) }}{{ json.dumps([1]) }}", "2[1]"),
        ("{{ mage_secret_var('key') }}", "mage_secret_var('key')"),
        ("{{ block_output('a', parse=lambda d, v: d[0]) }}", "block_output('a', parse=lambda d, v: d[0])"),
    ],
)
def test_templates_have_the_names_of_mage(text: str, rendered: str) -> None:
    variables = {"execution_date": NIGHT, "month": 3}
    assert rendered_sql(text, variables, environ={"A": "1"}) == rendered


@given(st.text(alphabet="abc '\";-\n$(%"))
def test_text_without_templates_stays_as_it_is(text: str) -> None:
    assert rendered_sql(text, {}) == text


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("select 1\n, {{ gone }}", "'gone' is undefined", 2),
        ("select {{ variables('gone') }}", "no variable of this name", 1),
        ("\n\n{{ a", "unexpected end", 3),
        ("{{ df_9 }}", "'df_9' is undefined", 1),
    ],
)
def test_what_cannot_be_rendered_is_named_with_its_line(text: str, message: str, line: int) -> None:
    with pytest.raises(TemplateFailed, match=message) as raised:
        rendered_sql(text, {}, tables={"df_1": "t"}, origin="Block `b`")
    assert raised.value.line == line
    assert "Block `b`" in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ variables.__globals__ }}",
        "{{ json.dumps.__globals__['codecs'] }}",
        "{{ 'x' * 100000000 }}",
        "{{ 10 ** 100000 }}",
        "{% for i in range(10000000) %}x{% endfor %}",
        "{{ '{0.__class__}'.format(1) }}",
    ],
)
def test_a_template_cannot_leave_its_sandbox(text: str) -> None:
    with pytest.raises(TemplateFailed):
        rendered_sql(text, {})


def test_only_tables_that_the_template_names_are_referenced() -> None:
    assert referenced_tables("select * from {{ df_1 }}, df_2 {# {{ df_3 }} #} {% if x %}{{ df_10 }}{% endif %}") == {
        "df_1",
        "df_10",
    }


DATA = [{"a": 5, "day": "2024-01-02"}]


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ("block_output('b')", DATA),
        ("block_output('b', parse=lambda data, variables: data[0]['a'] + variables['n'])", 7),
        ("block_output('b', lambda data: len(data))", 1),
        ("block_output(parse=lambda data, _vars: sorted({'x': ')'}.values())[0])", ")"),
        ("block_output('b', parse=lambda d, v: ', '.join(str(r['a']) for r in d))", "5"),
        ("block_output('b', parse=lambda d, v: datetime.date.fromisoformat(d[0]['day']).year)", 2024),
    ],
)
def test_block_output_calls_are_lifted_and_evaluated(call: str, value: object) -> None:
    text, (found,) = lift(f"select 'block_output(', {{{{ {call} }}}} from t")
    assert text == "select 'block_output(', {{ block_output_1 }} from t"
    assert evaluate(found, DATA, {"n": 2}) == value


@pytest.mark.parametrize(
    "body",
    [
        "d.__class__",
        "__import__('os')",
        "'{0.__class__}'.format(d)",
        "(x for x in d).gi_frame",
        "open('/etc/passwd')",
        "exec('1')",
        "datetime.sys",
        "json.codecs",
        "d[0]['missing']",
    ],
)
def test_a_lambda_stays_with_its_data(body: str) -> None:
    def run() -> None:
        for call in lift(f"{{{{ block_output('b', parse=lambda d, v: {body}) }}}}")[1]:
            evaluate(call, DATA, {})

    with pytest.raises(BlockOutputError):
        run()


@pytest.mark.parametrize("call", ["block_output(name)", "block_output('a', parse=len)", "block_output('a', x=1)"])
def test_a_call_of_another_form_is_refused(call: str) -> None:
    with pytest.raises(BlockOutputError, match=r"block_output\('block', parse=lambda"):
        lift(f"{{{{ {call} }}}}")
