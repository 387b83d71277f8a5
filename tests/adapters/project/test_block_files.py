from __future__ import annotations

import os
from pathlib import Path

import pytest

from blockwright.core.problems import Problem, ProjectInvalid
from tests.adapters.project.conftest import Make, write

FILE = "pipelines/p/metadata.yaml"


def entry(configuration: str, uuid: str = "a", more: str = "") -> str:
    return f"blocks:\n- uuid: {uuid}\n  type: transformer\n  configuration: {configuration}\n{more}"


def path_of(make: Make, text: str, *files: str) -> str | None:
    return make({FILE: text, **dict.fromkeys(files, "")}).pipeline("p").blocks[0].path


def refusal(make: Make, text: str, *files: str) -> Problem:
    with pytest.raises(ProjectInvalid) as caught:
        path_of(make, text, *files)
    return caught.value.problems[0]


OWN = "transformers/a.py"
FOUND = [
    ("{}", [OWN], OWN),
    ("{file_path: lib/x.py}", ["lib/x.py", OWN], "lib/x.py"),
    ("{file_source: {path: lib/x.py}}", ["lib/x.py", OWN], "lib/x.py"),
    ("{file_source: {path: null}}", [OWN], OWN),
    ("{file_source: {path: ''}}", [OWN], OWN),
    ("{file_path: lib/x.py, file_source: {path: lib/y.py}}", ["lib/x.py", "lib/y.py"], "lib/x.py"),
    ("{file_path: gone.py, file_source: {path: lib/y.py}}", ["lib/y.py"], "lib/y.py"),
    ("{file_path: shop/lib/x.py}", ["lib/x.py"], "lib/x.py"),
    ("{file_path: ./lib//x.py}", ["lib/x.py"], "lib/x.py"),
    ("{file_path: demo/models/m.sql}", ["dbt/demo/models/m.sql"], "dbt/demo/models/m.sql"),
    ("{file_path: steps/x.py}", ["very/deep/steps/x.py", "deep/steps/x.py"], "deep/steps/x.py"),
    ("{file_path: teps/x.py}", ["deep/steps/x.py", OWN], OWN),
    ("{file_path: other_unit/transformers/a.py}", [OWN], OWN),
    ("{file_path: /home/src/old/shop/lib/x.py}", ["lib/x.py"], "lib/x.py"),
]


@pytest.mark.parametrize(("configuration", "files", "path"), FOUND)
def test_a_file_is_found_by_the_rules_of_the_format(
    make: Make, configuration: str, files: list[str], path: str
) -> None:
    assert path_of(make, entry(configuration), *files) == path


def test_an_absolute_path_into_the_project_is_made_relative(make: Make, tmp_path: Path) -> None:
    assert path_of(make, entry(f"{{file_path: {tmp_path}/shop/lib/x.py}}"), "lib/x.py") == "lib/x.py"


def test_a_uuid_may_have_folders(make: Make) -> None:
    assert (
        path_of(make, entry("{}", "tuning/sklearn"), "transformers/tuning/sklearn.py")
        == "transformers/tuning/sklearn.py"
    )


@pytest.mark.parametrize(
    ("entry_text", "path"),
    [
        ("{uuid: a, type: custom}", "custom/a.py"),
        ("{uuid: a, type: transformer, language: r}", "transformers/a.r"),
        ("{uuid: a, type: data_loader, language: yaml}", "data_loaders/a.yaml"),
        ("{uuid: a, type: dbt, language: yaml}", "dbts/a.yaml"),
        ("{uuid: dbt/demo/m, type: dbt, language: sql}", "dbt/demo/m.sql"),
        ("{uuid: a, type: markdown, language: markdown}", "markdowns/a.md"),
        ("{uuid: a, type: extension}", "extensions/great_expectations/a.py"),
    ],
)
def test_each_type_and_language_has_its_folder_and_suffix(make: Make, entry_text: str, path: str) -> None:
    assert path_of(make, f"blocks:\n- {entry_text}\n", path) == path


