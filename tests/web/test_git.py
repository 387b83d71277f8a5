"""Git over the API: changes by pipeline, commits by the caller, pulls that say whom they would change, conflicts."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from blockwright.core.access import Actor, Grant, Role
from tests.adapters.git.conftest import ENVIRON
from tests.project import Project
from tests.web.conftest import Server

VIEWER = Actor(2, "vic@example.com", (Grant(Role.VIEWER),))
CODE = "@data_loader\ndef load(): return 1\n"


def raw(folder: Path, *arguments: str) -> str:
    who = {"GIT_AUTHOR_NAME": "bob", "GIT_AUTHOR_EMAIL": "bob@example.com"}
    who |= {"GIT_COMMITTER_NAME": "bob", "GIT_COMMITTER_EMAIL": "bob@example.com"}
    given = {**ENVIRON, **who}
    return subprocess.run(["git", *arguments], cwd=folder, env=given, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    project.pipeline("sales", {"kind": "loader", "id": "load", "code": CODE})
    project.pipeline("stock", {"kind": "loader", "id": "load"}, {"kind": "loader", "id": "count", "code": CODE})
    project.write(".gitignore", ".blockwright\n")
    return serve()


@pytest.fixture
def saved(server: Server, tmp_path: Path) -> Server:
    """Everything is committed, and followed at a remote, of which ``tmp_path / "there"`` is somebody else's copy."""
    root, remote = server.project.root, str(tmp_path / "remote.git")
    raw(root, "init", "--quiet", "--initial-branch=main")
    raw(root, "add", "--all")
    raw(root, "commit", "--quiet", "--message", "First")
    raw(root, "init", "--quiet", "--bare", "--initial-branch=main", remote)
    raw(root, "remote", "add", "origin", remote)
    raw(root, "push", "--quiet", "--set-upstream", "origin", "main")
    raw(root, "clone", "--quiet", remote, str(tmp_path / "there"))
    return server


def post(server: Server, verb: str, status: int = 200, **body: Any) -> Any:
    answer = server.call("POST", f"git/{verb}".rstrip("/"), json=body)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def look(server: Server) -> dict[str, Any]:
    answer = server.get("git")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def elsewhere(saved: Server, path: str, text: str) -> None:
    """Somebody else pushes a change."""
    there = saved.project.root.parent / "there"
    (there / path).write_text(text)
    raw(there, "add", "--all")
    raw(there, "commit", "--quiet", "--message", f"Change {path}")
    raw(there, "push", "--quiet")


def test_a_project_without_a_repository_gets_one(server: Server) -> None:
    assert look(server)["repository"] is False
    assert code(server.get("git/branches")) == (404, "no_repository")
    post(server, "", 204)
    assert (look(server)["repository"], look(server)["branch"]) == (True, "main")


def test_changes_name_the_pipelines_that_have_them(saved: Server) -> None:
    saved.project.write("data_loaders/load.py", CODE + "# changed\n")
    saved.project.write("pipelines/stock/metadata.yaml", "blocks: [")
    saved.project.write("utils/words.py", "x = 1\n")
    found = {file["path"]: (file["unstaged"], file["pipelines"]) for file in look(saved)["files"]}
    assert found == {
        "data_loaders/load.py": ("modified", ["sales"]),
        "pipelines/stock/metadata.yaml": ("modified", ["stock"]),
        "utils/words.py": ("untracked", []),
    }


