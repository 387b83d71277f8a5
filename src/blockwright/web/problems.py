"""Errors as RFC 9457 problem documents: the families of ``core.errors`` with their HTTP statuses."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException as StarletteHTTPException

from blockwright.core.errors import BlockwrightError, Conflict, Forbidden, Invalid, NotFound, Unavailable, UserCode
from blockwright.core.problems import Problem, ProjectInvalid
from blockwright.services.access.signing_in import RateLimited
from blockwright.web.replies import Reply

MEDIA_TYPE = "application/problem+json"
MOST_PROBLEMS = 200

STATUSES: dict[type[BlockwrightError], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    Conflict: HTTPStatus.CONFLICT,
    Forbidden: HTTPStatus.FORBIDDEN,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    UserCode: HTTPStatus.UNPROCESSABLE_ENTITY,
}
CODES = {  # codes whose meaning has a status of its own
    "signed_out": HTTPStatus.UNAUTHORIZED,
    "changed": HTTPStatus.PRECONDITION_FAILED,
    "precondition_required": HTTPStatus.PRECONDITION_REQUIRED,
    "body_too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "body_too_slow": HTTPStatus.REQUEST_TIMEOUT,
    "rate_limited": HTTPStatus.TOO_MANY_REQUESTS,
}


class Finding(BaseModel):
    """One problem of a project's file, or of a field of the request (``key`` names it)."""

    file: str = ""
    line: int | None = None
    key: str = ""
    message: str
    advice: str = ""
    severity: str = "error"
    code: str = "invalid"


class ProblemDocument(BaseModel):
    """What went wrong. ``code`` is stable; ``detail`` and ``hint`` are for people; ``problems`` are the findings when
    there are several places."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    hint: str = ""
    request_id: str = ""
    problems: list[Finding] = Field(default_factory=list)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error answers of a route for its documentation."""
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": SCHEMA}}}
        for status in statuses
    }


SCHEMA = {"$ref": "#/components/schemas/ProblemDocument"}


def finding(problem: Problem) -> Finding:
    return Finding(
        file=problem.file,
        line=problem.line,
        key=problem.key,
        message=problem.message,
        advice=problem.advice,
        severity=problem.severity.value,
        code=problem.code,
    )


def status_of(error: BlockwrightError) -> HTTPStatus:
    if error.code in CODES:
        return CODES[error.code]
    for family, status in STATUSES.items():
        if isinstance(error, family):
            return status
    return HTTPStatus.INTERNAL_SERVER_ERROR


def document_of(error: BlockwrightError, request_id: str) -> ProblemDocument:
    status = status_of(error)
    problems = error.problems[:MOST_PROBLEMS] if isinstance(error, ProjectInvalid) else ()
    return ProblemDocument(
        title=status.phrase,
        status=status,
        detail=error.message,
        code=error.code,
        hint=error.hint,
        request_id=request_id,
        problems=[finding(problem) for problem in problems],
    )


def plain(status: int, detail: str, code: str, request_id: str = "", hint: str = "") -> ProblemDocument:
    title = HTTPStatus(status).phrase
    return ProblemDocument(title=title, status=status, detail=detail, code=code, hint=hint, request_id=request_id)


def answer(document: ProblemDocument, headers: dict[str, str] | None = None) -> JSONResponse:
    return Reply(document.model_dump(), document.status, headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error of the app's routes in this form; what is unexpected falls through to ``web.edge``."""
    app.add_exception_handler(BlockwrightError, _known)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(StarletteHTTPException, _of_the_framework)
    app.add_exception_handler(UnicodeEncodeError, _no_text)


def request_id_of(request: Request) -> str:
    return str(request.scope.get("state", {}).get("request_id", ""))


def _known(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, BlockwrightError)
    headers = {"Retry-After": str(int(error.seconds) + 1)} if isinstance(error, RateLimited) else None
    return answer(document_of(error, request_id_of(request)), headers)


def _invalid_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found = [
        Finding(key=".".join(_printable(part) for part in entry["loc"]), message=_printable(entry["msg"]))
        for entry in error.errors()[:MOST_PROBLEMS]
    ]
    first = found[0] if found else Finding(message="It cannot be read.")
    document = plain(422, f"{first.key}: {first.message}", "invalid_request", request_id_of(request))
    return answer(document.model_copy(update={"problems": found}))


def _no_text(request: Request, error: Exception) -> JSONResponse:
    """JSON can spell half a surrogate pair; no file system and no database takes one as a name."""
    document = plain(422, "A text in the request is not valid Unicode.", "no_text", request_id_of(request))
    return answer(document)


def _printable(part: object) -> str:
    """Names of fields come from the caller, who may have sent half a surrogate pair."""
    return str(part).encode("utf-8", "replace").decode("utf-8")[:200]


def _of_the_framework(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, StarletteHTTPException | HTTPException)
    status = HTTPStatus(error.status_code)
    codes = {404: "no_route", 405: "no_method", 408: "body_too_slow", 413: "body_too_large"}
    code = codes.get(status, "request")
    detail = {
        "no_route": "There is nothing at this address.",
        "no_method": f"This address does not take {request.method}.",
        "body_too_large": "The body is larger than this address takes.",
    }.get(code, str(error.detail))
    return answer(plain(status, detail, code, request_id_of(request)), dict(error.headers or {}))
