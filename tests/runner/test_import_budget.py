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
def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
def memory():
    return int(open('/proc/self/statm').read().split()[1]) * resource.getpagesize()
before = len(sys.modules), cpu(), memory()
import {module}
after = len(sys.modules), cpu(), memory()
print(json.dumps([b - a for a, b in zip(before, after)] + sorted(sys.modules)))
"""


def cost(module: str) -> tuple[int, float, int, list[str]]:
    """Modules, the least CPU seconds of five tries, bytes, and the names of what is loaded."""
    tries = [
        json.loads(
            subprocess.run(
                [sys.executable, "-c", MEASURE.format(module=module)], check=True, capture_output=True
            ).stdout
        )
        for _ in range(5)
    ]
    count, _, memory, *names = tries[0]
    return count, min(each[1] for each in tries), memory, names


def reference() -> float:
    """CPU seconds of some modules of the standard library: 38 ms where the budget was set, more on a slower or busier
    machine."""
    return cost("json, logging, inspect, asyncio")[1]


def test_the_fork_server_stays_within_its_budget_before_it_preloads() -> None:
    _, seconds, _, names = cost("blockwright.runner.server")
    assert seconds <= 0.060 * max(1.0, reference() / 0.038)
    assert HEAVY.isdisjoint(names)


@pytest.mark.quick
def test_all_that_an_attempt_runs_in_is_light() -> None:
    count, _, memory, names = cost("blockwright.runner.server, blockwright.runner.life")
    assert count <= 150, names
    assert memory <= 25 << 20
    assert HEAVY.isdisjoint(names)


def test_the_engines_side_is_light() -> None:
    count, seconds, _, names = cost("blockwright.adapters.executor.local")
    assert seconds <= 0.060 * max(1.0, reference() / 0.038)
    assert count <= 100, names
