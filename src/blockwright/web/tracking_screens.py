"""The tracking server's own screens, behind our login: for owners alone, since they know nothing of projects.

What comes back is a page of somebody else's on our own address. Its scripts are its own files only, and what blocks
wrote (files of runs) is never more than a download: a crafted page among them cannot act as the owner who looks at it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING
from urllib.parse import quote

from anyio.to_thread import run_sync
from fastapi import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from blockwright.core.access import Permission
from blockwright.core.errors import NotFound, Unavailable
from blockwright.web.routing import Routes, needs
from blockwright.web.site import TheSite

if TYPE_CHECKING:
    import httpx

routes = Routes(tags=["pages"], include_in_schema=False)

SCREENS = "/mlflow/{path:path}"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
SECONDS = 120.0
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; frame-src 'none'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
ASKED = ("accept", "content-type", "accept-language", "range")
"""What of a request goes on: neither our cookie nor whoever's token."""
ANSWERED = ("content-type", "content-length", "content-range", "cache-control", "etag", "last-modified")


@routes.get("/mlflow")
@needs(Permission.OWN)
def enter() -> Response:
    """The page's own addresses are relative to the folder."""
    return RedirectResponse("mlflow/", status_code=308)


@routes.api_route(SCREENS, methods=METHODS)
@needs(Permission.OWN)
async def screens(request: Request, site: TheSite, path: str) -> Response:
    """Starts the server when it does not run; the first page takes some seconds."""
    tracking = site.installation.tracking
    if tracking.standing() == "elsewhere":
        raise NotFound(
            "The tracking server is another one: MLFLOW_TRACKING_URI names it.",
            hint="Open that address itself.",
            code="tracking_elsewhere",
        )
    server = await run_sync(tracking.connection)
    import httpx

    # Of this one question: no certificates are loaded and no proxy is asked for what never leaves this machine.
    client = httpx.AsyncClient(timeout=SECONDS, trust_env=False, verify=False)
    headers = {name: value for name in ASKED if (value := request.headers.get(name)) is not None}
    headers |= {"Authorization": f"Bearer {server.token}", "Accept-Encoding": "identity"}
    wanted = client.build_request(
        request.method,
        f"{server.url}/{quote(path, safe='/')}",
        params=str(request.query_params),
        headers=headers,
        content=await request.body() or None,  # whole: its server takes no body of unknown length
    )
    try:
        answer = await client.send(wanted, stream=True)
    except httpx.HTTPError as error:
        await client.aclose()
        raise Unavailable(
            f"The tracking server does not answer: {type(error).__name__}.",
            hint="Its log is `mlflow/server.log` in the data folder.",
            code="tracking",
        ) from error
    return StreamingResponse(_closing(client, answer), status_code=answer.status_code, headers=_headers(path, answer))


async def _closing(client: httpx.AsyncClient, answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for piece in answer.aiter_raw():
            yield piece
    finally:
        await answer.aclose()
        await client.aclose()


def _headers(path: str, answer: httpx.Response) -> dict[str, str]:
    headers = {name: value for name in ANSWERED if (value := answer.headers.get(name)) is not None}
    kind = headers.get("content-type", "").partition(";")[0]
    if kind == "text/html" and path == "":
        headers["Content-Security-Policy"] = POLICY
    elif not path.startswith("static-files/") and kind != "application/json":
        headers["content-type"] = "application/octet-stream"
        headers["content-disposition"] = "attachment"
    return headers
