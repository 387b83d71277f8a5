"""What `doctor` says about this installation."""

from __future__ import annotations

from tests.project import Project


def test_the_language_servers_that_are_wanted_are_named_with_the_way_to_get_them(project: Project) -> None:
    project.environ["BLOCKWRIGHT_LANGUAGE_SERVERS"] = "ruff, basedpyright"
    found = {one["what"]: one for one in project.run("doctor", "--json").json["findings"]}
    assert (found["Language server ruff"]["level"], "Language server ty" in found) == ("ok", False)
    away = found["Language server basedpyright"]
    assert (away["level"], away["told"].startswith("not installed"), bool(away["advice"])) == ("warning", True, True)
