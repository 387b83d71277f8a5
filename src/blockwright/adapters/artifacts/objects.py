"""Bytes in an object store under one prefix: the few verbs that artifacts need, and its refusals in our words.

Everything here may be called from several threads at once: the client waits outside of Python's lock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from blockwright.core.errors import BlockwrightError, Invalid, Unavailable

EXTRAS = {
    "s3": "aws",
    "s3a": "aws",
    "gs": "gcp",
    "az": "cluster",
    "azure": "cluster",
    "adl": "cluster",
    "abfs": "cluster",
    "abfss": "cluster",
    "file": "cluster",
}
"""Schemes that lead to an object store, and the extra of ours that brings its client."""

_SCHEMES = "`s3://bucket/prefix`, `gs://bucket/prefix` or `abfss://container@account.dfs.core.windows.net/prefix`"
_PATIENCE = 20.0
"""Seconds for which the client itself repeats a request: so few that the lease of a run outlives them."""

_TIMES = {"timeout": "6h", "read_timeout": "30s"}
"""A large object takes as long as it takes, as long as something comes."""

_PART = 8_000_000
_MOST_PARTS = 9_000
"""S3 takes ten thousand in one upload."""

_RETRIES = 10
_BACKOFF = {"init_backoff": timedelta(milliseconds=200), "max_backoff": timedelta(seconds=5), "base": 2}

_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT", "AZURE_STORAGE_ENDPOINT")


class Verb(StrEnum):
    READ = "read"
    WRITE = "write"
    LIST = "list"
    DELETE = "delete"


_PERMISSIONS = {
    "s3": {"read": "s3:GetObject", "write": "s3:PutObject", "list": "s3:ListBucket", "delete": "s3:DeleteObject"},
    "gs": {
        "read": "storage.objects.get",
        "write": "storage.objects.create",
        "list": "storage.objects.list",
        "delete": "storage.objects.delete",
    },
    "az": dict.fromkeys(("read", "write", "list", "delete"), "the role Storage Blob Data Contributor"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """An object that is there; ``modified`` is when its bytes were last written."""

    key: str
    size: int
    modified: datetime


class Objects:
    """The objects below ``url``. ``config`` goes to the client and comes before what it finds in the environment.
    ``patience``: seconds for which a request is repeated when the store cannot be reached; 0 for not at all."""

    def __init__(
        self, url: str, *, config: Mapping[str, str], environ: Mapping[str, str], patience: float = _PATIENCE
    ) -> None:
        self.url = url.rstrip("/")
        self._retry = {
            "max_retries": _RETRIES if patience else 0,
            "retry_timeout": timedelta(seconds=patience),
            "backoff": _BACKOFF,
        }
        self._family = _family(url)
        self._store = self._open(config, environ)

    def name(self, key: str) -> str:
        """The object's address, for people."""
        return f"{self.url}/{key}"

    def find(self, key: str) -> Found | None:
        import obstore

        try:
            meta = obstore.head(self._store, key)
        except FileNotFoundError:
            return None
        except Exception as error:
            raise self._refused(error, Verb.READ, key) from None
        return _found(meta)

    def get(self, key: str) -> bytes | None:
        """The object's bytes, None when there is none; for small ones."""
        import obstore

        try:
            return obstore.get(self._store, key).bytes().to_bytes()
        except FileNotFoundError:
            return None
        except Exception as error:
            raise self._refused(error, Verb.READ, key) from None

    def stream(self, key: str) -> tuple[Found, Iterator[memoryview]] | None:
        """What the object is and its bytes, piece by piece; None when there is none. Each step may raise."""
        import obstore

        try:
            got = obstore.get(self._store, key)
        except FileNotFoundError:
            return None
        except Exception as error:
            raise self._refused(error, Verb.READ, key) from None
        return _found(got.meta), self._pieces(got, key)

    def _pieces(self, got: Any, key: str) -> Iterator[memoryview]:
        try:
            for piece in got.stream():
                yield memoryview(piece)
        except Exception as error:
            raise self._refused(error, Verb.READ, key) from None

    def put(self, key: str, data: bytes | Path) -> None:
        """Write the object, from a file in parts when it is large; nobody sees half of it."""
        import obstore

        try:
            size = data.stat().st_size if isinstance(data, Path) else len(data)
            obstore.put(self._store, key, data, chunk_size=max(_PART, size // _MOST_PARTS))
        except Exception as error:
            raise self._refused(error, Verb.WRITE, key) from None

    def create(self, key: str, data: bytes) -> bool:
        """Write the object unless there is one already; returns whether it was written by this call.

        An answer that got lost on its way makes the client ask again: then False is said of one's own object.
        """
        import obstore
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        try:
            obstore.put(self._store, key, data, mode="create")
        except (AlreadyExistsError, PreconditionError):
            return False
        except Exception as error:
            raise self._refused(error, Verb.WRITE, key) from None
        return True

    def list(self, prefix: str) -> Iterator[Sequence[Found]]:
        """The objects below ``prefix``, page by page."""
        import obstore

        try:
            for page in obstore.list(self._store, prefix=prefix, chunk_size=500):
                yield [_found(one) for one in page]
        except BlockwrightError:
            raise
        except Exception as error:
            raise self._refused(error, Verb.LIST, prefix) from None

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; one that is not there is no error."""
        import obstore

        if not keys:
            return
        try:
            obstore.delete(self._store, list(keys))
        except Exception as error:
            if not isinstance(error, FileNotFoundError) or self._family == "s3":  # to which what is not there is gone
                raise self._refused(error, Verb.DELETE, keys[0]) from None
            for key in keys if len(keys) > 1 else ():
                self.delete([key])

    # ----------------------------------------------------------------------------------------------------------------

    def _open(self, config: Mapping[str, str], environ: Mapping[str, str]) -> Any:
        try:
            from obstore.store import from_url
        except ImportError:
            extra = EXTRAS[urlsplit(self.url).scheme]
            raise Unavailable(
                f"Outputs at `{self.url}` need the package obstore.",
                hint=f"Install it with `pip install 'blockwright[{extra}]'`.",
                code="missing_extra",
            ) from None
        plain = any(environ.get(name, "").startswith("http://") for name in _ENDPOINTS) or any(
            value.startswith("http://") for value in config.values()
        )
        options: dict[str, Any] = {"retry_config": self._retry, "client_options": {"allow_http": plain, **_TIMES}}
        if self._family == "file":
            options = {"mkdir": True}
        elif config:
            options["config"] = dict(config)
        try:
            return from_url(self.url, **options)
        except Exception as error:
            raise Unavailable(
                f"The store of outputs `{self.url}` cannot be opened: {_told(error)}.",
                hint="Look at the URL and at the credentials in the environment.",
                code="store_unreachable",
            ) from None

    def _refused(self, error: Exception, verb: Verb, key: str) -> BlockwrightError:
        """The error for people; what the client says is cut to what they can use."""
        from obstore.exceptions import PermissionDeniedError, UnauthenticatedError

        told, what = _told(error), self.name(key)
        if isinstance(error, UnauthenticatedError) or _WRONG_KEY.search(told):
            return Unavailable(
                f"The store does not accept the credentials to {verb} {what}: {told}.",
                hint="Look at the credentials in the environment of the scheduler, and at its clock.",
                code="store_denied",
            )
        if isinstance(error, PermissionDeniedError) or _DENIED.search(told):
            needed = _PERMISSIONS.get(self._family, {}).get(verb.value, f"the right to {verb}")
            return Unavailable(
                f"The store does not let us {verb} {what}: {told}.",
                hint=f"Give these credentials {needed} on `{self.url}`.",
                code="store_denied",
            )
        if isinstance(error, FileNotFoundError) or "NoSuchBucket" in told or "ContainerNotFound" in told:
            return Unavailable(
                f"Cannot {verb} {what}: there is no such bucket or container ({told}).",
                hint="Make it, or correct BLOCKWRIGHT_ARTIFACTS or `remote_variables_dir`.",
                code="store_missing",
            )
        return Unavailable(
            f"Cannot {verb} {what}: {told}.",
            hint="Look at the network, the endpoint and the region; `blockwright doctor` tries every verb.",
            code="store_unreachable",
        )


_WRONG_KEY = re.compile(r"InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken|RequestTimeTooSkewed")
_DENIED = re.compile(r"AccessDenied|403 Forbidden")  # of a listing or a deletion the client tells in words only


def _family(url: str) -> str:
    """The kind of store; raises Invalid for a URL that leads to none."""
    parts = urlsplit(url)
    if "@" in parts.netloc and not parts.scheme.startswith("abfs"):
        raise Invalid(
            f"The URL of the store of outputs (`{parts.scheme}://…`) must hold no credentials.",
            hint="Give them in the environment: AWS_…, GOOGLE_… or AZURE_….",
            code="store_url",
        )
    if parts.scheme not in EXTRAS or (not parts.netloc and parts.scheme != "file"):
        raise Invalid(f"`{url}` is no store of outputs.", hint=f"It is such as {_SCHEMES}.", code="store_url")
    if parts.scheme.startswith("s3"):
        return "s3"
    return parts.scheme if parts.scheme in ("gs", "file") else "az"


def _found(meta: Any) -> Found:
    return Found(str(meta["path"]), int(meta["size"]), meta["last_modified"])


def _told(error: Exception) -> str:
    """What the client says in one short sentence: without its debugging, and without queries, which may be signed."""
    text = str(error).partition("\n\nDebug source")[0]
    code, message = re.search(r"<Code>([^<]*)", text), re.search(r"<Message>([^<]*)", text)
    if code is not None:
        return f"{code[1]}{f', {message[1]}' if message else ''}".rstrip(". ")
    return re.sub(r"\?\S*", "", " ".join(text.split()))[:300].rstrip(".: ")
