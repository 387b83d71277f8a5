"""What people did, written down for those who must be able to look it up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blockwright.core.access import Actor, Grant, Role
from blockwright.ports.access import Access, AuditEntry


@dataclass(frozen=True, slots=True)
class By:
    """Who asks for a change, and from which address."""

    actor: Actor
    address: str = ""


def command_line(user: str) -> By:
    """Whoever can write the data folder: it is theirs, so they may do everything."""
    return By(Actor(0, f"{user} on the command line", (Grant(Role.OWNER),)), "local")


def record(
    access: Access,
    by: By,
    action: str,
    *,
    project: str = "",
    object: str = "",
    outcome: str = "done",
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write down an ``action`` such as `person.disable` on ``object``. ``data`` must hold no secret."""
    who = by.actor.name if by.actor.token is None else f"{by.actor.name} (token {by.actor.token})"
    access.store.record(
        AuditEntry(access.clock.now(), who, action, project, object, outcome, by.address, data=data or {})
    )
