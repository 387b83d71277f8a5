"""`make up DOCKER=1` and its neighbours: the real stack of compose.yaml on an engine of this machine.

Images of PostgreSQL and Redis, and one to begin with, are made of Debian's packages by `images/make.sh`: no registry of
images is asked.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.deploy.service import Service, free_ports, trained_and_asked, training_project
from tests.project import Project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

BASE, POSTGRES = "blockwright-base:test", "blockwright-postgres:test"
NOBODY = 10001


def docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def why_not() -> str | None:
    """Why there can be no containers here."""
    try:
        subprocess.run(["docker", "image", "inspect", BASE, POSTGRES], capture_output=True, check=True, timeout=60)
    except FileNotFoundError:
        return "docker is not installed"
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return f"no engine with the images {BASE} and {POSTGRES} (tests/deploy/images/make.sh makes them)"
    return None


@pytest.fixture
def stack(project: Project, tmp_path: Path) -> Iterator[Service]:
    missing = why_not()
    if missing is not None:
        if os.environ.get("BLOCKWRIGHT_TEST_REQUIRE_DOCKER"):
            pytest.fail(missing)
        pytest.skip(missing)
    training_project(project)
    for each in (project.root, *project.root.rglob("*")):  # as whom the containers run
        if os.geteuid() == 0:
            os.chown(each, NOBODY, NOBODY)
    for folder in (tmp_path, *tmp_path.parents):
        if str(folder).startswith(f"{Path('/tmp')}/") and folder.owner() == "root" and os.geteuid() == 0:
            folder.chmod(folder.stat().st_mode | 0o011)
    images = {"BASE": BASE, "POSTGRES_IMAGE": POSTGRES, "REDIS_IMAGE": BASE}
    made = Service(project.root, tmp_path / "run", free_ports(), DOCKER="1", STACK=f"test{uuid4().hex[:8]}", **images)
    yield made
    made.make("clean-containers")


def test_the_stack_is_built_started_used_and_taken_down(stack: Service) -> None:
    assert stack.make("up").count("✓") == 3
    assert "password" in stack.make("logs-web", FOLLOW="")
    assert stack.make("health").count("✓") == 3
    trained_and_asked(stack)

    predictions = stack.container("predictions")
    assert docker("inspect", "--format", "{{.Config.User}}", predictions) == f"{NOBODY}:{NOBODY}"
    docker("exec", predictions, "sh", "-c", "kill -9 -1")  # all but the first process
    assert stack.make("up").count("✓") == 3

    stack.make("stop")
    assert docker("ps", "--quiet", "--filter", f"label=com.docker.compose.project={stack.stack}") == ""
    assert stack.make("up").count("✓") == 3
    assert "champion" in stack.make("model-versions")  # what is recorded outlives the containers
    stack.make("down")
    assert docker("ps", "--all", "--quiet", "--filter", f"label=com.docker.compose.project={stack.stack}") == ""
