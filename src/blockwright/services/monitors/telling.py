"""What was really the case, told later."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from blockwright.core.errors import Invalid
from blockwright.core.models.versions import require_name
from blockwright.ports.monitors import Truth
from blockwright.ports.workspace import Workspace

MOST_ROWS = 10_000
LONGEST = 1_000
"""Characters of a request id, a key, and a truth that is text."""
_EXAMPLE = 'Write [{"request_id": "…", "actual": 12.5}] or [{"key": "order 7", "actual": "late"}].'


def tell(workspace: Workspace, model: str, rows: Sequence[Mapping[str, Any]]) -> int:
    """Keep what is told of predictions of ``model``; how many. Raises NotFound for an unknown model, Invalid (code
    ``truth``) naming the row that is wrong; then nothing is kept."""
    workspace.learning.models.newest(workspace.project.name, require_name(model))
    if len(rows) > MOST_ROWS:
        raise _wrong(f"{len(rows):,} truths are too many for one call; at most {MOST_ROWS:,} are taken", "Send parts.")
    truths = [_truth(row, place) for place, row in enumerate(rows)]
    return workspace.learning.predictions.tell(model, truths, now=workspace.clock.now())


def tell_file(workspace: Workspace, model: str, path: Path, columns: Mapping[str, str]) -> int:
    """The same from a table; see ``PredictionLogs.tell_file``."""
    workspace.learning.models.newest(workspace.project.name, require_name(model))
    return workspace.learning.predictions.tell_file(model, path, columns, now=workspace.clock.now())


def _truth(said: Any, place: int) -> Truth:
    if not isinstance(said, Mapping):
        raise _wrong(f"Truth {place + 1} is no object")
    actual, request, key, row = said.get("actual"), said.get("request_id"), said.get("key"), said.get("row") or 0
    if not isinstance(actual, str | int | float) or (isinstance(actual, float) and not math.isfinite(actual)):
        raise _wrong(f"`actual` of truth {place + 1} is {str(actual)[:50]!r}, which is no text, number or boolean")
    if isinstance(actual, str) and len(actual) > LONGEST:
        raise _wrong(f"`actual` of truth {place + 1} has more than {LONGEST:,} characters")
    if (request is None) == (key is None):
        raise _wrong(f"Truth {place + 1} must have either `request_id` or `key`")
    for name, value in (("request_id", request), ("key", key)):
        if value is not None and not (isinstance(value, str | int) and 0 < len(str(value)) <= LONGEST):
            raise _wrong(f"`{name}` of truth {place + 1} is no text of 1 to {LONGEST:,} characters")
    if not isinstance(row, int) or isinstance(row, bool) or not 0 <= row < 2**31:
        raise _wrong(f"`row` of truth {place + 1} is no row of a request")
    return Truth(actual, None if request is None else str(request), int(row), None if key is None else str(key))


def _wrong(what: str, hint: str = _EXAMPLE) -> Invalid:
    return Invalid(f"{what}.", hint=hint, code="truth")
