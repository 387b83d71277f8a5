"""Cases 5, 13, 14 and 17 for Git: paths, names, addresses and a repository made to harm whoever looks at it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.security.sites import City
from tests.security.test_05_paths import MARKER, attacks

GIT = "/api/v1/projects/shop/git"
WHO = {f"GIT_{role}_{name}": "x@example.com" for role in ("AUTHOR", "COMMITTER") for name in ("NAME", "EMAIL")}


def raw(folder: Path, *arguments: str) -> str:
    given = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": "/dev/null", **WHO}
    return subprocess.run(["git", *arguments], cwd=folder, env=given, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def shop(city: City) -> Path:
    """The project `shop` is a repository of its own, and a file beside it must never be seen."""
    (city.root / "outside.txt").write_text(MARKER)
    shop = city.root / "shop"
    raw(shop, "init", "--quiet", "--initial-branch=main")
    raw(shop, "add", "--all")
    raw(shop, "commit", "--quiet", "--message", "First")
    (shop / "link.py").symlink_to(city.root / "outside.txt")
    (shop / "linked").symlink_to(city.root)
    return shop


def test_no_spelling_of_a_path_reaches_outside(city: City, shop: Path) -> None:
    wrong = []
    for attack in [
        *attacks(city.root / "outside.txt"),
        ":(top)..",
        "--no-index",
        "--output=/tmp/x",
        "linked/outside.txt",
    ]:
        answers = [
            city.call("GET", f"{GIT}/difference", by="owner", params={"path": attack}),
            city.call("GET", f"{GIT}/conflict", by="owner", params={"path": attack}),
            city.call("GET", f"{GIT}/commits", by="owner", params={"path": attack}),
            city.call("POST", f"{GIT}/stage", by="owner", json={"paths": [attack]}),
            city.call("POST", f"{GIT}/unstage", by="owner", json={"paths": [attack], "hunks": ["0"]}),
            city.call("POST", f"{GIT}/solve", by="owner", json={"path": attack, "content": "overwritten"}),
        ]
        wrong += [f"{attack!r}: {one.status_code} {one.text[:100]}" for one in answers if one.status_code >= 500]
        wrong += [f"{attack!r}: {one.text[:100]}" for one in answers if MARKER in one.text]
    assert wrong == []
    assert (city.root / "outside.txt").read_text() == MARKER


@pytest.mark.parametrize(
    "name",
    ["--orphan=x", "-f", "$(touch ran)", "`touch ran`", "x; touch ran", "x\ntouch ran", "../../x", "@{-1}", "HEAD~1"],
)
def test_no_name_of_a_branch_is_an_option_or_a_command(city: City, shop: Path, name: str) -> None:
    for verb, body in (
        ("branches", {"name": name}),
        ("branches", {"name": "fine", "start": name}),
        ("switch", {"branch": name}),
    ):
        answer = city.call("POST", f"{GIT}/{verb}", by="owner", json=body)
        assert answer.status_code in (201, 404, 422), answer.text
    assert not list(city.root.rglob("ran"))
    assert raw(shop, "log", "--format=%s").split() == ["First"]


def test_a_message_is_nothing_but_a_message(city: City, shop: Path) -> None:
    (shop / "a.py").write_text("x = 1\n")
    city.call("POST", f"{GIT}/stage", by="editor", json={"paths": ["a.py"]})
    message = "--amend $(touch ran)\n\nCo-authored: `touch ran`"
    assert city.call("POST", f"{GIT}/commits", by="editor", json={"message": message}).status_code == 201
    assert raw(shop, "log", "-1", "--format=%B").strip() == message
    assert not list(city.root.rglob("ran"))


@pytest.mark.parametrize("address", ["ext::touch ran", "ext::sh -c touch% ran", "--upload-pack=touch ran", "fd::0"])
def test_an_address_that_is_a_command_is_not_asked(city: City, shop: Path, address: str) -> None:
    raw(shop, "config", "remote.origin.url", address)
    for verb in ("fetch", "push"):
        answer = city.call("POST", f"{GIT}/{verb}", by="owner")
        assert 400 <= answer.status_code <= 503, answer.text
    assert not list(city.root.rglob("ran"))


def test_a_repository_made_to_run_something_runs_nothing(city: City, shop: Path) -> None:
    """Filters and drivers are named by files that anybody may commit; what they run stands in the configuration."""
    (shop / ".gitattributes").write_text("* filter=evil diff=evil merge=evil\n")
    raw(shop, "config", "filter.evil.clean", f"touch {city.root}/ran")
    for method, verb in (
        ("GET", ""),
        ("GET", "/difference?path=.gitattributes"),
        ("POST", "/stage"),
        ("POST", "/fetch"),
    ):
        answer = city.call(method, f"{GIT}{verb}", by="owner", **({"json": {}} if verb == "/stage" else {}))
        assert (answer.status_code, answer.json()["code"]) == (403, "git_program")
    assert not (city.root / "ran").exists()


def test_a_viewer_changes_nothing(city: City, shop: Path) -> None:
    (shop / "a.py").write_text("x = 1\n")
    before = raw(shop, "status", "--porcelain"), raw(shop, "rev-parse", "HEAD")
    for verb in ("stage", "unstage", "commits", "branches", "switch", "stashes", "fetch", "pull", "push", "abort"):
        assert city.call("POST", f"{GIT}/{verb}", by="viewer", json={}).status_code == 403
    assert (raw(shop, "status", "--porcelain"), raw(shop, "rev-parse", "HEAD")) == before


def test_what_the_platform_keeps_is_never_staged(city: City, shop: Path) -> None:
    """The key of the secrets, also where nothing ignores it."""
    (shop / ".blockwright").mkdir()
    (shop / ".blockwright" / "secret.key").write_text(MARKER)
    city.call("POST", f"{GIT}/stage", by="owner", json={})
    assert city.call("POST", f"{GIT}/commits", by="owner", json={"message": "All"}).status_code == 201
    assert ".blockwright" not in raw(shop, "ls-tree", "-r", "--name-only", "HEAD")
