"""One language server: a child process that is asked over its pipes. Nobody waits for it."""

from __future__ import annotations

import os
import queue
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from blockwright.adapters.languages import words
from blockwright.adapters.languages.framing import Garbled, encoded, read
from blockwright.adapters.languages.programs import Program

SECONDS = 10.0
"""For an answer; the first may take longer, since there is much to read."""
START_SECONDS = 60.0
END_SECONDS = 3.0
MOST_WAITING = 2_000
"""Messages that a server may be behind before it counts as stuck."""

Answered = Callable[[Any], None]


class ServerProcess:
    """``heard`` is told what the server says by itself (method, parameters), ``ended`` once that it is gone; both from
    threads of this process."""

    def __init__(
        self,
        program: Program,
        command: list[str],
        root: Path,
        environ: Mapping[str, str],
        *,
        heard: Callable[[str, Any], None],
        ready: Callable[[], None],
        ended: Callable[[ServerProcess], None],
    ) -> None:
        self.program = program
        self.ready = False
        self._root = root
        self._heard, self._told_ready, self._ended = heard, ready, ended
        self._lock = Lock()
        self._waiting: dict[int, tuple[Answered, float]] = {}
        self._numbers = 0
        self._outgoing: queue.Queue[bytes | None] = queue.Queue(MOST_WAITING)
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=root,
            env=dict(environ),
            start_new_session=True,  # Ctrl-C in the terminal is ours to answer
        )
        _stand_back(self._process.pid)
        for work in (self._write, self._read):
            Thread(target=work, name=f"{program.name} server", daemon=True).start()
        self._greet()

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, method: str, params: Mapping[str, Any], answered: Answered, seconds: float = SECONDS) -> None:
        """``answered`` is called once, with None when there is no answer in time."""
        with self._lock:
            self._numbers += 1
            number = self._numbers
            self._waiting[number] = (answered, time.monotonic() + seconds)
        self._send({"id": number, "method": method, "params": params})

    def tell(self, method: str, params: Mapping[str, Any]) -> None:
        self._send({"method": method, "params": params})

    def look(self) -> None:
        """Give up on what is not answered in time, and on a server that took too much memory. Called now and then."""
        now = time.monotonic()
        with self._lock:
            late = [number for number, (_, until) in self._waiting.items() if until < now]
            given_up = [self._waiting.pop(number)[0] for number in late]
        for answered in given_up:
            answered(None)
        if memory_of(self.pid) > self.program.memory:
            self.kill()

    def end(self) -> None:
        """End the process and wait until it is gone."""
        with suppress(queue.Full):
            self._outgoing.put_nowait(encoded({"id": 0, "method": "shutdown"}))
            self._outgoing.put_nowait(encoded({"method": "exit"}))
            self._outgoing.put_nowait(None)
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()

    def _send(self, message: Mapping[str, Any]) -> None:
        try:
            self._outgoing.put_nowait(encoded(message))
        except queue.Full:  # it reads nothing any more
            self.kill()

    def _greet(self) -> None:
        uri = self._root.as_uri()

        def greeted(result: Any) -> None:
            if result is None:
                self.kill()
                return
            self.tell("initialized", {})
            self.ready = True
            self._told_ready()

        self.ask(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": uri,
                "workspaceFolders": [{"uri": uri, "name": self._root.name}],
                "capabilities": words.CAPABILITIES,
                "initializationOptions": dict(self.program.settings),
            },
            greeted,
            START_SECONDS,
        )

    # Its two threads -------------------------------------------------------------------------------------------------

    def _write(self) -> None:
        assert self._process.stdin is not None
        with suppress(OSError), self._process.stdin as stream:
            while (message := self._outgoing.get()) is not None:
                stream.write(message)
                stream.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with suppress(OSError, Garbled), self._process.stdout as stream:
            while (message := read(stream)) is not None:
                self._hear(message)
        self.kill()
        self._process.wait()
        with suppress(queue.Full):
            self._outgoing.put_nowait(None)
        with self._lock:
            left = [answered for answered, _ in self._waiting.values()]
            self._waiting.clear()
        for answered in left:
            answered(None)
        self._ended(self)

    def _hear(self, message: Mapping[str, Any]) -> None:
        method, number = message.get("method"), message.get("id")
        if isinstance(method, str):
            if number is not None:
                self._send({"id": number, "result": self._obliged(method, message.get("params"))})
            else:
                self._heard(method, message.get("params"))
            return
        with self._lock:
            answered, _ = self._waiting.pop(number, (None, 0.0)) if isinstance(number, int) else (None, 0.0)
        if answered is not None:
            answered(message.get("result"))

    def _obliged(self, method: str, params: Any) -> Any:
        """What a server gets that asks us: its configuration. Edits and commands of its own are refused."""
        if method == "workspace/configuration":
            items = params.get("items", []) if isinstance(params, dict) else []
            return [dict(self.program.settings) for _ in items]
        return {"applied": False} if method == "workspace/applyEdit" else None


def memory_of(pid: int) -> int:
    """Bytes that a process has of its own; 0 when it is gone."""
    with suppress(OSError), open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    return 0


def _stand_back(pid: int) -> None:
    """Blocks and answers to people go first, and the kernel, short of memory, takes this one."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, 5)
    with suppress(OSError), open(f"/proc/{pid}/oom_score_adj", "w", encoding="ascii") as file:
        file.write("800")
