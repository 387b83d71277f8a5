"""MLflow's server as a child process that every process of a data folder shares.

Three files in the folder ``mlflow`` tie it to us, and the kernel lets go of each when its holder ends, however it ends:

- ``server.lock`` is held by the server's process for as long as it lives: who gets it starts the next one.
- ``users.lock`` is shared by all who may need it (server, scheduler, commands): when the last is gone, it ends.
- ``work.lock`` is shared by all who work with it right now (blocks with an open run): while there is one it is not
  idle, and when it dies it comes back at the same address.

``server.json`` (for this user alone) says where it answers and with which token; both are made anew at each start.
The one who starts it listens first and hands the socket over: nobody who comes early is refused.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from blockwright.adapters.mlflow.endpoints import Endpoint
from blockwright.core.errors import Unavailable

_PROGRAM = Path(__file__).parent / "server" / "__main__.py"
_IDLE_SECONDS = 1_800.0
_WORD_SECONDS = 10.0
"""How long the one who has the lock may take to say where the server will answer."""
_LOOK = 0.02
_STEADY_SECONDS = 30.0
"""A server that lived so long has not died of how it was started."""
_DEATHS = 3
_PASSED_ON = ("LD_LIBRARY_PATH", "PATH", "TMPDIR", "HOME", "SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """``folder`` is ``mlflow`` in the data folder, ``database`` the SQLAlchemy URL of its records, ``schema`` where in
    a PostgreSQL database they stand; ``idle`` seconds without a request after which it ends."""

    folder: Path
    database: str
    schema: str = ""
    idle: float = _IDLE_SECONDS
    python: str = sys.executable


class OwnServer:
    """Safe to use from every thread. Nothing happens before ``ensure``."""

    def __init__(self, options: ServerOptions, environ: Mapping[str, str]) -> None:
        self._options = options
        self._environ = environ
        self._folder = options.folder
        self._one_at_a_time = threading.Lock()
        self._use: int | None = None
        self._closed = False

    def ensure(self) -> Endpoint:
        """Where the server answers; it is started if none runs, and what is asked of it meanwhile waits. Raises
        Unavailable when it cannot be had here."""
        with self._one_at_a_time:
            if self._closed:
                raise Unavailable("The tracking server is not used any more: this process ends.", code="tracking")
            self._make_folder()
            if self._use is None:
                self._use = _shared(self._folder / "users.lock")
            return self._found()

    def standing(self) -> str:
        """``off``, or ``running`` when a process of it lives; nothing is started for the answer."""
        return "running" if self.pid() is not None else "off"

    def pid(self) -> int | None:
        """The process that serves now, ours or another's. The lock is not tried for the answer: whoever wants to start
        the server next must not be refused because somebody looked."""
        word = self._word()
        if word is None or not word["pid"]:
            return None
        try:
            command = Path(f"/proc/{word['pid']}/cmdline").read_bytes()  # empty for one that only waits to be buried
        except OSError:
            return None
        return int(word["pid"]) if os.fsencode(_PROGRAM) in command else None

    def close(self) -> None:
        """Need it no more; it ends if nobody else does."""
        with self._one_at_a_time:
            self._closed = True
            if self._use is not None:
                os.close(self._use)
                self._use = None

    def _make_folder(self) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable(
                f"The tracking server cannot keep its records in `{self._folder}`: {error.strerror}.",
                hint="Make the data folder writable for this user.",
                code="data_folder",
            ) from error

    def _found(self) -> Endpoint:
        deadline = time.monotonic() + _WORD_SECONDS
        while True:
            lock = _exclusive(self._folder / "server.lock")
            if lock is not None:
                return self._start(lock)
            word = self._word()
            if word is not None:
                return self._endpoint(word)
            if time.monotonic() > deadline:
                raise Unavailable(
                    "Another process starts the tracking server and does not say where it answers.",
                    hint=f"Look at `{self._folder / 'server.log'}`.",
                    code="tracking",
                )
            time.sleep(_LOOK)  # between two system calls of another process: nothing to wait on

    def _start(self, lock: int) -> Endpoint:
        """With the lock in hand; the process that is started keeps it."""
        try:
            _require_mlflow()
            before = self._word() if self._at_work() else None
            listening = _listen(before["port"] if before else 0)
            port = listening.getsockname()[1]
            token = before["token"] if before and before["port"] == port else secrets.token_urlsafe(32)
            word = {"url": f"http://127.0.0.1:{port}", "port": port, "token": token, "pid": 0}
            process = self._spawn(lock, listening, word)
            word["pid"] = process.pid
            self._leave_word(word)
        finally:
            os.close(lock)
        threading.Thread(target=self._keep, args=(process, listening), name="tracking-server", daemon=True).start()
        return self._endpoint(word)

    def _spawn(self, lock: int, listening: socket.socket, word: Mapping[str, Any]) -> subprocess.Popen[bytes]:
        options = self._options
        told = {
            "listening": listening.fileno(),
            "lock": lock,
            "token": word["token"],
            "folder": str(self._folder),
            "database": options.database,
            "schema": options.schema,
            "idle": options.idle,
        }
        log = os.open(self._folder / "server.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            process = subprocess.Popen(
                [options.python, "-I", os.fspath(_PROGRAM)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=self._environment(),
                cwd=self._folder,
                pass_fds=(listening.fileno(), lock),
                start_new_session=True,  # Ctrl-C in the terminal is ours to answer
            )
        finally:
            os.close(log)
        assert process.stdin is not None
        with suppress(BrokenPipeError):  # it has died already, which its keeper sees
            process.stdin.write(json.dumps(told).encode())  # not as an argument: everybody may read those
            process.stdin.close()
        return process

    def _environment(self) -> dict[str, str]:
        passed = {name: self._environ[name] for name in _PASSED_ON if name in self._environ}
        return {"LANG": "C.UTF-8", "TZ": "UTC", **passed}

    def _keep(self, process: subprocess.Popen[bytes], listening: socket.socket) -> None:
        """Start it again at the same address when it dies while somebody works with it. Its socket stays open here
        meanwhile, so that those who ask wait instead of being refused."""
        deaths, began = 0, time.monotonic()
        while process.wait() != 0 and not self._closed and self._at_work():
            deaths = deaths + 1 if time.monotonic() - began < _STEADY_SECONDS else 1
            if deaths > _DEATHS:
                break
            lock = _exclusive(self._folder / "server.lock")
            word = self._word()
            if lock is None or word is None:
                if lock is not None:
                    os.close(lock)
                break  # somebody else was quicker
            began = time.monotonic()
            try:
                process = self._spawn(lock, listening, word)
                self._leave_word({**word, "pid": process.pid})
            finally:
                os.close(lock)
        listening.close()

    def _at_work(self) -> bool:
        """Whether somebody works with it right now."""
        lock = _exclusive(self._folder / "work.lock")
        if lock is None:
            return True
        os.close(lock)
        return False

    def _endpoint(self, word: Mapping[str, Any]) -> Endpoint:
        return Endpoint(word["url"], token=word["token"], lock=str(self._folder / "work.lock"))

    def _word(self) -> dict[str, Any] | None:
        try:
            word = json.loads((self._folder / "server.json").read_bytes())
        except (OSError, ValueError):
            return None
        return word if isinstance(word, dict) and {"url", "port", "token", "pid"} <= word.keys() else None

    def _leave_word(self, word: Mapping[str, Any]) -> None:
        temporary = self._folder / f"server.json.{os.getpid()}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with open(descriptor, "w", encoding="ascii") as file:
            json.dump(word, file)
        os.replace(temporary, self._folder / "server.json")


def _require_mlflow() -> None:
    try:
        version("mlflow")
    except PackageNotFoundError:
        raise Unavailable(
            "The tracking server needs MLflow, which is not installed.",
            hint="`pip install 'blockwright[ml]'`, or name a server with MLFLOW_TRACKING_URI.",
            code="tracking_missing",
        ) from None


def _listen(port: int) -> socket.socket:
    """On the loopback, at ``port`` if it is free."""
    for number in dict.fromkeys((port, 0)):
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(("127.0.0.1", number))
            listening.listen(128)
        except OSError as error:
            listening.close()
            refused = error
            continue
        return listening
    raise Unavailable(f"The tracking server gets no port: {refused.strerror}.", code="tracking")


def _shared(path: Path) -> int:
    """The file with a shared lock, to be held until it is closed. A server that is just ending because nobody needed
    it holds the lock for a moment longer."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def _exclusive(path: Path) -> int | None:
    """The file with a lock of our own; None when somebody has one."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
