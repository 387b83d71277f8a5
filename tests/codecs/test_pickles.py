from __future__ import annotations

import subprocess
import sys
import threading
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from blockwright import codecs
from blockwright.codecs import blobs


def again(value: Any, store: Path) -> Any:
    return codecs.read(codecs.write(value, name="output_0", store=store), store=store)


@pytest.fixture
def block(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """A module as the runner makes one of a block file."""
    module = types.ModuleType("block_load_orders")
    module.__dict__["__blockwright_block__"] = True
    monkeypatch.setitem(sys.modules, module.__name__, module)
    source = "class Order:\n    def __init__(self, n): self.n = n\n\ndef double(order): return 2 * order.n"
    exec(source, module.__dict__)
    return module


def test_what_a_block_defines_can_be_read_where_the_block_is_unknown(block: types.ModuleType, store: Path) -> None:
    output = codecs.write((block.double, block.Order(4)), name="output_0", store=store)
    path = blobs.path_of(store, output.digest)
    code = "import pickle, sys; f, o = pickle.load(open(sys.argv[1], 'rb')); print(f(o))"
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "8"


def test_a_block_is_by_value_only_while_it_is_stored(block: types.ModuleType, store: Path) -> None:
    import cloudpickle

    again(block.Order(1), store)
    assert block.__name__ not in cloudpickle.list_registry_pickle_by_value()


def test_objects_of_a_blocks_class_in_a_frame_are_kept_too(block: types.ModuleType, store: Path) -> None:
    import pandas as pd

    read = again(pd.DataFrame({"order": [block.Order(1), block.Order(2)]}), store)
    assert [order.n for order in read["order"]] == [1, 2]


def test_lambdas_and_closures_are_kept(store: Path) -> None:
    factor = 3
    assert again(lambda number: factor * number, store)(2) == 6


def test_large_buffers_inside_objects_are_kept(store: Path) -> None:
    read = again({"weights": np.arange(2_000_000.0), "name": "net"}, store)
    assert read["weights"].sum() == 1_999_999_000_000.0
    read["weights"][0] = 5.0
    assert read["weights"].flags.writeable


class Holder:
    def __init__(self, inner: Any) -> None:
        self.inner = inner


class Slotted:
    __slots__ = ("inner",)

    def __init__(self, inner: Any) -> None:
        self.inner = inner


@pytest.mark.parametrize(
    ("build", "place"),
    [
        (lambda bad: {"a": [1, {"b": bad}]}, r"value\['a'\]\[1\]\['b'\]"),
        (lambda bad: (0, Holder([bad])), r"value\[1\]\.inner\[0\]"),
        (lambda bad: Slotted({"x": bad}), r"value\.inner\['x'\]"),
        (lambda bad: lambda: bad, r"value\.bad"),
    ],
)
def test_the_part_that_cannot_be_pickled_is_named(build: Any, place: str, store: Path) -> None:
    with pytest.raises(codecs.UnstorableValue, match=rf"`output_0`: its part `{place}` \(_thread.lock\).*lock"):
        codecs.write(build(threading.Lock()), name="output_0", store=store)
    assert not [path for path in store.rglob("*") if path.is_file()]


def test_a_generator_is_answered_with_the_way_out(store: Path) -> None:
    with pytest.raises(codecs.UnstorableValue, match=r"`output_0` \(generator\).*`list\(…\)`"):
        codecs.write((i for i in range(3)), name="output_0", store=store)


def test_nesting_beyond_the_stack_is_refused_in_words(store: Path) -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(codecs.UnstorableValue, match="nested too deeply"):
        codecs.write(deep, name="output_0", store=store)


class Refusing:
    def __reduce__(self) -> Any:
        raise ZeroDivisionError("no")

    def __repr__(self) -> str:
        raise RuntimeError("no repr either")


def test_a_class_that_raises_anything_is_still_named(store: Path) -> None:
    with pytest.raises(codecs.UnstorableValue, match=r"Refusing\) cannot be stored.*ZeroDivisionError: no"):
        codecs.write(Refusing(), name="output_0", store=store)