def test_hunks_and_files_are_staged_and_committed_by_the_caller(saved: Server) -> None:
    saved.project.write("data_loaders/load.py", "# above\n" + CODE + "# below\n")
    saved.project.write("data_loaders/other.py", "x = 1\n")
    shown = saved.get("git/difference?path=data_loaders/load.py").json()
    (hunk,) = shown["hunks"]
    assert "+# above" in hunk["lines"]
    post(saved, "stage", paths=["data_loaders/load.py"], hunks=[hunk["id"]])
    assert post(saved, "stage", paths=["data_loaders/other.py"])["files"] == ["data_loaders/other.py"]
    post(saved, "unstage", paths=["data_loaders/other.py"])
    made = post(saved, "commits", 201, message="Words around it")
    assert (made["author"], made["email"]) == ("ada", "ada@example.com")
    listed = saved.get("git/commits?limit=1").json()
    assert [item["subject"] for item in listed["items"]] == ["Words around it"]
    following = saved.get(f"git/commits?limit=5&cursor={listed['next']}").json()
    assert ([item["subject"] for item in following["items"]], following["next"]) == (["First"], None)
    assert [file["path"] for file in look(saved)["files"]] == ["data_loaders/other.py"]
    again = saved.call("POST", "git/stage", json={"paths": ["data_loaders/load.py"], "hunks": [hunk["id"]]})
    assert code(again) == (404, "not_changed")


def test_staging_all_leaves_new_files_with_passwords_alone(saved: Server) -> None:
    saved.project.write(".env", "PASSWORD=1\n")
    saved.project.write("a.py", "x = 1\n")
    assert post(saved, "stage")["files"] == ["a.py"]
    assert {file["path"]: file["guarded"] for file in look(saved)["files"]} == {".env": True, "a.py": False}
    assert post(saved, "unstage")["files"] == ["a.py"]


def test_who_may_only_look_changes_nothing_and_sees_no_passwords(saved: Server) -> None:
    saved.project.write(".env", "PASSWORD=1\n")
    saved.gate.actor = VIEWER
    assert saved.get("git").status_code == 200
    answer = saved.get("git/difference?path=.env")
    assert answer.status_code == 403
    assert "PASSWORD=1" not in answer.text


def test_branches_and_stashes(saved: Server) -> None:
    saved.project.write("data_loaders/load.py", CODE + "# changed\n")
    assert post(saved, "stashes", 201, message="later")["files"] == ["data_loaders/load.py"]
    post(saved, "branches", 201, name="feature")
    assert look(saved)["branch"] == "feature"
    (stash,) = saved.get("git/stashes").json()["items"]
    wanted = {"number": stash["number"], "commit": stash["commit"]}
    assert post(saved, "stashes/pop", **wanted)["files"] == ["data_loaders/load.py"]
    post(saved, "stage")
    post(saved, "commits", 201, message="On the branch")
    assert post(saved, "switch", branch="main")["files"] == ["data_loaders/load.py"]
    names = {item["name"]: item["current"] for item in saved.get("git/branches").json()["items"]}
    assert names == {"main": True, "feature": False, "origin/main": False}
    assert code(saved.call("POST", "git/branches", json={"name": "--force"})) == (422, "branch_name")


def test_a_switch_that_would_lose_changes_is_refused(saved: Server) -> None:
    post(saved, "branches", 201, name="feature")
    saved.project.write("data_loaders/load.py", CODE + "# feature\n")
    post(saved, "stage")
    post(saved, "commits", 201, message="Feature")
    saved.project.write("data_loaders/load.py", CODE + "# not committed\n")
    assert code(saved.call("POST", "git/switch", json={"branch": "main"})) == (409, "would_lose")
    assert (saved.project.root / "data_loaders/load.py").read_text().endswith("# not committed\n")


def test_a_pull_says_whose_runs_it_would_change_and_does_it_when_told_so(saved: Server) -> None:
    run = saved.call("POST", "runs", json={"pipeline": "sales"}).json()["id"]
    elsewhere(saved, "data_loaders/load.py", CODE + "# theirs\n")
    seen = post(saved, "fetch")
    assert (seen["commits"], seen["files"], seen["pipelines"]) == (1, ["data_loaders/load.py"], ["sales", "stock"])
    assert [(one["run"], one["pipeline"]) for one in seen["running"]] == [(run, "sales")]
    refused = saved.call("POST", "git/pull", json={})
    assert code(refused) == (409, "pipelines_running")
    assert "`sales`" in refused.json()["detail"]
    assert post(saved, "pull", anyway=True)["files"] == ["data_loaders/load.py"]
    assert (saved.project.root / "data_loaders/load.py").read_text().endswith("# theirs\n")
    assert post(saved, "pull")["files"] == []


