"""Doing a creation once, however often it is asked for with one key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from blockwright.core.errors import Invalid
from blockwright.ports.clock import Clock
from blockwright.ports.idempotency import Idempotency, KeptAnswer

LONGEST_KEY = 200
STALE = timedelta(minutes=2)
"""After this long a claim that was never settled is given again: its server died in the middle."""


def once(
    store: Idempotency, clock: Clock, project: str, key: str, asked: Any, status: int, make: Callable[[], Any]
) -> Any:
    """The JSON-able answer of ``make``, of this time or of the first with this ``key``.

    ``asked`` (JSON-able) is what the key stands for; raises Conflict when it was something else before. When ``make``
    raises, the key is free again.
    """
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise Invalid(f"An idempotency key has 1 to {LONGEST_KEY} printable characters.", code="idempotency_key")
    request = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    now = clock.now()
    before = store.claim(project, key, request, now=now, stale=now - STALE)
    if before is not None:
        return json.loads(before.answer)
    try:
        answer = make()
    except BaseException:
        store.release(project, key)
        raise
    store.settle(project, key, KeptAnswer(status, json.dumps(answer)))
    return answer
