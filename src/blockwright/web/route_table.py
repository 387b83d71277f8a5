"""Which route a request is for, judged by the same patterns in the same order as the app's router does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Match, Mount, Route, WebSocketRoute
from starlette.types import Scope

from blockwright.web.routing import NEED, Need


@dataclass(frozen=True, slots=True)
class Matched:
    """``template`` is the route's path with its parameters' names. ``allowed`` is empty when the method fits, else the
    methods that the address takes."""

    need: Need
    template: str
    parameters: Mapping[str, Any]
    allowed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Entry:
    route: BaseRoute
    need: Need
    template: str
    methods: frozenset[str]


class RouteTable:
    """Made once the app is complete: a route that is added later is not found here, and so is closed."""

    def __init__(self, app: FastAPI) -> None:
        self._entries = tuple(_entry(context) for context in iter_route_contexts(app.routes))

    def match(self, scope: Scope) -> Matched | None:
        partial: list[tuple[_Entry, Mapping[str, Any]]] = []
        for entry in self._entries:
            match, child = entry.route.matches(scope)
            if match is Match.FULL:
                return Matched(entry.need, entry.template, child.get("path_params", {}))
            if match is Match.PARTIAL:
                partial.append((entry, child.get("path_params", {})))
        if not partial:
            return None
        entry, parameters = partial[0]
        return Matched(
            entry.need, entry.template, parameters, frozenset().union(*(each.methods for each, _ in partial))
        )


def _entry(context: Any) -> _Entry:
    """A plain copy of the route: matching it has no side effects. What cannot be judged cannot be served."""
    route, path = context.original_route, context.path
    if isinstance(route, Mount):
        mounted = context.route
        if not isinstance(mounted, Mount) or mounted.path != path:
            raise TypeError(f"The gate cannot judge a mount within a router: {path}.")
        return _Entry(mounted, getattr(mounted.app, NEED, Need()), path, frozenset())
    need = getattr(context.endpoint, NEED, Need())
    if isinstance(route, WebSocketRoute):
        return _Entry(WebSocketRoute(path, context.endpoint), need, path, frozenset())
    if isinstance(route, Route):
        methods = frozenset(context.methods or ())
        plain = Route(path, context.endpoint, methods=sorted(methods))
        plain.methods = set(methods)  # Starlette adds HEAD to GET, which a route of FastAPI does not take
        return _Entry(plain, need, path, methods)
    raise TypeError(f"The gate cannot judge a {type(route).__name__}: {path}.")
