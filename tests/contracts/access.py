"""What every ``AccessStore`` keeps. Subclass it and give a fixture ``store``."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest

from blockwright.core.access import Grant, Permission, Role
from blockwright.core.errors import Conflict, NotFound
from blockwright.ports.access import AccessStore, AuditEntry, Person, Session, Token
from tests.contracts.samples import NOON, later

OWNER = Grant(Role.OWNER)


def add(store: AccessStore, email: str, *grants: Grant) -> Person:
    return store.add_person(email, email.partition("@")[0], None, grants, NOON)


def session(person: Person, digest: str, seconds: float = 0) -> Session:
    return Session(digest, person.id, later(seconds), later(seconds), later(seconds + 100), "127.0.0.1", "curl")


def token(person: Person, name: str = "ci") -> Token:
    return Token(0, person.id, name, NOON, frozenset({Permission.RUN, Permission.VIEW}), "shop", later(60))


class AccessContract:
    def test_only_the_first_person_is_found(self, store: AccessStore) -> None:
        first = store.found("ada@example.com", "Ada", "hash", NOON)
        assert first is not None
        assert first.grants == (OWNER,)
        assert store.person(first.id) == first
        assert store.password(first.id) == "hash"
        assert store.found("eve@example.com", "Eve", "hash", NOON) is None

    def test_an_address_is_one_person(self, store: AccessStore) -> None:
        ada = add(store, "ada@example.com", Grant(Role.EDITOR, "shop"), Grant(Role.VIEWER, "shop", "sales"))
        assert store.person_by_email("ada@example.com") == ada
        assert store.person_by_email("eve@example.com") is None
        assert [grant.role for grant in ada.grants] == [Role.EDITOR, Role.VIEWER]
        with pytest.raises(Conflict) as caught:
            add(store, "ada@example.com")
        assert caught.value.code == "person_exists"

    def test_people_are_listed_page_by_page_and_by_project(self, store: AccessStore) -> None:
        people = [add(store, f"{name}@example.com", OWNER) for name in ("a", "b", "c")]
        store.grant(people[1].id, Grant(Role.VIEWER, "shop", "sales"))
        assert [person.id for person in store.people(limit=2)] == [people[0].id, people[1].id]
        assert [person.id for person in store.people(after=people[1].id)] == [people[2].id]
        assert [person.id for person in store.people(project="shop")] == [people[1].id]

    def test_who_is_not_there_cannot_be_changed(self, store: AccessStore) -> None:
        add(store, "ada@example.com", OWNER)
        for change in (
            lambda: store.person(99),
            lambda: store.set_password(99, "x"),
            lambda: store.rename(99, "x"),
            lambda: store.set_active(99, False, NOON),
            lambda: store.delete_person(99),
            lambda: store.grant(99, OWNER),
        ):
            with pytest.raises(NotFound):
                change()
        assert store.password(99) is None

    def test_a_grant_takes_the_place_of_the_one_there(self, store: AccessStore) -> None:
        add(store, "ada@example.com", OWNER)
        bob = add(store, "bob@example.com")
        store.grant(bob.id, Grant(Role.EDITOR, "shop"))
        store.grant(bob.id, Grant(Role.VIEWER, "shop"))
        assert store.person(bob.id).grants == (Grant(Role.VIEWER, "shop"),)
        assert store.revoke(bob.id, "shop", "") is True
        assert store.revoke(bob.id, "shop", "") is False

    def test_the_last_owner_stays(self, store: AccessStore) -> None:
        ada, bob = add(store, "ada@example.com", OWNER), add(store, "bob@example.com", OWNER)
        store.set_active(bob.id, False, NOON)
        for change in (
            lambda: store.set_active(ada.id, False, NOON),
            lambda: store.delete_person(ada.id),
            lambda: store.revoke(ada.id, "", ""),
            lambda: store.grant(ada.id, Grant(Role.ADMIN)),
        ):
            with pytest.raises(Conflict) as caught:
                change()
            assert caught.value.code == "last_owner"
        assert store.person(ada.id) == ada

    def test_two_owners_cannot_remove_each_other_at_once(self, store: AccessStore) -> None:
        owners = [add(store, f"{number}@example.com", OWNER) for number in range(4)]

        def leave(person: Person) -> None:
            with suppress(Conflict):
                store.revoke(person.id, "", "")

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(leave, owners))
        assert [person.grants for person in store.people() if person.grants] == [(OWNER,)]

    def test_disabling_ends_everything_at_once(self, store: AccessStore) -> None:
        add(store, "ada@example.com", OWNER)
        bob = add(store, "bob@example.com")
        store.add_session(session(bob, "s"))
        made = store.add_token(token(bob), "t")
        store.add_link("l", bob.id, NOON, later(60))
        store.set_active(bob.id, False, later(1))
        assert store.session("s") is None
        assert store.take_link("l", later(2)) is None
        found = store.token("t")
        assert found is not None
        assert (found[0].id, found[0].revoked, found[1].active) == (made.id, later(1), False)

    def test_a_session_is_found_by_its_digest_with_its_person(self, store: AccessStore) -> None:
        ada = add(store, "ada@example.com", OWNER)
        store.add_session(session(ada, "s"))
        found = store.session("s")
        assert found is not None
        assert found[0] == session(ada, "s")
        assert (found[1].id, found[1].grants, found[1].signed_in) == (ada.id, (OWNER,), NOON)
        store.touch_session("s", later(5))
        assert [each.seen for each in store.sessions(ada.id)] == [later(5)]
        assert store.end_session("s") is True
        assert store.end_session("s") is False
        assert store.session("s") is None

    def test_sessions_end_together_but_for_one_and_old_ones_are_forgotten(self, store: AccessStore) -> None:
        ada = add(store, "ada@example.com", OWNER)
        for number in range(3):
            store.add_session(session(ada, f"s{number}", number))
        assert store.end_sessions(ada.id, but="s1") == 2
        assert [each.digest for each in store.sessions(ada.id)] == ["s1"]
        store.add_session(session(ada, "late", 500))
        assert [each.digest for each in store.sessions(ada.id)] == ["late"]

    def test_a_token_comes_back_as_it_was_made(self, store: AccessStore) -> None:
        ada, bob = add(store, "ada@example.com", OWNER), add(store, "bob@example.com")
        made = store.add_token(token(ada), "t")
        everything = store.add_token(Token(0, bob.id, "all", NOON), "u")
        assert store.tokens(ada.id) == [made]
        assert [each.id for each in store.tokens()] == [made.id, everything.id]
        assert store.tokens(after=made.id)[0].scopes is None
        store.touch_token(made.id, later(1))
        assert store.revoke_token(made.id, later(2), person=bob.id) is False
        assert store.revoke_token(made.id, later(2)) is True
        assert store.revoke_token(made.id, later(3)) is False
        [kept] = store.tokens(ada.id)
        assert (kept.used, kept.revoked) == (later(1), later(2))

    def test_a_link_works_once_and_not_for_ever(self, store: AccessStore) -> None:
        ada = add(store, "ada@example.com", OWNER)
        store.add_link("old", ada.id, NOON, later(60))
        store.add_link("new", ada.id, NOON, later(60))
        assert store.take_link("old", NOON) is None
        assert store.take_link("new", NOON) == ada.id
        assert store.take_link("new", NOON) is None
        store.add_link("slow", ada.id, NOON, later(60))
        assert store.take_link("slow", later(60)) is None

    def test_an_identity_names_one_person(self, store: AccessStore) -> None:
        ada = add(store, "ada@example.com", OWNER)
        store.add_identity("https://id.example.com", "1", ada.id, NOON)
        assert store.identity("https://id.example.com", "1") == ada
        assert store.identity("https://other.example.com", "1") is None

    def test_a_person_goes_with_everything(self, store: AccessStore) -> None:
        add(store, "ada@example.com", OWNER)
        bob = add(store, "bob@example.com", Grant(Role.VIEWER, "shop"))
        store.add_session(session(bob, "s"))
        store.add_token(token(bob), "t")
        store.add_identity("https://id.example.com", "1", bob.id, NOON)
        store.delete_person(bob.id)
        assert (store.session("s"), store.token("t"), store.identity("https://id.example.com", "1")) == (None,) * 3

    def test_the_log_is_read_newest_first(self, store: AccessStore) -> None:
        for number, project in enumerate(("shop", "bank", "shop")):
            store.record(AuditEntry(NOON + timedelta(seconds=number), "ada", "grant.set", project, data={"n": number}))
        entries = store.audit()
        assert [entry.data["n"] for entry in entries] == [2, 1, 0]
        assert [entry.data["n"] for entry in store.audit(project="shop", before=entries[0].id)] == [0]
        assert store.audit(actor="eve") == []
