"""The web process loads nothing that could run project code or open what blocks gave."""

from __future__ import annotations

import subprocess
import sys

FORBIDDEN = (
    "pandas",
    "numpy",
    "pyarrow",
    "duckdb",
    "sqlalchemy",
    "cloudpickle",
    "blockwright.codecs",
    "blockwright.runner",
)


def test_the_door_is_light() -> None:
    code = f"import sys, blockwright.web.app, blockwright.web.gate; print([n for n in {FORBIDDEN} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
