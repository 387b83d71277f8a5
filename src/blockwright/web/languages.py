"""Language servers for editors: how they are, and a socket over which an editor shows texts and asks about them.

The socket speaks words of ours, not the language servers' protocol: a browser sees paths of the project alone, and can
have nothing done but what is said here.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import Annotated, Any, Literal, assert_never

from anyio.to_thread import run_sync
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from starlette.websockets import WebSocket

from blockwright.core.access import Actor, Permission
from blockwright.core.errors import Unavailable
from blockwright.core.languages import LARGEST_TEXT, Ask, Completions, Hover, Question, Signature, Spot
from blockwright.ports.languages import Answered, Editor, Findings, News, Servers
from blockwright.web import problems
from blockwright.web.following import Live
from blockwright.web.routing import Routes, needs
from blockwright.web.site import MEBIBYTE, Site, TheSite
from blockwright.web.sockets import TRY_LATER, Allowance, Message, Refused, SocketStream, converse, messages

routes = Routes(
    prefix="/api/v1/projects/{project}", tags=["languages"], responses=problems.responses(401, 403, 404, 422, 503)
)

MOST_WAITING = 1_000
"""Messages that a browser may lag behind before its socket is closed; it comes back and begins anew."""
Line = Annotated[int, Field(ge=0, le=10_000_000)]
FilePath = Annotated[str, Field(min_length=1, max_length=4096)]


class LanguageServerDocument(BaseModel):
    """``health`` is `asleep`, `starting`, `ready`, `missing` or `failed`; ``hint`` the way out."""

    name: str
    does: str
    health: str
    hint: str


class LanguageServers(BaseModel):
    servers: list[LanguageServerDocument]


class Write(BaseModel):
    """The editor has this text now."""

    kind: Literal["write"]
    path: FilePath
    text: Annotated[str, Field(max_length=LARGEST_TEXT)]


class Leave(BaseModel):
    kind: Literal["leave"]
    path: FilePath


class AskWord(BaseModel):
    """Answered by `answer` with the same ``number``, always."""

    kind: Literal["ask"]
    number: Annotated[int, Field(ge=0, le=2**31)]
    ask: Ask
    path: FilePath
    line: Line = 0
    column: Line = 0


Word = Annotated[Write | Leave | AskWord, Field(discriminator="kind")]
_WORDS: TypeAdapter[Word] = TypeAdapter(Word)


@routes.get("/languages", summary="Say how the language servers are")
@needs(Permission.EDIT)
def show_languages(site: TheSite, project: str) -> LanguageServers:
    """They start with the first editor that opens the socket `languages/socket`."""
    if site.languages is None:
        return LanguageServers(servers=[])
    root = site.installation.projects()[project]
    return LanguageServers(servers=_servers(Servers(tuple(site.languages.servers(root)))))


@routes.websocket("/languages/socket")
@needs(Permission.EDIT)
async def languages_socket(socket: WebSocket) -> None:
    """Hears `write`, `leave` and `ask`; says `servers`, `findings` and `answer`."""
    site: Site = socket.app.state.site
    live: Live = socket.app.state.live
    actor: Actor = socket.scope["state"]["actor"]
    project = str(socket.path_params["project"])
    session = str(socket.scope["state"].get("session") or "")
    stream = SocketStream(project, actor, session, permission=Permission.EDIT, begun=True)
    await socket.accept()
    try:
        live.add(stream)
    except Unavailable as error:
        await socket.close(TRY_LATER, error.code)
        return
    try:
        await _serve(socket, stream, site, project)
    finally:
        live.remove(stream)


async def _serve(socket: WebSocket, stream: SocketStream, site: Site, project: str) -> None:
    languages, root = site.languages, site.installation.projects().get(project)
    if languages is None or root is None:
        await socket.send_text(json.dumps({"kind": "servers", "servers": []}))
        await socket.close(1000, "none")
        return
    outgoing: asyncio.Queue[News | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def hear(news: News) -> None:
        try:
            loop.call_soon_threadsafe(_put, outgoing, news)
        except RuntimeError:
            return  # the loop has been closed

    editor = await run_sync(languages.join, root, hear)
    try:
        await converse(socket, stream, hear=lambda: _hear(socket, editor), speak=lambda: _speak(socket, outgoing))
    finally:
        await run_sync(editor.close)


def _put(outgoing: asyncio.Queue[News | None], news: News) -> None:
    outgoing.put_nowait(news if outgoing.qsize() < MOST_WAITING else None)


async def _hear(socket: WebSocket, editor: Editor) -> None:
    count, size = Allowance(burst=400, rate=60), Allowance(burst=8 * MEBIBYTE, rate=2 * MEBIBYTE)
    async for message in messages(socket, largest=3 * LARGEST_TEXT, count=count, size=size):
        word = _parsed(message)
        await run_sync(_do, editor, word)


async def _speak(socket: WebSocket, outgoing: asyncio.Queue[News | None]) -> None:
    while (news := await outgoing.get()) is not None:
        await socket.send_text(json.dumps(_told(news), separators=(",", ":")))
    raise Refused(TRY_LATER, "too_slow")


def _parsed(message: Message) -> Word:
    try:
        return _WORDS.validate_json(message)
    except ValidationError:
        raise Refused(1008, "not_a_word") from None


def _do(editor: Editor, word: Word) -> None:
    match word:
        case Write():
            editor.write(word.path, word.text)
        case Leave():
            editor.leave(word.path)
        case AskWord():
            editor.ask(Question(word.number, word.ask, word.path, Spot(word.line, word.column)))


def _told(news: News) -> dict[str, Any]:
    match news:
        case Servers():
            return {"kind": "servers", "servers": [server.model_dump() for server in _servers(news)]}
        case Findings():
            return {"kind": "findings", "path": news.path, "items": [asdict(item) for item in news.items]}
        case Answered():
            return {"kind": "answer", "number": news.number, **_answer(news)}
        case _:
            assert_never(news)


def _answer(news: Answered) -> dict[str, Any]:
    match news.answer:
        case None:
            return {"answer": None}
        case Completions() | Hover() | Signature():
            return {"answer": asdict(news.answer)}
        case several:
            return {"answer": [asdict(one) for one in several]}


def _servers(news: Servers) -> list[LanguageServerDocument]:
    return [
        LanguageServerDocument(name=one.name, does=one.does, health=one.health.value, hint=one.hint)
        for one in news.items
    ]
