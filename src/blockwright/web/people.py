"""The people of the installation, what they are granted, and what they did: for its administrators, and within a
project for those of the project."""

from __future__ import annotations

from fastapi import Request

from blockwright.core.access import Grant, Permission
from blockwright.ports.access import Access
from blockwright.services.access import people, tokens
from blockwright.web import paging, problems
from blockwright.web import people_schemas as shapes
from blockwright.web.access import by
from blockwright.web.routing import Routes, needs
from blockwright.web.site import TheCaller

routes = Routes(prefix="/api/v1", tags=["access"], responses=problems.responses(401, 403, 404, 409, 422, 503))


@routes.get("/people", summary="List the people")
@needs(Permission.ADMIN)
def list_people(
    caller: TheCaller, limit: paging.Limit = paging.FIRST, cursor: paging.Cursor = None
) -> paging.Page[shapes.Person]:
    found = caller.site.access.store.people(after=paging.number(cursor) or 0, limit=limit + 1)
    return paging.page(found, limit, lambda person: person.id, shapes.person)


@routes.post("/people", summary="Invite somebody; answers with the code of a one-time link", status_code=201)
@needs(Permission.ADMIN)
def invite_person(caller: TheCaller, request: Request, body: shapes.NewPerson) -> shapes.Invited:
    grants = [grant.as_core() for grant in body.grants]
    invited = people.invite(caller.site.access, by(caller, request), body.email, body.name, grants)
    return shapes.Invited(person=shapes.person(invited.person), code=invited.code)


@routes.get("/people/{person}", summary="Show a person")
@needs(Permission.ADMIN)
def show_person(caller: TheCaller, person: int) -> shapes.Person:
    return shapes.person(caller.site.access.store.person(person))


@routes.patch("/people/{person}", summary="Rename, disable or enable a person; disabled, all sessions and tokens end")
@needs(Permission.ADMIN)
def change_person(caller: TheCaller, request: Request, person: int, body: shapes.PersonChange) -> shapes.Person:
    access, who = caller.site.access, by(caller, request)
    found = access.store.person(person)
    if body.name is not None:
        people.rename(access, who, found, body.name)
    if body.active is not None:
        (people.enable if body.active else people.disable)(access, who, found)
    return shapes.person(access.store.person(person))


@routes.delete("/people/{person}", summary="Delete a person", status_code=204)
@needs(Permission.ADMIN)
def delete_person(caller: TheCaller, request: Request, person: int) -> None:
    people.delete(caller.site.access, by(caller, request), caller.site.access.store.person(person))


@routes.put("/people/{person}/password", summary="Set a person's password; all sessions end", status_code=204)
@needs(Permission.ADMIN)
def reset_password(caller: TheCaller, request: Request, person: int, body: shapes.ResetPassword) -> None:
    found = caller.site.access.store.person(person)
    people.reset_password(caller.site.access, by(caller, request), found, body.password)


@routes.post("/people/{person}/link", summary="Make a link that signs the person in once", status_code=201)
@needs(Permission.ADMIN)
def make_sign_in_link(caller: TheCaller, request: Request, person: int) -> shapes.LinkCode:
    found = caller.site.access.store.person(person)
    return shapes.LinkCode(code=people.link(caller.site.access, by(caller, request), found))


@routes.put("/people/{person}/grants", summary="Give a role somewhere, in place of the one that is there")
@needs(Permission.ADMIN)
def grant_role(caller: TheCaller, request: Request, person: int, body: shapes.Grant) -> shapes.Person:
    return _grant(caller.site.access, caller, request, person, body.as_core())


@routes.delete("/people/{person}/grants", summary="Take the role away that was given in a place")
@needs(Permission.ADMIN)
def revoke_role(
    caller: TheCaller, request: Request, person: int, project: shapes.Place = "", pipeline: shapes.Place = ""
) -> shapes.Person:
    access = caller.site.access
    people.revoke(access, by(caller, request), access.store.person(person), project, pipeline)
    return shapes.person(access.store.person(person))


@routes.get("/projects/{project}/grants", summary="List who has a role in the project itself")
@needs(Permission.ADMIN)
def list_project_grants(
    caller: TheCaller, project: str, limit: paging.Limit = paging.FIRST, cursor: paging.Cursor = None
) -> paging.Page[shapes.Person]:
    """Of each person only the roles in this project are shown."""
    found = caller.site.access.store.people(after=paging.number(cursor) or 0, limit=limit + 1, project=project)
    return paging.page(found, limit, lambda person: person.id, lambda person: _within(shapes.person(person), project))


@routes.put("/projects/{project}/grants", summary="Give somebody a role in the project, or in one of its pipelines")
@needs(Permission.ADMIN)
def grant_in_project(caller: TheCaller, request: Request, project: str, body: shapes.ProjectGrant) -> shapes.Person:
    access = caller.site.access
    person = people.named(access, body.email).id
    return _within(_grant(access, caller, request, person, Grant(body.role, project, body.pipeline)), project)


@routes.delete("/projects/{project}/grants/{person}", summary="Take a role in the project away", status_code=204)
@needs(Permission.ADMIN)
def revoke_in_project(
    caller: TheCaller, request: Request, project: str, person: int, pipeline: shapes.Place = ""
) -> None:
    access = caller.site.access
    people.revoke(access, by(caller, request), access.store.person(person), project, pipeline)


@routes.get("/tokens", summary="List everybody's tokens")
@needs(Permission.ADMIN)
def list_tokens(
    caller: TheCaller, limit: paging.Limit = paging.FIRST, cursor: paging.Cursor = None
) -> paging.Page[shapes.Token]:
    found = tokens.listed(caller.site.access, None, after=paging.number(cursor) or 0, limit=limit + 1)
    return paging.page(found, limit, lambda token: token.id, shapes.token)


@routes.get("/audit", summary="What was done, newest first")
@needs(Permission.ADMIN)
def list_audit(
    caller: TheCaller,
    actor: str | None = None,
    project: str | None = None,
    limit: paging.Limit = paging.FIRST,
    cursor: paging.Cursor = None,
) -> paging.Page[shapes.AuditEntry]:
    found = caller.site.access.store.audit(project=project, actor=actor, before=paging.number(cursor), limit=limit + 1)
    return paging.page(found, limit, lambda entry: entry.id, shapes.audit_entry)


@routes.get("/projects/{project}/audit", summary="What was done in the project, newest first")
@needs(Permission.ADMIN)
def list_project_audit(
    caller: TheCaller, project: str, limit: paging.Limit = paging.FIRST, cursor: paging.Cursor = None
) -> paging.Page[shapes.AuditEntry]:
    found = caller.site.access.store.audit(project=project, before=paging.number(cursor), limit=limit + 1)
    return paging.page(found, limit, lambda entry: entry.id, shapes.audit_entry)


def _grant(access: Access, caller: TheCaller, request: Request, person: int, grant: Grant) -> shapes.Person:
    people.grant(access, by(caller, request), access.store.person(person), grant)
    return shapes.person(access.store.person(person))


def _within(person: shapes.Person, project: str) -> shapes.Person:
    """What administrators of a project see of a person: not what that person may do elsewhere."""
    return person.model_copy(update={"grants": [grant for grant in person.grants if grant.project == project]})
