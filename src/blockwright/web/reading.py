"""Which files a caller may read: what may hold passwords, or tokens that start runs, is for those who may edit."""

from __future__ import annotations

from blockwright.core.access import Permission
from blockwright.core.errors import Forbidden
from blockwright.core.guarded_files import for_editors, guarded
from blockwright.web.site import Caller


def may_read(caller: Caller, project: str, path: str) -> bool:
    return not for_editors(path) or caller.actor.may(Permission.EDIT, project)


def require_readable(caller: Caller, project: str, path: str) -> None:
    """Raises Forbidden."""
    if not may_read(caller, project, path):
        held = "passwords" if guarded(path) else "tokens that start runs"
        raise Forbidden(f"`{path}` may hold {held}.", hint="To read it takes the right to edit the project.")
