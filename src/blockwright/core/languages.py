"""What an editor asks about code and is told, in words of our own: no address, no protocol of a language server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

LARGEST_TEXT = 1024 * 1024
"""Characters of a file that language servers are shown at most."""

BLOCK_NAMES = frozenset(
    {
        *("data_loader", "transformer", "data_exporter", "sensor", "custom", "test", "preprocesser", "condition"),
        *("callback", "on_success", "on_failure", "extension", "data_source", "x", "y", "xy", "columns"),
        *("configuration", "render", "data_integration_source", "data_integration_destination"),
        *("data_integration_config", "data_integration_selected_streams", "data_integration_catalog"),
        *("data_integration_query", "streaming_source", "streaming_sink"),
    }
)
"""The decorators, which stand in a block's module before its first line: nobody has to import them."""

_INPUT = re.compile(r"df_[1-9]\d{0,2}")
_OF_BLOCKS = frozenset(
    {"data_loaders", "transformers", "data_exporters", "sensors", "custom", "callbacks", "conditionals", "charts"}
    | {"scratchpads"}
)


def known_to_blocks(name: str, path: str) -> bool:
    """Whether the code at ``path`` may use a name that nothing in it defines: a decorator, or in a folder of blocks one
    of the inputs by its number."""
    return name in BLOCK_NAMES or (path.partition("/")[0] in _OF_BLOCKS and _INPUT.fullmatch(name) is not None)


class Ask(StrEnum):
    COMPLETE = "complete"
    HOVER = "hover"
    SIGNATURE = "signature"
    DEFINITION = "definition"
    FORMAT = "format"


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a text, both counted from 0; ``column`` in UTF-16 code units, as browsers count."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Question:
    """About the text that was written last at ``path``; ``number`` names the answer."""

    number: int
    ask: Ask
    path: str
    spot: Spot = Spot(0, 0)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong between two spots; ``source`` says who found it, ``rule`` by which of its rules."""

    start: Spot
    end: Spot
    message: str
    severity: Severity
    source: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """``insert`` is put in place of what stands between ``start`` and ``end`` (None: of the word before the cursor)."""

    label: str
    kind: str
    insert: str
    detail: str = ""
    documentation: str = ""
    start: Spot | None = None
    end: Spot | None = None


@dataclass(frozen=True, slots=True)
class Completions:
    """``whole``: there are no others, so that typing on only makes the list shorter."""

    items: tuple[Completion, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Hover:
    """``text`` is Markdown."""

    text: str


@dataclass(frozen=True, slots=True)
class Signature:
    """``parameter`` is the part of ``label`` that is being typed."""

    label: str
    documentation: str = ""
    parameter: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """``path`` inside the project."""

    path: str
    spot: Spot


@dataclass(frozen=True, slots=True)
class Edit:
    start: Spot
    end: Spot
    text: str


Answer = Completions | Hover | Signature | tuple[Place, ...] | tuple[Edit, ...] | None
"""None: nobody knows."""
