"""Small projects made for measuring, in a folder of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

LOADER = "@data_loader\ndef load(*args, **kwargs):\n    return 1\n"
STEP = "@transformer\ndef step(value, *args):\n    return value + 1\n"


def write(
    root: Path, pipeline: str, blocks: list[dict[str, object]], files: dict[str, str], **settings: object
) -> None:
    """A pipeline of ``blocks`` (entries of its metadata) with the block ``files``, added to the project at ``root``."""
    folder = root / "pipelines" / pipeline
    folder.mkdir(parents=True, exist_ok=True)
    (root / "metadata.yaml").touch()
    for entry in blocks:
        entry.setdefault("language", "python")
        entry.setdefault("upstream_blocks", [])
        entry.setdefault("downstream_blocks", [])
    document = {"name": pipeline, "uuid": pipeline, "type": "python", "blocks": blocks, **settings}
    (folder / "metadata.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def chain(root: Path, pipeline: str, length: int, *, one_process: bool) -> None:
    """``length`` trivial blocks, each fed by the one before."""
    blocks: list[dict[str, object]] = [{"uuid": "b0", "type": "data_loader"}]
    files = {"data_loaders/b0.py": LOADER}
    for place in range(1, length):
        blocks.append({"uuid": f"b{place}", "type": "transformer", "upstream_blocks": [f"b{place - 1}"]})
        files[f"transformers/b{place}.py"] = STEP
    write(root, pipeline, blocks, files, run_pipeline_in_one_process=one_process)


def fan_out(root: Path, pipeline: str, children: int, *, one_process: bool) -> None:
    """One dynamic parent, ``children`` children, their reduction."""
    items = f"items_{children}"  # pipelines share the files of blocks of one name
    blocks: list[dict[str, object]] = [
        {"uuid": items, "type": "data_loader", "configuration": {"dynamic": True}},
        {"uuid": "work", "type": "transformer", "upstream_blocks": [items], "configuration": {"reduce_output": True}},
        {"uuid": "total", "type": "transformer", "upstream_blocks": ["work"]},
    ]
    files = {
        f"data_loaders/{items}.py": f"@data_loader\ndef load(*args, **kwargs):\n    return [list(range({children}))]\n",
        "transformers/work.py": STEP.replace("value + 1", "value * 2"),
        "transformers/total.py": "@transformer\ndef total(values, *args):\n    return sum(values)\n",
    }
    write(root, pipeline, blocks, files, run_pipeline_in_one_process=one_process)


THREE = {
    "data_loaders/load.py": """import numpy as np
import pandas as pd


@data_loader
def load(*args, **kwargs):
    generator = np.random.default_rng(1)
    size = 10_000
    return pd.DataFrame({"key": generator.integers(0, 50, size), "x": generator.normal(size=size)})
""",
    "transformers/clean.py": """@transformer
def clean(frame, *args):
    return frame[frame["x"] > 0].assign(y=frame["x"] ** 2)
""",
    "data_exporters/total.py": """@data_exporter
def total(frame, *args):
    return frame.groupby("key", as_index=False)["y"].sum()
""",
}

SCRIPT = """import numpy as np
import pandas as pd

generator = np.random.default_rng(1)
size = 10_000
frame = pd.DataFrame({"key": generator.integers(0, 50, size), "x": generator.normal(size=size)})
frame = frame[frame["x"] > 0].assign(y=frame["x"] ** 2)
total = frame.groupby("key", as_index=False)["y"].sum()
print(len(total))
"""


def three_blocks(root: Path, pipeline: str) -> Path:
    """Three blocks on a 10,000-row frame; returns a plain script that does the same."""
    blocks: list[dict[str, object]] = [
        {"uuid": "load", "type": "data_loader"},
        {"uuid": "clean", "type": "transformer", "upstream_blocks": ["load"]},
        {"uuid": "total", "type": "data_exporter", "upstream_blocks": ["clean"]},
    ]
    write(root, pipeline, blocks, dict(THREE))
    script = root / "script.py"
    script.write_text(SCRIPT)
    return script


def blockwright(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line of this installation."""
    command = [str(Path(sys.executable).with_name("blockwright")), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)
