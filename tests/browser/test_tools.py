"""Git as people have it: a change is committed line by line, a pull says whom it would change, a conflict is solved."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App, no_violations, sales
from tests.project import Project

WHO = {"NAME": "bob", "EMAIL": "bob@example.com"}
SLOW = """
    import time
    from pathlib import Path


    @data_loader
    def wait(*args, **kwargs):
        while not Path("go").exists():
            time.sleep(0.05)
"""


def raw(folder: Path, *arguments: str) -> str:
    """Git as somebody at a terminal has it."""
    who = {f"GIT_{role}_{name}": value for role in ("AUTHOR", "COMMITTER") for name, value in WHO.items()}
    given = {"PATH": "/usr/bin:/bin", "GIT_CONFIG_GLOBAL": "/dev/null", **who}
    return subprocess.run(["git", *arguments], cwd=folder, env=given, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def saved(start: Callable[..., App], project: Project) -> App:
    """Everything is committed and at a remote; ``there`` is somebody else's copy."""
    sales(project)
    project.pipeline("slow", {"kind": "loader", "id": "wait", "code": SLOW})
    project.write(".gitignore", ".blockwright\ngo\n")
    root = project.root
    remote, there = str(root.parent / "remote.git"), str(root.parent / "there")
    raw(root, "init", "--quiet", "--initial-branch=main")
    raw(root, "add", "--all")
    raw(root, "commit", "--quiet", "--message", "First")
    raw(root, "init", "--quiet", "--bare", "--initial-branch=main", remote)
    raw(root, "remote", "add", "origin", remote)
    raw(root, "push", "--quiet", "--set-upstream", "origin", "main")
    raw(root, "clone", "--quiet", remote, there)
    return start()


def change(app: App, path: str, text: str) -> None:
    """Somebody else changes a file and pushes."""
    there = app.project.root.parent / "there"
    (there / path).write_text(text)
    raw(there, "commit", "--quiet", "--all", "--message", f"Change {path}")
    raw(there, "push", "--quiet")


def content(app: App, path: str) -> str:
    return (app.project.root / path).read_text()


def shown(page: Page, path: str) -> None:
    """Choose a file of the list."""
    page.get_by_role("button", name=path.rpartition("/")[2]).filter(has_not_text="Stage").first.click()


def test_a_change_becomes_a_commit_line_by_line(saved: App) -> None:
    path = "data_loaders/load.py"
    before = content(saved, path)
    (saved.project.root / path).write_text(f"# above <b>bold</b>\n{before}# below\n")
    page = saved.open("/pipelines")
    page.get_by_role("button", name="Git: main · 1 changed").click()
    drawer = page.get_by_role("region", name="Git", exact=True)
    shown(page, path)
    expect(drawer.get_by_text("# above <b>bold</b>")).to_be_visible()
    no_violations(page)
    saved.picture("git-drawer")
    drawer.get_by_role("button", name="Stage these lines").first.click()
    expect(drawer.get_by_role("region", name="In the next commit")).to_contain_text("load.py")
    commit = drawer.get_by_role("button", name="Commit 1 file")
    expect(commit).to_have_attribute("aria-disabled", "true")
    drawer.get_by_label("Message of the commit").fill("Say what is above")
    commit.click()
    expect(drawer.get_by_role("region", name="In the next commit")).to_have_count(0)
    expect(drawer.get_by_role("region", name="Not staged")).to_contain_text("load.py")
    assert raw(saved.project.root, "show", f"HEAD:{path}") == f"# above <b>bold</b>\n{before}"
    assert raw(saved.project.root, "log", "-1", "--format=%ae %s").strip() == "owner@localhost Say what is above"
    drawer.get_by_role("tab", name="History").click()
    expect(drawer.get_by_role("listitem").first).to_contain_text("Say what is above")
    drawer.get_by_role("button", name="Push 1").click()
    expect(drawer.get_by_role("button", name="Push", exact=True)).to_be_visible()
    assert raw(saved.project.root.parent / "remote.git", "log", "-1", "--format=%s").strip() == "Say what is above"


