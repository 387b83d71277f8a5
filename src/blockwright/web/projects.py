"""The projects of the installation, and what is wrong in their files."""

from __future__ import annotations

from pydantic import BaseModel

from blockwright.core.access import Permission
from blockwright.core.pipelines import ProjectSpec
from blockwright.core.problems import Severity
from blockwright.web import paging, problems
from blockwright.web.problems import Finding
from blockwright.web.routing import Routes, needs, signed_in
from blockwright.web.site import ProjectWorkspace, TheCaller

routes = Routes(prefix="/api/v1/projects", tags=["projects"], responses=problems.responses(401, 403, 404, 422, 503))


class Project(BaseModel):
    name: str


class ProjectDetail(Project):
    """``pipelines`` counts them; ``git_commit`` is what its folder has checked out."""

    uuid: str | None
    pipelines: int
    git_commit: str | None
    retention: str | None
    features: dict[str, bool]


class Check(BaseModel):
    """``valid``: no problem keeps a pipeline from running."""

    valid: bool
    errors: int
    warnings: int
    problems: list[Finding]


@routes.get("", summary="List the projects that you may see")
@signed_in
def list_projects(
    caller: TheCaller, limit: paging.Limit = paging.FIRST, cursor: paging.Cursor = None
) -> paging.Page[Project]:
    names = sorted(caller.actor.visible(caller.site.installation.projects()))
    return paging.page_of_names(names, limit, cursor, lambda name: Project(name=name))


@routes.get("/{project}", summary="Show a project")
@needs(Permission.VIEW)
def show_project(workspace: ProjectWorkspace) -> ProjectDetail:
    spec: ProjectSpec = workspace.files.project()
    return ProjectDetail(
        name=spec.name,
        uuid=spec.uuid,
        pipelines=len(workspace.files.pipelines()),
        git_commit=workspace.files.git_commit(),
        retention=spec.retention,
        features=dict(spec.features),
    )


@routes.post("/{project}/check", summary="Check every file of a project: file, line, key, advice")
@needs(Permission.VIEW)
def check_project(workspace: ProjectWorkspace) -> Check:
    found = workspace.files.check()
    errors = sum(problem.severity is Severity.ERROR for problem in found)
    return Check(
        valid=not errors,
        errors=errors,
        warnings=len(found) - errors,
        problems=[problems.finding(problem) for problem in found],
    )
