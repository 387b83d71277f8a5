from __future__ import annotations

import textwrap

import pytest

from blockwright.core.code import VariableReads, facts

ALL = "ALL"


def reads(source: str, inputs: int = 1) -> set[str] | str:
    found = facts(textwrap.dedent(source))
    assert found.syntax_error is None
    of = found.reads(inputs)
    return ALL if of.all else set(of.names)


def block(body: str, signature: str = "df, **kwargs") -> str:
    return f"@transformer\ndef transform({signature}):\n" + textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("return df", set()),
        ("return kwargs['a']", {"a"}),
        ("return kwargs['a']['b'].c", {"a"}),
        ("return kwargs.get('a'), kwargs.get('b', 3)", {"a", "b"}),
        ("return kwargs.pop('a', None)", {"a"}),
        ("return kwargs.setdefault('a', 1)", {"a"}),
        ("return 'a' in kwargs and 'b' not in kwargs", {"a", "b"}),
        ("kwargs['a'] = 1\nreturn kwargs['b']", {"a", "b"}),
        ("kwargs['a'] += 1", {"a"}),
        ("del kwargs['a']", {"a"}),
        ("return f\"{kwargs['a']:>{kwargs.get('b')}}\"", {"a", "b"}),
        ("return [kwargs['a'] for _ in df]", {"a"}),
        ("return (lambda x: x + kwargs['a'])(1)", {"a"}),
        ("def inner(y=kwargs['a']):\n    return kwargs.get('b')\nreturn inner()", {"a", "b"}),
        ("class C:\n    x = kwargs['a']\nreturn C", {"a"}),
        ("if (x := kwargs.get('a')):\n    return x", {"a"}),
        ("return vars(df), kwargs['a']", {"a"}),
        ("return other.kwargs, f(kwargs=1), kwargs['a']", {"a"}),
        ("return kwargs.get('a', kwargs.get('b', kwargs['c']))", {"a", "b", "c"}),
        ("'''kwargs'''  # kwargs\nreturn 'kwargs'", set()),
        ("return get_global_variable('p', 'z')", {"z"}),
        ("return get_global_variable('p', key='z')", {"z"}),
    ],
)
def test_literal_uses_name_what_is_read(body: str, names: set[str]) -> None:
    assert reads(block(body)) == names


@pytest.mark.parametrize(
    "body",
    [
        "return f(**kwargs)",
        "return f(kwargs)",
        "return kwargs",
        "yield kwargs",
        "k = kwargs\nreturn k['a']",
        "if (k := kwargs): pass",
        "k, = kwargs,",
        "print(kwargs)",
        "print(f'{kwargs}')",
        "for k in kwargs: pass",
        "return {**kwargs}",
        "return dict(a=1, **kwargs)",
        "return kwargs.items()",
        "return kwargs.copy()['a']",
        "return kwargs[name]",
        "return kwargs['a' + 'b']",
        "return kwargs[f'a']",
        "return kwargs.get(name, 1)",
        "return kwargs.get(*names)",
        "return kwargs.get('a', *rest)",
        "get = kwargs.get\nreturn get('a')",
        "return map(kwargs.get, ['a'])",
        "return name in kwargs",
        "return 'a' in kwargs == True",
        "return 'a' in kwargs.keys()",
        "return [kwargs[k] for k in ('a', 'b')]",
        "return lambda: kwargs",
        "def inner():\n    return kwargs\nreturn inner",
        "def inner():\n    nonlocal kwargs\n    kwargs = {}\nreturn inner",
        "match kwargs:\n    case {'a': a}: return a",
        "return len(kwargs)",
        "if kwargs: pass",
        "return kwargs or {}",
        "kwargs |= {}",
        "kwargs.update(a=1)",
        "return locals()",
        "return vars()",
        "return (vars)()['kwargs']",
        "look = locals\nreturn look()",
        "return eval('kwargs')",
        "exec('print(kwargs)')",
        "global shared\nshared = kwargs",
        "self.kwargs = kwargs",
        "return sys._getframe().f_locals",
        "return inspect.getargvalues(inspect.currentframe())",
        "return get_global_variables('p')",
        "return get_global_variable('p', name)",
        "return get_global_variable(*where)",
        "return operator.itemgetter('a')(kwargs)",
        "return kwargs.__getitem__('a')",
        "return kwargs.get(key='a')",
        "return kwargs[b'a']",
    ],
)
def test_any_other_use_reads_everything(body: str) -> None:
    assert reads(block(body)) == ALL


def test_the_reason_for_everything_has_its_line() -> None:
    found = facts(block("x = kwargs['a']\nprint(kwargs)")).reads(1)
    assert (found.all, found.line) == (True, 4)


