"""The errors of the house: every one says what, to which thing, and what to do next.

Families are by what the caller can do about it; a door maps a family to an exit code or an HTTP status.
"""

from __future__ import annotations


class BlockwrightError(Exception):
    """Base of every error that people are meant to read.

    ``code`` is a stable machine word, ``message`` names the thing and the place, ``hint`` the way out.
    """

    code = "error"

    def __init__(self, message: str, *, hint: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class NotFound(BlockwrightError):
    """The named thing does not exist; another name may."""

    code = "not_found"


class Invalid(BlockwrightError):
    """The request or file is wrong and must be changed before it can work."""

    code = "invalid"


class Conflict(BlockwrightError):
    """Somebody else holds or changed the thing; look again, then decide."""

    code = "conflict"


class Forbidden(BlockwrightError):
    """Not allowed, whoever asks again."""

    code = "forbidden"


class Unavailable(BlockwrightError):
    """Something we depend on does not answer or is missing; later, or after a repair, it may."""

    code = "unavailable"


class UserCode(BlockwrightError):
    """Code of the project failed; the project's author can mend it."""

    code = "user_code"
