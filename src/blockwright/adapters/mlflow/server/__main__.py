"""The process of the tracking server: MLflow's own app behind a token, until nobody needs it.

Run as a file, isolated, and told what it needs on standard input. It imports nothing of ours: whatever a crafted
request does to MLflow, there is nothing of the installation to be had in this process but MLflow's own records.
"""

from __future__ import annotations

import fcntl
import hmac
import json
import os
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

CLOSED = ("/gateway", "/assistant", "/jobs", "/mcp", "/invocations")
"""Parts of MLflow that call other services or run programs: nobody's business here."""
UNNOTICED = b"x-blockwright-unnoticed"
"""A header of what is asked again and again, whether or not anybody uses the server."""
LOOK = 5.0
"""Seconds between two looks at whether anybody asked anything."""


def main() -> None:
    told = json.load(sys.stdin)
    for number in (told["listening"], told["lock"]):
        os.set_inheritable(number, False)
    folder = Path(told["folder"])
    database = _database(told["database"], told["schema"])
    (folder / "artifacts").mkdir(exist_ok=True)
    os.environ.update(_settings(folder, database))

    import uvicorn
    from mlflow.server.fastapi_app import app
    from mlflow.server.handlers import initialize_backend_stores

    initialize_backend_stores(database, database, "mlflow-artifacts:/")
    guarded = Guarded(app, told["token"])
    server = uvicorn.Server(uvicorn.Config(guarded, log_level="warning", access_log=False, lifespan="off"))
    for wait in (_until_nobody_needs_it, _until_idle):
        arguments = (folder, server, guarded, told["idle"])
        threading.Thread(target=wait, args=arguments, daemon=True).start()
    server.run(sockets=[socket.socket(fileno=told["listening"])])


class Guarded:
    """Lets in whoever has the token, and to nothing but tracking and registry."""

    def __init__(self, app: Any, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()
        self.asked = time.monotonic()
        self.open = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        path = "/" + scope["path"].lstrip("/")
        headers = dict(scope["headers"])
        given = headers.get(b"authorization", b"")
        if not hmac.compare_digest(given, self._expected):
            await _refuse(send, 401, "This tracking server is for Blockwright alone.")
        elif not path.startswith("/static-files/") and any(part in path for part in CLOSED):
            await _refuse(send, 404, "Not served here.")
        else:
            noticed = UNNOTICED not in headers
            self._notice(noticed)
            self.open += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self.open -= 1
                self._notice(noticed)

    def _notice(self, noticed: bool) -> None:
        if noticed:
            self.asked = time.monotonic()


async def _refuse(send: Any, status: int, words: str) -> None:
    body = json.dumps({"error_code": "PERMISSION_DENIED" if status == 401 else "ENDPOINT_NOT_FOUND", "message": words})
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})


def _until_nobody_needs_it(folder: Path, server: Any, guarded: Guarded, idle: float) -> None:
    """The lock comes when the last process that shares it is gone."""
    descriptor = os.open(folder / "users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    _end(folder, server)


def _until_idle(folder: Path, server: Any, guarded: Guarded, idle: float) -> None:
    while True:
        time.sleep(min(LOOK, idle))
        if guarded.open or time.monotonic() - guarded.asked < idle:
            continue
        descriptor = os.open(folder / "work.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            continue  # somebody works with it and has been silent
        _end(folder, server)
        return


def _end(folder: Path, server: Any) -> None:
    """Nobody is sent here any more; what was asked is answered."""
    (folder / "server.json").unlink(missing_ok=True)
    server.should_exit = True


def _database(url: str, schema: str) -> str:
    """The URL with the schema made and set."""
    if not schema:
        return url
    from sqlalchemy import create_engine, make_url, text

    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
    engine.dispose()
    within = make_url(url).update_query_dict({"options": f"-csearch_path={schema}"})
    return within.render_as_string(hide_password=False)


def _settings(folder: Path, database: str) -> dict[str, str]:
    """What MLflow's own command would put into the environment of its workers."""
    return {
        "_MLFLOW_SERVER_FILE_STORE": database,
        "_MLFLOW_SERVER_REGISTRY_STORE": database,
        "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
        "_MLFLOW_SERVER_ARTIFACT_DESTINATION": (folder / "artifacts").as_uri(),
        "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
        "_MLFLOW_SGI_NAME": "uvicorn",
        "_MLFLOW_IN_JOB_EXECUTOR": "false",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        # One process: a few connections are plenty, and each costs PostgreSQL a backend.
        "MLFLOW_SQLALCHEMYSTORE_POOL_SIZE": "5",
        "MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW": "5",
    }


if __name__ == "__main__":
    main()
