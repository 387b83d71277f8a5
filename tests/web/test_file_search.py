"""Find and replace over HTTP, and the history of files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from blockwright.core.access import Actor, Grant, Role
from tests.project import Project
from tests.web.conftest import Server

NEW = {"If-None-Match": "*"}


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    project.pipeline("sales", {"kind": "loader", "id": "load", "code": "rate = 1\nRate = 'ä rate'\n"})
    project.write("utils/money.py", "def rate(x):\n    return x * 2\n")
    project.write("io_config.yaml", "default: {PASSWORD: rate}\n")
    project.write("notes.md", "rates go up\n")
    return serve()


def done(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()


def found(server: Server, **query: Any) -> dict[str, list[tuple[int, int, int]]]:
    answer = done(server.get("search", params=query))
    return {
        file["path"]: [(hit["line"], hit["column"], hit["end_column"]) for hit in file["hits"]]
        for file in answer["files"]
    }


def test_places_are_told_by_file_line_and_column(server: Server) -> None:
    assert found(server, q="rate") == {
        "data_loaders/load.py": [(1, 1, 5), (2, 1, 5), (2, 11, 15)],
        "notes.md": [(1, 1, 5)],
        "utils/money.py": [(1, 5, 9)],
    }
    assert found(server, q="rate", case=True, word=True) == {
        "data_loaders/load.py": [(1, 1, 5), (2, 11, 15)],
        "utils/money.py": [(1, 5, 9)],
    }
    assert found(server, q=r"^\w+ = ", regex=True) == {"data_loaders/load.py": [(1, 1, 8), (2, 1, 8)]}
    assert found(server, q=".", glob="*.md") == {}
    assert set(found(server, q="rate", glob="utils/*, *.md")) == {"notes.md", "utils/money.py"}
    assert set(found(server, q="rate", glob="!*.md,!utils/*")) == {"data_loaders/load.py"}


def test_what_may_hold_passwords_is_not_searched(server: Server) -> None:
    assert "io_config.yaml" not in found(server, q="PASSWORD")
    etag = server.get("files/io_config.yaml").headers["etag"]
    wanted = {"q": "rate", "replacement": "x", "files": [{"path": "io_config.yaml", "etag": etag}]}
    assert done(server.call("POST", "replace", json=wanted))["files"][0]["state"] == "refused"


@pytest.mark.parametrize("pattern", ["(", "(?=a)", r"\1", "a{1001}", "[z-a]"])
def test_what_is_no_pattern_says_so(server: Server, pattern: str) -> None:
    answer = server.get("search", params={"q": pattern, "regex": True})
    assert (answer.status_code, answer.json()["code"]) == (422, "search_pattern")


def test_a_pattern_cannot_keep_the_server_busy(server: Server) -> None:
    server.project.write("bomb.md", "a" * 500_000 + "\n")
    for bomb in (r"(a+)+$", r"(a|a)*b", r"(a*)*c", "(?:a?){30}a{30}b", "(.*)*x"):
        answer = server.get("search", params={"q": bomb, "regex": True, "glob": "bomb.md"})
        assert answer.status_code in (200, 422), answer.text


def test_an_answer_is_bounded(server: Server) -> None:
    server.project.write("many.md", "needle\n" * 3_000)
    server.project.write("long.md", "x" * 10_000 + "needle" + "y" * 10_000)
    answer = done(server.get("search", params={"q": "needle", "limit": 5_000}))
    by_path = {file["path"]: file for file in answer["files"]}
    assert (len(by_path["many.md"]["hits"]), by_path["many.md"]["more"], answer["complete"]) == (500, True, False)
    (hit,) = by_path["long.md"]["hits"]
    assert hit["text"][hit["column"] - 1 - hit["offset"] :].startswith("needle")
    assert len(hit["text"]) == 400
    few = done(server.get("search", params={"q": "needle", "limit": 7, "glob": "many.md"}))
    assert (few["hits"], few["complete"]) == (7, False)
    assert few["reason"]


def seen(server: Server, q: str) -> list[dict[str, str]]:
    return [{"path": file["path"], "etag": file["etag"]} for file in done(server.get("search?q=" + q))["files"]]


def test_a_replacement_is_previewed_written_and_taken_back(server: Server) -> None:
    root = server.project.root
    before = {path: (root / path).read_text() for path in ("data_loaders/load.py", "utils/money.py", "notes.md")}
    wanted = {"q": r"(\w*)rate", "regex": True, "case": True, "replacement": "$1tax$$", "files": seen(server, "rate")}
    preview = done(server.call("POST", "replace", json={**wanted, "preview": True}))
    assert preview["change"] is None
    assert preview["files"][0]["lines"][0] == {"line": 1, "before": "rate = 1", "after": "tax$ = 1"}
    assert {path: (root / path).read_text() for path in before} == before
    server.project.write("notes.md", "rates go down\n")
    answer = done(server.call("POST", "replace", json=wanted))
    assert {file["path"]: file["state"] for file in answer["files"]} == {
        "data_loaders/load.py": "replaced",
        "notes.md": "changed",
        "utils/money.py": "replaced",
    }
    assert answer["replaced"] == 3
    assert (root / "data_loaders/load.py").read_text() == "tax$ = 1\nRate = 'ä tax$'\n"
    assert (root / "notes.md").read_text() == "rates go down\n"
    done(server.call("POST", f"changes/{answer['change']}/undo"))
    assert (root / "data_loaders/load.py").read_text() == before["data_loaders/load.py"]


def test_a_replacement_that_breaks_a_pipeline_is_refused(server: Server) -> None:
    path = "pipelines/sales/metadata.yaml"
    before = (server.project.root / path).read_text()
    files = [{"path": path, "etag": server.get(f"files/{path}").headers["etag"]}]
    for q, replacement in (("data_loader", "data_lodaer"), ("uuid:", "uuid: [")):
        wanted = {"q": q, "replacement": replacement, "files": files}
        (file,) = done(server.call("POST", "replace", json=wanted))["files"]
        assert file["state"] == "refused"
        assert path in file["problem"]
    assert (server.project.root / path).read_text() == before
    wrong = server.call("POST", "replace", json={"q": "a", "regex": True, "replacement": "$1", "files": files})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "search_pattern")


# History ----------------------------------------------------------------------------------------------------------


def save(server: Server, path: str, text: str) -> None:
    tag = server.get(f"files/{path}").headers["etag"]
    done(server.call("PUT", f"files/{path}", content=text.encode(), headers={"If-Match": tag}))


def test_every_version_can_be_read_and_restored(server: Server) -> None:
    path = "utils/money.py"
    first = (server.project.root / path).read_text()
    save(server, path, "second\n")
    server.gate.actor = Actor(2, "bob@example.com", (Grant(Role.EDITOR, "shop"),))
    save(server, path, "third\n")
    page = done(server.get(f"history/{path}?limit=1"))
    (newest,) = page["items"]
    (older,) = done(server.get(f"history/{path}", params={"cursor": page["next"]}))["items"]
    assert (newest["by"], older["by"]) == ("bob@example.com", "ada@example.com")
    assert server.get(f"versions/{path}", params={"version": older["before"]}).text == first
    assert server.get(f"versions/{path}", params={"version": older["version"]}).text == "second\n"
    other = server.get("versions/notes.md", params={"version": older["version"]})
    assert (other.status_code, other.json()["code"]) == (404, "content_gone")
    restored = done(server.call("POST", "restores", json={"path": path, "version": older["before"]}))
    assert restored["applied"]
    assert (server.project.root / path).read_text() == first


def test_what_somebody_types_is_one_version(server: Server) -> None:
    path = "utils/money.py"
    first = (server.project.root / path).read_bytes()
    for text in ("a", "ab", "abc"):
        save(server, path, text)
    (version,) = done(server.get(f"history/{path}"))["items"]
    assert version["bytes"] == 3
    content = list((server.project.root / ".blockwright/history/shop/content").glob("*/*"))
    assert sorted(file.read_bytes() for file in content) == sorted([b"abc", first])


def test_deleted_files_come_back(server: Server) -> None:
    root = server.project.root
    before = {path: (root / path).read_bytes() for path in ("utils/money.py", "notes.md")}
    server.project.write("utils/deep/more.py", "x = 1\n")
    for address in ("files/utils?recursive=true", "files/notes.md"):
        assert server.call("DELETE", address).status_code == 204
    assert not (root / "utils").exists()
    changes = done(server.get("changes"))["items"]
    assert [change["what"] for change in changes] == ["delete `notes.md`", "delete `utils`"]
    for change in changes:
        done(server.call("POST", f"changes/{change['id']}/undo"))
    assert {path: (root / path).read_bytes() for path in before} == before
    assert (root / "utils/deep/more.py").read_text() == "x = 1\n"


def test_a_move_is_a_change_and_secrets_are_kept_nowhere(server: Server) -> None:
    save(server, "io_config.yaml", "default: {PASSWORD: hush}\n")
    assert server.call("POST", "moves", json={"source": "io_config.yaml", "target": "plain.txt"}).status_code == 204
    moved, saved = done(server.get("changes"))["items"]
    assert (moved["undoable"], saved["undoable"]) == (False, False)
    undo = server.call("POST", f"changes/{moved['id']}/undo")
    assert (undo.status_code, undo.json()["code"]) == (404, "content_gone")
    kept = (server.project.root / ".blockwright/history").rglob("*")
    assert not any(b"hush" in file.read_bytes() for file in kept if file.is_file())
