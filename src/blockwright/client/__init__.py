"""A client for programs: start runs, wait for them, look at what they gave.

from blockwright.client import Client

with Client("http://127.0.0.1:6789", token="bw_…") as client:
    run = client.project("shop").start("sales", variables={"day": "2026-01-31"}).wait()
    frame = run.output("clean").frame()
"""

from __future__ import annotations

from blockwright.client.catalog import Asset
from blockwright.client.charts import Chart, Dashboard
from blockwright.client.errors import ApiError, RunFailed
from blockwright.client.experiments import TrackedRun
from blockwright.client.monitors import Monitor
from blockwright.client.projects import Client, Project
from blockwright.client.runs import Output, Run

__all__ = [
    "ApiError",
    "Asset",
    "Chart",
    "Client",
    "Dashboard",
    "Monitor",
    "Output",
    "Project",
    "Run",
    "RunFailed",
    "TrackedRun",
]
