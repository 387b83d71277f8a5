"""What a YAML file says, apart from how it was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from blockwright.adapters.project.findings import Key


@dataclass(frozen=True, slots=True)
class Document:
    """``data`` is the value of the text. ``entry_lines`` has, for each key of the top that holds a list, the lines at
    which its items begin that are mappings, by index. ``plain``: JSON says the same as ``data`` (no dates,
    bytes, sets, keys that are no text)."""

    data: Any
    entry_lines: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    plain: bool = True


class BrokenYaml(ValueError):
    """Text that is not the YAML we read. ``line`` and ``column`` count from 1; ``key`` is where, as far as known."""

    def __init__(
        self, message: str, line: int | None, column: int | None = None, key: Key = (), code: str = "yaml"
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.line = line
        self.column = column
        self.key = key
