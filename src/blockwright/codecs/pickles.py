"""Any value that Python can take apart: pickle protocol 5 by cloudpickle, streamed into the file.

Only processes that run the user's code read these. Classes and functions that were defined in a block are stored by
value, because no other process can import the block: their modules carry ``__blockwright_block__ = True``.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from blockwright.codecs.errors import StoreError, UnstorableValue
from blockwright.codecs.unpicklable import explain

PROTOCOL = 5


def write(value: Any, sink: Any, *, name: str) -> None:
    """Pickle ``value`` into ``sink``; raises UnstorableValue naming output ``name`` and the part that is in the way."""
    import cloudpickle

    try:
        with blocks_by_value():
            cloudpickle.Pickler(sink, protocol=PROTOCOL).dump(value)
    except (StoreError, MemoryError):
        raise
    except Exception as error:  # whatever a class's own __reduce__ or __getstate__ may raise
        raise UnstorableValue(explain(value, name, error)) from error


def read(path: Path) -> Any:
    """The value; large buffers are read straight into their place."""
    with path.open("rb") as file:
        return pickle.load(file)


def dumps(value: Any) -> bytes:
    """A small value in memory; raises what pickling raises."""
    import cloudpickle

    with blocks_by_value():
        return bytes(cloudpickle.dumps(value, protocol=PROTOCOL))


@contextmanager
def blocks_by_value() -> Iterator[None]:
    """Inside, what block modules define is pickled by value."""
    import cloudpickle

    known = cloudpickle.list_registry_pickle_by_value()
    modules = [module for module in _block_modules() if module.__name__ not in known]
    for module in modules:
        cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        for module in modules:
            cloudpickle.unregister_pickle_by_value(module)


def _block_modules() -> list[ModuleType]:
    # Read from the dictionary: asking the module for an attribute could make a lazy one load itself.
    found = [(name, getattr(module, "__dict__", {})) for name, module in list(sys.modules.items())]
    return [sys.modules[name] for name, own in found if own.get("__blockwright_block__") is True]
