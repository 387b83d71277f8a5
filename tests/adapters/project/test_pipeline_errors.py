"""Every mistake in a pipeline's file is told with file, line and key."""

from __future__ import annotations

import pytest

from blockwright.core.problems import Problem, ProjectInvalid, Severity
from tests.adapters.project.conftest import Make

FILE = "pipelines/p/metadata.yaml"
HEAD = "blocks:\n- uuid: a\n  type: transformer\n"


def problems(make: Make, text: str) -> tuple[Problem, ...]:
    project = make({FILE: text, "transformers/a.py": "", "transformers/b.py": "", "callbacks/a.py": ""})
    with pytest.raises(ProjectInvalid) as caught:
        project.pipeline("p")
    return caught.value.problems


def block(key: str) -> str:
    return f"{HEAD}  {key}\n"


CASES = [
    ("blocks: {}\n", 1, "blocks", "must be a list"),
    ("blocks: soon\n", 1, "blocks", "must be a list"),
    ("- a\n", 1, "", "must be a mapping"),
    ("", 1, "", "is empty"),
    ("blocks:\n- type: transformer\n", 2, "blocks[0].uuid", "has no `uuid`"),
    ("blocks:\n- uuid: a\n", 2, "blocks[0].type", "The entry `a` has no `type`"),
    ("blocks:\n- uuid: a\n  type: transfromer\n", 3, "blocks[0].type", "'transfromer'"),
    ("blocks:\n- just text\n", 2, "blocks[0]", "must be a mapping"),
    ("blocks:\n- uuid: [a]\n  type: transformer\n", 2, "blocks[0].uuid", "must be text"),
    ("blocks:\n- uuid: 5\n  type: transformer\n", 2, "blocks[0].uuid", "must be text"),
    (block("timeout: soon"), 4, "blocks[0].timeout", "a number of seconds"),
    (block("timeout: -1"), 4, "blocks[0].timeout", "a number of seconds"),
    (block("timeout: true"), 4, "blocks[0].timeout", "a number of seconds"),
    (block("timeout: .inf"), 4, "blocks[0].timeout", "a number of seconds"),
    (block("retry_config:\n    retries: -1"), 5, "blocks[0].retry_config.retries", "at least 0"),
    (block("retry_config:\n    delay: x"), 5, "blocks[0].retry_config.delay", "seconds"),
    (block("retry_config:\n    exponential_backoff: 1"), 5, "blocks[0].retry_config.exponential_backoff", "true or"),
    (block("retry_config: 3"), 4, "blocks[0].retry_config", "a mapping"),
    (block("language: perl"), 4, "blocks[0].language", "one of"),
    (block("upstream_blocks: b"), 4, "blocks[0].upstream_blocks", "a list"),
    (block("upstream_blocks:\n  - 1"), 5, "blocks[0].upstream_blocks[0]", "a list of names"),
    (block("downstream_blocks: {}"), 4, "blocks[0].downstream_blocks", "a list"),
    (block("configuration: []"), 4, "blocks[0].configuration", "a mapping"),
    (block("configuration:\n    dynamic: maybe"), 5, "blocks[0].configuration.dynamic", "true, false"),
    (block("configuration:\n    file_source:\n      path: [x]"), 6, "blocks[0].configuration.file_source.path", "text"),
    (block("executor_config: x"), 4, "blocks[0].executor_config", "a mapping"),
    (block("executor_type: [x]"), 4, "blocks[0].executor_type", "text"),
    (block("has_callback: 'yes'"), 4, "blocks[0].has_callback", "true or false"),
    (block("cache: sometimes"), 4, "blocks[0].cache", "`never`, `always`"),
    (block("cache: -5"), 4, "blocks[0].cache", "`never`, `always`"),
    (block("trigger_rule: any"), 4, "blocks[0].trigger_rule", "one of"),
    (block("priority: high"), 4, "blocks[0].priority", "a whole number"),
    (block("priority: true"), 4, "blocks[0].priority", "a whole number"),
    (block("resources:\n    memory: lots"), 5, "blocks[0].resources.memory", "a size of memory"),
    (block("resources:\n    cpu: 0"), 5, "blocks[0].resources.cpu", "cores"),
    (block("poll_interval: 0"), 4, "blocks[0].poll_interval", "above 0"),
    (block("replicated_block: nobody"), 4, "blocks[0].replicated_block", "no block of this pipeline"),
    (block("replicated_block: a"), 4, "blocks[0].replicated_block", "itself"),
    (block("color: {}"), 4, "blocks[0].color", "text"),
    (f"{HEAD}- uuid: a\n  type: transformer\n", 4, "blocks[1].uuid", "taken by `blocks[0]`"),
    (f"{HEAD}callbacks:\n- uuid: a\n  type: callback\n", 5, "callbacks[0].uuid", "taken by `blocks[0]`"),
    (f"{HEAD}widgets:\n- uuid: a\n  type: chart\n", 5, "widgets[0].uuid", "taken by `blocks[0]`"),
    (block("upstream_blocks: [a]"), 4, "blocks[0].upstream_blocks", "A cycle was detected: a → a."),
    ("blocks:\n- uuid: c\n  type: custom\n", 2, "blocks[0].uuid", "Tried: `custom/c.py`"),
    ("type: batch\n", 1, "type", "one of"),
    ("variables: [a]\n", 1, "variables", "a mapping"),
    ("variables:\n  1: x\n", 1, "variables", "`variables` has the key 1; it must be a mapping whose keys are text."),
    ("blocks:\n\t- uuid: a\n", 2, "", "(a tab? YAML indents with blanks)"),
    ("tags: sales\n", 1, "tags", "a list"),
    ("run_pipeline_in_one_process: 'no'\n", 1, "run_pipeline_in_one_process", "true or false"),
    ("concurrency_config:\n  block_run_limit: 0\n", 2, "concurrency_config.block_run_limit", "at least 1"),
    (
        "concurrency_config:\n  on_pipeline_run_limit_reached: x\n",
        2,
        "concurrency_config.on_pipeline_run_limit_reached",
        "",
    ),
    ("executor_type: \"{{ env_var('X' }}\"\n", 1, "executor_type", "cannot be rendered"),
    ("blocks: [\n", 2, "", "not valid YAML"),
    ("a: b: c\n", 1, "", "not valid YAML"),
    (block("timeout: 1\n  timeout: 2"), 5, "blocks[0].timeout", "stands here twice"),
]


