"""HTML and plotly figures of blocks, as pages of their own for a frame in the app.

What a block made may be anybody's HTML with anybody's script. So it never becomes a part of our page: each is an
answer that is sandboxed by its own policy, which gives it no origin. However it is opened, its scripts have no cookie,
no storage, no way to the page around it, and no host to speak to.
"""

from __future__ import annotations

import gzip
import json
import secrets
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

from fastapi import Query, Request, Response
from fastapi.responses import HTMLResponse

from blockwright.core.access import Permission
from blockwright.core.errors import Invalid, NotFound
from blockwright.core.runs.model import BlockRunName, Run
from blockwright.ports.workspace import Workspace
from blockwright.services import logs, outputs
from blockwright.web import problems
from blockwright.web.outputs import OutputName
from blockwright.web.routing import Routes, declared_open, needs
from blockwright.web.runs import BlockRunPath
from blockwright.web.site import PathRun, ProjectWorkspace

routes = Routes(tags=["outputs"], responses=problems.responses(401, 403, 404, 422, 503))

LIBRARY = "/plotly.js"
A_DAY = "public, max-age=86400"
POLICY = (
    "sandbox allow-scripts",
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    "img-src data: blob:",
    "media-src data: blob:",
    "font-src data:",
    "worker-src blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
)
"""Besides scripts, whose rule is that of the kind of page."""

HEADERS = {"X-Frame-Options": "SAMEORIGIN", "Referrer-Policy": "no-referrer", "X-DNS-Prefetch-Control": "off"}
ANY_OWN_SCRIPT = "script-src 'unsafe-inline' 'unsafe-eval'"
PLOTLY_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Figure</title>
<style nonce="{nonce}">html, body, #figure {{ height: 100%; margin: 0; background: #fff; font: 13px sans-serif }}
</style>
<div id="figure"></div>
<script nonce="{nonce}" src="{library}"></script>
<script nonce="{nonce}">
const spec = {spec}, figure = document.getElementById("figure");
if (!window.Plotly) figure.textContent = "plotly is not installed where the server runs, so this is not drawn.";
else Plotly.newPlot(figure, spec.data, {{...spec.layout, autosize: true}}, {{responsive: true, displaylogo: false}});
</script></html>"""


@routes.get(
    "/api/v1/projects/{project}/runs/{run}/shown/{block:path}",
    summary="HTML or a plotly figure of a block, as a page without origin",
    response_class=HTMLResponse,
)
@needs(Permission.VIEW, within=True)
def show_made(
    workspace: ProjectWorkspace,
    run: PathRun,
    block: BlockRunPath,
    name: OutputName = None,
    frame: Annotated[
        int | None, Query(ge=0, le=10**6, description="Which of the frames of the last attempt, instead of an output.")
    ] = None,
) -> HTMLResponse:
    found = _output(workspace, run, block, name) if frame is None else _frame(workspace, run, block, frame)
    preview = found if isinstance(found, dict) else {}
    match preview.get("kind"):
        case "html":
            return _page(str(preview.get("html", "")), ANY_OWN_SCRIPT)
        case "plotly":
            nonce = secrets.token_urlsafe(18)
            text = PLOTLY_PAGE.format(nonce=nonce, library=LIBRARY, spec=_literal(preview.get("spec")))
            return _page(text, f"script-src 'nonce-{nonce}' 'unsafe-eval'")
    raise Invalid(
        f"What block `{block}` gave is neither HTML nor a plotly figure.",
        hint="Its preview is in `/outputs` or `/frames`.",
        code="no_page",
    )


@routes.get(LIBRARY, include_in_schema=False, response_class=Response)
@declared_open
def show_library(request: Request) -> Response:
    """plotly's script as its Python package carries it, so that figures are drawn without a foreign host."""
    # The frame that loads it has no origin, so to a browser it is another one's.
    headers = {"Cache-Control": A_DAY, "Cross-Origin-Resource-Policy": "cross-origin", "Vary": "Accept-Encoding"}
    packed = _library()
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        packed = gzip.decompress(packed)
    return Response(packed, media_type="text/javascript; charset=utf-8", headers=headers)


def _output(workspace: Workspace, run: Run, block: str, name: str | None) -> Any:
    return outputs.find(workspace, run, block, name).output.preview


def _frame(workspace: Workspace, run: Run, block: str, number: int) -> Any:
    row = workspace.runs.block_run(run.id, BlockRunName(block))
    shown = logs.frames(workspace, run.id, row.name, max(1, row.attempt))
    if number >= len(shown):
        raise NotFound(f"Block `{block}` of run {run.id} showed {len(shown)} things.", code="frame_not_found")
    return shown[number].get("preview")


def _page(text: str, scripts: str) -> HTMLResponse:
    return HTMLResponse(text, headers={**HEADERS, "Content-Security-Policy": "; ".join((*POLICY, scripts))})


def _literal(value: Any) -> str:
    """JSON that can stand in a script: nothing in it ends the script."""
    return json.dumps(value).replace("<", "\\u003c")


@lru_cache(maxsize=1)
def _library() -> bytes:
    """Compressed. The package is looked up, never imported."""
    spec = find_spec("plotly")
    for folder in (spec and spec.submodule_search_locations) or ():
        file = Path(folder, "package_data", "plotly.min.js")
        if file.is_file():
            return gzip.compress(file.read_bytes(), compresslevel=6)
    raise NotFound(
        "plotly is not installed where the server runs.",
        hint="Install plotly there, and the server draws what blocks show with it.",
        code="no_plotly",
    )
