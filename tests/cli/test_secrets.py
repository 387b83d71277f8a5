"""Secrets: block code gets their values, and nobody finds one on disk or on a screen."""

from __future__ import annotations

import pytest

from tests.project import Project

pytestmark = pytest.mark.slow

VALUE = "correct-horse-battery-staple"
USES = """
    from mage_ai.data_preparation.shared.secrets import get_secret_value

    @data_loader
    def load(*args, **kwargs):
        value = get_secret_value("token")
        print("token is", value)
        print("in part", value[:20], "and", value[20:])
        if kwargs.get("fail"):
            raise ValueError(f"refused {value}")
        return {"length": len(value)}
"""


def with_secret(project: Project) -> None:
    project.pipeline("p", {"kind": "loader", "id": "load", "code": USES})
    stored = project.run("secrets", "set", "token", stdin=VALUE + "\n")
    assert (stored.code, VALUE in stored.out + stored.err) == (0, False)


def files_with(project: Project, text: str) -> list[str]:
    data = project.root / ".blockwright"
    return [str(file) for file in data.rglob("*") if file.is_file() and text.encode() in file.read_bytes()]


def test_block_code_gets_the_value_and_nothing_keeps_it(project: Project) -> None:
    with_secret(project)
    result = project.run("run", "p")
    assert result.code == 0
    assert project.value("load") == {"length": len(VALUE)}
    assert VALUE not in result.out + result.err + project.run("logs", "latest").out
    assert files_with(project, VALUE) == []


def test_a_failure_does_not_tell_the_value(project: Project) -> None:
    with_secret(project)
    result = project.run("run", "p", "--var", "fail=true")
    told = project.run("show", "latest").out + project.run("why", "latest").out + project.run("logs", "latest").out
    assert result.code == 1
    assert "refused" in told
    assert VALUE not in result.out + result.err + told
    assert files_with(project, VALUE) == []


def test_names_are_listed_and_deleted(project: Project) -> None:
    with_secret(project)
    assert project.report("secrets", "list")["secrets"] == ["token"]
    assert VALUE not in project.run("secrets", "list").out
    project.report("secrets", "delete", "token")
    assert project.report("secrets", "list")["secrets"] == []


def test_a_secret_that_is_not_there_is_none_or_an_error_with_a_way_out(project: Project) -> None:
    project.pipeline("p", {"kind": "loader", "id": "load", "code": USES})
    report = project.report("run", "p")
    assert report["state"] == "failed"
