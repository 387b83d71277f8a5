"""The work tree: what is said of it, and what is done to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from blockwright.core.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from blockwright.core.git import Mark
from tests.adapters.git.conftest import ADA, Folder


def refused(code: str, act: Callable[[], object]) -> str:
    with pytest.raises((Conflict, Forbidden, Invalid, NotFound, Unavailable)) as caught:
        act()
    assert caught.value.code == code, caught.value
    return str(caught.value)


# What is ----------------------------------------------------------------------------------------------------------


def test_a_folder_without_a_repository_says_so_and_gets_one(folder: Callable[[str], Folder]) -> None:
    plain = folder("plain")
    refused("no_repository", plain.git.tree)
    plain.git.create()
    tree = plain.git.tree()
    assert (tree.branch, tree.commit, tree.files) == ("main", None, ())
    refused("exists", plain.git.create)


def test_changes_are_told_by_what_happened_to_them(here: Folder) -> None:
    here.write("gone.py", "1\n")
    here.write("old.py", "content that is long enough to be known again\n")
    here.save("More")
    (here.root / "gone.py").unlink()
    here.raw("mv", "old.py", "new.py")
    here.write("a.py", "changed\n")
    here.write("strange \n\tname é.py", "x")
    assert here.marks() == {
        "a.py": ("", "modified"),
        "gone.py": ("", "deleted"),
        "new.py": ("renamed", ""),
        "strange \n\tname é.py": ("", "untracked"),
    }
    renamed = here.git.tree().file("new.py")
    assert renamed is not None
    assert renamed.before == "old.py"


def test_our_own_folder_is_no_change(here: Folder) -> None:
    here.write(".blockwright/secret.key", "secret")
    assert here.git.tree().files == ()
    refused("not_changed", lambda: here.git.stage([".blockwright/secret.key"]))


def test_a_difference_has_hunks_and_one_of_them_can_be_staged_and_taken_out_again(here: Folder) -> None:
    lines = here.read("a.py").splitlines()
    lines[1], lines[18] = "second", "second to last"
    here.write("a.py", "\n".join(lines) + "\n")
    first, last = here.git.difference("a.py", staged=False).hunks
    assert "+second" in first.lines
    assert "+second to last" in last.lines
    here.git.stage_hunks("a.py", [last.id], undo=False)
    assert here.marks() == {"a.py": ("modified", "modified")}
    (staged,) = here.git.difference("a.py", staged=True).hunks
    assert "+second to last" in staged.lines
    here.git.stage_hunks("a.py", [staged.id], undo=True)
    assert here.marks() == {"a.py": ("", "modified")}
    assert here.read("a.py") == "\n".join(lines) + "\n"


def test_a_hunk_that_has_changed_since_is_another_one(here: Folder) -> None:
    here.write("a.py", "one\n")
    (seen,) = here.git.difference("a.py", staged=False).hunks
    here.write("a.py", "two\n")
    refused("changed", lambda: here.git.stage_hunks("a.py", [seen.id], undo=False))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a\r\nb\r\n", b"a\r\nc\r\n"),
        (b"caf\xe9\n", b"th\xe9\n"),
        (b"no end", b"no end either"),
        (b"@@ -1 +1 @@\n--- a\n", b"@@ -1 +1 @@\n+++ b\n\n"),
        (b"a\x0cb\x1cc\n", b"a\x0cb\x1cd\n"),
    ],
)
def test_a_hunk_is_staged_byte_for_byte(here: Folder, before: bytes, after: bytes) -> None:
    (here.root / "odd").write_bytes(before)
    here.save("Odd")
    (here.root / "odd").write_bytes(after)
    hunks = here.git.difference("odd", staged=False).hunks
    here.git.stage_hunks("odd", [hunk.id for hunk in hunks], undo=False)
    assert here.marks() == {"odd": ("modified", "")}


def test_a_new_file_differs_from_nothing_and_a_binary_one_has_no_lines(here: Folder) -> None:
    here.write("new.py", "one\ntwo\n")
    (here.root / "picture").write_bytes(b"\0\1\2")
    (hunk,) = here.git.difference("new.py", staged=False).hunks
    assert hunk.lines == ("+one", "+two")
    shown = here.git.difference("picture", staged=False)
    assert (shown.binary, shown.hunks) == (True, ())


def test_only_what_has_changed_can_be_asked_for(here: Folder) -> None:
    for path in ("../outside", "/etc/passwd", "a.py", ":(top)a.py", "*", "--output=x", "", "a\0b"):
        refused("not_changed", lambda path=path: here.git.difference(path, staged=False))  # type: ignore[misc]
        refused("not_changed", lambda path=path: here.git.stage([path]))  # type: ignore[misc]


def test_a_huge_difference_is_cut(here: Folder) -> None:
    here.write("big.txt", "a line of text that is repeated\n" * 300_000)
    shown = here.git.difference("big.txt", staged=False)
    assert shown.cut
    assert sum(len(hunk.lines) for hunk in shown.hunks) < 300_000


# Commits ----------------------------------------------------------------------------------------------------------


def test_what_is_staged_is_committed_by_the_caller(here: Folder) -> None:
    refused("nothing_staged", lambda: here.git.commit("Nothing", ADA))
    here.write("a.py", "changed\n")
    here.write("b.py", "new\n")
    here.git.stage(["b.py"])
    made = here.git.commit("Add b\n\n# not a comment\n", ADA)
    assert (made.subject, made.author, made.email) == ("Add b", "ada", "ada@example.com")
    assert "# not a comment" in here.raw("log", "-1", "--format=%B")
    assert here.raw("log", "-1", "--format=%cn %ce").strip() == "ada ada@example.com"
    assert here.marks() == {"a.py": ("", "modified")}
    assert [commit.subject for commit in here.git.log(first=0, limit=10)] == ["Add b", "First"]
    assert [commit.subject for commit in here.git.log(first=1, limit=10)] == ["First"]
    assert [commit.subject for commit in here.git.log(first=0, limit=10, path="a.py")] == ["First"]
    assert here.git.log(first=0, limit=1)[0].names == ("main",)


def test_staging_can_be_taken_back_also_before_the_first_commit(folder: Callable[[str], Folder]) -> None:
    fresh = folder("fresh")
    fresh.git.create()
    fresh.write("a.py", "1\n")
    fresh.git.stage(["a.py"])
    assert fresh.marks() == {"a.py": ("added", "")}
    assert fresh.git.log(first=0, limit=5) == []
    fresh.git.unstage(["a.py"])
    assert fresh.marks() == {"a.py": ("", "untracked")}
    fresh.git.stage(["a.py"])
    fresh.git.commit("First", ADA)
    (fresh.root / "a.py").unlink()
    fresh.git.stage(["a.py"])
    assert fresh.marks() == {"a.py": ("deleted", "")}
    fresh.git.unstage(["a.py"])
    assert fresh.marks() == {"a.py": ("", "deleted")}


# Branches and stashes ---------------------------------------------------------------------------------------------


def test_branches_are_made_and_switched_to(here: Folder) -> None:
    here.git.new_branch("feature/x", start=None)
    assert here.git.switch("feature/x") == []
    here.write("a.py", "on the branch\n")
    here.save("On the branch")
    assert here.git.switch("main") == ["a.py"]
    assert here.read("a.py").startswith("line 0")
    assert {branch.name: branch.current for branch in here.git.branches()} == {"main": True, "feature/x": False}
    refused("exists", lambda: here.git.new_branch("main", start=None))
    refused("branch_not_found", lambda: here.git.switch("nowhere"))
    refused("branch_not_found", lambda: here.git.new_branch("y", start="nowhere"))


@pytest.mark.parametrize(
    "name", ["-f", "--orphan", "a..b", "a b", "", "x.lock", "a//b", "@", "HEAD", "a@{1}", ".x", "a\n", "x~1", "é:b"]
)
def test_a_name_that_git_would_misread_is_refused(here: Folder, name: str) -> None:
    refused("branch_name", lambda: here.git.new_branch(name, start=None))
    refused("branch_not_found", lambda: here.git.switch(name))
    refused("branch_not_found", lambda: here.git.new_branch("fine", start=name)) if name not in ("@", "HEAD") else None


def test_a_switch_that_would_lose_changes_is_refused(here: Folder) -> None:
    here.git.new_branch("other", start=None)
    here.git.switch("other")
    here.write("a.py", "other\n")
    here.save("Other")
    here.git.switch("main")
    here.write("a.py", "not committed\n")
    refused("would_lose", lambda: here.git.switch("other"))
    assert here.read("a.py") == "not committed\n"
    assert here.git.tree().branch == "main"


def test_what_is_put_away_comes_back(here: Folder) -> None:
    refused("nothing_changed", lambda: here.git.stash("", ADA))
    here.write("a.py", "changed\n")
    here.write("new.py", "new\n")
    assert here.git.stash("for later", ADA) == ["a.py", "new.py"]
    assert here.git.tree().files == ()
    assert here.git.tree().stashes == 1
    (stash,) = here.git.stashes()
    assert stash.subject.endswith("for later")
    refused("changed", lambda: here.git.unstash(0, commit="0" * 40))
    assert sorted(here.git.unstash(0, commit=stash.commit)) == ["a.py", "new.py"]
    assert here.marks() == {"a.py": ("", "modified"), "new.py": ("", "untracked")}
    assert here.git.stashes() == []


def test_a_stash_that_does_not_fit_stays(here: Folder) -> None:
    here.write("a.py", "put away\n")
    here.git.stash("", ADA)
    here.write("a.py", "something else\n")
    (stash,) = here.git.stashes()
    refused("would_lose", lambda: here.git.unstash(0, commit=stash.commit))
    assert here.read("a.py") == "something else\n"
    assert len(here.git.stashes()) == 1
    here.git.drop_stash(0, commit=stash.commit)
    assert here.git.stashes() == []


# The remote -------------------------------------------------------------------------------------------------------


def test_without_a_remote_there_is_none(here: Folder) -> None:
    refused("no_remote", here.git.fetch)
    refused("no_upstream", here.git.incoming)
    refused("no_remote", here.git.push)


def test_commits_go_there_and_back(here: Folder, there: Folder) -> None:
    there.write("b.py", "theirs\n")
    there.git.stage(["b.py"])
    there.git.commit("Theirs", ADA)
    assert there.git.tree().ahead == 1
    there.git.push()
    here.git.fetch()
    assert here.git.tree().behind == 1
    assert here.git.incoming() == ["b.py"]
    assert here.git.merge(ADA) == ["b.py"]
    assert here.read("b.py") == "theirs\n"
    assert (here.git.tree().ahead, here.git.tree().behind) == (0, 0)


def test_a_new_branch_is_pushed_under_its_name_and_found_by_others(here: Folder, there: Folder) -> None:
    here.git.new_branch("feature", start=None)
    here.git.switch("feature")
    here.write("f.py", "1\n")
    here.save("Feature")
    here.git.push()
    assert here.git.tree().upstream == "origin/feature"
    there.git.fetch()
    assert there.git.switch("origin/feature") == ["f.py"]
    assert there.git.tree().branch == "feature"


def test_a_push_over_other_commits_is_refused(here: Folder, there: Folder) -> None:
    for folder, name in ((there, "b.py"), (here, "c.py")):
        folder.write(name, "1\n")
        folder.save(name)
    there.git.push()
    refused("git_behind", here.git.push)


def test_both_sides_of_a_conflict_are_told_and_a_merge_can_be_taken_back(here: Folder, there: Folder) -> None:
    there.write("a.py", "theirs\n")
    there.save("Theirs")
    there.git.push()
    here.write("a.py", "ours\n")
    here.save("Ours")
    here.git.fetch()
    assert here.git.merge(ADA) == ["a.py"]
    tree = here.git.tree()
    assert (tree.doing, [file.unstaged for file in tree.files]) == ("merge", [Mark.CONFLICT])
    sides = here.git.sides("a.py")
    assert (sides.ours, sides.theirs) == (b"ours\n", b"theirs\n")
    assert sides.base is not None
    refused("unsolved", lambda: here.git.commit("Merge", ADA))
    assert here.git.abort() == ["a.py"]
    assert here.read("a.py") == "ours\n"
    here.git.merge(ADA)
    here.write("a.py", "both\n")
    here.git.stage(["a.py"])
    made = here.git.commit("Merge", ADA)
    assert len(made.parents) == 2
    assert here.git.tree().doing == ""
    here.write("a.py", "x")
    refused("no_conflict", lambda: here.git.sides("a.py"))


def test_a_merge_that_would_lose_changes_is_refused(here: Folder, there: Folder) -> None:
    there.write("a.py", "theirs\n")
    there.save("Theirs")
    there.git.push()
    here.write("a.py", "not committed\n")
    here.git.fetch()
    refused("would_lose", lambda: here.git.merge(ADA))
    assert here.read("a.py") == "not committed\n"


def test_a_remote_that_is_not_there_says_so_without_its_password(here: Folder) -> None:
    here.raw("remote", "add", "origin", "https://somebody:hunter2@127.0.0.1:1/x.git")
    told = refused("git_remote", here.git.fetch)
    assert "hunter2" not in told


# A project in a larger repository ---------------------------------------------------------------------------------


def test_a_project_in_a_larger_repository_sees_and_changes_only_its_own(
    here: Folder, folder: Callable[[str], Folder]
) -> None:
    shop = folder("here/shop")
    shop.write("s.py", "1\n")
    here.write("bank.py", "not the shop's\n")
    tree = shop.git.tree()
    assert ([file.path for file in tree.files], tree.shared) == (["s.py"], True)
    refused("not_changed", lambda: shop.git.difference("../bank.py", staged=False))
    shop.git.stage(["s.py"])
    shop.write("s.py", "1\n2\n")
    (hunk,) = shop.git.difference("s.py", staged=False).hunks
    shop.git.stage_hunks("s.py", [hunk.id], undo=False)
    assert shop.git.commit("Shop", ADA).subject == "Shop"
    assert [commit.subject for commit in shop.git.log(first=0, limit=9)] == ["Shop"]
    here.git.stage(["bank.py"])
    shop.write("s.py", "3\n")
    shop.git.stage(["s.py"])
    refused("shared_repository", lambda: shop.git.commit("Both", ADA))
    for act in (lambda: shop.git.switch("main"), lambda: shop.git.stash("", ADA), shop.git.push, shop.git.abort):
        refused("shared_repository", act)


# What a repository would run --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "setting",
    [
        "filter.x.clean",
        "filter.x.process",
        "merge.x.driver",
        "diff.external",
        "diff.x.textconv",
        "credential.helper",
        "credential.https://example.com.helper",
        "core.sshCommand",
        "core.worktree",
        "remote.origin.uploadpack",
        "include.path",
        "gpg.program",
    ],
)
def test_a_repository_that_would_run_something_is_refused(here: Folder, setting: str) -> None:
    program = f"touch {here.root.parent / 'ran'}"
    here.raw("config", setting, str(here.root.parent) if setting == "core.worktree" else program)
    for act in (here.git.tree, here.git.branches, lambda: here.git.stage(["a.py"]), here.git.push):
        assert setting.lower() in refused("git_program", act).lower()
    assert not (here.root.parent / "ran").exists()


def test_hooks_editors_and_monitors_of_the_repository_do_not_run(here: Folder, there: Folder) -> None:
    ran = here.root.parent / "ran"
    names = "pre-commit", "commit-msg", "post-commit", "post-checkout", "post-merge", "pre-push", "post-index-change"
    for name in (*names, "reference-transaction"):
        hook = here.root / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\necho {name} >> {ran}\n")
        hook.chmod(0o755)
    for setting in ("core.editor", "core.pager", "sequence.editor", "core.fsmonitor", "alias.status"):
        here.raw("config", setting, f"!touch {ran}" if setting.startswith("alias") else f"touch {ran}")
    ran.unlink(missing_ok=True)  # the terminal's own Git ran some meanwhile
    here.write("a.py", "changed\n")
    here.git.stage(["a.py"])
    here.git.commit("Changed", ADA)
    here.git.push()
    here.git.new_branch("x", start=None)
    here.git.switch("x")
    here.git.log(first=0, limit=5)
    assert not ran.exists()


def test_what_the_environment_says_of_repositories_does_not_count(
    here: Folder, folder: Callable[[str], Folder]
) -> None:
    from blockwright.adapters.git import CommandLineGit
    from tests.adapters.git.conftest import ENVIRON

    plain = folder("plain")
    led = CommandLineGit(plain.root, {**ENVIRON, "GIT_DIR": str(here.root / ".git")})
    refused("no_repository", led.tree)


def test_without_git_it_is_said(here: Folder) -> None:
    from blockwright.adapters.git import CommandLineGit

    refused("git_missing", CommandLineGit(here.root, {"PATH": str(here.root)}).tree)


def test_a_lock_that_somebody_holds_is_told(here: Folder) -> None:
    here.write("a.py", "changed\n")
    (here.root / ".git/index.lock").touch()
    told = refused("git_busy", lambda: here.git.stage(["a.py"]))
    assert "index.lock" in told


def test_what_is_pushed_is_a_branch_with_a_commit(here: Folder, folder: Callable[[str], Folder]) -> None:
    fresh = folder("fresh")
    fresh.git.create()
    refused("no_commit", fresh.git.push)
    here.raw("switch", "--quiet", "--detach")
    assert here.git.tree().branch is None
    refused("no_branch", here.git.push)
