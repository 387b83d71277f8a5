"""The import hook: modules named ``mage_ai.…`` whose names are looked up in a table when they are used."""

from __future__ import annotations

import opcode
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from blockwright.mage.advice import advice
from blockwright.mage.names import MODULES, PACKAGES

_ROOT = "mage_ai"
_IMPORT_FROM = opcode.opmap["IMPORT_FROM"]


class MageModule(ModuleType):
    """One module of ``mage_ai``: a name is imported from where it really lives the first time that it is used."""

    def __getattr__(self, name: str) -> Any:
        target = MODULES.get(self.__name__, {}).get(name)
        if target is not None:
            value = _resolve(target)
            setattr(self, name, value)
            return value
        child = f"{self.__name__}.{name}"
        if child in PACKAGES or child in MODULES:
            return import_module(child)
        if name.startswith("__") or not _asked_by_import():
            raise AttributeError(advice(child))
        # Python would replace an AttributeError here by "cannot import name … (unknown location)".
        raise ImportError(advice(child), name=self.__name__)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *MODULES.get(self.__name__, {})})


class MageFinder:
    """Finds every module of the table; for others below ``mage_ai`` it says what to use instead.

    Finder and loader by their methods alone: the base classes of ``importlib.abc`` cost more than all of this.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != _ROOT and not fullname.startswith(f"{_ROOT}."):
            return None
        if fullname not in MODULES and fullname not in PACKAGES:
            raise ModuleNotFoundError(advice(fullname), name=fullname)
        return ModuleSpec(fullname, self, is_package=fullname in PACKAGES)  # type: ignore[arg-type]  # by its methods

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return MageModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        module.__doc__ = f"Blockwright's part of the names of `{module.__name__}`."
        module.__all__ = list(MODULES.get(module.__name__, {}))  # type: ignore[attr-defined]  # for `import *`


def _resolve(target: str) -> Any:
    module, _, name = target.partition(":")
    return getattr(import_module(module), name) if name else import_module(module)


def _asked_by_import() -> bool:
    """Whether the code that asks for an attribute is executing ``from … import name``."""
    frame = sys._getframe(2)
    return frame.f_lasti >= 0 and frame.f_code.co_code[frame.f_lasti] == _IMPORT_FROM
