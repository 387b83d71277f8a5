from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from blockwright.core.blocks import BlockType, CacheRule, Language, Resources, RetryPolicy, TriggerRule
from blockwright.core.errors import Forbidden, NotFound
from blockwright.core.pipelines import PipelineType
from tests.adapters.project.conftest import Make

FILE = "pipelines/p/metadata.yaml"
FULL = """\
name: Full
uuid: p
type: python
description: null
tags: [a, b]
created_at: '2024-05-16 07:00:00.000000+00:00'
variables_dir: /somewhere/else
executor_type: "{{ env_var('EXECUTOR', 'local_python') }}"
concurrency_config: {block_run_limit: 3, pipeline_run_limit: 2, on_pipeline_run_limit_reached: skip}
retry_config: {retries: 9}
run_pipeline_in_one_process: true
cache_block_output_in_memory: true
variables:
  start: 2024-05-16 07:00:00+00:00
  share: 0.5
our_own_note: kept
blocks:
- all_upstream_blocks_executed: true
  color: teal
  configuration: {dynamic: true, note: kept}
  downstream_blocks: [b]
  executor_config: null
  language: null
  name: null
  status: executed
  type: data_loader
  uuid: a
- uuid: b
  type: transformer
  language: sql
  upstream_blocks: [nobody, a, a, note]
  cache: 24h
  trigger_rule: all_done
  priority: -2
  resources: {cpu: 1.5, memory: 512MB}
  timeout: 60
  retry_config: {retries: 2}
  configuration: {reduce_output: true}
- uuid: note
  type: markdown
  language: markdown
callbacks:
- {uuid: c, type: callback, upstream_blocks: [b]}
conditionals:
- {uuid: d, type: conditional, upstream_blocks: [b]}
widgets:
- {uuid: w, type: chart, upstream_blocks: [b]}
"""
SOURCES = {"data_loaders/a.py": "", "transformers/b.sql": "", "callbacks/c.py": "", "conditionals/d.py": ""}


def test_a_full_file_is_read_whole(make: Make) -> None:
    pipeline = make({FILE: FULL, **SOURCES}, environ={"EXECUTOR": "k8s"}).pipeline("p")
    assert (pipeline.name, pipeline.path, pipeline.type) == ("Full", FILE, PipelineType.PYTHON)
    assert (pipeline.executor_type, pipeline.tags) == ("k8s", ("a", "b"))
    assert pipeline.variables == {"start": datetime(2024, 5, 16, 7, tzinfo=UTC), "share": 0.5}
    assert (pipeline.concurrency.block_runs, pipeline.concurrency.on_limit) == (3, "skip")
    assert (pipeline.run_in_one_process, pipeline.cache_in_memory) == (True, True)
    assert pipeline.retry == RetryPolicy(retries=9)
    assert [block.uuid for block in pipeline.by_uuid.values()] == ["a", "b", "note", "c", "d", "w"]


def test_a_block_is_read_whole(make: Make) -> None:
    a, b, note = make({FILE: FULL, **SOURCES}).pipeline("p").blocks
    assert (a.name, a.language, a.dynamic, a.path, a.line) == ("a", Language.PYTHON, True, "data_loaders/a.py", 18)
    assert a.configuration == {"dynamic": True, "note": "kept"}
    assert (b.upstream, b.path, b.reduce_output) == (("a",), "transformers/b.sql", True)
    assert (b.cache, b.trigger_rule, b.priority) == (CacheRule("for", 86_400), TriggerRule.ALL_DONE, -2)
    assert (b.resources, b.timeout) == (Resources(1.5, 512_000_000), 60)
    assert (note.type, note.path) == (BlockType.MARKDOWN, None)


@pytest.mark.parametrize(
    "text", ["blocks:\n", "blocks: []\nextensions: {}\n", "name: x\n", "blocks: null\nwidgets: null\n"]
)
def test_missing_and_empty_lists_load(make: Make, text: str) -> None:
    assert make({FILE: text}).pipeline("p").blocks == ()


def test_the_environment_gives_defaults_that_the_file_overrules(make: Make) -> None:
    files = {
        "pipelines/x/metadata.yaml": "name: x\n",
        "pipelines/y/metadata.yaml": "run_pipeline_in_one_process: false\n",
    }
    project = make(files, one_process=True, block_run_limit=7)
    assert project.pipeline("x").run_in_one_process
    assert project.pipeline("x").concurrency.block_runs == 7
    assert not project.pipeline("y").run_in_one_process


def test_half_a_retry_policy_is_completed_by_the_projects(make: Make) -> None:
    settings = "retry_config: {retries: 4, delay: 30}\n"
    (a, b, _) = make({FILE: FULL, "metadata.yaml": settings, **SOURCES}).pipeline("p").blocks
    assert a.retry is None
    assert b.retry == RetryPolicy(retries=2, delay=30)


def test_an_executor_named_by_a_variable_that_is_not_set_is_none(make: Make) -> None:
    text = "executor_type: ''\nblocks:\n- {uuid: a, type: markdown, executor_type: \"{{ env_var('NO') }}\"}\n"
    pipeline = make({FILE: text}).pipeline("p")
    assert (pipeline.executor_type, pipeline.blocks[0].executor_type) == (None, None)


def test_a_replica_runs_the_file_of_the_other_block(make: Make) -> None:
    text = "blocks:\n- {uuid: r, type: transformer, replicated_block: a}\n- {uuid: a, type: transformer}\n"
    replica, original = make({FILE: text, "transformers/a.py": ""}).pipeline("p").blocks
    assert replica.path == original.path == "transformers/a.py"


def test_inline_content_needs_no_file(make: Make) -> None:
    text = "blocks:\n- uuid: a\n  type: custom\n  content: |\n    @custom\n    def f(*args): return 1\n"
    (block,) = make({FILE: text}).pipeline("p").blocks
    assert block.path is None
    assert "def f" in str(block.content)


def test_a_legacy_callback_file_becomes_a_callback(make: Make) -> None:
    text = "blocks:\n- {uuid: x/y, type: custom, has_callback: true}\n- {uuid: z, type: custom, has_callback: true}\n"
    files = {FILE: text, "custom/x/y.py": "", "custom/z.py": "", "callbacks/x_y_callback.py": ""}
    (callback,) = make(files).pipeline("p").callbacks
    assert (callback.upstream, callback.path) == (("x/y",), "callbacks/x_y_callback.py")


@pytest.mark.parametrize("uuid", ["../p", "a/b", "/p", "", ".", "p\0", ".git"])
def test_a_name_that_is_a_path_is_refused(make: Make, uuid: str) -> None:
    with pytest.raises(Forbidden):
        make({FILE: "name: p\n"}).pipeline(uuid)


def test_an_unknown_pipeline_comes_with_the_names_that_there_are(make: Make) -> None:
    with pytest.raises(NotFound, match="Did you mean `training`"):
        make({"pipelines/training/metadata.yaml": ""}).pipeline("trainig")


def test_pipelines_are_the_folders_with_a_metadata_file(make: Make) -> None:
    files = {
        "pipelines/b/metadata.yaml": "{",
        "pipelines/a/metadata.yaml": "",
        "pipelines/c/x.yaml": "",
        "pipelines/d": "",
    }
    assert make(files).pipelines() == ["a", "b"]
    assert make().pipelines() == ["a", "b"]


def test_a_pipeline_folder_that_is_a_link_to_outside_is_refused(make: Make, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "metadata.yaml").write_text("name: x\n")
    project = make({FILE: "name: p\n"})
    (project.root / "pipelines" / "q").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Exception, match="leads out of the project"):
        project.pipeline("q")
