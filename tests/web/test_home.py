"""The status page, for those who are signed in and those who are not yet; through the real gate."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from blockwright.core.access import Grant, Role
from blockwright.web.app import create_app
from blockwright.web.gate import Gate
from tests.project import Project
from tests.web.conftest import Server

PASSWORD = "correct horse battery staple"


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    project.pipeline("<b>sales", {"kind": "loader", "id": "load", "code": "@data_loader\ndef load(): return 1"})
    server = serve()
    server.call("POST", "runs", json={"pipeline": "<b>sales"})
    access = server.site.access
    access.store.found("ada@example.com", "Ada", access.passwords.hash(PASSWORD), access.clock.now())
    server.app = create_app(server.site, gate=Gate)
    return server


def sign_in(server: Server, password: str = PASSWORD) -> tuple[int, str]:
    """The status and the cookie."""
    form = urlencode({"email": "ada@example.com", "password": password})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "http://localhost"}
    answer = server.call("POST", "/sign-in", content=form, headers=headers)
    return answer.status_code, answer.headers.get("set-cookie", "").partition(";")[0]


def test_a_stranger_gets_a_form_and_nothing_else(server: Server) -> None:
    page = server.get("/")
    assert (page.status_code, 'name="password"' in page.text, "sales" in page.text) == (200, True, False)
    assert "script-src" not in page.headers["content-security-policy"]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    status, cookie = sign_in(server, "wrong")
    assert (status, cookie) == (403, "")
    assert server.get("runs").status_code == 401


def test_signed_in_one_sees_runs_and_can_leave(server: Server) -> None:
    status, cookie = sign_in(server)
    assert status == 303
    page = server.get("/", headers={"Cookie": cookie})
    assert "&lt;b&gt;sales" in page.text
    assert "<b>sales" not in page.text
    assert "queued" in page.text
    here = {"Cookie": cookie, "Origin": "http://localhost"}
    elsewhere = {"Cookie": cookie, "Origin": "http://evil.example"}
    assert server.call("POST", "/sign-out", headers=elsewhere).status_code == 403
    assert server.call("POST", "/sign-out", headers=here).status_code == 303
    assert 'name="password"' in server.get("/", headers={"Cookie": cookie}).text


def test_a_token_may_do_what_its_owner_may(server: Server) -> None:
    store, now = server.site.access.store, server.site.access.clock.now()
    viewer = store.add_person("bob@example.com", "Bob", None, (Grant(Role.VIEWER, "shop"),), now)
    headers = {"Authorization": f"Bearer {server.secret_of(viewer)}"}
    assert server.get("runs", headers=headers).status_code == 200
    assert server.call("POST", "runs", json={"pipeline": "<b>sales"}, headers=headers).status_code == 403
    assert server.get("secrets", headers=headers).status_code == 403
