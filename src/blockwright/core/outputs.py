"""What the records know of a stored value: enough to find, show and compare it without opening it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OutputRecord:
    """One output of a block run. ``digest`` (BLAKE3, hex) names the immutable bytes in the store.

    ``spread`` marks a single blob that holds the whole list of a block's many small outputs.
    ``in_memory`` marks a value that was handed over inside one process and has no bytes in the store.
    """

    name: str
    digest: str
    codec: str
    type: str
    bytes: int
    rows: int | None = None
    columns: int | None = None
    spread: bool = False
    in_memory: bool = False
