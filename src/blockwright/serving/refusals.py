"""A request that is not answered with predictions, and why."""

from __future__ import annotations

from http import HTTPStatus


class Refusal(Exception):
    """``field`` names the place in the request, ``code`` is stable."""

    def __init__(self, status: int, code: str, detail: str, *, field: str = "", hint: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.field = field
        self.hint = hint

    def document(self, request_id: str) -> dict[str, object]:
        """As the errors of the web server: RFC 9457."""
        return {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "field": self.field,
            "hint": self.hint,
            "request_id": request_id,
        }


def wrong(field: str, detail: str) -> Refusal:
    """A field of the request is not what the model takes."""
    return Refusal(422, "invalid_field", f"`{field}` {detail}.", field=field)
