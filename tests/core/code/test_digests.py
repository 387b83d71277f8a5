from __future__ import annotations

import ast
import itertools
import textwrap
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockwright.core.code import facts

# Pieces of source of every kind of syntax; programs are made by putting them one after the other.
PIECES = [
    "x = 0x10 + 1_000 - 1.5e3 * 2j",
    "s = 'it' \"'s\" + b'raw' + r'\\d' + u'u'",
    "t = f'{x!r:>{width}} {y=} {{}}' f'{z:}' 'tail'",
    "def f(a, /, b: int = 1, *c, d, e=None, **k) -> int:\n    'doc'\n    return {None: 1, **k}",
    "async def g():\n    async with a as b, c:\n        return [i async for i in j if await k]",
    "class A(B, metaclass=M):\n    '''doc'''\n    x: int = 0\n    (y): str\n    def m(self): ...",
    "match x:\n    case None | False: pass\n    case [1, *r] if r: pass\n    case {'a': P(q=1), **s}: pass",
    "try:\n    pass\nexcept (A, B) as e:\n    raise X from e\nelse:\n    pass\nfinally:\n    del a[1:2, ...]",
    "if a:\n    pass\nelif b:\n    pass\nelse:\n    pass",
    "while (n := n - 1):\n    if n: continue\n    break\nelse: pass",
    "for (i, j), *k in z: print(*i, **j, sep='')",
    "f = lambda *a, b=1, **c: (a, b) if c else not a",
    "with (open('x') as f, g): global h",
    "from . import a as b, c\nimport d.e, f as g",
    "v = [*a, b][1:2:3], {*a}, {k: v for k, v in d}, (i for i in j)",
    "@d\n@e(1)\ndef decorated(): return",
    "r = -1 ** -a // b @ c << 1 & 2 | ~3 ^ 4 < 5 <= 6 is not 7 not in 8",
]
programs = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("\n".join)


def digest(source: str) -> str:
    found = facts(source)
    assert found.syntax_error is None
    return found.digest


@given(programs)
def test_spelling_a_program_anew_keeps_its_digest(program: str) -> None:
    assert digest(ast.unparse(ast.parse(program))) == digest(program)


@given(programs, st.data())
def test_comments_and_blank_lines_keep_the_digest(program: str, data: st.DataObject) -> None:
    lines = ast.unparse(ast.parse(program)).split("\n")  # no string of it spans lines, but for doc strings of one line
    for place in data.draw(st.lists(st.integers(0, len(lines)), max_size=5)):
        lines.insert(place, data.draw(st.sampled_from(["", "   ", "# a comment", "        # type: ignore"])))
    assert digest("\n".join(lines)) == digest(program)


@given(programs)
def test_line_ends_and_indentation_keep_the_digest(program: str) -> None:
    indented = "if True:\n" + textwrap.indent(program, "  ")
    deeper = "if True:\n" + textwrap.indent(program, "\t")
    assert digest(indented) == digest(deeper) == digest(indented.replace("\n", "\r\n"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 16", "x = 0x10"),
        ("x = 1000000", "x=1_000_000"),
        ("x = 1.0", "x = 10e-1"),
        ("x = 'a'", 'x = """a"""'),
        ("x = 'a' 'b'", "x = 'ab'"),
        ("x = u'a'", "x = 'a'"),
        ("x = (((a)))", "x = a"),
        ("f(a, b,)", "f(\n    a,\n    b\n)"),
        ("a; b", "a\nb"),
        ("if a: b\nelif c: d", "if a:\n    b\nelse:\n    if c:\n        d"),
        ("f'{x:}'", "f'{x}'"),
        ("x: int = 1  # type: str", "x: int = 1"),
        ("with (a as b, c): pass", "with a as b, c: pass"),
        ("\ufeffx = 1", "x = 1"),
    ],
)
def test_layout_and_spelling_do_not_count(one: str, other: str) -> None:
    assert digest(one) == digest(other)


