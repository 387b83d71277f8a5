"""Writing down what was really the case. The standard library only: the server does this itself."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def write(log: Path, model: str, rows: Sequence[Mapping[str, Any]], now: datetime) -> int:
    """Keep what is told, whole or not at all; how many rows. Those whose ``actual`` is None are left out."""
    lines = [_line(row, now) for row in rows if row.get("actual") is not None]
    if not lines:
        return 0
    folder = log / model / "truth"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{int(now.timestamp() * 1e6)}-{os.urandom(8).hex()}"
    temporary = folder / f".{name}.tmp"
    with temporary.open("w", encoding="utf-8") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())  # whoever told it will not tell it again
    temporary.rename(folder / f"{name}.jsonl")
    return len(lines)


def _line(row: Mapping[str, Any], now: datetime) -> str:
    request, key = row.get("request_id"), row.get("key")
    said = {
        "request_id": None if request is None else str(request),
        "row": None if request is None else int(row.get("row") or 0),
        "key": None if key is None or request is not None else str(key),
        "actual": row["actual"],
        "told": now.astimezone(UTC).isoformat(),
    }
    return json.dumps(said, default=str) + "\n"
