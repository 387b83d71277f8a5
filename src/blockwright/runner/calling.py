"""What a block's function returned becomes the list of its outputs."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any

_FRAME_SECONDS = 0.1


def outputs_of(result: Any, on_progress: Callable[[int], None]) -> list[Any]:
    """``None``: no outputs; a list or tuple: each element is one; anything else is one.

    A coroutine is run to its end; each value that a generator (also an asynchronous one) yields is one output, and
    ``on_progress`` is told how many there are, at most ten times a second.
    """
    if isinstance(result, CoroutineType):
        result = _run(result)
    if isinstance(result, AsyncGeneratorType):
        collected: list[Any] = _run(_collect(result, on_progress))
        return collected
    if isinstance(result, GeneratorType):
        return list(_counted(result, on_progress))
    if result is None:
        return []
    return list(result) if isinstance(result, list | tuple) else [result]


def settled(result: Any) -> Any:
    """The result of a coroutine, else the value itself: for sensors, conditions, tests and callbacks."""
    return _run(result) if isinstance(result, CoroutineType) else result


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    import asyncio

    return asyncio.run(work)


async def _collect(values: AsyncGenerator[Any, None], on_progress: Callable[[int], None]) -> list[Any]:
    found: list[Any] = []
    shown = 0.0
    async for value in values:
        found.append(value)
        shown = _show(len(found), shown, on_progress)
    return found


def _counted(values: Iterable[Any], on_progress: Callable[[int], None]) -> Iterable[Any]:
    shown = 0.0
    for count, value in enumerate(values, start=1):
        yield value
        shown = _show(count, shown, on_progress)


def _show(count: int, shown: float, on_progress: Callable[[int], None]) -> float:
    now = time.monotonic()
    if now - shown < _FRAME_SECONDS:
        return shown
    on_progress(count)
    return now