# Each family holds sources of which no two mean the same.
FAMILIES: list[list[str]] = [
    ["x = 1", "x = 1.0", "x = True", "x = 1j", "x = '1'", "x = b'1'", "x = None", "x = ...", "x = -1", "x = x"],
    ["x = 0.0", "x = -0.0", "x = 0", "x = False", "x = ''", "x = b''", "x = ()", "x = []", "x = {}", "x = f''"],
    ["f'{x}'", "f'{x!r}'", "f'{x!s}'", "f'{x:3}'", "f'{x=}'", "f'x'", "'{x}'", "f'{y}'", "f'{x} '", "f' {x}'"],
    ["f'{a}b{c}'", "f'{a}{c}b'", "f'{a}{b}{c}'", "f'ab{c}'", "f'{a:b}{c}'", "f'{a:{b}}{c}'", "f'{a:{b}{c}}'"],
    [f"def f({given}): pass" for given in ("a", "*, a", "a, /", "*a", "**a", "a=1", "a: b", "a, b", "*, a=None")],
    [f"def f({given}): pass" for given in ("*, a=None, b", "*, a, b=None", "*, a, b", "a, *, b=None", "a, b=None")],
    ["def f(): 'a'", "def f(): 'b'", "def f(): pass", "def f(): return 'a'", "async def f(): 'a'", "def g(): 'a'"],
    ["{None: a}", "{**a}", "{a: None}", "{a}", "[a]", "(a,)", "a", "{'a': a}", "[None, a]", "[*a]"],
    ["f(a)", "f(*a)", "f(**a)", "f(a=a)", "f()(a)", "f[a]", "f.a", "a(f)", "f(a, a)", "f((a, a))", "f([a])"],
    ["a < b", "a <= b", "b < a", "a < b < c", "a < (b < c)", "a is b", "a in b", "not a in b", "a == b", "a != b"],
    ["a - b - c", "a - (b - c)", "a + b - c", "c - b - a", "-a - b - c", "(a, b, c)", "a - b, c"],
    ["if a: b", "if a: pass\nelse: b", "while a: b", "if b: a", "a\nb", "a and b", "a or b", "b if a else None"],
    ["if a:\n    b\nc", "if a:\n    b\n    c", "if a: pass\nb\nc", "if a: b\nelse: c"],
    [f"match a:\n    case {pattern}: pass" for pattern in ("None", "True", "False", "_", "'None'", "None_", "0", "{}")],
    ["import a", "import a as b", "import a.b", "from a import b", "from a import b as c", "import a, b"],
    ["from . import a", "from .a import b", "from .. import a", "from a import a", "from . import a, b"],
    ["x: int", "x: int = 1", "(x): int = 1", "x = 1", "x += 1", "x: str = 1"],
    ["x[1:]", "x[:1]", "x[::1]", "x[1]", "x[1,]", "x[1:,]", "x[:]", "x[...]"],
    ["[i for i in a if b]", "[i for i in a for j in b]", "[i for i in (a if b else c)]", "{i for i in a if b}"],
    ["x = 'a,b'", "x = 'a', 'b'", "x = ['a', 'b']", "x = 'a' + 'b'", "x = 'a\\nb'", "x = r'a\\nb'", "x = 'ab'"],
    ["try: a\nexcept: b", "try: a\nexcept E: b", "try: a\nexcept E as e: b", "try: a\nexcept* E: b"],
    ["global a\nb", "a\nb", "global a, b", "global b\na", "b\na"],
    ["@a\ndef f(): pass", "def f(): pass\na", "@a()\ndef f(): pass", "@a\n@a\ndef f(): pass", "@a\nclass f: pass"],
    ["'doc'\nx = 1", "x = 1", "x = 1\n'doc'", "'doc '\nx = 1", "b'doc'\nx = 1"],
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), [pair for family in FAMILIES for pair in itertools.combinations(family, 2)])
def test_every_change_of_meaning_changes_the_digest(one: str, other: str) -> None:
    assert digest(one) != digest(other)


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_texts_do_not_run_into_each_other(a: str, b: str, c: str, d: str) -> None:
    assert ((a, b) == (c, d)) == (digest(f"x = {a!r}, {b!r}") == digest(f"x = {c!r}, {d!r}"))


constants: st.SearchStrategy[Any] = st.one_of(
    st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.binary(), st.text(), st.none()
)


@given(constants, constants)
def test_two_literals_have_one_digest_only_if_they_are_the_same(one: Any, other: Any) -> None:
    same = type(one) is type(other) and repr(one) == repr(other)
    assert same == (digest(f"x = {one!r}") == digest(f"x = {other!r}"))


# Found once and for ever, by every supported version of Python: a change here changes everybody's keys.
GOLDEN = [
    ("x = 1\n", "7df2f5caca23274523833824747713e338b175320b3b32b2731f600d64e609d1"),
    (
        "t = f'{x!r:>{width}} {y=} {{}}' f'{z:}' 'tail'",
        "2fe7eb28b48c0835ad8fb63a27cae4e14bfd78f975a61b1a1b20bd0d769f98aa",
    ),
    (
        "def f(a, /, b: int = 1, *c, d, e=None, **k) -> int:\n    'doc'\n    return {None: 1, **k}",
        "5f7120e60e4289e1c4c1f37a21825702ce3ab231878803bf7cc1b68db837a195",
    ),
    (
        "match x:\n    case None | False: pass\n    case [1, *r] if r: pass\n    case {'a': P(q=1), **s}: pass",
        "512f1840df212c4ab351ab4c5bff55d0f8667a5ce91e48f0e809b7688dd06683",
    ),
    (
        "class A(B, metaclass=M):\n    x: int = 0x10, 1e400, b'\\xff', '\\ud800'\n    (y): str",
        "37abca13e23395e5a5baf4a1f9acccba4e6618a032011db2ae3e596b3be52a70",
    ),
    (
        "async def g():\n    async with a as b, c:\n        return [i async for i in j if await k]",
        "fbb68e87009211f038ff40bf07a758ca0d8ccdc86c5aa122b40e959309bbe404",
    ),
]


@pytest.mark.parametrize(("source", "name"), GOLDEN)
def test_digests_stay_what_they_were(source: str, name: str) -> None:
    assert digest(source) == name


def test_the_sum_of_a_thousand_terms_needs_no_recursion() -> None:
    assert digest("x = " + "+".join(f"v{i}" for i in range(400))) != digest(
        "x = " + "+".join(f"v{i}" for i in range(401))
    )


@pytest.mark.parametrize("source", ["def f(:", "x = 'a", "\0", "x = '\ud800'", "(" * 300 + ")" * 300, "x\n  y"])
def test_what_is_no_python_is_named_by_its_letters(source: str) -> None:
    found = facts(source)
    assert found.syntax_error is not None
    assert found.syntax_error.message
    assert found.digest != facts(source + " ").digest
    assert found.reads(0).all


def test_a_syntax_error_tells_its_line() -> None:
    problem = facts("x = 1\ndef f(:\n").syntax_error
    assert problem is not None
    assert problem.line == 2


def test_warnings_about_the_source_are_not_ours() -> None:
    assert facts("x = '\\d'\n1if x else 2").syntax_error is None
