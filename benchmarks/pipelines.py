"""Reading and planning a pipeline of 10,000 blocks."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median

import yaml

from benchmarks import projects
from benchmarks.table import Row

BLOCKS = 10_000


def measure(repeats: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "bench"
        root.mkdir()
        projects.chain(root, "long", BLOCKS, one_process=False)
        return [_read(root, repeats), _plan(root, repeats)]


def _read(root: Path, repeats: int) -> Row:
    from blockwright.adapters.project import DiskProject

    text = (root / "pipelines" / "long" / "metadata.yaml").read_bytes()
    ours = []
    plain = []
    for turn in range(repeats):
        project = DiskProject(root, cache=root / f"cache{turn}", environ={})
        began = time.perf_counter()
        project.pipeline("long")
        ours.append(time.perf_counter() - began)
        began = time.perf_counter()
        yaml.load(text, Loader=yaml.CSafeLoader)
        plain.append(time.perf_counter() - began)
    return Row(
        f"read a pipeline of {BLOCKS:,} blocks, cold", median(ours), "libyaml", median(plain), "within 1.5×", 1.5
    )


def _plan(root: Path, repeats: int) -> Row:
    """Planning alone: the command's time less the time of listing the blocks, which reads the same file."""
    projects.blockwright("plan", "long", "--project", str(root), "--json")
    plans, reads = [], []
    for _ in range(min(repeats, 3)):
        began = time.perf_counter()
        done = projects.blockwright("plan", "long", "--project", str(root), "--json")
        plans.append(time.perf_counter() - began)
        if done.returncode:
            raise RuntimeError(done.stdout[:1000] + done.stderr[:1000])
        began = time.perf_counter()
        projects.blockwright("blocks", "long", "--project", str(root), "--json")
        reads.append(time.perf_counter() - began)
    planned = median(plans) - median(reads)
    return Row(f"plan {BLOCKS:,} blocks, after reading", planned, "reading them", median(reads), "under 2 s")
