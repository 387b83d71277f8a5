"""Cases 2 and 3: what a fresh install is before anybody configured it."""

from __future__ import annotations

import json
import re
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.project import Project

SECONDS = 60.0


def fresh(folder: Path) -> Project:
    folder.mkdir()
    project = Project(folder)
    project.pipeline("p")
    return project


@contextmanager
def started(project: Project, *arguments: str, environ: Mapping[str, str] | None = None) -> Iterator[tuple[str, str]]:
    """The address of a server that was started, and what it said; it is stopped as by Ctrl-C."""
    process = project.start("start", "--no-scheduler", "--port", "0", "--json", *arguments, environ=environ)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate(timeout=SECONDS)
        said = json.loads(line)
        yield said["url"], said["welcome"]
    finally:
        process.terminate()
        try:
            process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


@pytest.mark.slow
def test_two_installs_share_no_secret_and_each_tells_its_own_once(tmp_path: Path) -> None:
    told = []
    for name in ("a", "b"):
        project = fresh(tmp_path / name)
        with started(project) as (url, welcome):
            assert url.startswith("http://127.0.0.1:")
            password = re.findall(r"password +(\S+)", welcome)[0]
            told += [password, re.findall(r"/link/(\S+)", welcome)[0]]
            body = {"email": "owner@localhost", "password": password}
            assert httpx.post(f"{url}/api/v1/session", json=body).status_code == 200
            for guess in ("admin", "owner", "password", "blockwright", ""):
                wrong = {"email": "owner@localhost", "password": guess}
                assert httpx.post(f"{url}/api/v1/session", json=wrong).status_code in (403, 429)
        with started(project) as (_, again):
            assert again == ""
    assert len(set(told)) == 4
    assert min(map(len, told)) >= 24


@pytest.mark.slow
def test_only_this_machine_reaches_a_fresh_install(tmp_path: Path) -> None:
    with started(fresh(tmp_path / "a")) as (url, _), socket.socket() as other:
        port = int(url.rpartition(":")[2])
        with pytest.raises(OSError):
            other.connect((own_address(), port))


def own_address() -> str:
    """An address of this machine other than loopback's; without a network one that leads nowhere."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            address = str(probe.getsockname()[0])
        except OSError:
            address = "127.0.0.1"
    return "127.0.0.2" if address.startswith("127.") else address


@pytest.mark.parametrize(
    ("environ", "arguments", "code"),
    [
        ({"DEFAULT_OWNER_PASSWORD": "admin"}, (), "weak_password"),
        ({"BLOCKWRIGHT_OWNER_PASSWORD": "owner@localhost"}, (), "weak_password"),
        ({"BLOCKWRIGHT_SECRET_KEY": "secret"}, (), "weak_secret_key"),
        ({"REQUIRE_USER_AUTHENTICATION": "0"}, ("--host", "0.0.0.0"), "sign_in_needed"),
        ({"REQUIRE_USER_AUTHENTICATION": "0"}, ("--host", "::"), "sign_in_needed"),
        ({"REQUIRE_USER_AUTHENTICATION": "0", "BLOCKWRIGHT_PUBLIC_URL": "https://x.example.com"}, (), "sign_in_needed"),
        ({"REQUIRE_USER_AUTHENTICATION": "0", "BLOCKWRIGHT_ALLOWED_HOSTS": "x.example.com"}, (), "sign_in_needed"),
    ],
    ids=str,
)
def test_an_unsafe_start_is_refused(
    tmp_path: Path, environ: dict[str, str], arguments: tuple[str, ...], code: str
) -> None:
    project = fresh(tmp_path / "a")
    report = project.report("start", "--no-scheduler", "--port", "0", *arguments, environ=environ)
    assert (report["exit"], report["error"]["code"]) == (2, code)


@pytest.mark.slow
def test_switched_off_sign_in_warns_and_lets_nobody_in_through_a_proxy(tmp_path: Path) -> None:
    with started(fresh(tmp_path / "a"), environ={"REQUIRE_USER_AUTHENTICATION": "0"}) as (url, welcome):
        assert "WARNING" in welcome
        projects = f"{url}/api/v1/projects"
        assert httpx.get(projects).status_code == 200
        assert httpx.get(projects, headers={"X-Forwarded-For": "10.0.0.1"}).status_code == 401
        assert httpx.get(projects, headers={"Host": "evil.example.com"}).status_code == 403
        assert httpx.post(f"{projects}/a/check", headers={"Origin": "https://evil.example.com"}).status_code == 403
