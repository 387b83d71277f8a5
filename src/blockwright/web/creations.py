"""Creations that honour ``Idempotency-Key``: asked for twice with one key, they happen once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

from fastapi import Header
from pydantic import BaseModel

from blockwright.core.runs.model import Run, RunId
from blockwright.ports.workspace import Workspace
from blockwright.services import idempotency
from blockwright.web.site import Caller

Made = TypeVar("Made", bound=BaseModel)

IdempotencyKey = Annotated[
    str | None,
    Header(alias="Idempotency-Key", max_length=200, description="The same key a second time creates nothing more."),
]


def created(
    caller: Caller, workspace: Workspace, key: str | None, asked: Mapping[str, Any], make: Callable[[], Made]
) -> Made:
    """What ``make`` made, now or when the caller's ``key`` was used before; ``asked`` is what the key stands for."""
    if key is None:
        return make()
    # A document of the first time is checked against the route's model by FastAPI, as a model is.
    return idempotency.once(  # type: ignore[no-any-return]
        workspace, _own(caller, key), dict(asked), 201, lambda: make().model_dump(mode="json")
    )


def started(
    caller: Caller,
    workspace: Workspace,
    key: str | None,
    asked: Mapping[str, Any],
    start: Callable[[str], Run],
    document: Callable[[Run], Made],
) -> Made:
    """As ``created``, for what makes a run: ``start`` is given what to name as ``RunRequest.key``, so that not even a
    server that is killed in the middle makes it twice."""
    if key is None:
        return document(start(""))
    own = _own(caller, key)
    return idempotency.once(  # type: ignore[no-any-return]
        workspace,
        own,
        dict(asked),
        201,
        lambda: document(start(own)).model_dump(mode="json"),
        lambda run: document(workspace.runs.get(RunId(run))).model_dump(mode="json"),
    )


def _own(caller: Caller, key: str) -> str:
    """Keys are a caller's own: nobody learns from a key what somebody else created."""
    return f"{caller.actor.id}:{key}"
