"""Writes the API's description for the browser app, which makes its types from it: ``make types``."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from blockwright.compose import Embedded
from blockwright.settings import read
from blockwright.web.app import create_app, openapi_of
from blockwright.web.site import Site
from tests.web.conftest import StandIn


def description() -> str:
    """The same for every installation."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        root.mkdir()
        (root / "metadata.yaml").write_text("project_type: standalone\n")
        platform = Embedded(read({"PATH": "/usr/bin:/bin"}))
        try:
            installation = platform.installation(root)
            site = Site(installation, platform.access(installation.data), "0", body_seconds=1.0)
            document = openapi_of(create_app(site, gate=StandIn()))
        finally:
            platform.close()
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(description())
