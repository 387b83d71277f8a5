"""Creations that honour ``Idempotency-Key``: asked for twice with one key, they happen once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

from fastapi import Header
from pydantic import BaseModel

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
    # Keys are a caller's own: nobody learns from a key what somebody else created.
    own = f"{caller.actor.id}:{key}"
    store, project = workspace.idempotency, workspace.project.name
    # A document of the first time is checked against the route's model by FastAPI, as a model is.
    return idempotency.once(  # type: ignore[no-any-return]
        store, workspace.clock, project, own, dict(asked), 201, lambda: make().model_dump(mode="json")
    )
