"""When a block that guards quality fails, leave a line in `reports/quality_failures.jsonl`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

if "callback" not in globals():
    from mage_ai.data_preparation.decorators import callback

LONGEST = 2000


@callback("failure")
def note_failure(**kwargs: Any) -> None:
    """Pipeline, block, execution date and the error, one JSON object on a line of its own."""
    note = {
        "pipeline": kwargs.get("pipeline_uuid"),
        "block": kwargs.get("parent_block_uuid"),
        "execution_date": str(kwargs.get("execution_date")),
        "error": str(kwargs.get("__error", "unknown"))[:LONGEST],
    }
    path = Path(kwargs["repo_path"]) / "reports" / "quality_failures.jsonl"
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as lines:  # one short write in append mode: two failing blocks never mix their lines
        lines.write(json.dumps(note) + "\n")
