"""The monitors of a project with what is known of them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from blockwright.core.monitors.definitions import Monitor
from blockwright.core.monitors.findings import Finding
from blockwright.ports.workspace import Workspace
from blockwright.services.monitors import reports
from blockwright.services.monitors.evaluating import due

MOST_FINDINGS = 1_000


def all_of(workspace: Workspace) -> list[dict[str, Any]]:
    """Every monitor of the file, in its order. Raises ProjectInvalid for a file that cannot be read."""
    store, project = workspace.learning.monitors, workspace.project.name
    latest = store.latest(project)
    holding: dict[str, list[Finding]] = defaultdict(list)
    for finding in store.findings(project, open_only=True, limit=MOST_FINDINGS):
        holding[finding.monitor].append(finding)
    return [
        reports.monitor(one, latest.get(name), holding[name], due(workspace, one, latest.get(name)))
        for name, one in workspace.files.monitors.all().items()
    ]


def one_of(workspace: Workspace, monitor: Monitor) -> dict[str, Any]:
    """One monitor; ``latest`` has all its figures."""
    store, project = workspace.learning.monitors, workspace.project.name
    newest = next(iter(store.results(project, monitor.name, limit=1)), None)
    holding = store.findings(project, monitor.name, open_only=True, limit=MOST_FINDINGS)
    found = reports.monitor(monitor, newest, holding, due(workspace, monitor, newest))
    return {**found, "latest": None if newest is None else reports.whole(newest)}
