"""Who may do what: roles give permissions in a place, a token's scopes take some of them away."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    """What a route, a command or an answer needs. Every one is given in a place: a pipeline, a project, everywhere."""

    VIEW = "view"  # pipelines, runs, outputs, logs, triggers, the catalogue; no secret, no code runs
    RUN = "run"  # start, cancel, retry and replay runs, fire triggers, backfill
    EDIT = "edit"  # files, pipelines, variables, triggers, pins and aliases
    SECRETS = "secrets"  # set, list and delete secrets; nobody can read one back
    ADMIN = "admin"  # people, grants, other people's tokens, the audit log, channels, retention
    OWN = "own"  # what reaches beyond the project: the terminal, raw services, owners


class Role(StrEnum):
    """Each has what those below it have."""

    OWNER = "owner"
    ADMIN = "admin"
    EDITOR = "editor"
    VIEWER = "viewer"


GIVES: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({Permission.VIEW}),
    Role.EDITOR: frozenset({Permission.VIEW, Permission.RUN, Permission.EDIT, Permission.SECRETS}),
    Role.ADMIN: frozenset(Permission) - {Permission.OWN},
    Role.OWNER: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """``role`` in ``project`` (empty: everywhere) and there in ``pipeline`` (empty: the whole project)."""

    role: Role
    project: str = ""
    pipeline: str = ""

    def covers(self, project: str, pipeline: str) -> bool:
        """Whether the place lies within. A question about a whole project is answered by grants for all of it only."""
        return self.project in ("", project) and self.pipeline in ("", pipeline)


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks: a person by a session or a token, or a trigger's caller. ``scopes`` None: whatever the grants
    give; ``project`` (not empty) confines a token to one project."""

    id: int
    name: str
    grants: tuple[Grant, ...] = ()
    scopes: frozenset[Permission] | None = None
    project: str = ""
    token: int | None = None

    def may(self, permission: Permission, project: str = "", pipeline: str = "") -> bool:
        """Whether the permission holds in the place; empty ``project``: in the whole installation."""
        if self.scopes is not None and permission not in self.scopes:
            return False
        if self.project and self.project != project:
            return False
        return any(permission in GIVES[grant.role] and grant.covers(project, pipeline) for grant in self.grants)

    def may_within(self, permission: Permission, project: str) -> bool:
        """Whether the permission holds in the project, or at least in one of its pipelines."""
        return self.may(permission, project) or any(
            self.may(permission, project, grant.pipeline) for grant in self.grants if grant.project == project
        )

    def visible(self, projects: Iterable[str]) -> list[str]:
        """Those of ``projects`` of which at least something may be seen."""
        if self.scopes is not None and Permission.VIEW not in self.scopes:
            return []
        mine = {grant.project for grant in self.grants}
        return [name for name in projects if self.project in ("", name) and ("" in mine or name in mine)]


def place(project: str, pipeline: str = "") -> str:
    """The place in words."""
    if not project:
        return "the whole installation"
    return f"project `{project}`" if not pipeline else f"pipeline `{pipeline}` of project `{project}`"


def may_grant(actor: Actor, grant: Grant) -> bool:
    """Whether ``actor`` may give or take ``grant``: nobody hands out more than an administrator of the place has, and
    owners are made by owners."""
    needed = Permission.OWN if grant.role is Role.OWNER else Permission.ADMIN
    return actor.may(needed, grant.project, grant.pipeline)


def may_manage(actor: Actor, grants: Iterable[Grant]) -> bool:
    """Whether ``actor`` may change, disable or delete a person with these grants. That needs the administration of the
    installation, and of a person who is more than that, whatever it takes to make one such."""
    return actor.may(Permission.ADMIN) and all(may_grant(actor, grant) for grant in grants)


def fold(email: str) -> str:
    """The form of an address under which one person is kept, however it was typed."""
    return unicodedata.normalize("NFKC", email).strip().casefold()
