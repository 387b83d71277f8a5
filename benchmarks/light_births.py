"""What an isolated trivial block costs, born light (of the twin) and born with pandas, in turns.

Run with ``python -m benchmarks.light_births [attempts]``. The time until it was gone; the ratio is what counts.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.fork_overhead import ROUND, run_one, spec, store_code
from blockwright.adapters.executor.fork_server import StartOptions
from blockwright.adapters.executor.local import LocalExecutor


def main(attempts: int = 100) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        options = StartOptions(
            python=sys.executable, cache=root / "cache", environ=dict(os.environ), cwd=root, token="benchmark"
        )
        executor = LocalExecutor(options)
        executor.warm_up()
        digest = store_code(root)
        times: dict[str, list[float]] = {"light": [], "with pandas": []}
        number = 0
        try:
            for _round in range(attempts // ROUND):
                for kind, found in times.items():
                    for _attempt in range(ROUND):
                        number += 1
                        wanted = replace(spec(root, digest, number), preload=() if kind == "light" else ("pandas",))
                        found.append(run_one(executor, wanted)[1])
        finally:
            executor.close()
        light, heavy = (statistics.median(found) * 1000 for found in times.values())
        print(f"load {os.getloadavg()[0]:.2f}, {attempts} attempts of each")
        print(f"light {light:.2f} ms   with pandas {heavy:.2f} ms   ratio {light / heavy:.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
