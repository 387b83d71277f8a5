"""Errors in the old form: a document ``error``, and status 200 with it where callers expect that."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError

from blockwright.core.errors import BlockwrightError, Invalid
from blockwright.web import problems
from blockwright.web.replies import Reply
from blockwright.web.routing import LateRoute
from blockwright.web.site import site_of


class OldRoute(LateRoute):
    """Status 200 for errors only where the setting says so and the call does not ask for the true one
    (``_http_error_codes=1``). The document says the true one in either case."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await answer(request)
            except (BlockwrightError, RequestValidationError) as error:
                return _told(request, error)

        return handler


async def json_body(request: Request) -> dict[str, Any]:
    """The body as a JSON object whatever its type is said to be, as old callers send it; empty: an empty object."""
    data = await request.body()
    if not data.strip():
        return {}
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise Invalid("The body is no JSON.", hint="Send an object, such as `{}`.") from None
    if not isinstance(found, dict):
        raise Invalid("The body must be a JSON object.", hint="Send for example `{}`.")
    return found


OldBody = Annotated[dict[str, Any], Depends(json_body)]


def part(body: dict[str, Any], name: str) -> dict[str, Any]:
    """The object below a key; raises Invalid when something else stands there."""
    found = body.get(name) or {}
    if not isinstance(found, dict):
        raise Invalid(f"`{name}` must be a JSON object.")
    return found


def _told(request: Request, error: BlockwrightError | RequestValidationError) -> Response:
    if isinstance(error, BlockwrightError):
        status, message = int(problems.status_of(error)), str(error)
    else:
        first = error.errors()[0]
        status, message = 422, f"{'.'.join(str(place) for place in first['loc'])}: {first['msg']}"
    shown = status
    if site_of(request).mage_errors_200 and "_http_error_codes" not in request.query_params:
        shown = 200
    name = type(error).__name__
    document = {"code": status, "message": message, "type": name, "errors": [], "exception": message}
    return Reply({"error": document, "status": shown}, shown)
