"""Measure the promises and print them; ``--write`` keeps the table in ``benchmarks/results.md``."""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import frame_handover, pipelines, runs
from benchmarks.table import render

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--repeats", type=int, default=5, help="each figure is the median of so many (default 5)")
parser.add_argument("--write", action="store_true", help="keep the table in benchmarks/results.md")
arguments = parser.parse_args()

load = os.getloadavg()[0]
with tempfile.TemporaryDirectory(prefix="blockwright-bytecode-") as bytecode:
    # Where Python may not keep what it compiled (an image, a checkout), each start would compile all of Blockwright,
    # and of the plain script nothing: whoever installs either has both compiled.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = bytecode
    rows = [
        *runs.measure(arguments.repeats),
        *pipelines.measure(arguments.repeats),
        *frame_handover.measure(repeats=arguments.repeats),
    ]
head = (
    f"Measured {datetime.now(UTC):%Y-%m-%d} by `make bench` on {os.cpu_count()} cores, Python "
    f"{platform.python_version()}, load before {load:.2f}, median of {arguments.repeats}."
)
text = f"# Measured\n\n{head}\n\n{render(rows)}\n"
print(text)
if arguments.write:
    Path(__file__).with_name("results.md").write_text(text)