@pytest.mark.parametrize(
    ("signature", "inputs", "names"),
    [
        ("df, **kwargs", 1, set()),
        ("df, month, **kwargs", 1, {"month"}),
        ("df, month=3", 1, {"month"}),
        ("df, other, month, *args, **kwargs", 2, {"month"}),
        ("df, *args, month, year=2, **kwargs", 1, {"month", "year"}),
        ("df, /, month", 1, {"month"}),
        ("first, second, /, month", 1, {"month"}),
        ("*args, **kwargs", 3, set()),
        ("month, **kwargs", 0, {"month"}),
        ("", 0, set()),
    ],
)
def test_parameters_beyond_the_inputs_are_variables(signature: str, inputs: int, names: set[str]) -> None:
    assert reads(block("pass", signature), inputs) == names


def test_the_name_of_the_dictionary_does_not_matter() -> None:
    assert reads(block("return options['a'], kwargs['b']", "df, **options")) == {"a"}
    assert reads(block("return options", "df, **options")) == ALL


def test_tests_conditions_and_preprocessers_read_too() -> None:
    source = """
        @preprocesser
        def before(df, **kwargs): kwargs['a']
        @transformer
        def transform(df, **kwargs): kwargs['b']
        @test
        def check(output, limit, *args, **settings): settings.get('c')
        @condition
        def when(*args, **kw): return kw['d']
    """
    assert reads(source) == {"a", "b", "c", "d", "output", "limit"}


def test_a_test_that_hands_its_kwargs_on_reads_everything() -> None:
    source = "@transformer\ndef t(df): return df\n@test\ndef check(output, **kw): compare(**kw)"
    assert reads(source) == ALL


def test_a_helper_with_kwargs_of_its_own_reads_nothing() -> None:
    source = "def plot(**kwargs): draw(**kwargs)\n@transformer\ndef t(df, **kwargs): return plot(size=kwargs['a'])"
    assert reads(source) == {"a"}


def test_a_sensor_is_handed_inputs_only_if_it_takes_any_number() -> None:
    assert reads("@sensor\ndef wait(table, **kwargs): return True", inputs=1) == {"table"}
    assert reads("@sensor\ndef wait(table, *args, **kwargs): return True", inputs=1) == set()


@pytest.mark.parametrize(
    "source",
    [
        "def t(df, **kwargs): return df",  # nothing that is seen to be registered
        "@my_transformer\ndef t(df): return df",
        "@test\ndef check(output): pass",
        "@transformer\n@timed\ndef t(df): return df",  # the wrapper is handed the variables
        "from tools import transformer\n@transformer\ndef t(df): return df",
        "def transformer(f): return f\n@transformer\ndef t(df): return df",
        "transformer = wrap(transformer)\n@transformer\ndef t(df): return df",
        "@transformer\nclass T:\n    def __call__(self, df): return df",
        "transformer(lambda df, **kwargs: df)",
        "again = transformer\n@transformer\ndef t(df): return df",
        "for d in [transformer]: d(f)",
        "transformer(make())\n@transformer\ndef t(df): return df",
    ],
)
def test_a_registration_that_is_not_understood_reads_everything(source: str) -> None:
    assert reads(source) == ALL


@pytest.mark.parametrize(
    "source",
    [
        "@timed\n@transformer\ndef t(df, **kwargs): return kwargs['a']",  # what is registered is below the wrapper
        "def t(df, **kwargs): return kwargs['a']\nt = transformer(t)",
        "from mage_ai.data_preparation.decorators import transformer as block\n@block\n"
        "def t(df, **kwargs): return kwargs['a']",
        "import blockwright as bw\n@bw.transformer\ndef t(df, **kwargs): return kwargs['a']",
        "if 'transformer' not in globals():\n    from mage_ai.data_preparation.decorators import transformer\n"
        "@transformer\nasync def t(df, **kwargs): return kwargs['a']",
        "@transformer()\ndef t(df, **kwargs):\n    train, test = split(df)\n    return kwargs['a'], test(1)",
        "if True:\n    @transformer\n    def t(df, **kwargs): return kwargs['a']",
    ],
)
def test_forms_of_registration_that_are_understood(source: str) -> None:
    assert reads(source) == {"a"}


def test_reads_pick_variables_by_name() -> None:
    variables = {"b": 1, "a": 2, "c": 3}
    assert list(VariableReads(frozenset({"b", "a", "z"})).of(variables).items()) == [("a", 2), ("b", 1)]
    assert VariableReads(all=True).of(variables) == variables


def test_what_a_module_asks_for_is_told_apart_from_its_functions() -> None:
    module = facts("def helper(**kwargs): return get_global_variable('p', 'rate'), kwargs")
    assert module.elsewhere == VariableReads(frozenset({"rate"}))
