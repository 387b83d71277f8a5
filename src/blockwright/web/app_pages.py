"""The browser app: its one page at every address of its own, and the files that page loads.

The page is the same for everybody and holds nothing of anybody: what is shown comes over the API. Files are named by
their content, so browsers keep them; each lies there compressed as well, made when the app was built.
"""

from __future__ import annotations

import secrets
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from blockwright.core.errors import NotFound
from blockwright.web import problems
from blockwright.web.routing import Routes, declared_open
from blockwright.web.site import Site, TheSite

routes = Routes(tags=["pages"], include_in_schema=False, responses=problems.responses(404))

PLACES = (
    "backfills",
    "dashboards",
    "data",
    "experiments",
    "files",
    "forms",
    "git",
    "login",
    "logs",
    "models",
    "monitoring",
    "pipelines",
    "runs",
    "settings",
    "templates",
    "terminal",
    "triggers",
)
"""The first words of the app's addresses; `ui/src/routes/tree.tsx` has what comes behind them."""

NONCE = "BLOCKWRIGHT_NONCE"
"""Stands in the built page where each answer puts a random word of its own."""

FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
}
# A worker that lives longer than a page has the policy of its own file.
FILE_POLICY = "default-src 'none'; connect-src 'self'; script-src 'self'; style-src 'unsafe-inline'"
NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Blockwright</title>
<h1>The browser app has not been built</h1>
<p>This server runs from a source checkout. Type <code>make ui</code> there, then load this page again.
The API answers: <a href="/api/v1/about">/api/v1/about</a>.</p></html>"""


def _policy(nonce: str) -> str:
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self' blob: data:",
            "connect-src 'self'",
            "worker-src 'self'",
            # What blocks have made is shown in frames of no origin, which have a policy of their own.
            "frame-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def show_page(site: TheSite) -> HTMLResponse:
    page = _file(site, "index.html")
    if page is None:
        return HTMLResponse(NOT_BUILT, headers={"Content-Security-Policy": "default-src 'none'"})
    nonce = secrets.token_urlsafe(18)
    headers = {"Content-Security-Policy": _policy(nonce), "Cache-Control": ASK_AGAIN}
    return HTMLResponse(page.decode().replace(NONCE, nonce), headers=headers)


def _add_pages() -> None:
    for number, path in enumerate(("/", *(f"/{place}{rest}" for place in PLACES for rest in ("", "/{rest:path}")))):
        routes.get(path, name=f"page_{number}", response_class=HTMLResponse)(declared_open(show_page))


_add_pages()


@routes.get("/assets/{name:path}", response_class=Response)
@declared_open
def show_asset(site: TheSite, request: Request, name: str) -> Response:
    return _answer(site, request, f"assets/{name}", FOREVER)


@routes.get("/theme.js", response_class=Response)
@declared_open
def show_theme(site: TheSite, request: Request) -> Response:
    return _answer(site, request, "theme.js", ASK_AGAIN)


@routes.get("/mark.svg", response_class=Response)
@declared_open
def show_mark(site: TheSite, request: Request) -> Response:
    return _answer(site, request, "mark.svg", ASK_AGAIN)


def _answer(site: Site, request: Request, name: str, keep: str) -> Response:
    plain = _file(site, name)
    if plain is None:
        raise NotFound("There is no such file of the app.", hint="Load the page again: the app may be a newer one.")
    headers: dict[str, Any] = {"Cache-Control": keep, "Content-Security-Policy": FILE_POLICY, "Vary": "Accept-Encoding"}
    accepted = request.headers.get("accept-encoding", "")
    data = plain
    for encoding, ending in (("br", ".br"), ("gzip", ".gz")):
        packed = _file(site, name + ending) if encoding in accepted else None
        if packed is not None:
            data, headers["Content-Encoding"] = packed, encoding
            break
    return Response(data, media_type=TYPES.get(Path(name).suffix, "application/octet-stream"), headers=headers)


def _file(site: Site, name: str) -> bytes | None:
    """A file of the built app; None when there is none. Only names that the build made are ever opened."""
    folder = site.app_files
    known = _names(folder, folder.stat().st_mtime_ns if folder.is_dir() else 0)
    return _read(folder, name, known[name]) if name in known else None


@lru_cache(maxsize=2)
def _names(folder: Path, changed: int) -> dict[str, int]:
    """Every built file with the time it was written. ``changed``: a new build is another list."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_mtime_ns for path in found}


@lru_cache(maxsize=500)
def _read(folder: Path, name: str, changed: int) -> bytes:
    return (folder / name).read_bytes()
