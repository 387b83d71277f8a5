"""Calls of the API: one connection pool, errors as ``ApiError``, lists page by page."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from blockwright.client.errors import ApiError

if TYPE_CHECKING:
    import httpx

BUSY = frozenset({429, 503})
TRIES = 4


class Api:
    """``token`` is a personal token (``bw_…``). ``timeout`` (seconds) bounds each call, not the waiting for runs."""

    def __init__(self, url: str, token: str, *, timeout: float = 30.0) -> None:
        import httpx

        self._http = httpx.Client(
            base_url=url.rstrip("/") + "/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=timeout
        )

    def get(self, path: str, **parameters: Any) -> Any:
        return self.call("GET", path, params=_given(parameters)).json()

    def post(self, path: str, body: Mapping[str, Any] | None = None, *, key: str | None = None) -> Any:
        """``key``: asked again with the same one, nothing more is created. Only then a server that is busy is asked
        again."""
        headers = {"Idempotency-Key": key} if key is not None else {}
        return self.call("POST", path, json=dict(body or {}), headers=headers, again=key is not None).json()

    def call(self, method: str, path: str, *, again: bool | None = None, **options: Any) -> httpx.Response:
        """The answer; raises ApiError. A server that is busy is asked again a few times where that changes nothing."""
        tries = TRIES if again or (again is None and method == "GET") else 1
        for number in range(1, tries + 1):
            answer = self._http.request(method, path, **options)
            if answer.status_code not in BUSY or number == tries:
                break
            time.sleep(min(5.0, float(answer.headers.get("retry-after", 0.2 * 2**number))))
        if answer.is_error:
            raise _error(answer)
        return answer

    def items(self, path: str, limit: int | None = None, **parameters: Any) -> Iterator[Any]:
        """The items of a list, at most ``limit``, fetched page by page as they are taken."""
        cursor, left = None, limit
        while left is None or left > 0:
            size = 200 if left is None else min(200, left)
            page = self.get(path, limit=size, cursor=cursor, **parameters)
            yield from page["items"]
            cursor, left = page["next"], None if left is None else left - len(page["items"])
            if cursor is None:
                return

    def close(self) -> None:
        self._http.close()


def _given(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if value is not None}


def _error(answer: httpx.Response) -> ApiError:
    try:
        document = answer.json()
    except ValueError:
        document = {"detail": answer.text[:500]}
    return ApiError(answer.status_code, document if isinstance(document, dict) else {"detail": str(document)})
