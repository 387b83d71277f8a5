"""What commands do, written down for those who must be able to look it up, in the words that the web's doors use."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Any

from blockwright.cli.app import App
from blockwright.core.triggers.model import Trigger


def record(app: App, path: Path | None, action: str, *, project: str, object: str, **data: Any) -> None:
    """Write down that whoever types commands did this; ``data`` must hold no secret."""
    from blockwright.services.access import audit

    access = app.platform.installation(app.root(path)).access
    by = audit.command_line(getpass.getuser())
    audit.record(access, by, action, project=project, object=object, data=data)


def record_of_trigger(app: App, path: Path | None, action: str, trigger: Trigger, **data: Any) -> None:
    name = f"{trigger.pipeline}/{trigger.spec.name}"
    record(app, path, f"trigger.{action}", project=trigger.project, object=name, **{"trigger": trigger.id, **data})
