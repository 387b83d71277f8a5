"""The block process's own machinery is light: what it costs before anything is preloaded."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

HEAVY = {"pandas", "numpy", "pyarrow", "duckdb", "sqlalchemy", "jinja2", "yaml", "asyncio", "email", "http", "tempfile"}

MEASURE = """
import json, resource, sys
def memory():
    return int(open('/proc/self/statm').read().split()[1]) * resource.getpagesize()
before = len(sys.modules), memory()
import {module}
after = len(sys.modules), memory()
print(json.dumps([b - a for a, b in zip(before, after)] + sorted(sys.modules)))
"""


def cost(module: str) -> tuple[int, int, list[str]]:
    """Modules, bytes, and the names of what is loaded."""
    command = [sys.executable, "-c", MEASURE.format(module=module)]
    count, memory, *names = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return count, memory, names


def test_the_fork_server_is_light_before_it_preloads() -> None:
    count, _, names = cost("blockwright.runner.server")
    assert count <= 90, names
    assert HEAVY.isdisjoint(names)


@pytest.mark.quick
def test_all_that_an_attempt_runs_in_is_light() -> None:
    count, memory, names = cost("blockwright.runner.server, blockwright.runner.life")
    assert count <= 150, names
    assert memory <= 25 << 20
    assert HEAVY.isdisjoint(names)


def test_the_engines_side_is_light() -> None:
    count, _, names = cost("blockwright.adapters.executor.local")
    assert count <= 100, names
