"""Doing a creation once, however often it is asked for with one key, and whoever dies in the middle."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from blockwright.core.errors import Conflict, Invalid
from blockwright.ports.idempotency import KeptAnswer, OpenClaim
from blockwright.ports.workspace import Workspace

LONGEST_KEY = 200
STALE = timedelta(minutes=2)
"""After this long a claim that was never settled is given again: its server died on another host."""


def once(
    workspace: Workspace,
    key: str,
    asked: Any,
    status: int,
    make: Callable[[], Any],
    made: Callable[[int], Any] | None = None,
) -> Any:
    """The JSON-able answer of ``make``, of this time or of the first with this ``key``.

    ``asked`` (JSON-able) is what the key stands for; raises Conflict when it was something else before, or while the
    first is being done. When ``make`` raises, the key is free again. A ``make`` which names the key in its
    ``RunRequest`` makes its run together with the answer to that: ``made`` answers for this run when whoever made it
    died before answering, so that it does not happen twice.
    """
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise Invalid(f"An idempotency key has 1 to {LONGEST_KEY} printable characters.", code="idempotency_key")
    store, project = workspace.idempotency, workspace.project.name
    request = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    found = store.claim(project, key, request, holder=workspace.owners.hold(), now=workspace.clock.now())
    if isinstance(found, KeptAnswer):
        return json.loads(found.answer)
    if found is not None and found.run is not None and made is not None:
        answer = made(found.run)
        store.settle(project, key, KeptAnswer(status, json.dumps(answer)))
        return answer
    if found is not None and not _taken_over(workspace, key, found):
        raise Conflict(
            "A request with this idempotency key is being done.",
            hint="Ask again in a moment: it will answer what that one did.",
            code="idempotency_in_progress",
        )
    try:
        answer = make()
    except BaseException:
        store.release(project, key)
        raise
    store.settle(project, key, KeptAnswer(status, json.dumps(answer)))
    return answer


def _taken_over(workspace: Workspace, key: str, claim: OpenClaim) -> bool:
    """Whether the claim was of a dead process (seen at once on the same host) and is ours now."""
    now = workspace.clock.now()
    if claim.created >= now - STALE and not workspace.owners.dead([claim.holder]):
        return False
    own = workspace.owners.hold()
    return workspace.idempotency.take_over(workspace.project.name, key, claim, holder=own, now=now)
