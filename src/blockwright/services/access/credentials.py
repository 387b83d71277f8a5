"""The secrets that people are known by: how they are made, and in which form they are kept."""

from __future__ import annotations

import hashlib
import re
import secrets

from blockwright.core.access import fold
from blockwright.core.errors import Invalid

TOKEN_PREFIX = "bw_"
SHORTEST, LONGEST = 12, 1024
_SECRET_BYTES = 32
_EMAIL = re.compile(r"[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+")
_COMMON = ("password", "passwort", "qwertz", "qwerty", "123456", "letmein", "iloveyou", "changeme", "adminadmin")


def new_secret(prefix: str = "") -> str:
    """256 random bits as text that can stand in a URL and a cookie."""
    return prefix + secrets.token_urlsafe(_SECRET_BYTES)


def digest(secret: str) -> str:
    """The form in which a secret of ours is kept. It has 256 random bits, so nothing slower than SHA-256 is needed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def address_of(email: str) -> str:
    """The folded e-mail address; raises Invalid."""
    folded = fold(email)
    if len(folded) > 254 or not _EMAIL.fullmatch(folded):
        raise Invalid(
            f"{email[:254]!r} is not an e-mail address.", hint="Write it as `name@example.com`.", code="email"
        )
    return folded


def require_strong(password: str, email: str) -> None:
    """Raises Invalid (code ``weak_password``) for a password that is guessed within a few thousand tries."""
    lowered, name = password.casefold(), email.partition("@")[0]
    if not SHORTEST <= len(password) <= LONGEST:
        why = f"it must have {SHORTEST} to {LONGEST} characters"
    elif len(set(lowered)) < 5:
        why = "it has too few different characters"
    elif len(_without(lowered, (email, name, *_COMMON))) < SHORTEST // 2:
        why = "it is mostly the address, or a word that everybody tries"
    else:
        return
    raise Invalid(
        f"This password is too easy to guess: {why}.", hint="Take a few unrelated words.", code="weak_password"
    )


def _without(text: str, parts: tuple[str, ...]) -> str:
    for part in parts:
        if len(part) > 2:
            text = text.replace(part, "")
    return text.strip("0123456789!.-_ ")
