"""Values to files and back: what a block returns becomes immutable bytes, and the next block gets it as it was.

Importing this room loads nothing; each name is loaded when it is first used, and each library only for a value or a
blob of its own. Unpickling happens here, so only block processes and the prediction process may read.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blockwright.codecs.arrow_files import as_arrow, as_arrow_value
    from blockwright.codecs.errors import NotATable, StoreError, UnstorableValue
    from blockwright.codecs.previews import preview
    from blockwright.codecs.profiles import profile
    from blockwright.codecs.values import read, read_outputs, write, write_outputs

__all__ = [
    "NotATable",
    "StoreError",
    "UnstorableValue",
    "as_arrow",
    "as_arrow_value",
    "preview",
    "profile",
    "read",
    "read_outputs",
    "write",
    "write_outputs",
]

_HOMES = {
    "NotATable": "errors",
    "StoreError": "errors",
    "UnstorableValue": "errors",
    "as_arrow": "arrow_files",
    "as_arrow_value": "arrow_files",
    "preview": "previews",
    "profile": "profiles",
    "read": "values",
    "read_outputs": "values",
    "write": "values",
    "write_outputs": "values",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{home}"), name)
    return found
