"""What every route has at hand: the site, who calls, and the project, pipeline and run that the path names."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request

from blockwright.core.access import Actor, Permission
from blockwright.core.errors import Forbidden, NotFound, Unavailable
from blockwright.core.runs.model import Run, RunId
from blockwright.ports.access import Access
from blockwright.ports.bus import Notice, Topic
from blockwright.ports.installation import Installation
from blockwright.ports.languages import Languages
from blockwright.ports.tables import Tables
from blockwright.ports.telemetry import Telemetry
from blockwright.ports.terminals import Terminals
from blockwright.ports.workspace import Workspace
from blockwright.services.access import record
from blockwright.services.access.audit import By
from blockwright.web.routing import NEED, Need

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE

APP_FILES = Path(__file__).with_name("app_files")
"""Where `make ui` builds the browser app, and where an installed package has it."""


@dataclass(frozen=True, slots=True)
class Site:
    """One server. ``public_url`` is how browsers reach it (empty: as they asked); it answers under ``allowed_hosts`` as
    well. ``sign_in`` False: whoever sits at this machine need not. ``largest_body`` bounds every body in bytes,
    ``largest_file`` that of a project file. ``mage_errors_200``: errors of the old endpoints come with
    status 200, as old callers expect. ``env`` is what block code gets as ``kwargs['env']``;
    ``metrics_open``: anybody may read the figures; ``app_files``: the built browser app. ``languages`` and
    ``terminals`` are None where there are none; ``no_terminal`` says why there is none."""

    installation: Installation
    access: Access
    version: str
    public_url: str = ""
    allowed_hosts: tuple[str, ...] = ()
    sign_in: bool = True
    env: str = "dev"
    metrics_open: bool = False
    telemetry: Telemetry | None = None
    mage_errors_200: bool = False
    largest_body: int = MEBIBYTE
    largest_file: int = 16 * MEBIBYTE
    body_seconds: float = 30.0
    app_files: Path = APP_FILES
    languages: Languages | None = None
    terminals: Terminals | None = None
    no_terminal: str | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever asks, from where, and the site that is asked."""

    site: Site
    actor: Actor
    address: str
    state: dict[str, Any] = field(default_factory=dict, compare=False)

    def record(self, action: str, project: str = "", object: str = "", **data: Any) -> None:
        """Write a change into the audit log. ``data`` must hold no secret."""
        self.state["audited"] = True  # so that the gate does not write it down as well
        record(self.site.access, By(self.actor, self.address), action, project=project, object=object, data=data)

    def only_asks(self) -> None:
        """The call changes nothing, although its method is that of a change: the audit log need not have it."""
        self.state["audited"] = True

    def tell(self, topic: Topic, project: str = "", **data: Any) -> None:
        self.site.installation.bus.publish(Notice(topic, project, data))

    def files_changed(self, project: str, *paths: str) -> None:
        """Let those who look at these files know."""
        installation = self.site.installation
        installation.feed.add(
            project, "files", {"paths": list(paths), "by": self.actor.name}, now=installation.clock.now()
        )
        self.tell(Topic.FEED, project)
        if self.site.languages is not None and project in (folders := installation.projects()):
            self.site.languages.files_changed(folders[project], paths)


def site_of(request: Request) -> Site:
    site = request.app.state.site
    assert isinstance(site, Site)
    return site


def caller_of(request: Request) -> Caller:
    """The actor that the gate found; raises Unavailable when no gate stands before the route."""
    actor = request.scope.get("state", {}).get("actor")
    if not isinstance(actor, Actor):
        raise Unavailable("Nobody has looked who is calling.", code="no_gate")
    return Caller(site_of(request), actor, request.client.host if request.client else "", request.scope["state"])


def workspace_of(request: Request) -> Workspace:
    """The workspace of the path's ``project``; raises NotFound."""
    name = str(request.path_params["project"])
    installation = site_of(request).installation
    if name not in installation.projects():
        raise NotFound(f"There is no project `{name}`.", hint="`GET /api/v1/projects` lists them.")
    return installation.workspace(name)


def tables_of(request: Request) -> Tables:
    return site_of(request).installation.tables(str(request.path_params["project"]))


def run_of(
    request: Request, run: int, caller: Annotated[Caller, Depends(caller_of)], workspace: ProjectWorkspace
) -> Run:
    """The path's run."""
    return require_run(caller, workspace, run, permission_of(request))


def require_run(caller: Caller, workspace: Workspace, run: int, permission: Permission) -> Run:
    """A run with which the caller may do what ``permission`` says. One of another project does not exist here, nor
    one of a pipeline that the caller may not see."""
    project = workspace.project.name
    missing = NotFound(f"There is no run {run}.", hint="`blockwright runs` lists them.", code="run_not_found")
    try:
        found = workspace.runs.get(RunId(run))
    except NotFound:
        raise missing from None  # in the very words of one that is hidden
    if found.project != project:
        raise missing
    require_within(caller, permission, project, found.pipeline, missing=missing, things="runs")
    return found


def permission_of(request: Request) -> Permission:
    """What the route that was matched needs."""
    need = getattr(request.scope.get("endpoint"), NEED, Need(Permission.VIEW))
    return need.permission or Permission.VIEW


def require_within(
    caller: Caller, permission: Permission, project: str, pipeline: str, *, missing: NotFound, things: str
) -> None:
    """Judge a call about one of a pipeline's ``things``, whose path names the project only. Raises ``missing`` when the
    caller may not see that pipeline, Forbidden when seeing is all that it may."""
    if not caller.actor.may(Permission.VIEW, project, pipeline):
        raise missing
    if not caller.actor.may(permission, project, pipeline):
        raise Forbidden(
            f"You may not do this with {things} of pipeline `{pipeline}`.", hint="Ask an admin of the project."
        )


def pipeline_of(pipeline: str, workspace: ProjectWorkspace) -> str:
    """The path's pipeline, which is there; raises NotFound."""
    if pipeline not in workspace.files.pipelines():
        raise NotFound(
            f"There is no pipeline `{pipeline}`.", hint="The project's pipelines are listed under `/pipelines`."
        )
    return pipeline


TheSite = Annotated[Site, Depends(site_of)]
TheCaller = Annotated[Caller, Depends(caller_of)]
ProjectWorkspace = Annotated[Workspace, Depends(workspace_of)]
ProjectTables = Annotated[Tables, Depends(tables_of)]
PathRun = Annotated[Run, Depends(run_of)]
PathPipeline = Annotated[str, Depends(pipeline_of)]
