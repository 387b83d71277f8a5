from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from blockwright.adapters.project.rendering import TemplateError, Templates

VARIABLES: dict[str, Any] = {"x": "X", "day": date(2024, 5, 16), "row": {"a": 1}, "many": list(range(30_000))}


def render(text: str) -> str:
    templates = Templates({"HOME": "/home/me"}, {"key": "hush"}.get)
    return templates.render(text, VARIABLES, where="transformers/a.sql")


GOOD = [
    ("no template", "no template"),
    ("{{ x }}-{{ variables('x') }}\n", "X-X\n"),
    ("{{ env_var('HOME') }} {{ env_var('NO') }} {{ env_var('NO', 'else') }}", "/home/me None else"),
    ("{{ mage_secret_var('key') }}", "hush"),
    ("""{{ json_value('{"a": [5]}', 'a') }}""", "[5]"),
    ("{% for i in [3, 1] | sort %}{{ loop.index }}:{{ i }}{{ ', ' if not loop.last }}{% endfor %}", "1:1, 2:3"),
    ("{{ ', '.join(['a', 'b']) }} {{ ['a', 'b'] | join('-') }} {{ 'aba'.replace('a', 'c') }}", "a, b a-b cbc"),
    ("{{ '%05.1f' % 3 }} {{ '{:>4}'.format(7) }} {{ 2 ** 10 + 3 * 4 }} {{ 'a' ~ 1 }}", "003.0    7 1036 a1"),
    (
        "{{ day.year }} {{ day.strftime('%d') }} {{ row.a }} {{ row['a'] }} {{ row.items() | list }}",
        "2024 16 1 1 [('a', 1)]",
    ),
    ("{{ nothing | default(1000000) }} {{ many | length }} {{ many | sum }}", "1000000 30000 449985000"),
    ("{% macro m(n) %}<{{ n }}>{% endmacro %}{{ m(1) }}{% set b %}{{ x }}!{% endset %}{{ b }}", "<1>X!"),
]


@pytest.mark.parametrize(("text", "rendered"), GOOD)
def test_what_templates_may_do(text: str, rendered: str) -> None:
    assert render(text) == rendered


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a\nb {{ nothing }}", 2, "'nothing' is undefined"),
        ("{{ row.missing }}", 1, "has no attribute 'missing'"),
        ("\n\n{% if x %}", 3, "Unexpected end"),
        ("{{ 1 / 0 }}", 1, "ZeroDivisionError"),
        ("\n{{ x + 1 }}", 2, "TypeError"),
        ("{{ aws_secret_var('a') }}", 1, "mage_secret_var"),
        ("{% include 'other' %}", 1, "no loader"),
    ],
)
def test_an_error_names_the_place_and_the_line(text: str, line: int, what: str) -> None:
    with pytest.raises(TemplateError) as caught:
        render(text)
    assert caught.value.message.startswith(f"The template in transformers/a.sql, line {line} cannot be rendered")
    assert what in caught.value.message
    assert caught.value.line == line


CLIMBS = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ x['__class__'] }}",
    "{{ x | attr('__class__') }}",
    "{{ ([x] | map(attribute='__class__') | list)[0] }}",
    "{{ '{0.__class__}'.format(x) }}",
    "{{ '{a.__class__}'.format_map({'a': x}) }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ self.__init__ }}",
    "{{ variables.__globals__ }}",
    "{{ env_var.__globals__ }}",
    "{{ (1).__class__ }}",
    "{{ lipsum() }}",
]


@pytest.mark.parametrize("text", CLIMBS)
def test_no_template_climbs_out_to_the_objects_behind_its_values(text: str) -> None:
    with pytest.raises(TemplateError):
        render(text)


BOMBS = [
    "{{ range(10 ** 9) | list }}",
    "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
    "{% for a in many %}{% for b in many %}{{ a in many }}{% endfor %}{% endfor %}",
    "{{ 'a' * 10 ** 9 }}",
    "{{ [1] * 10 ** 9 }}",
    "{{ 10 ** 10 ** 10 }}{{ 10 ** 5000 }}",
    "{{ 'a' | center(10 ** 9) }}",
    "{{ 'a'.ljust(10 ** 9) }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '%*d' % (1000000000, 1) }}",
    "{{ '{:>1000000000}'.format(1) }}",
    "{{ '{:>{}}'.format(1, 1000000000) }}",
    "{{ '%1000000000d' | format(1) }}",
    "{{ '\t'.expandtabs(10 ** 9) }}",
    "{{ ('a' * 10000).replace('', 'b' * 10000) }}",
    "{{ ('a' * 10000) | replace('', 'b' * 10000) }}",
    "{{ ('a' * 10000).join('b' * 10000) }}",
    "{{ ('b' * 10000) | join('a' * 10000) }}",
    "{{ [1, 2] | batch(10 ** 9, 0) | list }}",
    "{{ 1.5 | round(10 ** 9, 'ceil') }}",
    "{{ range(99999) | map('string') | map('replace', '', 'y' * 1000) | join | length }}",
    "{% set n = namespace(x='ab') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
    "{% set n = namespace(x='ab') %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}",
    "{% set n = namespace(x='ab') %}{% for i in range(60) %}{% set n.x %}{{ n.x }}{{ n.x }}{% endset %}{% endfor %}",
    "{% set n = namespace(x=[1]) %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}",
    "{% set n = namespace(x=7) %}{% for i in range(60) %}{% set n.x = n.x * n.x %}{% endfor %}",
    "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% for i in [1, 2] recursive %}{{ loop([1, 2]) }}{% endfor %}",
    "{{ " + "(" * 5000,
    "{{ many }}" * 500,
    "{{ '" + "x" * (5 << 20) + "' }}",
]


@pytest.mark.parametrize("text", BOMBS, ids=lambda text: text[:60])
def test_work_memory_and_output_are_bounded(text: str) -> None:
    with pytest.raises(TemplateError):
        render(text)
