"""An S3 server in a process of its own, on a port that the system chose."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_SERVE = """
import logging, sys
logging.getLogger("werkzeug").setLevel(logging.ERROR)
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server
server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
print(server.port, flush=True)
server.serve_forever()
"""


@dataclass(frozen=True)
class ObjectServer:
    """``environ`` is what a client needs to be told."""

    endpoint: str

    @property
    def environ(self) -> Mapping[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "not-so-secret",
            "AWS_REGION": "us-east-1",
        }

    @property
    def config(self) -> dict[str, str]:
        """The same for a client of obstore in this process."""
        return {name.lower(): value for name, value in self.environ.items()}

    @property
    def client(self) -> Any:
        """boto3's, to look at and meddle with what is stored."""
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id="testing",
            aws_secret_access_key="not-so-secret",
            region_name="us-east-1",
        )

    def bucket(self) -> str:
        """Make a bucket; returns its URL."""
        name = f"outputs-{os.urandom(8).hex()}"
        self.client.create_bucket(Bucket=name)
        return f"s3://{name}"

    def keys(self, url: str) -> list[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=url.removeprefix("s3://").split("/")[0])
        return [one["Key"] for page in pages for one in page.get("Contents", ())]


@contextmanager
def object_server() -> Iterator[ObjectServer]:
    environ = {**os.environ, "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "not-so-secret"}
    process = subprocess.Popen([sys.executable, "-c", _SERVE], stdout=subprocess.PIPE, text=True, env=environ)
    assert process.stdout is not None
    try:
        port = process.stdout.readline().strip()
        assert port.isdecimal(), "the object server did not start"
        yield ObjectServer(f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


class Cable:
    """A way to a server that can be cut: then whoever asks finds it closed before an answer came."""

    def __init__(self, endpoint: str) -> None:
        parts = urlsplit(endpoint)
        self._far = (parts.hostname or "", parts.port or 0)
        self._whole = threading.Event()
        self._whole.set()
        self.refused = threading.Event()
        """Somebody has asked in vain since it was cut."""
        self._server = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        self.refused.clear()
        self._whole.clear()

    def mend(self) -> None:
        self._whole.set()

    def close(self) -> None:
        self._server.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._server.accept()
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with near, contextlib.suppress(OSError), socket.create_connection(self._far) as far:
            ends = {near: far, far: near}
            while True:
                for end in select.select(list(ends), [], [])[0]:
                    data = end.recv(1 << 16)
                    if not self._whole.is_set():
                        self.refused.set()
                        return
                    if not data:
                        return
                    ends[end].sendall(data)
