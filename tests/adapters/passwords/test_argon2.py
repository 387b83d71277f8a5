from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from blockwright.adapters.passwords.argon2 import Argon2Passwords

PASSWORDS = Argon2Passwords()


@pytest.mark.parametrize("password", ["an unlikely sequence", "ü" * 300, "a\0b", "\ud800"])
def test_a_password_is_right_and_no_other_is(password: str) -> None:
    kept = PASSWORDS.hash(password)
    assert kept.startswith("$argon2id$")
    assert PASSWORDS.verify(password, kept).right
    assert not PASSWORDS.verify(password + "x", kept).right
    assert PASSWORDS.hash(password) != kept


def test_nobody_has_a_password() -> None:
    for password in ("", "of nobody", "anything"):
        assert not PASSWORDS.verify(password, None).right
        assert not PASSWORDS.verify(password, "not a hash").right


def test_a_weaker_hash_is_replaced_once_it_was_right() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("a password")
    better = PASSWORDS.verify("a password", weak).better
    assert better is not None
    assert PASSWORDS.verify("a password", better).right
    assert PASSWORDS.verify("wrong", weak).better is None
