"""``Passwords`` by argon2id, with the parameters that the library recommends today (RFC 9106's second choice)."""

from __future__ import annotations

from functools import cached_property
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from blockwright.ports.passwords import Verdict

_AT_ONCE = 2
"""Each takes 64 MiB and a core for some 50 ms; more at a time would let a stranger fill the memory by signing in."""


class Argon2Passwords:
    def __init__(self) -> None:
        self._hashes = PasswordHash((Argon2Hasher(),))
        self._turn = BoundedSemaphore(_AT_ONCE)

    def hash(self, password: str) -> str:
        with self._turn:
            return self._hashes.hash(_bytes(password))

    def verify(self, password: str, kept: str | None) -> Verdict:
        with self._turn:
            try:
                right, better = self._hashes.verify_and_update(_bytes(password), kept or self._nobodys)
            except UnknownHashError:  # of another program, or damaged: nobody has its password
                return Verdict(False)
        return Verdict(right and kept is not None, better if kept is not None else None)

    @cached_property
    def _nobodys(self) -> str:
        return self._hashes.hash("of nobody")


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
