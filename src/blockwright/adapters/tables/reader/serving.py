"""The loop of the reader's process: a request, an answer, until nobody asks any more."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import resource
import socket
import threading
from typing import Any

from blockwright.adapters.tables.reader.requests import answer, failure

_LONGEST = 48 * 1024 * 1024  # bytes; the parent takes no answer of 64 MiB
_LESS = "Ask for fewer rows or columns, or export the value."


def serve(memory: int, idle: float) -> None:
    """Answer what comes over standard input (a socket) until it closes or is silent for ``idle`` seconds."""
    _restrain()
    with socket.socket(fileno=os.dup(0)) as channel:
        requests: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=_listen, args=(channel, requests), name="requests", daemon=True).start()
        line = requests.get()  # the first is on its way, or our parent ends and so do we
        with contextlib.suppress(queue.Empty):
            while True:
                channel.sendall(_encoded(answer(json.loads(line), memory)))
                line = requests.get(timeout=idle)


def _encoded(reply: dict[str, Any]) -> bytes:
    data = json.dumps(reply).encode("ascii")
    if len(data) > _LONGEST:
        data = json.dumps(failure("Invalid", "The answer is too long to be shown.", "too_long", _LESS)).encode("ascii")
    return data + b"\n"


def _listen(channel: socket.socket, requests: queue.Queue[bytes]) -> None:
    """Read beside the work, so that this process ends at once with its parent, in the middle of a query too."""
    with contextlib.suppress(OSError), channel.makefile("rb") as lines:
        for line in lines:
            requests.put(line)
    os._exit(0)


def _restrain() -> None:
    """No core files of other people's data, and the first to go when memory is short."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")
