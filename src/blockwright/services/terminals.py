"""Terminals of this server: who has which, opened and closed in writing."""

from __future__ import annotations

from blockwright.core.errors import Forbidden, NotFound
from blockwright.ports.access import Access
from blockwright.ports.installation import Installation
from blockwright.ports.terminals import Terminal, Terminals
from blockwright.services.access.audit import By, record


def open_terminal(
    terminals: Terminals, installation: Installation, access: Access, by: By, project: str, size: tuple[int, int]
) -> Terminal:
    """A shell in the folder of ``project``; that it is opened, and why it ends, stands in the audit log. Raises
    NotFound for a project that is not there."""
    folder = installation.projects().get(project)
    if folder is None:
        raise NotFound(f"There is no project `{project}`.", hint="`GET /api/v1/projects` lists them.")
    opened: list[str] = []

    def ended(reason: str) -> None:
        record(access, by, "terminal.close", project=project, object=opened[0] if opened else "", data={"why": reason})

    columns, rows = size
    terminal = terminals.open(folder, person=by.actor.name, project=project, columns=columns, rows=rows, ended=ended)
    opened.append(shown_id(terminal))
    record(access, by, "terminal.open", project=project, object=shown_id(terminal))
    return terminal


def shown_id(terminal: Terminal) -> str:
    """As much of the id as tells terminals apart, and does not let anybody in."""
    return terminal.id[:6]


def terminal_of(terminals: Terminals, person: str, id: str) -> Terminal:
    """The person's own terminal; raises NotFound, also for one of somebody else."""
    for terminal in terminals.all():
        if terminal.id == id and terminal.person == person:
            return terminal
    raise NotFound("There is no such terminal.", hint="It has ended, or the server was started anew: open another.")


def require(terminals: Terminals | None, refusal: str | None) -> Terminals:
    """Raises Forbidden saying why there is no terminal."""
    if terminals is None or refusal is not None:
        raise Forbidden(refusal or "This server has no terminal.", code="terminal_off")
    return terminals
