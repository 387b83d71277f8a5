"""Make the picture of the README: the terminal of a real run, as an SVG.

    python docs/images/make.py

Runs the `etl` template in a temporary folder under a pseudo-terminal, and writes `docs/images/run.svg` from what it
printed.
"""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).resolve().parent
COLUMNS = 96
_ERASE = re.compile(r"\x1b\[(\d+)A\x1b\[J")
_FONT = re.compile(r"@font-face \{.*?\}\n", re.DOTALL)

COMMANDS = (
    ["run", "example_pipeline"],
    ["run", "example_pipeline", "--reuse"],
    ["output", "latest", "sales_by_region", "--head", "3"],
)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "shop"
        subprocess.run([*blockwright(), "init", str(project), "--template", "etl"], check=True, capture_output=True)
        parts = [f"$ blockwright {' '.join(command)}\n{typed(command, project)}" for command in COMMANDS]
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(Text.from_ansi("\n".join(parts).rstrip()))
    # Without the fonts that rich would have the reader's browser fetch from elsewhere.
    (HERE / "run.svg").write_text(_FONT.sub("", console.export_svg(title="blockwright", unique_id="run")) + "\n")


def blockwright() -> list[str]:
    return [sys.executable, "-m", "blockwright"]


def typed(command: list[str], project: Path) -> str:
    """What a terminal shows in the end when ``command`` is typed in the project."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*blockwright(), *command],
        cwd=project,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": str(COLUMNS)},
    )
    os.close(theirs)
    printed = b""
    while part := _read(ours):
        printed += part
    os.close(ours)
    if process.wait() != 0:
        sys.exit(f"`blockwright {' '.join(command)}` failed:\n{printed.decode()}")
    return shown(printed.decode().replace("\r\n", "\n"))


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65_536)
    except OSError:  # how a pseudo-terminal says that nobody writes any more
        return b""


def shown(text: str) -> str:
    """The text after the lines that were drawn over are gone."""
    while found := _ERASE.search(text):
        lines = text[: found.start()].split("\n")
        kept = lines[: len(lines) - 1 - int(found[1])]
        text = "".join(f"{line}\n" for line in kept) + text[found.end() :]
    return text


if __name__ == "__main__":
    main()
