"""Files over HTTP: what was read is what is replaced, and nothing outside of the project is reached."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest

from blockwright.core.access import Actor, Grant, Role
from tests.project import Project
from tests.web.conftest import Server

NEW = {"If-None-Match": "*"}


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    project.pipeline("sales", {"kind": "loader", "id": "load", "code": "x = 1\n"})
    project.write("io_config.yaml", "default: {PASSWORD: hush}\n")
    return serve()


def test_a_file_is_written_over_what_was_read(server: Server) -> None:
    read = server.get("files/data_loaders/load.py")
    assert (read.text, read.headers["content-type"]) == ("x = 1\n", "text/plain; charset=utf-8")
    tag = read.headers["etag"]
    assert server.get("files/data_loaders/load.py", headers={"If-None-Match": tag}).status_code == 304
    written = server.call("PUT", "files/data_loaders/load.py", content=b"x = 2\n", headers={"If-Match": tag})
    assert (written.status_code, written.headers["etag"]) == (
        200,
        server.get("files/data_loaders/load.py").headers["etag"],
    )
    late = server.call("PUT", "files/data_loaders/load.py", content=b"x = 3\n", headers={"If-Match": tag})
    assert (late.status_code, late.json()["code"]) == (412, "changed")
    assert server.call("PUT", "files/data_loaders/load.py", content=b"x").status_code == 428
    assert server.call("PUT", "files/data_loaders/load.py", content=b"x", headers=NEW).status_code == 412
    assert server.get("files/data_loaders/load.py").text == "x = 2\n"


def test_many_files_are_read_at_once_and_what_is_no_text_or_not_ones_own_is_left_out(
    server: Server, project: Project
) -> None:
    (project.root / "data_loaders/picture.png").write_bytes(b"\x89PNG\0")
    wanted = ["data_loaders/load.py", "data_loaders/picture.png", "gone.py", "../outside.py", "io_config.yaml"]
    asked = "texts?" + "&".join(f"path={each}" for each in wanted)
    read = server.get(asked).json()
    assert [each["path"] for each in read] == ["data_loaders/load.py", "io_config.yaml"]
    assert read[0] == {
        "path": "data_loaders/load.py",
        "text": "x = 1\n",
        "digest": server.get("files/data_loaders/load.py").headers["etag"].strip('"'),
    }
    server.gate.actor = Actor(2, "vera@example.com", (Grant(Role.VIEWER, "shop"),))
    assert [each["path"] for each in server.get(asked).json()] == ["data_loaders/load.py"]
    many = "&".join(f"path={number}.py" for number in range(101))
    assert server.get(f"texts?{many}").status_code == 422


def test_files_are_made_moved_and_deleted(server: Server) -> None:
    assert server.call("PUT", "files/utils/deep/new.py", content=b"", headers=NEW).status_code == 200
    assert server.call("POST", "folders", json={"path": "empty"}).status_code == 204
    listed = server.get("files").json()["items"]
    assert [entry["path"] for entry in listed if entry["kind"] == "folder"] == [
        "data_loaders",
        "empty",
        "pipelines",
        "utils",
    ]
    move = {"source": "utils/deep", "target": "lib/deep"}
    assert server.call("POST", "moves", json=move).status_code == 204
    assert [entry["path"] for entry in server.get("files?path=lib/deep").json()["items"]] == ["lib/deep/new.py"]
    assert server.call("POST", "moves", json={"source": "empty", "target": "lib"}).json()["code"] == "exists"
    assert server.call("POST", "moves", json={"source": "lib", "target": "lib/in/itself"}).status_code == 409
    assert server.call("DELETE", "files/lib").json()["code"] == "not_empty"
    assert server.call("DELETE", "files/lib?recursive=true").status_code == 204
    assert server.get("files?path=lib").status_code == 404


def test_the_mode_of_a_file_stays(server: Server) -> None:
    path = server.project.root / "data_loaders/load.py"
    path.chmod(0o750)
    tag = server.get("files/data_loaders/load.py").headers["etag"]
    server.call("PUT", "files/data_loaders/load.py", content=b"y", headers={"If-Match": tag})
    assert path.stat().st_mode & 0o777 == 0o750


PATHS = [
    "../outside.txt",
    "%2e%2e/outside.txt",
    "a/../../outside.txt",
    "/etc/passwd",
    "link/x.txt",
    "link",
    ".blockwright/secret.key",
    ".git/config",
    "sub/.git/config",
    "a%00b",
    "x" * 5_000,
    "pipe",
]


@pytest.mark.parametrize("path", PATHS)
def test_nothing_outside_is_read_written_or_deleted(server: Server, path: str, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.txt").write_text("kept")
    (tmp_path / "outside.txt").write_text("kept")
    root = server.project.root
    os.symlink(outside, root / "link")
    os.mkfifo(root / "pipe")
    (root / "sub/.git").mkdir(parents=True)
    (root / "sub/.git/config").write_text("kept")
    answers = [
        server.get(f"files/{path}"),
        server.call("PUT", f"files/{path}", content=b"lost", headers=NEW),
        server.call("POST", "moves", json={"source": "io_config.yaml", "target": unquote(path)}),
    ]
    if path not in ("link", "pipe"):
        answers.append(server.call("DELETE", f"files/{path}?recursive=true"))
    for answer in answers:
        assert answer.status_code in (403, 404, 409, 412, 422), (path, answer.status_code, answer.text)
    assert (outside / "x.txt").read_text() == (tmp_path / "outside.txt").read_text() == "kept"
    assert (root / "sub/.git/config").read_text() == "kept"


def test_a_viewer_does_not_see_passwords(server: Server) -> None:
    server.gate.actor = Actor(2, "bob@example.com", (Grant(Role.VIEWER, "shop"),))
    assert server.get("files/io_config.yaml").status_code == 403
    entries = {entry["path"]: entry["readable"] for entry in server.get("files").json()["items"]}
    assert (entries["io_config.yaml"], entries["metadata.yaml"]) == (False, True)
    assert ".blockwright" not in entries


def test_bodies_are_bounded(server: Server) -> None:
    big = b"x" * (17 * 1024 * 1024)
    assert server.call("PUT", "files/big.txt", content=big, headers=NEW).status_code == 413
    assert server.call("POST", "runs", content=b"x" * 2_000_000).json()["code"] == "body_too_large"
    assert server.call("PUT", "files/large.txt", content=big[: 2 * 1024 * 1024], headers=NEW).status_code == 200