def test_the_drawer_stays_over_screens_and_closes_by_key(saved: App) -> None:
    page = saved.open("/pipelines")
    page.get_by_role("heading", name="Pipelines", level=1).wait_for()
    page.keyboard.press("Control+`")
    drawer = page.get_by_role("region", name="Git", exact=True)
    expect(drawer.get_by_text("Nothing has changed since the last commit.")).to_be_visible()
    page.get_by_role("link", name="Runs").first.click()
    expect(page.get_by_role("heading", name="Runs", level=1)).to_be_visible()
    expect(drawer).to_be_visible()
    page.keyboard.press("Control+`")
    expect(drawer).to_have_count(0)


def test_a_branch_is_made_and_changes_are_put_away_and_brought_back(saved: App) -> None:
    path = "data_loaders/load.py"
    before = content(saved, path)
    (saved.project.root / path).write_text(f"{before}# later\n")
    page = saved.open("/git")
    page.get_by_role("button", name="Stash", exact=True).click()
    expect(page.get_by_text("Nothing has changed since the last commit.")).to_be_visible()
    assert content(saved, path) == before
    page.get_by_role("button", name="Branch main").click()
    page.get_by_role("menuitem", name="New branch…").click()
    page.get_by_label("Name of the new branch").fill("feature/later")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Branch feature/later")).to_be_visible()
    page.get_by_role("tab", name="Stashes").click()
    no_violations(page)
    saved.picture("git-stashes")
    page.get_by_role("button", name="Bring back").click()
    expect(page.get_by_role("tab", name="Changes")).to_contain_text("1")
    assert content(saved, path) == f"{before}# later\n"


def test_a_pull_that_changes_a_running_pipeline_says_so_first(saved: App) -> None:
    run = saved.run("slow")
    change(saved, "data_loaders/wait.py", "@data_loader\ndef wait(): return 1\n")
    page = saved.open("/git")
    page.get_by_role("button", name="Pull").click()
    asked = page.get_by_role("dialog", name="Pull while pipelines run?")
    expect(asked).to_contain_text(f"slow, run {run}")
    assert "time.sleep" in content(saved, "data_loaders/wait.py")
    no_violations(page)
    saved.picture("git-pull")
    asked.get_by_role("button", name="Pull 1 commit").click()
    expect(asked).to_have_count(0)
    page.get_by_role("tab", name="History").click()
    expect(page.get_by_role("listitem").filter(has_text="Change data_loaders/wait.py")).to_be_visible()
    assert "return 1" in content(saved, "data_loaders/wait.py")
    (saved.project.root / "go").touch()


def test_a_conflict_is_solved_by_taking_a_side(saved: App) -> None:
    path = "data_loaders/load.py"
    change(saved, path, "theirs = 1\n")
    (saved.project.root / path).write_text("ours = 1\n")
    raw(saved.project.root, "commit", "--quiet", "--all", "--message", "Ours")
    page = saved.open("/git")
    page.get_by_role("button", name="Pull").click()
    expect(page.get_by_text("A merge has begun and is not done.")).to_be_visible()
    shown(page, path)
    expect(page.get_by_role("button", name="Save the merged file")).to_have_attribute("aria-disabled", "true")
    expect(page.get_by_text("theirs = 1").first).to_be_visible()
    saved.picture("git-conflict")
    page.get_by_role("button", name="Take theirs").click()
    expect(page.get_by_role("region", name="In the next commit")).to_contain_text("load.py")
    assert content(saved, path) == "theirs = 1\n"
    page.get_by_label("Message of the commit").fill("Take theirs")
    page.get_by_role("button", name="Commit the merge").click()
    expect(page.get_by_text("Nothing has changed since the last commit.")).to_be_visible()
    assert len(raw(saved.project.root, "log", "-1", "--format=%P").split()) == 2


def test_a_project_without_a_repository_gets_one(app: App) -> None:
    page = app.open("/git")
    no_violations(page)
    app.picture("git-none")
    page.get_by_role("button", name="Make a repository").click()
    expect(page.get_by_role("region", name="Not staged")).to_contain_text("metadata.yaml")
    assert (app.project.root / ".git").is_dir()
