from __future__ import annotations

import os
from pathlib import Path

import pytest

from blockwright.core.problems import Problem, Severity
from tests.adapters.project.conftest import Make

FILE = "pipelines/p/metadata.yaml"
LOAD = "@data_loader\ndef load(*args, **kwargs):\n    return 1\n"


def pipeline(*entries: str, more: str = "") -> str:
    return "".join(("blocks:\n", *(f"- {entry}\n" for entry in entries), more))


def only(problems: object) -> Problem:
    (problem,) = problems  # type: ignore[misc]
    assert isinstance(problem, Problem)
    return problem


def test_a_sound_project_has_no_problems(make: Make) -> None:
    files = {FILE: pipeline("{uuid: a, type: data_loader}"), "data_loaders/a.py": LOAD, "transformers/unused.py": "("}
    assert make(files).check() == []
    assert make().check() == []


def test_problems_are_sorted_by_file_and_line(make: Make) -> None:
    files = {
        "pipelines/b/metadata.yaml": "variables: 1\ntags: 2\n",
        "pipelines/a/metadata.yaml": "a: [\n",
        "metadata.yaml": "features: 1\n",
        "pipelines/a/triggers.yaml": "triggers: 5\n",
    }
    places = [(problem.file, problem.line) for problem in make(files).check()]
    assert places == [
        ("metadata.yaml", 1),
        ("pipelines/a/metadata.yaml", 2),
        ("pipelines/a/triggers.yaml", 1),
        ("pipelines/b/metadata.yaml", 1),
        ("pipelines/b/metadata.yaml", 2),
    ]


SOURCES = [
    ("data_loader", "def load(:\n", 1, "syntax", "Python cannot read"),
    ("data_loader", "x = 1\nreturn x\n", 2, "syntax", "outside function"),
    ("data_loader", "x = '\\d'\ndef load(): pass\n", None, "no_function", "`@data_loader`"),
    ("data_loader", "@transformer\ndef f(): pass\n", None, "no_function", "`@data_loader`"),
    ("conditional", "@conditional\ndef f(): pass\n", None, "no_function", "`@condition`"),
    ("sensor", "", None, "no_function", "empty"),
    ("custom", b"# \xff\n", 1, "encoding", "UTF-8"),
    ("custom", b"a = 1\nb = '\x00'\n", None, "syntax", "null bytes"),
    ("custom", "(" * 300 + ")" * 300, 1, "syntax", "Python cannot read"),
    ("custom", "x" + "+x" * 50_000, None, "syntax", "Python cannot read"),
]


@pytest.mark.parametrize(("type", "source", "line", "code", "what"), SOURCES)
def test_a_block_file_that_cannot_run_is_told(
    make: Make, type: str, source: str | bytes, line: int | None, code: str, what: str
) -> None:
    section = "conditionals" if type == "conditional" else "blocks"
    folder = "custom" if type == "custom" else f"{type}s"
    files = {FILE: f"{section}:\n- {{uuid: a, type: {type}}}\n", f"{folder}/a.py": source}
    problem = only(make(files).check())
    assert (problem.file, problem.line, problem.code) == (f"{folder}/a.py", line, code)
    assert what in problem.message
    assert problem.advice


@pytest.mark.parametrize(
    "source",
    [
        "from blockwright import data_loader as source\n@source\ndef f(): pass\n",
        "import blockwright\n@blockwright.data_loader\ndef f(): pass\n",
        "@data_loader()\ndef f(): pass\n",
        "if True:\n    @data_loader\n    async def f(): pass\n",
        "from shared.loaders import *\n",
        "def f(): pass\ndata_loader(f)\n",
        "@streaming_source\nclass Source: pass\n",
        "\ufeff@data_loader\ndef f(): pass\n",
    ],
)
def test_a_decorated_function_is_recognised_in_every_dress(make: Make, source: str) -> None:
    assert make({FILE: pipeline("{uuid: a, type: data_loader}"), "data_loaders/a.py": source}).check() == []


