"""Terminals: shells on the server's machine, for owners where the server gives them; shown over a socket.

Whoever types there has the rights of the account that runs the server, in every project. So it takes the right to own
the whole installation, and a person: no token opens a terminal.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Literal

from anyio.to_thread import run_sync
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from starlette.websockets import WebSocket

from blockwright.core.access import Actor, Permission
from blockwright.core.errors import BlockwrightError, Forbidden, Unavailable
from blockwright.core.terminals import COLUMNS, ROWS
from blockwright.ports.terminals import Terminal, Terminals, Viewer
from blockwright.services import terminals as service
from blockwright.services.access.audit import By
from blockwright.web import problems
from blockwright.web.following import Live
from blockwright.web.routing import Routes, needs
from blockwright.web.site import MEBIBYTE, Caller, Site, TheCaller
from blockwright.web.sockets import POLICY, TRY_LATER, Allowance, Refused, SocketStream, converse, messages

routes = Routes(prefix="/api/v1", tags=["terminals"], responses=problems.responses(401, 403, 404, 422, 503))

LARGEST_TYPED = 64 * 1024
"""Bytes of one message; what is pasted comes in several."""
Width = Annotated[int, Field(ge=COLUMNS[0], le=COLUMNS[1])]
Height = Annotated[int, Field(ge=ROWS[0], le=ROWS[1])]


class NewTerminal(BaseModel):
    project: str = Field(min_length=1, max_length=200)
    columns: Width = 80
    rows: Height = 24


class TerminalEntry(BaseModel):
    id: str
    project: str
    opened: datetime


class TerminalsDocument(BaseModel):
    """``refusal`` says why there is no terminal, null: there is. ``host`` and ``user``: on which machine, and with
    whose rights. ``terminals`` are your own."""

    refusal: str | None
    host: str
    user: str
    terminals: list[TerminalEntry]


class Resize(BaseModel):
    kind: Literal["resize"]
    columns: Width
    rows: Height


class Shown(BaseModel):
    """As many bytes since the terminal began are on the screen; what is not told to be shown is held back."""

    kind: Literal["shown"]
    count: Annotated[int, Field(ge=0, le=2**53)]


Word = Annotated[Resize | Shown, Field(discriminator="kind")]
_WORDS: TypeAdapter[Word] = TypeAdapter(Word)


@routes.get("/terminals", summary="Say whether there are terminals, and list your own")
@needs(Permission.OWN)
def list_terminals(caller: TheCaller) -> TerminalsDocument:
    site = caller.site
    if site.terminals is None or site.no_terminal is not None:
        refusal = site.no_terminal or "This server has no terminal."
        return TerminalsDocument(refusal=refusal, host="", user="", terminals=[])
    mine = [one for one in site.terminals.all() if one.person == caller.actor.name]
    machine = site.terminals.machine
    return TerminalsDocument(
        refusal=None, host=machine.host, user=machine.user, terminals=[_entry(terminal) for terminal in mine]
    )


@routes.post("/terminals", summary="Open a terminal in the folder of a project", status_code=201)
@needs(Permission.OWN)
def open_terminal(caller: TheCaller, wanted: NewTerminal) -> TerminalEntry:
    """It is shown by the socket `terminals/{terminal}/socket`, and lives on when that is closed."""
    terminals = _given(caller)
    by = By(caller.actor, caller.address)
    caller.only_asks()  # the service writes it down
    size = (wanted.columns, wanted.rows)
    site = caller.site
    return _entry(service.open_terminal(terminals, site.installation, site.access, by, wanted.project, size))


@routes.delete("/terminals/{terminal}", summary="End a terminal and everything started in it", status_code=204)
@needs(Permission.OWN)
def close_terminal(caller: TheCaller, terminal: str) -> None:
    found = service.terminal_of(_given(caller), caller.actor.name, terminal)
    caller.only_asks()
    found.end("Closed.")


@routes.websocket("/terminals/{terminal}/socket")
@needs(Permission.OWN)
async def terminal_socket(socket: WebSocket) -> None:
    """Binary messages are what is typed and what is shown; text ones are `resize` and `shown`, and from us `from` (the
    place of what follows, ``until`` which nothing is new) and `over`."""
    site: Site = socket.app.state.site
    live: Live = socket.app.state.live
    actor: Actor = socket.scope["state"]["actor"]
    session = str(socket.scope["state"].get("session") or "")
    stream = SocketStream("", actor, session, permission=Permission.OWN, begun=True)
    try:
        terminal = await run_sync(_own_terminal, site, actor, str(socket.path_params["terminal"]))
        live.add(stream)
    except BlockwrightError as error:
        await socket.accept()
        await socket.close(TRY_LATER if isinstance(error, Unavailable) else POLICY, error.code)
        return
    await socket.accept()
    news = asyncio.Event()
    loop = asyncio.get_running_loop()

    def tell() -> None:
        with suppress(RuntimeError):  # the loop has been closed
            loop.call_soon_threadsafe(news.set)

    viewer = terminal.view(tell)
    try:
        await converse(
            socket,
            stream,
            hear=lambda: _hear(socket, terminal, viewer, news),
            speak=lambda: _speak(socket, terminal, viewer, news),
        )
    finally:
        viewer.close()
        live.remove(stream)


async def _hear(socket: WebSocket, terminal: Terminal, viewer: Viewer, news: asyncio.Event) -> None:
    count, size = Allowance(burst=2_000, rate=500), Allowance(burst=4 * MEBIBYTE, rate=MEBIBYTE)
    async for message in messages(socket, largest=LARGEST_TYPED, count=count, size=size):
        if isinstance(message, bytes):
            terminal.type(message)
            continue
        match _parsed(message):
            case Resize() as wanted:
                terminal.resize(wanted.columns, wanted.rows)
            case Shown() as told:
                viewer.shown(told.count)
                news.set()  # there may be more to show than was let through


async def _speak(socket: WebSocket, terminal: Terminal, viewer: Viewer, news: asyncio.Event) -> None:
    first = True
    while True:
        news.clear()
        while (output := viewer.take()) is not None:
            if first or output.missed:
                await socket.send_json({"kind": "from", "place": output.start, "until": terminal.written})
                first = False
            await socket.send_bytes(output.data)
        if terminal.over is not None:
            await socket.send_json({"kind": "over", "why": terminal.over})
            return
        await news.wait()


def _parsed(message: str) -> Word:
    try:
        return _WORDS.validate_json(message)
    except ValidationError:
        raise Refused(POLICY, "not_a_word") from None


def _own_terminal(site: Site, actor: Actor, id: str) -> Terminal:
    _require_person(actor)
    return service.terminal_of(service.require(site.terminals, site.no_terminal), actor.name, id)


def _given(caller: Caller) -> Terminals:
    _require_person(caller.actor)
    return service.require(caller.site.terminals, caller.site.no_terminal)


def _require_person(actor: Actor) -> None:
    if actor.token is not None:
        raise Forbidden("A token opens no terminal.", hint="Sign in with a browser.", code="not_a_person")


def _entry(terminal: Terminal) -> TerminalEntry:
    return TerminalEntry(id=terminal.id, project=terminal.project, opened=terminal.opened)
