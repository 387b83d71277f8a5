from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from blockwright.sdk import decorators
from blockwright.sdk.decorators import KINDS, Registry, collecting


def load(source: str, **given: Any) -> Registry:
    """Run a block file as a block process does."""
    with collecting() as registry:
        exec(source, {**registry.globals(), **given})
    return registry


def names(registry: Registry, kind: str) -> list[str]:
    return [entry.function.__name__ for entry in registry.of(kind)]


@pytest.mark.parametrize("form", ["@transformer", "@transformer()"])
def test_both_forms_register_the_function_itself(form: str) -> None:
    registry = load(f"{form}\ndef double(x):\n    return 2 * x")
    (entry,) = registry.of("transformer")
    assert entry.function(4) == 8
    assert entry.options == {}


def test_functions_of_a_kind_stand_in_the_order_of_the_file() -> None:
    registry = load("@test\ndef b(o): ...\n@transformer\ndef t(): ...\n@test\ndef a(o): ...")
    assert names(registry, "test") == ["b", "a"]
    assert registry.kinds() == ["test", "transformer"]


def test_a_function_decorated_twice_is_registered_once() -> None:
    registry = load("@transformer\n@transformer\ndef t(): ...\ntransformer(t)")
    assert names(registry, "transformer") == ["t"]


@pytest.mark.parametrize(
    "header",
    [
        "from blockwright.sdk.decorators import transformer",
        "from blockwright import transformer",
        "if 'transformer' not in globals():\n    from blockwright.sdk.decorators import transformer",
    ],
)
def test_an_imported_decorator_registers_exactly_once(header: str) -> None:
    registry = load(f"{header}\n@transformer\ndef t(): ...")
    assert names(registry, "transformer") == ["t"]


def test_a_helper_from_another_block_file_is_not_taken_for_the_blocks_own() -> None:
    other = ModuleType("other")
    header = "if 'transformer' not in globals():\n    from blockwright.sdk.decorators import transformer\n"
    source = "exec(other_source, other.__dict__)\n@transformer\ndef own(): ..."
    registry = load(source, other=other, other_source=f"{header}@transformer\ndef foreign(): ...")
    assert names(registry, "transformer") == ["own"]
    assert other.foreign() is None


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("@callback", {"status": "success", "bare": True}),
        ("@callback()", {"status": "success"}),
        ("@callback('failure')", {"status": "failure"}),
        ("@callback(status='cancelled')", {"status": "cancelled"}),
        ("@callback(callback_status='failure')", {"status": "failure"}),
    ],
)
def test_a_callback_keeps_its_status_and_whether_it_was_bare(form: str, options: dict[str, Any]) -> None:
    (entry,) = load(f"{form}\ndef c(): ...").of("callback")
    assert entry.options == options


def test_a_misspelt_callback_status_is_named_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"'sucess'.*success, failure, cancelled"):
        load("@callback('sucess')\ndef c(): ...")


def test_options_are_kept_by_name() -> None:
    registry = load(
        "@render(render_type='jpeg')\ndef r(): ...\n@extension('great_expectations')\ndef e(v): ...\n"
        "@data_integration_catalog(discover=True, select_all=True)\ndef c(): ..."
    )
    assert registry.of("render")[0].options == {"render_type": "jpeg"}
    assert registry.of("extension")[0].options == {"extension_uuid": "great_expectations"}
    assert registry.of("data_integration_catalog")[0].options == {"discover": True, "select_all": True}


def test_classes_are_decorated_too() -> None:
    registry = load("@streaming_source\nclass Source:\n    x = 1")
    assert registry.of("streaming_source")[0].function.x == 1  # type: ignore[attr-defined]  # a class


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_decorator_is_importable_and_leaves_a_function_alone_outside_of_a_block(kind: str) -> None:
    def function() -> int:
        return 7

    decorator = getattr(decorators, kind)
    assert decorator(function) is function
    assert decorator()(function) is function


def test_without_the_globals_everything_decorated_inside_is_collected() -> None:
    with collecting() as registry:
        decorators.transformer(len)
    decorators.transformer(max)
    assert [entry.function for entry in registry.of("transformer")] == [len]


def test_too_many_positional_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match="@transformer takes no positional arguments"):
        decorators.transformer(1, 2)


def test_collect_decorated_objs_appends_in_both_forms() -> None:
    found: list[Any] = []
    decorate = decorators.collect_decorated_objs(found)
    decorate(len)
    decorate()(max)
    assert found == [len, max]
