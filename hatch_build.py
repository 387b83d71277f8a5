"""Builds the browser app into the wheel, with a Node that comes from a Python package: who installs Blockwright from
source needs none. A source distribution carries the built app already, so that it installs without a registry of npm
packages. An editable install leaves the app to ``make ui``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILT = "src/blockwright/web/app_files"


class AppBuild(BuildHookInterface):  # type: ignore[type-arg]
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        build = Path(self.root, "ui", "build.py")
        if build.exists():  # not in a source distribution
            subprocess.run([sys.executable, str(build)], check=True)
        build_data["artifacts"].append(f"/{BUILT}/")
