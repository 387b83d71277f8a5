"""A project in a temporary folder and the command line on it, as a user has them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

import yaml

COMMAND = [sys.executable, "-m", "blockwright"]
FOREIGN = (
    "BLOCKWRIGHT_",
    "CONCURRENCY_CONFIG_",
    "COV",
    "COLUMNS",
    "DEFAULT_EXECUTOR_TYPE",
    "ENV",
    "LINES",
    "RUN_PIPELINE_",
)
"""How variables of the developer's environment begin that would change what a command does or prints."""
FOLDERS = {
    "loader": ("data_loader", "data_loaders"),
    "transformer": ("transformer", "transformers"),
    "exporter": ("data_exporter", "data_exporters"),
    "custom": ("custom", "custom"),
    "sensor": ("sensor", "sensors"),
    "callback": ("callback", "callbacks"),
    "conditional": ("conditional", "conditionals"),
    "product": ("global_data_product", "global_data_products"),
}


@dataclass
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Project:
    root: Path
    environ: Mapping[str, str] = field(default_factory=dict)

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text))
        return file

    def pipeline(self, name: str, *blocks: dict[str, Any], **settings: Any) -> None:
        """Write a pipeline. Each block: ``kind``, ``id``, ``code``, and any key of a block entry."""
        lists: dict[str, list[dict[str, Any]]] = {"blocks": [], "callbacks": [], "conditionals": []}
        for given in blocks:
            entry = dict(given)
            kind, code = entry.pop("kind"), entry.pop("code", None)
            block_type, folder = FOLDERS[kind]
            language = entry.get("language", "python")
            entry = {"uuid": entry.pop("id"), "type": block_type, "language": language, **entry}
            entry["upstream_blocks"] = entry.pop("after", [])
            lists[f"{block_type}s" if kind in ("callback", "conditional") else "blocks"].append(entry)
            if code is not None:
                self.write(f"{folder}/{entry['uuid']}.{'sql' if language == 'sql' else 'py'}", code)
        self.write("metadata.yaml", "project_type: standalone\n")
        document = {"uuid": name, "name": name, "type": "python", **lists, **settings}
        self.write(f"pipelines/{name}/metadata.yaml", yaml.safe_dump(document, sort_keys=False))

    def run(
        self, *arguments: str, environ: Mapping[str, str] | None = None, stdin: str = "", timeout: float = 100
    ) -> Result:
        done = subprocess.run(
            [*COMMAND, *arguments],
            cwd=self.root,
            env=self.surroundings(environ),
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str, environ: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=self.root,
            env=self.surroundings(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        )

    def report(self, *arguments: str, **options: Any) -> dict[str, Any]:
        """Run a command with ``--json`` and give its document."""
        result = self.run(*arguments, "--json", **options)
        try:
            document: dict[str, Any] = result.json
        except ValueError as error:
            raise AssertionError(f"no JSON on stdout: {result}") from error
        document["exit"] = result.code
        return document

    def value(self, block: str, run: str = "latest", name: str | None = None) -> Any:
        """The JSON value of an output, from its preview."""
        shown = self.report("output", run, block, *([name] if name else []), "--head", "0")  # no table to be read
        assert shown.get("preview") is not None, shown
        return shown["preview"]["value"]

    def surroundings(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of a command: of this one what has no say in what is tested, and what the test sets."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        return {**kept, "NO_COLOR": "1", **self.environ, **(more or {})}

    def copy(self, folder: Path) -> Project:
        """The project with its data as it is now, in a folder of the same name in ``folder``."""
        return Project(Path(shutil.copytree(self.root, folder / self.root.name, symlinks=True)), self.environ)


def block_of(report: Mapping[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(block for block in report["blocks"] if block["id"] == name)
    return found


def states(report: Mapping[str, Any]) -> dict[str, str]:
    return {block["id"]: block["state"] for block in report["blocks"]}
