"""The port ``PredictionLogs`` over a folder of this machine. Nothing heavy is imported on this side."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from blockwright.adapters.monitors import told
from blockwright.core.errors import Invalid, Unavailable
from blockwright.core.monitors import measurements
from blockwright.core.monitors.measurements import Measurement
from blockwright.ports.monitors import PutTogether, Truth, Window

_PROGRAM = Path(__file__).parent / "reader" / "__main__.py"
_PASSED_ON = ("LD_LIBRARY_PATH", "PATH", "TMPDIR")
SECONDS = 600.0
"""A window that takes longer to measure is not measured."""


class LocalPredictions:
    """The log in ``folder``, which need not be there yet."""

    def __init__(self, folder: Path, *, seconds: float = SECONDS, environ: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._seconds = seconds
        self._environ = os.environ if environ is None else environ

    def measure(self, window: Window) -> Measurement:
        wish = {
            "model": window.model,
            "version": window.version,
            "since": window.since.isoformat(),
            "until": window.until.isoformat(),
            "made": window.made.isoformat(),
            "reference": "" if window.reference is None else str(window.reference),
            "features": list(window.features),
            "kind": window.kind,
        }
        answer = self._ask("measure", f"version {window.version} of model `{window.model}`", wish=wish)
        try:
            return measurements.read(answer)
        except (KeyError, TypeError, ValueError) as error:
            raise Unavailable(
                f"The figures of model `{window.model}` cannot be read: {error!r}.",
                hint="Take a shorter window.",
                code="monitor",
            ) from None

    def compact(self, *, now: datetime, keep: timedelta) -> PutTogether:
        if not self._folder.is_dir():
            return PutTogether(0, 0, 0, 0)
        today, oldest = now.astimezone(UTC).date(), (now.astimezone(UTC) - keep).date()
        days = {"today": today.isoformat(), "oldest": oldest.isoformat()}
        return PutTogether(**self._ask("compact", "the log of predictions", **days))

    def tell(self, model: str, truths: Sequence[Truth], *, now: datetime) -> int:
        return told.write(self._folder, model, [asdict(one) for one in truths], now)

    def tell_file(self, model: str, path: Path, columns: Mapping[str, str], *, now: datetime) -> int:
        more = {"model": model, "path": str(path.absolute()), "names": dict(columns), "now": now.isoformat()}
        return int(self._ask("import", f"`{path.name}`", **more))

    def _ask(self, operation: str, what: str, **more: Any) -> Any:
        request = {"operation": operation, "log": str(self._folder), **more}
        try:
            done = subprocess.run(
                [sys.executable, "-I", os.fspath(_PROGRAM)],
                input=json.dumps(request).encode(),
                capture_output=True,
                timeout=self._seconds,
                env={"LANG": "C.UTF-8", "TZ": "UTC", **{n: self._environ[n] for n in _PASSED_ON if n in self._environ}},
                start_new_session=True,  # Ctrl-C in the terminal is for whoever asked
                check=False,
            )
            reply = json.loads(done.stdout) if done.returncode == 0 else None
        except subprocess.TimeoutExpired:
            hint = "Take a shorter window, or fewer features."
            raise Unavailable(
                f"Reading {what} took longer than {self._seconds:g} seconds.", hint=hint, code="monitor"
            ) from None
        except ValueError:
            reply = None
        if reply is None:
            last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2][:300]
            why = f"ended with status {done.returncode}{f' ({last})' if last else ''}"
            raise Unavailable(f"The process that reads {what} {why}.", hint="Take a shorter window.", code="monitor")
        if "error" in reply:
            family = Invalid if operation == "import" else Unavailable
            raise family(reply["error"], hint=reply["hint"], code=reply["code"])
        return reply["answer"]
