"""One request, one answer, each a JSON document; then the process ends."""

from __future__ import annotations

import contextlib
import ctypes
import json
import math
import os
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from blockwright.adapters.monitors import told
from blockwright.core.errors import BlockwrightError

_PR_SET_PDEATHSIG = 1


def serve() -> None:
    """Answer what stands on standard input. An error is ``{"error", "hint", "code", "invalid"}``."""
    _restrain()
    reply = answer(json.load(sys.stdin))
    json.dump(_plain(reply), sys.stdout, allow_nan=False)
    sys.stdout.flush()
    os._exit(0)  # the libraries' threads need no farewell


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to one request; never raises for what stands in the log."""
    try:
        return {"answer": _OPERATIONS[request["operation"]](request)}
    except BlockwrightError as error:
        return {"error": error.message, "hint": error.hint, "code": error.code}
    except ModuleNotFoundError as error:
        hint = 'Install it: pip install "blockwright[ml]".'
        return {
            "error": f"Measuring needs `{error.name}`, which is not installed.",
            "hint": hint,
            "code": "missing_extra",
        }
    except MemoryError:
        return {"error": "There is not enough memory for this window.", "hint": "Take a shorter one.", "code": "memory"}
    except Exception as error:  # the fence of this process: what callers sent may make any library raise anything
        return {"error": f"{type(error).__name__}: {error}"[:1_000], "hint": "", "code": "monitor"}


def _plain(value: Any) -> Any:
    """What JSON has a form for: a figure that is no number is none."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _compact(request: Mapping[str, Any]) -> Any:
    from blockwright.adapters.monitors.reader.compaction import compact

    today, oldest = date.fromisoformat(request["today"]), date.fromisoformat(request["oldest"])
    return compact(Path(request["log"]), today, oldest)


def _measure(request: Mapping[str, Any]) -> Any:
    from blockwright.adapters.monitors.reader.measuring import measure

    return measure(Path(request["log"]), request["wish"])


def _import(request: Mapping[str, Any]) -> Any:
    from blockwright.adapters.monitors.reader.truth import read_file

    now = datetime.fromisoformat(request["now"])
    log, model = Path(request["log"]), request["model"]
    return sum(told.write(log, model, rows, now) for rows in read_file(Path(request["path"]), request["names"]))


_OPERATIONS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "compact": _compact,
    "measure": _measure,
    "import": _import,
}


def _restrain() -> None:
    """It ends with whoever asked, leaves no core file, and is the first to go when memory is short."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")