def test_a_streaming_pipeline_needs_no_decorated_function(make: Make) -> None:
    files = {FILE: pipeline("{uuid: a, type: data_loader}", more="type: streaming\n"), "data_loaders/a.py": "x = 1\n"}
    assert make(files).check() == []


def test_the_syntax_of_sql_templates_is_checked(make: Make) -> None:
    entry = "{uuid: a, type: transformer, language: sql}"
    project = make({FILE: pipeline(entry), "transformers/a.sql": "SELECT *\nFROM {{ df_1 }\n"})
    assert (only(project.check()).file, only(project.check()).line) == ("transformers/a.sql", 2)
    (project.root / "transformers/a.sql").write_text("SELECT '{{ unknown_for_now }}'\n")
    assert project.check() == []


def test_sql_may_hold_a_lambda_over_what_a_block_gave(make: Make) -> None:
    entry = "{uuid: a, type: transformer, language: sql}"
    source = "SELECT {{ block_output('b', parse=lambda data, _vars: data[0]['id']) }}\n"
    project = make({FILE: pipeline(entry), "transformers/a.sql": source})
    assert not project.check()
    (project.root / "transformers/a.sql").write_text("SELECT {{ block_output('b', parse=3) }}\n")
    assert only(project.check()).message == "`block_output('b', parse=3)` cannot be understood."


def test_inline_content_is_checked_at_its_entry(make: Make) -> None:
    text = "blocks:\n- uuid: a\n  type: custom\n  content: |\n    def f(:\n"
    problem = only(make({FILE: text}).check())
    assert (problem.file, problem.line, problem.code) == (FILE, 2, "syntax")


DOUBTS = [
    ("{uuid: a, type: markdown, upstream_block: [b]}", "blocks[0].upstream_block", "`upstream_blocks`"),
    ("{uuid: a, type: markdown, retries_config: {}}", "blocks[0].retries_config", "`retry_config`"),
    ("{uuid: a, type: markdown, checks: [{rows: {min: 1}}]}", "blocks[0].checks", "Move them"),
    ("{uuid: a, type: markdown, environment: {}}", "blocks[0].environment", "Do not rely"),
    ("{uuid: a, type: markdown, upstream_blocks: [c]}", "blocks[0].upstream_blocks[0]", "Take it out"),
    ("{uuid: a, type: markdown, downstream_blocks: [b]}", "blocks[0].downstream_blocks[0]", "`upstream_blocks` of `b`"),
    ("{uuid: a, type: markdown, executor_type: local_pyton}", "blocks[0].executor_type", "`local_python`"),
]


@pytest.mark.parametrize(("entry", "key", "advice"), DOUBTS)
def test_what_runs_but_was_not_meant_so_is_a_warning(make: Make, entry: str, key: str, advice: str) -> None:
    project = make({FILE: pipeline(entry, "{uuid: b, type: markdown}")})
    problem = only(project.check())
    assert (problem.key, problem.line, problem.severity) == (key, 2, Severity.WARNING)
    assert advice in problem.advice
    assert project.pipeline("p").blocks[0].upstream == ()


def test_keys_of_others_are_left_alone(make: Make) -> None:
    text = pipeline("{uuid: a, type: markdown, owner: me, x_team: {a: 1}}", more="owner: me\nvariables_dir: /x\n")
    assert make({FILE: text, "metadata.yaml": "our_key: 1\n"}).check() == []


def test_misspelt_keys_of_pipeline_and_project_are_doubted(make: Make) -> None:
    project = make({FILE: "variable: {}\nblocks: []\n", "metadata.yaml": "feature: {}\n"})
    assert [(p.file, p.line, p.advice) for p in project.check()] == [
        ("metadata.yaml", 1, "Did you mean `features`?"),
        (FILE, 1, "Did you mean `variables`?"),
    ]


