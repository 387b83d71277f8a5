"""What the browser is shown: pipelines of five, a hundred and five hundred blocks, large tables, long logs."""

from __future__ import annotations

from pathlib import Path

from benchmarks import projects

NOW = "import time\n\n\n@custom\ndef now(*args):\n    return {'now': f'at {time.time_ns()}'}\n"
WIDE = """import numpy as np
import pandas as pd


@data_loader
def wide(*args):
    generator = np.random.default_rng(1)
    return pd.DataFrame({{f"column_{{place}}": generator.normal(size={rows}) for place in range({columns})}})
"""
TALK = """@transformer
def talk(number, *args):
    for line in range({lines}):
        print("line", line, "of child", number, "with some words as lines of logs have them")
    print("the needle of child", number)
    return number
"""
SPLIT = "@data_loader\ndef split(*args):\n    return [list(range({children}))]\n"


def write(root: Path) -> None:
    root.mkdir(parents=True, exist_ok=True)
    projects.write(root, "now", [{"uuid": "now", "type": "custom"}], {"custom/now.py": NOW})
    for count in (5, 100, 500):
        tree(root, f"blocks_{count}", count)
    for name, rows, columns in (("rows_10k", 10_000, 50), ("rows_1m", 1_000_000, 8), ("rows_10m", 10_000_000, 4)):
        text = WIDE.format(rows=rows, columns=columns)
        projects.write(root, name, [{"uuid": name, "type": "data_loader"}], {f"data_loaders/{name}.py": text})
    talking(root, "million_lines", 20, 50_000)
    fan(root, "children_5000", 5_000)


def tree(root: Path, pipeline: str, count: int) -> None:
    """Each block feeds two others."""
    blocks: list[dict[str, object]] = []
    files = {}
    for number in range(count):
        name = f"{pipeline}_{number}"
        above = [f"{pipeline}_{(number - 1) // 2}"] if number else []
        blocks.append({"uuid": name, "type": "custom", "upstream_blocks": above})
        files[f"custom/{name}.py"] = f"@custom\ndef step(*inputs):\n    return {number}\n"
    projects.write(root, pipeline, blocks, files)


def talking(root: Path, pipeline: str, children: int, lines: int) -> None:
    """The children of one dynamic block print so many lines each."""
    blocks: list[dict[str, object]] = [
        {"uuid": "split", "type": "data_loader", "configuration": {"dynamic": True}},
        {"uuid": "talk", "type": "transformer", "upstream_blocks": ["split"]},
    ]
    files = {"data_loaders/split.py": SPLIT.format(children=children), "transformers/talk.py": TALK.format(lines=lines)}
    projects.write(root, pipeline, blocks, files)


def fan(root: Path, pipeline: str, children: int) -> None:
    projects.fan_out(root, pipeline, children, one_process=True)
