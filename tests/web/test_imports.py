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


def test_no_route_is_worked_out_before_it_is_called() -> None:
    code = """
from blockwright.web.app import COLUMNS
from blockwright.web.routing import LateRoute
routes = [route for column in COLUMNS for route in column.routes.routes if isinstance(route, LateRoute)]
print(len(routes), sum("dependant" in vars(route) for route in routes), bool(routes[0].dependant))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    routes, worked_out, later = done.stdout.split()
    assert int(routes) > 300
    assert (worked_out, later) == ("0", "True")
