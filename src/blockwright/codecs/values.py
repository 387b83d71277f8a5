"""Storing the outputs of a block and reading them back."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from blockwright.codecs import blobs, choosing, plain_json
from blockwright.codecs.errors import StoreError
from blockwright.codecs.kinds import Facts, facts
from blockwright.wire.outputs import Output

_MANY = 16  # outputs up to which each has a blob of its own


def write(value: Any, *, name: str, store: Path, durable: bool = False) -> Output:
    """Store one value as one blob; equal bytes share it.

    Raises UnstorableValue when the value cannot become bytes, StoreError when the disk does not take them; nothing
    half-written is left in either case. ``durable`` waits until a power cut could not lose it.
    """
    plan = choosing.choose(value, name)
    blob = blobs.write_blob(plan.write, output=name, store=store, durable=durable)
    return _described(value if plan.shown is None else plan.shown, name, blob, plan.codec)


def write_outputs(
    values: Sequence[Any], *, store: Path, durable: bool = False, in_memory: bool = False
) -> tuple[Output, ...]:
    """Store a block's outputs as ``output_0``, ``output_1`` …

    More than 16 of plain JSON share one blob that holds their list (``spread``). ``in_memory`` describes the values
    and stores nothing; more than 16 of any kind are then described as one.
    """
    if in_memory:
        return _only_described(values)
    if len(values) > _MANY:
        # Asked of each: what two outputs share would be stored twice in blobs of their own, too.
        data = plain_json.text_of(list(values)) if all(map(plain_json.is_exact, values)) else None
        if data is not None:
            plan = choosing.Plan("json", lambda sink: sink.write(data))
            blob = blobs.write_blob(plan.write, output="output_0", store=store, durable=durable)
            return (_described(list(values), "output_0", blob, plan.codec, spread=True),)
    return tuple(
        write(value, name=f"output_{place}", store=store, durable=durable) for place, value in enumerate(values)
    )


def read(output: Output, *, store: Path) -> Any:
    """The value as it was; of a spread output the list of all.

    Raises StoreError when the bytes are gone, damaged, or of a codec or library that is not here.
    """
    path = blobs.existing(output, store)
    reader = choosing.reader(output.codec)
    if reader is None:
        raise StoreError(
            f"Output `{output.name}` is stored as {output.codec!r}, which this version does not know. "
            "Upgrade blockwright, or run the block again."
        )
    try:
        return reader(path)
    except FileNotFoundError:
        raise blobs.missing(output) from None
    except ImportError as error:
        raise StoreError(
            f"Output `{output.name}` cannot be read: {error}. Install that module in this environment, or make it "
            "importable from the project."
        ) from error
    except MemoryError:
        raise
    except Exception as error:  # unpickling runs code of the user's classes; a damaged file may raise anything
        raise StoreError(
            f"Output `{output.name}` ({output.type}, blob {output.digest}) cannot be read: "
            f"{type(error).__name__}: {error}. Run the block again to have it anew."
        ) from error


def read_outputs(outputs: Iterable[Output], *, store: Path) -> list[Any]:
    """The values of a block's outputs in order; a spread output gives all of them."""
    values: list[Any] = []
    for output in outputs:
        value = read(output, store=store)
        if output.spread:
            values.extend(value)
        else:
            values.append(value)
    return values


def _only_described(values: Sequence[Any]) -> tuple[Output, ...]:
    if len(values) > _MANY:
        return (_in_memory(list(values), "output_0", spread=True),)
    return tuple(_in_memory(value, f"output_{place}") for place, value in enumerate(values))


def _in_memory(value: Any, name: str, *, spread: bool = False) -> Output:
    # A digest that no other value will ever have: what was computed from this one must not stand in for another's.
    blob = blobs.Blob(f"memory-{os.urandom(16).hex()}", 0)
    return _described(value, name, blob, "memory", spread=spread, in_memory=True)


def _described(
    value: Any, name: str, blob: blobs.Blob, codec: str, *, spread: bool = False, in_memory: bool = False
) -> Output:
    from blockwright.codecs.previews import preview
    from blockwright.codecs.profiles import profile

    known = _facts(value)
    return Output(
        name=name,
        digest=blob.digest,
        codec=codec,
        type=known.type,
        bytes=blob.bytes,
        rows=known.rows,
        columns=known.columns,
        schema=known.schema,
        preview=preview(value),
        profile=None if in_memory else profile(value),
        spread=spread,
        in_memory=in_memory,
    )


def _facts(value: Any) -> Facts:
    try:
        return facts(value)
    except Exception:  # a length or shape of the user's own making
        return Facts("object")
