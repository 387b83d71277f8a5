"""A block's source becomes a module, and the module tells what it offers."""

from __future__ import annotations

import itertools
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from blockwright.runner.sources import compiled, text_of
from blockwright.sdk.decorators import Registered, Registry, collecting
from blockwright.wire.specs import CodeFile

_numbers = itertools.count()
_loaded: list[str] = []


class NoDecoratedFunction(Exception):
    """The block's file has no function that could be called."""


def load_module(file: CodeFile, root: str, store: Path, given: Mapping[str, Any]) -> Registry:
    """Execute a block's file in a module of its own; what it decorated. See ``load_names``."""
    return load_names(file, root, store, given)[0]


def load_names(file: CodeFile, root: str, store: Path, given: Mapping[str, Any]) -> tuple[Registry, Mapping[str, Any]]:
    """Execute a block's file in a module of its own; what it decorated, and every name that it has then.

    ``given`` are the outputs of the blocks before, under the names that block code may use for them. The decorators
    stand in the module before it is executed, which is what the usual guard in block files asks for. The module is in
    ``sys.modules`` (dataclasses, pickling and type hints look there) and known to be a block's.
    """
    text = text_of(file, store)
    path = os.path.join(root, file.path)
    code = compiled(text, path)
    module = ModuleType(_module_name(file.path))
    module.__file__ = path
    module.__dict__["__blockwright_block__"] = True
    with collecting() as registry:
        module.__dict__.update({name: value for name, value in given.items() if not name.startswith("__")})
        module.__dict__.update(registry.globals())
        sys.modules[module.__name__] = module
        _loaded.append(module.__name__)
        exec(code, module.__dict__)
    _pickle_by_value(module)
    return registry, module.__dict__


def unload_blocks() -> None:
    """Forget the modules of blocks that have run, with all the data in them."""
    while _loaded:
        sys.modules.pop(_loaded.pop(), None)


def first(registry: Registry, kind: str, block: str) -> Registered:
    """The function to call: the first that is decorated with the block's own type."""
    found = registry.of(kind)
    if found:
        return found[0]
    others = [f"@{other}" for other in registry.kinds() if other != "test"]
    also = f" It has {', '.join(others)}." if others else ""
    raise NoDecoratedFunction(
        f"Block `{block}` does not have any decorated functions. Make sure that a function in the block is decorated "
        f"with @{kind}.{also}"
    )


def _module_name(path: str) -> str:
    stem = re.sub(r"\W", "_", path.rpartition(".")[0] or path)
    return f"blockwright_block_{next(_numbers)}_{stem}"


def _pickle_by_value(module: ModuleType) -> None:
    """Worker processes of joblib and the like cannot import a block: its functions travel by value."""
    for name in ("cloudpickle", "joblib.externals.cloudpickle"):
        pickler = sys.modules.get(name)
        if pickler is not None:
            pickler.register_pickle_by_value(module)
