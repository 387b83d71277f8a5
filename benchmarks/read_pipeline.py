"""How long it takes to read a large pipeline, as a ratio to libyaml's own loader on the same text.

    python benchmarks/read_pipeline.py [BLOCKS]

Prints the medians of five, and the load of the machine beside them. ``cold`` parses, checks, finds every block's file
and builds the specs; ``warm`` takes the parsed file from the cache.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from blockwright.adapters.project import DiskProject

ROUNDS = 5

ENTRY = """\
- all_upstream_blocks_executed: false
  color: null
  configuration:
    file_source:
      path: transformers/block_{index}.py
  downstream_blocks: [{after}]
  executor_config: null
  executor_type: local_python
  has_callback: false
  language: python
  name: block_{index}
  retry_config: null
  status: not_executed
  timeout: null
  type: transformer
  upstream_blocks: [{before}]
  uuid: block_{index}
"""


def write_project(folder: Path, blocks: int) -> str:
    """A project with one pipeline, a chain; returns the pipeline's text."""
    (folder / "transformers").mkdir()
    pipeline = folder / "pipelines" / "large"
    pipeline.mkdir(parents=True)
    entries = []
    for index in range(blocks):
        before = f"block_{index - 1}" if index else ""
        after = f"block_{index + 1}" if index + 1 < blocks else ""
        entries.append(ENTRY.format(index=index, before=before, after=after))
        (folder / "transformers" / f"block_{index}.py").touch()
    text = "name: large\nuuid: large\ntype: python\nblocks:\n" + "".join(entries)
    (pipeline / "metadata.yaml").write_text(text)
    return text


def median(action: Callable[[], object], prepare: Callable[[], object] = lambda: None) -> float:
    """Seconds of one ``action``; ``prepare`` is not counted."""
    times = []
    for _ in range(ROUNDS):
        prepare()
        began = time.perf_counter()
        action()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main(blocks: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "project"
        folder.mkdir()
        text = write_project(folder, blocks)
        cache = Path(name) / "cache"
        project = DiskProject(folder, cache=cache, environ={})
        libyaml = median(lambda: yaml.load(text, Loader=yaml.CSafeLoader))
        cold = median(lambda: project.pipeline("large"), lambda: shutil.rmtree(cache, ignore_errors=True))
        warm = median(lambda: project.pipeline("large"))
        read = len(project.pipeline("large").blocks)
    print(f"{read:,} blocks, {len(text) / 1e6:.1f} MB; load {os.getloadavg()[0]:.2f}")
    for label, seconds in (("libyaml", libyaml), ("cold", cold), ("warm", warm)):
        print(f"{label:8} {seconds * 1000:8.0f} ms {seconds / libyaml:6.2f} × libyaml")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