def test_the_folder_names_the_pipeline(make: Make) -> None:
    project = make({FILE: "uuid: other\n"})
    assert only(project.check()).severity is Severity.WARNING
    assert project.pipeline("p").uuid == "p"


OTHERS = [
    ("io_config.yaml", "default: {A: \"{{ env_var('X') }}\"}\nversion: 0.1.1\n", None, None),
    ("io_config.yaml", "default: secret\n", 1, "default"),
    ("io_config.yaml", "default:\n  A: {{ nobody }}\n", 2, ""),
    ("io_config.yaml", "default: {\n", 2, ""),
    ("io_config.yaml", b"\xff", None, ""),
    ("settings.yaml", "projects: {gone: {}}\n", None, None),
    ("settings.yaml", "projects: [a]\n", 1, "projects"),
    ("global_data_products.yaml", "a: {object_type: pipeline, object_uuid: p}\n", None, None),
    ("global_data_products.yaml", "a:\n  object_uuid: q\n", 2, "a.object_uuid"),
    ("global_data_products.yaml", "a: {}\n", 1, "a.object_uuid"),
    ("global_data_products.yaml", "a: 1\n", 1, "a"),
    (
        "pipelines/p/triggers.yaml",
        "triggers:\n- {name: x, schedule_interval: '0 6 * * *', status: active}\n",
        None,
        None,
    ),
    ("pipelines/p/triggers.yaml", "triggers:\n- {name: x, start_time: 2024-05-16 07:00:00}\n", None, None),
    ("pipelines/p/triggers.yaml", "triggers:\n- status: active\n", 2, "triggers[0]"),
    ("pipelines/p/triggers.yaml", "triggers:\n- name: x\n  status: on\n", 3, "triggers[0].status"),
    ("pipelines/p/triggers.yaml", "triggers:\n- {name: x}\n- {name: x}\n", 3, "triggers[1].name"),
    (
        "pipelines/p/triggers.yaml",
        "triggers:\n- {name: x, schedule_interval: '@dayly'}\n",
        2,
        "triggers[0].schedule_interval",
    ),
    ("pipelines/p/triggers.yaml", "triggers:\n- {name: x, setings: {}}\n", 2, "triggers[0].setings"),
    ("pipelines/p/interactions.yaml", "blocks: {}\n", None, None),
    ("pipelines/p/interactions.yaml", "blocks:\n  a: 1\n", 2, "blocks.a"),
    ("pipelines/p/interactions.yaml", "- 1\n", 1, ""),
]


@pytest.mark.parametrize(("path", "content", "line", "key"), OTHERS)
def test_other_files(make: Make, path: str, content: str | bytes, line: int | None, key: str | None) -> None:
    problems = make({FILE: "blocks: []\n", path: content}).check()
    if key is None:
        assert problems == []
    else:
        problem = only(problems)
        assert (problem.file, problem.line, problem.key) == (path, line, key)
        assert "secret" not in problem.message


def test_what_is_no_file_is_told_without_giving_up(make: Make, tmp_path: Path) -> None:
    files = {
        FILE: pipeline("{uuid: a, type: custom}"),
        "pipelines/q/metadata.yaml/x": "",
        "pipelines/r/metadata.yaml": b"\xff",
        "io_config.yaml/x": "",
        "custom/a.py": "",
    }
    project = make(files)
    (project.root / "pipelines/out").symlink_to(tmp_path)
    (tmp_path / "metadata.yaml").touch()
    (project.root / "pipelines/s").mkdir()
    os.mkfifo(project.root / "pipelines/s/metadata.yaml")
    assert [(problem.file, problem.code) for problem in project.check()] == [
        ("custom/a.py", "no_function"),
        ("io_config.yaml", "no_file"),
        ("pipelines/out/metadata.yaml", "forbidden"),
        ("pipelines/q/metadata.yaml", "no_file"),
        ("pipelines/r/metadata.yaml", "encoding"),
        ("pipelines/s/metadata.yaml", "no_file"),
    ]
