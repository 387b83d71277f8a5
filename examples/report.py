"""What the demo's latest training run did, in the terminal: blocks, time, rows, metrics, where things are, what next.

python examples/report.py
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from update_metrics import EXAMPLES, PROJECT

COMMAND = [sys.executable, "-m", "blockwright"]


def main() -> int:
    """The exit code: 1 when there is no completed training run to tell of."""
    shown = subprocess.run(
        [*COMMAND, "show", "training", "--project", str(PROJECT), "--json"], capture_output=True, text=True, check=False
    )
    run = json.loads(shown.stdout)
    if run.get("state") != "completed":
        print("The training run did not complete; `blockwright why training` says why.", file=sys.stderr)
        return 1
    blocks = [block for block in run["blocks"] if block.get("role") != "group"]
    rows = sum(output["rows"] or 0 for block in blocks for output in block["outputs"] if output["columns"])
    tests = sum(block["tests"]["passed"] for block in blocks)
    peak = max(block["rss_peak_mb"] or 0 for block in blocks)
    print(f"\nTraining run {run['run']}: {len(blocks)} block runs in {run['seconds']:.0f} s,")
    print(f"{rows:,} rows stored in frames, {tests} data tests passed, at most {peak:,.0f} MB in one block.\n")
    print_metrics()
    print(f"\nOutputs of every block: {relative(PROJECT / '.blockwright')}")
    print(f"Model and card:         {relative(PROJECT / 'model_registry')}")
    print("\nNext:")
    project = relative(PROJECT)
    for command, why in (
        (f"show training -p {project}", "every block with time, memory and rows"),
        (f"output training evaluate -p {project}", "the metrics as the block gave them"),
        (f"profile training features -p {project}", "column statistics of the features"),
        (f"plan training -p {project}", "what a second run would do"),
        (f"run batch_prediction -p {project}", "predictions with the published model"),
    ):
        print(f"  .venv/bin/blockwright {command:<58} {why}")
    return 0


def print_metrics() -> None:
    sys.path.append(str(EXAMPLES))  # the project's own modules carry the name of its folder
    from mlops_demo.utils.model_cards import latest_figures

    recorded: dict[str, Any] = latest_figures(PROJECT)
    print(f"Model {recorded['name']} on {recorded['test']['rows']:,} flights of the months that it never saw:")
    lines = {"model": recorded["test"], **recorded["baselines"]}
    names = [name for name in recorded["test"] if name != "rows"]
    print("  " + " " * 34 + "".join(f"{name:>16}" for name in names))
    for who, figures in lines.items():
        print(f"  {who:<34}" + "".join(f"{figures[name]:>16.3f}" for name in names))


def relative(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


if __name__ == "__main__":
    sys.exit(main())