def test_a_data_product_has_no_file_even_if_it_names_one(make: Make) -> None:
    text = "blocks:\n- {uuid: g, type: global_data_product, configuration: {file_source: {path: custom/g.py}}}\n"
    assert path_of(make, text, "custom/g.py") is None


OUTSIDE = [
    ("{file_path: /etc/passwd}", "a"),
    ("{file_source: {path: /etc/passwd}}", "a"),
    ("{file_path: ../other/x.py}", "a"),
    ("{file_path: lib/../../other/x.py}", "a"),
    ("{file_path: lib/../lib/x.py}", "a"),
    ('{file_path: "lib/x.py\\0"}', "a"),
    ("{file_path: /home/shop/../../etc/passwd}", "a"),
    ("{file_path: .git/config}", "a"),
    ("{file_path: .blockwright/secret.key}", "a"),
    ("{}", "../../etc/x"),
    ("{}", "/etc/x"),
]


@pytest.mark.parametrize(("configuration", "uuid"), OUTSIDE)
def test_a_path_that_leaves_the_project_is_refused(make: Make, configuration: str, uuid: str) -> None:
    problem = refusal(make, entry(configuration, uuid), OWN, "lib/x.py")
    assert problem.code == "forbidden"
    assert problem.line in (2, 4)


@pytest.mark.parametrize("link", ["transformers/a.py", "transformers"])
def test_a_link_to_outside_is_refused_and_one_inside_is_followed(make: Make, tmp_path: Path, link: str) -> None:
    write(tmp_path, {"outside/a.py": "secret = 1"})
    project = make({FILE: entry("{}"), "real/a.py": ""})
    target = project.root / link
    target.parent.mkdir(exist_ok=True)
    target.symlink_to(tmp_path / "outside" / ("a.py" if link.endswith(".py") else ""))
    with pytest.raises(ProjectInvalid, match="leads out of the project"):
        project.pipeline("p")
    target.unlink()
    target.symlink_to(project.root / "real" / ("a.py" if link.endswith(".py") else ""))
    assert project.pipeline("p").blocks[0].path == OWN


def test_a_missing_file_is_told_with_every_path_that_was_tried(make: Make) -> None:
    problem = refusal(make, entry("{file_path: lib/x.py}"))
    assert problem.key == "blocks[0].configuration.file_path"
    assert all(f"`{path}`" in problem.message for path in ("lib/x.py", "dbt/lib/x.py", OWN))
    assert problem.advice == f"Create `{OWN}`."


def test_a_file_in_another_language_is_offered(make: Make) -> None:
    assert refusal(make, entry("{}"), "transformers/a.sql").advice == (
        "There is `transformers/a.sql`: add `language: sql`."
    )


def test_a_folder_or_pipe_in_the_place_of_a_file_is_missing(make: Make) -> None:
    project = make({FILE: entry("{}"), f"{OWN}/x": ""})
    with pytest.raises(ProjectInvalid, match="has no file"):
        project.pipeline("p")
    os.mkfifo(project.root / "transformers" / "b.py")
    (project.root / FILE).write_text(entry("{}", "b"))
    with pytest.raises(ProjectInvalid, match="has no file"):
        project.pipeline("p")


def test_in_a_platform_paths_count_from_its_root(make: Make, tmp_path: Path) -> None:
    write(tmp_path, {"settings.yaml": "projects:\n  gone: {}\n  unit:\n    path: shop\n"})
    files = ["lib/x.py", "lib/y.py"]
    assert path_of(make, entry("{file_path: lib/x.py, file_source: {path: shop/lib/y.py}}"), *files) == "lib/y.py"
    assert path_of(make, entry(f"{{file_source: {{path: {tmp_path.name}/shop/lib/x.py}}}}"), *files) == "lib/x.py"
