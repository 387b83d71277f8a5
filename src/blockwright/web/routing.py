"""Every route says what it needs before it can be added: one that says nothing cannot exist.

What is said is judged by the gate (``web.gate``) before a byte of the body is read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from threading import RLock
from typing import Any, TypeVar

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import compile_path, get_name

from blockwright.core.access import Permission
from blockwright.web.replies import Reply

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

NEED = "__blockwright_need__"

_WORKING_OUT = RLock()


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


class LateRoute(APIRoute):
    """A route that works out its parameters, body and answer when it is first called or described. Of hundreds of
    routes a server is asked for few, and working out all of them was half of its start."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self._options: dict[str, Any] | None = options
        # What a request is matched by.
        self.path, self.endpoint = path, endpoint
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)
        self.methods = {method.upper() for method in options.get("methods") or ("GET",)}
        self.name = options.get("name") or get_name(endpoint)

    def __getattr__(self, name: str) -> Any:
        """Called for what is not there: everything else, the first time any of it is looked at."""
        if not name.startswith("__"):
            with _WORKING_OUT:
                if self._options is not None:
                    options, self._options = self._options, None
                    try:
                        super().__init__(self.path, self.endpoint, **options)
                    except BaseException:
                        self._options = options
                        raise
            if name in self.__dict__:
                return self.__dict__[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)


class Routes(APIRouter):
    """A router whose routes all say what they need: ``@routes.get(…)`` above ``@needs(…)``.

    Each route knows all that was declared, so that the app takes it as it is: FastAPI's ``include_router`` would work
    out the parameters of every route, half a second of each start.
    """

    def __init__(
        self,
        *,
        prefix: str = "",
        tags: list[str | Enum] | None = None,
        responses: dict[int | str, dict[str, Any]] | None = None,
        include_in_schema: bool = True,
        route_class: type[LateRoute] = LateRoute,
    ) -> None:
        super().__init__(
            prefix=prefix,
            tags=tags,
            responses=responses,
            include_in_schema=include_in_schema,
            route_class=route_class,
            default_response_class=Reply,
            generate_unique_id_function=_operation,
        )

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if not isinstance(getattr(endpoint, NEED, None), Need):
            raise TypeError(f"The route {path} does not say what it needs: see web.routing.")
        super().add_api_route(path, endpoint, **options)

    def add_api_websocket_route(self, path: str, endpoint: Callable[..., Any], *more: Any, **options: Any) -> None:
        if not isinstance(getattr(endpoint, NEED, None), Need):
            raise TypeError(f"The socket {path} does not say what it needs: see web.routing.")
        super().add_api_websocket_route(path, endpoint, *more, **options)


def _operation(route: APIRoute) -> str:
    """The operation's id: the name of its function, which is unique over the columns."""
    return route.name