def test_a_pull_tells_those_who_look_which_files_changed(saved: Server) -> None:
    elsewhere(saved, "data_loaders/load.py", CODE + "# theirs\n")
    before = saved.site.installation.feed.newest()
    post(saved, "pull")
    entries = saved.site.installation.feed.after(before, limit=10)
    assert [entry.data["paths"] for entry in entries if entry.topic == "files"] == [["data_loaders/load.py"]]


def test_commits_are_pushed(saved: Server, tmp_path: Path) -> None:
    saved.project.write("a.py", "x = 1\n")
    post(saved, "stage")
    made = post(saved, "commits", 201, message="A")
    assert look(saved)["ahead"] == 1
    post(saved, "push", 204)
    assert raw(tmp_path / "remote.git", "rev-parse", "main").strip() == made["id"]
    elsewhere_behind = saved.project.root.parent / "there"
    raw(elsewhere_behind, "pull", "--quiet")
    elsewhere(saved, "b.py", "1\n")
    saved.project.write("c.py", "x = 1\n")
    post(saved, "stage")
    post(saved, "commits", 201, message="C")
    assert code(saved.call("POST", "git/push")) == (409, "git_behind")


@pytest.fixture
def conflict(saved: Server) -> Server:
    elsewhere(saved, "data_loaders/load.py", "theirs = 1\n")
    saved.project.write("data_loaders/load.py", "ours = 1\n")
    post(saved, "stage")
    post(saved, "commits", 201, message="Ours")
    assert post(saved, "pull")["files"] == ["data_loaders/load.py"]
    assert look(saved)["doing"] == "merge"
    return saved


def test_a_conflict_is_solved_by_a_side_or_by_content(conflict: Server) -> None:
    path = "data_loaders/load.py"
    sides = conflict.get(f"git/conflict?path={path}").json()
    assert (sides["base"], sides["ours"], sides["theirs"]) == (CODE, "ours = 1\n", "theirs = 1\n")
    assert "<<<<<<<" in sides["now"]
    seen = {"path": path, "etag": sides["etag"]}
    for body, answer in (
        (seen, (422, "no_solution")),
        ({**seen, "content": sides["now"]}, (422, "unsolved")),
        ({**seen, "side": "ours", "etag": "0" * 64}, (412, "changed")),
        ({**seen, "side": "ours", "path": "../x"}, (404, "not_changed")),
    ):
        assert code(conflict.call("POST", "git/solve", json=body)) == answer
    post(conflict, "solve", 204, **seen, content="ours = theirs = 1\n")
    assert (conflict.project.root / path).read_text() == "ours = theirs = 1\n"
    assert len(post(conflict, "commits", 201, message="Both")["parents"]) == 2
    assert (look(conflict)["doing"], look(conflict)["files"]) == ("", [])


def test_a_merge_with_conflicts_can_be_taken_back(conflict: Server) -> None:
    post(conflict, "solve", 204, path="data_loaders/load.py", side="theirs")
    assert (conflict.project.root / "data_loaders/load.py").read_text() == "theirs = 1\n"
    assert post(conflict, "abort")["files"] == ["data_loaders/load.py"]
    assert (conflict.project.root / "data_loaders/load.py").read_text() == "ours = 1\n"
    assert code(conflict.call("POST", "git/abort")) == (409, "nothing_begun")


def test_the_log_of_a_file_stays_inside_the_project(saved: Server) -> None:
    assert saved.get("git/commits?path=data_loaders/load.py").json()["items"]
    for path in ("../x", "/etc/passwd", "a/../../x"):
        assert saved.get("git/commits", params={"path": path}).status_code == 403


def test_what_was_done_is_in_the_audit_log(saved: Server) -> None:
    saved.project.write("a.py", "x = 1\n")
    post(saved, "stage")
    made = post(saved, "commits", 201, message="A")
    entries = saved.get("/api/v1/audit").json()["items"]
    assert ("git.commit", made["id"]) in [(entry["action"], entry["object"]) for entry in entries]
