"""A transformer action as it was described, parsed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from blockwright.mage.cleaning.column_types import ColumnType
from blockwright.mage.cleaning.vocabulary import ActionType, Axis


@dataclass(frozen=True, slots=True)
class Action:
    """A parsed description. ``arguments`` are columns, ``code`` a filter or a program, by type."""

    type: ActionType
    axis: Axis
    arguments: list[str]
    options: Mapping[str, Any]
    code: str = ""
    outputs: Sequence[Any] = ()
    column_types: Mapping[str, ColumnType] = field(default_factory=dict)

    def output_names(self) -> list[str]:
        """The new columns, one for each argument; ``<argument>_<action>`` where nobody names them."""
        named = [str(output["uuid"]) if isinstance(output, Mapping) else str(output) for output in self.outputs]
        wanted = max(1, len(self.arguments)) if self.type is not ActionType.ADD else 1
        return named[:wanted] + [f"{name}_{self.type}" for name in self.arguments[len(named) : wanted]]
