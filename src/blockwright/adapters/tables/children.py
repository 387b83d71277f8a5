"""The table reader's process as its parent sees it: asked one thing at a time, watched, ended."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PROGRAM = Path(__file__).parent / "reader" / "__main__.py"
_LOOK = 0.1  # seconds between two looks at the child's memory
_LONGEST_ANSWER = 64 * 1024 * 1024
_PASSED_ON = ("LD_LIBRARY_PATH", "PATH", "TMPDIR")


class ChildEnded(Exception):
    """The child closed its channel; ``status`` is its exit code or minus the signal."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


class TooSlow(Exception):
    """The deadline passed before the answer came."""


class TooBig(Exception):
    """The child took more memory than it may, or its answer is too long to be one."""


@dataclass(frozen=True, slots=True)
class Limits:
    """``seconds`` for an answer, ``export_seconds`` for a file; ``memory`` in bytes that the reader may add of its own
    (mapped files do not count); ``idle`` seconds after which an unused reader ends."""

    seconds: float = 60.0
    export_seconds: float = 3600.0
    memory: int = 2 * 1024**3
    idle: float = 300.0


class Child:
    """A running reader. Not for two threads at once, except ``kill``."""

    def __init__(self, limits: Limits, environ: Mapping[str, str]) -> None:
        self._memory = limits.memory
        self._channel, theirs = socket.socketpair()
        with theirs, contextlib.ExitStack() as on_failure:
            on_failure.callback(self._channel.close)
            self._process = subprocess.Popen(
                # Half for queries: what Arrow and Python hold besides counts towards the same limit.
                [sys.executable, "-I", os.fspath(_PROGRAM), str(limits.memory // 2), str(limits.idle)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"LANG": "C.UTF-8", "TZ": "UTC", **{name: environ[name] for name in _PASSED_ON if name in environ}},
                start_new_session=True,  # Ctrl-C in the terminal is ours to answer
            )
            on_failure.pop_all()

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, request: Mapping[str, Any], seconds: float) -> Any:
        """The answer; raises ChildEnded, TooSlow or TooBig, after which this child is of no more use."""
        deadline = time.monotonic() + seconds
        try:
            self._channel.settimeout(seconds)
            self._channel.sendall(json.dumps(request).encode() + b"\n")
            return json.loads(self._line(deadline))
        except TimeoutError:
            raise TooSlow from None
        except ConnectionError:
            raise ChildEnded(self._process.wait()) from None
        except (ValueError, RecursionError):  # not JSON: what wrote this is no reader any more
            raise ChildEnded(1) from None

    def _line(self, deadline: float) -> bytes:
        received = bytearray()
        while not received.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._channel.settimeout(min(left, _LOOK))
            try:
                piece = self._channel.recv(1 << 20)
            except TimeoutError:
                self._check_memory()
                continue
            if not piece:
                raise ChildEnded(self._process.wait())
            received += piece
            if len(received) > _LONGEST_ANSWER:
                raise TooBig
        return bytes(received)

    def _check_memory(self) -> None:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
                if line.startswith("RssAnon:") and int(line.split()[1]) * 1024 > self._memory:
                    raise TooBig

    def kill(self) -> None:
        """End the process now; whoever waits for its answer gets ChildEnded."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    def end(self) -> None:
        """End the process and wait until it is gone."""
        self.kill()
        self._process.wait()
        self._channel.close()
