"""People, tokens and the audit log on the command line."""

from __future__ import annotations

import pytest

from tests.project import Project

PASSWORD = "an unlikely sequence of words"


@pytest.fixture
def shop(project: Project) -> Project:
    project.pipeline("p")
    project.report("users", "add", "Ada@example.com", "--role", "owner")
    return project


def test_a_person_is_added_with_a_role_and_listed(shop: Project) -> None:
    added = shop.report("users", "add", "bob@example.com", "--role", "viewer", "--in", "shop/p", "--name", "Bob")
    assert added["link"].startswith("http://localhost:6789/sign-in/link/")
    people = shop.report("users", "list")["users"]
    assert [person["email"] for person in people] == ["ada@example.com", "bob@example.com"]
    assert people[1]["grants"] == [{"role": "viewer", "project": "shop", "pipeline": "p"}]
    assert "bob@example.com  viewer of pipeline `p` of project `shop`" in shop.run("users", "list").out


def test_a_password_comes_from_stdin_and_is_shown_nowhere(shop: Project) -> None:
    done = shop.run("users", "password", "ada@example.com", stdin=PASSWORD + "\n")
    assert (done.code, PASSWORD in done.out + done.err) == (0, False)
    assert shop.report("users", "list")["users"][0]["has_password"] is True
    assert PASSWORD not in shop.run("audit", "--json").out
    assert shop.report("users", "password", "ada@example.com", stdin="short\n")["error"]["code"] == "weak_password"


def test_roles_are_given_and_taken_but_an_owner_stays(shop: Project) -> None:
    shop.report("users", "add", "bob@example.com")
    granted = shop.report("users", "grant", "bob@example.com", "admin", "--in", "shop")
    assert granted["grants"][0]["role"] == "admin"
    assert shop.report("users", "revoke", "bob@example.com", "--in", "shop")["grants"] == []
    assert shop.report("users", "revoke", "ada@example.com")["error"]["code"] == "last_owner"
    assert shop.report("users", "disable", "ada@example.com")["error"]["code"] == "last_owner"
    assert shop.report("users", "disable", "bob@example.com")["active"] is False
    assert shop.report("users", "enable", "bob@example.com")["active"] is True
    assert shop.report("users", "grant", "eve@example.com", "admin")["error"]["code"] == "person_not_found"


def test_a_token_is_shown_once_and_revoked_by_its_number(shop: Project) -> None:
    made = shop.report("tokens", "new", "ci", "--user", "ada@example.com", "--scope", "view", "--days", "3")
    assert made["token"].startswith("bw_")
    listed = shop.run("tokens", "list", "--user", "ada@example.com", "--json")
    assert made["token"] not in listed.out
    assert listed.json["tokens"][0]["scopes"] == ["view"]
    assert shop.report("tokens", "revoke", str(made["id"]))["revoked"] is True
    assert shop.report("tokens", "revoke", str(made["id"]))["error"]["code"] == "token_not_found"


def test_what_was_done_is_written_down_with_who_did_it(shop: Project) -> None:
    shop.run("users", "add", "bob@example.com")
    entries = shop.report("audit", "--limit", "1")["entries"]
    assert [(entry["action"], entry["object"]) for entry in entries] == [("person.add", "bob@example.com")]
    assert "on the command line" in entries[0]["actor"]
