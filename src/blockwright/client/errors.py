"""What the server refuses, and runs that did not complete, as exceptions."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """The server's answer to a call that failed: its ``status``, the stable ``code``, ``detail`` and ``hint``."""

    def __init__(self, status: int, document: dict[str, Any]) -> None:
        self.status = status
        self.code = str(document.get("code", ""))
        self.detail = str(document.get("detail") or document)
        self.hint = str(document.get("hint", ""))
        self.request_id = str(document.get("request_id", ""))
        super().__init__(f"{self.detail} {self.hint}".strip())


class RunFailed(Exception):
    """A run that was waited for ended otherwise than completed."""

    def __init__(self, run: int, state: str, reason: str) -> None:
        self.run = run
        self.state = state
        self.reason = reason
        super().__init__(f"Run {run} {state}: {reason}" if reason else f"Run {run} {state}.")
