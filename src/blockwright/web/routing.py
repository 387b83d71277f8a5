"""Every route says what it needs before it can be added: one that says nothing cannot exist.

What is said is judged by the gate (``web.gate``) before a byte of the body is read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import APIRouter

from blockwright.core.access import Permission

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

NEED = "__blockwright_need__"


@dataclass(frozen=True, slots=True)
class Need:
    """``permission`` in the place that the path names (its parameters ``project`` and ``pipeline``); None: to be signed
    in is enough. ``within``: to have it in some pipeline of the project is enough for the gate, since the route itself
    looks at the pipeline of what it shows or changes. ``open``: anybody may call it, signed in or not."""

    permission: Permission | None = None
    open: bool = False
    within: bool = False


def needs(permission: Permission, *, within: bool = False) -> Callable[[Endpoint], Endpoint]:
    """The route needs this permission in the place that its path names; ``within``: see ``Need``."""
    return _saying(Need(permission, within=within))


def signed_in(endpoint: Endpoint) -> Endpoint:
    """The route needs a person or a token, whatever they may do."""
    return _saying(Need())(endpoint)


def declared_open(endpoint: Endpoint) -> Endpoint:
    """Anybody may call the route: signing in, health, a trigger's own token."""
    return _saying(Need(open=True))(endpoint)


def _saying(need: Need) -> Callable[[Endpoint], Endpoint]:
    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, NEED, need)
        return endpoint

    return mark


class Routes(APIRouter):
    """A router whose routes all say what they need: ``@routes.get(…)`` above ``@needs(…)``."""

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if not isinstance(getattr(endpoint, NEED, None), Need):
            raise TypeError(f"The route {path} does not say what it needs: see web.routing.")
        super().add_api_route(path, endpoint, **options)
