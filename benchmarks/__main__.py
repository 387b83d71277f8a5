"""Measure the promises and print them; ``--write`` keeps them in ``benchmarks/results.md``. Arguments name the parts to
measure: all, if none is named."""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import api, browser, frame_handover, pipelines, runs, server, triggers
from benchmarks.table import render

PARTS = ("runs", "server", "triggers", "api", "browser")

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)} (default: all)")
parser.add_argument("--repeats", type=int, default=5, help="each figure is the median of so many (default 5)")
parser.add_argument("--minutes", type=float, default=1.0, help="how long a browser's open tab is watched (default 1)")
parser.add_argument("--write", action="store_true", help="keep the table in benchmarks/results.md")
arguments = parser.parse_args()
if unknown := set(arguments.parts) - set(PARTS):
    parser.error(f"no such part: {', '.join(sorted(unknown))}")
wanted = arguments.parts or PARTS
sections: list[str] = []


def keep(title: str, table: str) -> None:
    """Shown as soon as it is known: all of it takes many minutes."""
    sections.append(f"## {title}\n\n{table}\n")
    print(sections[-1], flush=True)


load = os.getloadavg()[0]
with tempfile.TemporaryDirectory(prefix="blockwright-bytecode-") as bytecode:
    # Where Python may not keep what it compiled (an image, a checkout), each start would compile all of Blockwright,
    # and of the plain script nothing: whoever installs either has both compiled.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = bytecode
    if "runs" in wanted:
        rows = [
            *runs.measure(arguments.repeats),
            *pipelines.measure(arguments.repeats),
            *frame_handover.measure(repeats=arguments.repeats),
        ]
        keep("Runs on the command line", render(rows))
    if "server" in wanted:
        keep("The server", server.table(server.measure(arguments.repeats)))
    if "triggers" in wanted:
        keep("Triggers", server.table(triggers.measure()))
    if "api" in wanted:
        keep("Lists of the API", server.table(api.measure()))
    if "browser" in wanted:
        keep(
            f"The browser app, load {os.getloadavg()[0]:.1f}", server.table(browser.measure(minutes=arguments.minutes))
        )
head = (
    f"Measured {datetime.now(UTC):%Y-%m-%d} by `make bench` on {os.cpu_count()} cores, Python "
    f"{platform.python_version()}, load before {load:.2f}, median of {arguments.repeats}."
)
print(head)
if arguments.write:
    Path(__file__).with_name("results.md").write_text("\n".join(["# Measured", "", head, "", *sections]))
