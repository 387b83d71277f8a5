"""Cases 1, 8, 16, 18 over websockets: terminals and language servers are for those who may, for as long as they may."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from blockwright.adapters.languages.local import LocalLanguages
from blockwright.adapters.terminals.pseudo import PseudoTerminals
from blockwright.core.access import Grant, Role
from blockwright.web.sockets import LARGEST_MESSAGE
from tests.processes import gone, marked
from tests.security.sites import PASSWORD, City, open_city

SECONDS = 60.0
LANGUAGES = "/api/v1/projects/shop/languages/socket"
ENVIRON = {"PATH": os.environ["PATH"], "SHELL": "/bin/sh", "BLOCKWRIGHT_TEST_PLACE": "sockets"}


@dataclass
class Harbour:
    """A city on a socket of its own."""

    city: City
    port: int
    clients: list[httpx.Client] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def session(self, name: str, *grants: Grant) -> httpx.Client:
        """Somebody new, signed in with a browser."""
        self.city.join(name, *grants, password=PASSWORD)
        client = httpx.Client(base_url=self.origin, headers={"Origin": self.origin}, timeout=SECONDS)
        self.clients.append(client)
        body = {"email": f"{name.replace(' ', '.')}@example.com", "password": PASSWORD}
        client.post("/api/v1/session", json=body).raise_for_status()
        return client

    def connect(
        self, path: str, like: httpx.Client | None = None, *, origin: str | None = "", **headers: str
    ) -> ClientConnection:
        if like is not None:
            headers["Cookie"] = "; ".join(f"{cookie.name}={cookie.value}" for cookie in like.cookies.jar)
        return connect(
            f"ws://127.0.0.1:{self.port}{path}",
            origin=self.origin if origin == "" else origin,  # type: ignore[arg-type]  # its alias of str
            additional_headers=headers,
            compression=None,
            max_size=None,
            open_timeout=SECONDS,
        )

    def refused(self, path: str, like: httpx.Client | None = None, **options: Any) -> bool:
        try:
            with self.connect(path, like, **options):
                pass
        except InvalidStatus as error:
            return error.response.status_code == 403
        return False


@pytest.fixture
def harbour(tmp_path: Path) -> Iterator[Harbour]:
    languages = LocalLanguages(("ruff",), {**ENVIRON, "TMPDIR": str(tmp_path)})
    terminals = PseudoTerminals({**ENVIRON, "MARK_OF_TEST": str(tmp_path)})
    city = open_city(tmp_path, languages=languages, terminals=terminals)
    listener = socket.create_server(("127.0.0.1", 0))
    running = uvicorn.Server(
        uvicorn.Config(
            city.app,
            log_level="critical",
            lifespan="off",
            ws="websockets-sansio",
            ws_max_size=LARGEST_MESSAGE,
            timeout_graceful_shutdown=5,
        )
    )
    thread = threading.Thread(target=running.run, args=([listener],))
    thread.start()
    made = Harbour(city, listener.getsockname()[1])
    yield made
    for client in made.clients:
        client.close()
    terminals.close()
    languages.close()
    city.app.state.live.close()
    running.should_exit = True
    thread.join(SECONDS)
    listener.close()
    city.platform.close()
    assert not thread.is_alive()
    gone([*marked(f"MARK_OF_TEST={tmp_path}"), *marked(f"TMPDIR={tmp_path}")])


def terminal_of(client: httpx.Client) -> str:
    answer = client.post("/api/v1/terminals", json={"project": "shop"})
    assert answer.status_code == 201, answer.text
    return f"/api/v1/terminals/{answer.json()['id']}/socket"


CUT = (0, "cut")
"""What is left to be told when there is still much on its way to a server that has closed."""


def closed(connection: ClientConnection) -> tuple[int, str]:
    """With which code and reason it is closed, in the end."""
    with pytest.raises(ConnectionClosed) as error:
        hear_without_end(connection)
    frame = error.value.rcvd
    return (frame.code, frame.reason) if frame is not None else CUT


def hear_without_end(connection: ClientConnection) -> None:
    while True:
        connection.recv(timeout=SECONDS)


def test_a_stranger_opens_no_socket(harbour: Harbour) -> None:
    owner = harbour.session("olga", Grant(Role.OWNER))
    for path in (LANGUAGES, terminal_of(owner)):
        assert harbour.refused(path)
        assert harbour.refused(path, Cookie="blockwright=made-up")
        assert harbour.refused(path, Authorization="Bearer bw_made_up")


def test_a_page_of_another_site_opens_no_socket_with_the_cookie_of_a_person(harbour: Harbour) -> None:
    owner = harbour.session("olga", Grant(Role.OWNER))
    for path in (LANGUAGES, terminal_of(owner)):
        for origin in ("http://evil.example.com", f"http://127.0.0.1:{harbour.port + 1}", "null", None):
            assert harbour.refused(path, owner, origin=origin), origin
        assert harbour.refused(path, owner, Host="evil.example.com")
        assert not harbour.refused(path, owner)


@pytest.mark.parametrize(
    "grants",
    [
        (),
        (Grant(Role.VIEWER),),
        (Grant(Role.EDITOR, "bank"),),
        (Grant(Role.EDITOR, "shop", "sales"),),
        (Grant(Role.OWNER, "bank"),),
    ],
    ids=str,
)
def test_who_may_not_edit_the_project_reaches_no_language_server(harbour: Harbour, grants: tuple[Grant, ...]) -> None:
    assert harbour.refused(LANGUAGES, harbour.session("eve", *grants))


def test_an_editor_reaches_the_language_servers_of_the_project(harbour: Harbour) -> None:
    editor = harbour.session("ed", Grant(Role.EDITOR, "shop"))
    with harbour.connect(LANGUAGES, editor) as connection:
        assert json.loads(connection.recv(timeout=SECONDS))["kind"] == "servers"
    assert harbour.refused("/api/v1/projects/bank/languages/socket", editor)
    assert harbour.refused("/api/v1/projects/gone/languages/socket", editor)


@pytest.mark.parametrize("grant", [Grant(Role.ADMIN), Grant(Role.OWNER, "shop")], ids=str)
def test_only_owners_of_the_whole_installation_have_a_terminal(harbour: Harbour, grant: Grant) -> None:
    """Also who owns one project: a shell reaches all of them."""
    theirs = terminal_of(harbour.session("olga", Grant(Role.OWNER)))
    client = harbour.session("adam", grant)
    assert client.get("/api/v1/terminals").status_code == 403
    assert client.post("/api/v1/terminals", json={"project": "shop"}).status_code == 403
    assert harbour.refused(theirs, client)


def test_a_token_opens_no_terminal(harbour: Harbour) -> None:
    secret = harbour.city.secrets["owner"]
    answer = harbour.city.call("POST", "/api/v1/terminals", by="owner", json={"project": "shop"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_a_person")
    path = terminal_of(harbour.session("olga", Grant(Role.OWNER)))
    with harbour.connect(path, origin=None, Authorization=f"Bearer {secret}") as connection:
        assert closed(connection) == (1008, "not_a_person")


def test_nobody_sees_or_ends_the_terminal_of_another(harbour: Harbour) -> None:
    path = terminal_of(harbour.session("olga", Grant(Role.OWNER)))
    other = harbour.session("otto", Grant(Role.OWNER))
    assert other.get("/api/v1/terminals").json()["terminals"] == []
    assert other.delete(path.removesuffix("/socket")).status_code == 404
    with harbour.connect(path, other) as connection:
        assert closed(connection) == (1008, "not_found")


def sign_out(client: httpx.Client, harbour: Harbour, name: str) -> None:
    client.delete("/api/v1/session").raise_for_status()


def disable(client: httpx.Client, harbour: Harbour, name: str) -> None:
    number = harbour.city.people[name].id
    answer = harbour.city.call("PATCH", f"/api/v1/people/{number}", by="owner", json={"active": False})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("end", [sign_out, disable], ids=["signed out", "disabled"])
def test_a_session_that_is_over_ends_its_sockets(
    harbour: Harbour, end: Callable[[httpx.Client, Harbour, str], None]
) -> None:
    client = harbour.session("olga", Grant(Role.OWNER))
    path = terminal_of(client)
    with harbour.connect(path, client) as terminal, harbour.connect(LANGUAGES, client) as languages:
        terminal.send(b"echo here\n")
        assert terminal.recv(timeout=SECONDS)
        end(client, harbour, "olga")
        assert closed(terminal) == (1008, "ended")
        assert closed(languages) == (1008, "ended")
    assert harbour.refused(path, client)


def test_who_is_no_editor_any_longer_is_no_longer_helped(harbour: Harbour) -> None:
    editor = harbour.session("ed", Grant(Role.EDITOR, "shop"))
    with harbour.connect(LANGUAGES, editor) as connection:
        connection.recv(timeout=SECONDS)
        number = harbour.city.people["ed"].id
        body = {"role": "viewer", "project": "shop"}
        answer = harbour.city.call("PUT", f"/api/v1/people/{number}/grants", by="owner", json=body)
        assert answer.status_code < 300, answer.text
        assert closed(connection) == (1008, "ended")


def test_a_message_that_is_too_large_ends_the_socket_and_not_the_server(harbour: Harbour) -> None:
    client = harbour.session("olga", Grant(Role.OWNER))
    path = terminal_of(client)
    for where, message in (
        (LANGUAGES, "x" * (LARGEST_MESSAGE + 1)),
        (LANGUAGES, json.dumps({"kind": "write", "path": "a.py", "text": "x" * (LARGEST_MESSAGE - 100)})),
        (path, b"x" * (LARGEST_MESSAGE + 1)),
        (path, b"x" * 70_000),
    ):
        with harbour.connect(where, client) as connection:
            with suppress(ConnectionClosed):  # it did not even wait for the end
                connection.send(message)
            assert closed(connection)[0] in (1009, 0)
    assert client.get("/api/v1/terminals").status_code == 200


def test_who_sends_without_end_is_shown_out(harbour: Harbour) -> None:
    client = harbour.session("olga", Grant(Role.OWNER))
    word = json.dumps({"kind": "ask", "number": 1, "ask": "hover", "path": "a.py"})
    resize = json.dumps({"kind": "resize", "columns": 80, "rows": 24})
    for where, message in ((LANGUAGES, word), (terminal_of(client), resize)):
        with harbour.connect(where, client) as connection:
            with pytest.raises(ConnectionClosed):
                send_without_end(connection, message)
            assert closed(connection) in ((1008, "too_fast"), CUT)


def send_without_end(connection: ClientConnection, message: str) -> None:
    while True:
        connection.send(message)


WRONG: Mapping[str, str] = {
    "no JSON": "{",
    "no object": "[]",
    "another word": '{"kind": "execute", "command": "rm"}',
    "a number that is none": '{"kind": "ask", "number": -1, "ask": "hover", "path": "a.py"}',
    "deep": "[" * 100_000,
    "the protocol itself": '{"jsonrpc": "2.0", "id": 1, "method": "workspace/executeCommand", "params": {}}',
}


@pytest.mark.parametrize("message", WRONG.values(), ids=WRONG)
def test_only_our_own_words_are_heard(harbour: Harbour, message: str) -> None:
    client = harbour.session("olga", Grant(Role.OWNER))
    for where in (LANGUAGES, terminal_of(client)):
        with harbour.connect(where, client) as connection:
            connection.send(message)
            code, reason = closed(connection)
            assert (code, reason) == (1008, "not_a_word") or (code == 1009 and len(message) > 65_536)


@pytest.mark.parametrize("path", ["../bank/data_loaders/x.py", "/etc/x.py", "a/../../b.py", "a\0.py"])
def test_a_language_server_is_shown_no_file_outside_of_the_project(harbour: Harbour, path: str) -> None:
    client = harbour.session("ed", Grant(Role.EDITOR, "shop"))
    with harbour.connect(LANGUAGES, client) as connection:
        connection.send(json.dumps({"kind": "write", "path": path, "text": "x = 1\n"}))
        assert closed(connection) == (1008, "forbidden")


def test_one_person_has_only_so_many_sockets(harbour: Harbour) -> None:
    client = harbour.session("ed", Grant(Role.EDITOR, "shop"))
    with ExitStack() as opened:
        for _ in range(50):
            opened.enter_context(harbour.connect(LANGUAGES, client)).recv(timeout=SECONDS)
        with harbour.connect(LANGUAGES, client) as one_more:
            assert closed(one_more) == (1013, "too_many_streams")


def test_a_terminal_that_is_off_is_off(harbour: Harbour) -> None:
    site = replace(harbour.city.site, no_terminal="The terminal is off.")
    harbour.city.app.state.site = site
    client = harbour.session("olga", Grant(Role.OWNER))
    assert client.get("/api/v1/terminals").json()["refusal"] == "The terminal is off."
    answer = client.post("/api/v1/terminals", json={"project": "shop"})
    assert (answer.status_code, answer.json()["code"]) == (403, "terminal_off")


def test_what_is_opened_and_closed_is_written_down_without_the_key_to_it(harbour: Harbour) -> None:
    client = harbour.session("olga", Grant(Role.OWNER))
    path = terminal_of(client)
    identity = path.split("/")[4]
    client.delete(path.removesuffix("/socket")).raise_for_status()
    entries = [entry for entry in client.get("/api/v1/audit").json()["items"] if entry["action"].startswith("terminal")]
    assert [entry["action"] for entry in entries] == ["terminal.close", "terminal.open"]
    assert {entry["project"] for entry in entries} == {"shop"}
    assert identity not in json.dumps(entries)
