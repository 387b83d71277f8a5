"""Where the values of earlier blocks come from: the store, or the memory of a process that runs them all."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from blockwright import codecs
from blockwright.wire.outputs import Output

KEPT_BYTES = 256 << 20
"""How much of what the store also has a session keeps in memory."""


class ValuesAtHand(Protocol):
    def read(self, outputs: Sequence[Output], store: Path, *, for_item: bool = False) -> list[Any]:
        """The values of a block's outputs. ``for_item``: only one item of them is handed on."""
        ...

    def keep(self, outputs: Sequence[Output], values: list[Any]) -> None:
        """These outputs were just made; whoever reads them next may get them without the store."""
        ...


class StoredValues:
    """Of a process with one attempt: everything comes from the store."""

    def read(self, outputs: Sequence[Output], store: Path, *, for_item: bool = False) -> list[Any]:
        return codecs.read_outputs(outputs, store=store)

    def keep(self, outputs: Sequence[Output], values: list[Any]) -> None:
        return


class KeptValues:
    """Of a session: values are handed over in memory, by the digest that names them.

    A stored value is handed over as itself once, to its first reader, and read from the store after that, so that a
    block that changes its input in place changes nobody else's. A value that lives in memory only is shared by all its
    readers, as ``cache_block_output_in_memory`` has it; pandas frames are handed on as lazy copies.
    """

    def __init__(self) -> None:
        self._stored: OrderedDict[str, tuple[Any, int]] = OrderedDict()
        self._only_here: dict[str, Any] = {}
        self._bytes = 0

    def read(self, outputs: Sequence[Output], store: Path, *, for_item: bool = False) -> list[Any]:
        values: list[Any] = []
        for output in outputs:
            value = self._memory(output) if output.in_memory else self._take(output, store, keep=for_item)
            if output.spread:
                values.extend(value)
            else:
                values.append(value)
        return values

    def keep(self, outputs: Sequence[Output], values: list[Any]) -> None:
        for place, output in enumerate(outputs):
            value = list(values) if output.spread else values[place]
            if output.in_memory:
                self._only_here[output.digest] = value
            else:
                self._put(output, value)

    def _memory(self, output: Output) -> Any:
        try:
            value = self._only_here[output.digest]
        except KeyError:
            raise codecs.StoreError(
                f"Output `{output.name}` was kept in memory only, and the process that had it is gone. Run the block "
                "again, or switch `cache_block_output_in_memory` off."
            ) from None
        return _lazy_copy(value)

    def _take(self, output: Output, store: Path, *, keep: bool) -> Any:
        found = self._stored.get(output.digest)
        if found is None:
            value = codecs.read(output, store=store)
            if keep:
                self._put(output, value)
            return value
        if not keep and not _unchangeable(found[0]):
            del self._stored[output.digest]
            self._bytes -= found[1]
        return found[0]

    def _put(self, output: Output, value: Any) -> None:
        if output.bytes > KEPT_BYTES:
            return
        _, replaced = self._stored.pop(output.digest, (None, 0))
        self._stored[output.digest] = (value, output.bytes)
        self._bytes += output.bytes - replaced
        while self._bytes > KEPT_BYTES:
            _, (_, freed) = self._stored.popitem(last=False)
            self._bytes -= freed


def _unchangeable(value: Any) -> bool:
    return value is None or type(value) in (bool, int, float, str, bytes, complex)


def _lazy_copy(value: Any) -> Any:
    """pandas copies a frame when one of its holders writes into it."""
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(value, pandas.DataFrame | pandas.Series):
        return value.copy(deep=False)
    return value
