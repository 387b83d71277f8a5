"""The browser app's page and files, for strangers as well: they hold nothing of anybody. Through the real gate."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from blockwright.web.app import create_app
from blockwright.web.app_pages import PLACES
from blockwright.web.gate import Gate
from tests.project import Project
from tests.web.conftest import Server

ROUTES = Path(__file__).parents[2] / "ui" / "src" / "routes"
PAGE = '<script nonce="BLOCKWRIGHT_NONCE" src="/assets/a-1.js"></script>'


@pytest.fixture
def server(project: Project, serve: Callable[[], Server], tmp_path: Path) -> Server:
    built = tmp_path / "built"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text(PAGE)
    (built / "assets" / "a-1.js").write_text("let a")
    (built / "assets" / "a-1.js.br").write_bytes(b"packed")
    (tmp_path / "secret").write_text("no")
    project.pipeline("sales", {"kind": "loader", "id": "load", "code": "@data_loader\ndef load(): return 1"})
    server = serve()
    server.app = create_app(replace(server.site, app_files=built), gate=Gate)
    return server


def test_every_page_has_a_nonce_of_its_own_and_allows_nothing_foreign(server: Server) -> None:
    nonces = set()
    for path in ("/", "/login", "/pipelines/a/runs", "/runs/12"):
        page = server.get(path)
        policy = page.headers["content-security-policy"]
        found = re.search(r"script-src 'self' 'nonce-([\w-]+)'", policy)
        assert found is not None
        assert f'nonce="{found[1]}"' in page.text
        assert "unsafe" not in policy
        assert "http" not in policy
        nonces.add(found[1])
    assert len(nonces) == 4


def test_files_come_compressed_and_are_kept_for_ever(server: Server) -> None:
    packed = server.get("/assets/a-1.js", headers={"Accept-Encoding": "br"})
    assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("br", "Accept-Encoding")
    assert "immutable" in packed.headers["cache-control"]
    plain = server.get("/assets/a-1.js", headers={"Accept-Encoding": "identity"})
    assert (plain.text, plain.headers["content-type"]) == ("let a", "text/javascript; charset=utf-8")


@pytest.mark.parametrize(
    "path", ["/assets/../../secret", "/assets/%2e%2e/%2e%2e/secret", "/assets/..%2f..%2fsecret", "/assets//etc/passwd"]
)
def test_nothing_but_what_was_built_is_handed_out(server: Server, path: str) -> None:
    answer = server.get(path)
    assert answer.status_code in (401, 404)
    assert answer.text != "no"


def test_a_checkout_without_the_app_says_what_to_type(server: Server, tmp_path: Path) -> None:
    server.app = create_app(replace(server.site, app_files=tmp_path / "none"), gate=Gate)
    assert "make ui" in server.get("/").text


def test_each_address_of_the_app_is_one_of_the_server() -> None:
    routes = "".join(file.read_text() for file in ROUTES.glob("*.tsx"))
    paths = re.findall(r'getParentRoute: \(\) => (?:inside|root),\s+path: "/([\w-]+)', routes)
    assert set(paths) <= set(PLACES)
    assert "pipelines" in paths