@pytest.mark.parametrize(("text", "line", "key", "what"), CASES)
def test_a_mistake_is_told_with_file_line_and_key(make: Make, text: str, line: int, key: str, what: str) -> None:
    (problem,) = problems(make, text)
    assert (problem.file, problem.line, problem.key) == (FILE, line, key)
    assert what in problem.message
    assert problem.advice
    assert problem.severity is Severity.ERROR


def test_every_mistake_is_told_at_once(make: Make) -> None:
    found = problems(make, block("timeout: x\n  priority: y") + "- uuid: b\n  type: transformer\n  cache: z\n")
    assert [problem.key for problem in found] == ["blocks[0].timeout", "blocks[0].priority", "blocks[1].cache"]


def test_a_longer_cycle_is_told_in_the_direction_of_the_data(make: Make) -> None:
    entries = "".join(
        f"- uuid: {name}\n  type: markdown\n  upstream_blocks: [{up}]\n" for name, up in ("ac", "ba", "cb")
    )
    (problem,) = problems(make, f"blocks:\n{entries}")
    assert problem.message == "A cycle was detected: a → b → c → a."
    assert (problem.line, problem.code) == (4, "cycle")


def test_a_misspelt_type_comes_with_the_right_one(make: Make) -> None:
    (problem,) = problems(make, "blocks:\n- uuid: a\n  type: transfromer\n")
    assert problem.advice == "Did you mean `transformer`?"


@pytest.mark.parametrize(
    ("content", "code"), [(b"name: \xff\n", "encoding"), (b"name: x\n" + b"#" * (33 << 20), "too_large")]
)
def test_a_file_that_is_no_text_of_bearable_size_is_told(make: Make, content: bytes, code: str) -> None:
    project = make({FILE: content})
    with pytest.raises(ProjectInvalid) as caught:
        project.pipeline("p")
    assert [problem.code for problem in caught.value.problems] == [code]


def test_a_folder_in_the_place_of_the_file_is_told(make: Make) -> None:
    project = make({f"{FILE}/x": ""})
    with pytest.raises(ProjectInvalid, match="is a folder"):
        project.pipeline("p")
    assert project.pipelines() == ["p"]
