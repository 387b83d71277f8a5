"""Answers as JSON, whatever the project's files and values hold; and ids of what was answered (ETags)."""

from __future__ import annotations

import json
import math
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from blockwright.core.errors import BlockwrightError, Invalid

NO_PAGE = "default-src 'none'; frame-ancestors 'none'; sandbox"


class Reply(JSONResponse):
    """JSON in UTF-8. What JSON lacks (NaN, infinities) is null; half surrogate pairs become a visible mark."""

    def render(self, content: Any) -> bytes:
        try:
            text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        except ValueError:
            text = json.dumps(_finite(content), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode("utf-8", "replace")


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def etag(digest: str) -> str:
    return f'"{digest}"'


def unchanged(request: Request, digest: str) -> bool:
    """Whether the caller has this version already (``If-None-Match``)."""
    known = request.headers.get("if-none-match", "")
    return digest in {entry.strip().removeprefix("W/").strip('"') for entry in known.split(",")}


def expected_version(request: Request) -> str | None:
    """The version that a write is meant to replace: a digest, or None for one that creates (``If-None-Match: *``).

    Raises when the caller says neither, since a write that does not say what it replaces may undo another's.
    """
    wanted = request.headers.get("if-match")
    if wanted is not None:
        digest = wanted.strip().strip('"')
        if not digest or digest == "*" or "," in digest:
            raise Invalid("`If-Match` must be the one ETag that was read.", code="if_match")
        return digest
    if request.headers.get("if-none-match", "").strip() == "*":
        return None
    raise BlockwrightError(
        "The write does not say what it replaces.",
        hint="Send the ETag that was read as `If-Match`, or `If-None-Match: *` for a new file.",
        code="precondition_required",
    )
