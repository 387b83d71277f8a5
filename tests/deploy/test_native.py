"""`make up` and its neighbours without containers: three processes that are started once, watched, and ended."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.service import Service, free_ports, trained_and_asked, training_project
from tests.project import Project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture
def service(project: Project, tmp_path: Path) -> Iterator[Service]:
    training_project(project)
    made = Service(project.root, tmp_path / "run", free_ports())
    yield made
    made.make("stop")


def test_up_health_run_predict_and_stop(service: Service) -> None:
    told = service.make("up")
    assert "password" in told
    assert "password" not in service.make("up")  # said once; and what runs is not started again
    assert service.make("health").count("✓") == 3
    trained_and_asked(service)

    web = service.process("web")
    os.kill(service.process("predictions"), signal.SIGKILL)
    assert "✗ predictions" in service.make("health", fails=True)
    assert service.make("up").count("✓") == 3
    assert service.process("web") == web

    ended = service.make("stop")
    assert all(f"{part} has ended" in ended for part in ("web", "scheduler", "predictions"))
    assert "nothing was running" in service.make("stop")


def test_a_part_that_cannot_start_is_named_with_its_reason(service: Service, tmp_path: Path) -> None:
    told = service.make("up", fails=True, PROJECT=str(tmp_path / "nowhere"))
    assert "web has ended. Its last words:" in told
    assert "nowhere" in told
