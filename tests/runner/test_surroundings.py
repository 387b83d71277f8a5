"""What a block finds around it, and how it asks for more."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from blockwright.wire.documents import dump
from blockwright.wire.manifests import Outcome
from blockwright.wire.specs import AttemptKind, CodeFile, Limits
from tests.runner.bench import Bench, bench


def test_standard_input_is_empty_and_the_environment_is_the_users(tmp_path: Path) -> None:
    environ = {**os.environ, "OMP_NUM_THREADS": "7", "MINE": "yes"}
    environ.pop("OPENBLAS_NUM_THREADS", None)
    with bench(tmp_path, environ=environ) as made:
        done = made.run(
            """
            import os, sys
            names = ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MINE', 'BLOCKWRIGHT_KILL_AT')
            @custom
            def look():
                return {'stdin': sys.stdin.read(), 'cwd': os.getcwd(), **{name: os.environ.get(name) for name in names}}
            """
        )
        assert made.project.values(done.manifest) == [
            {
                "stdin": "",
                "cwd": str(tmp_path),
                "OMP_NUM_THREADS": "7",
                "OPENBLAS_NUM_THREADS": None,
                "MINE": "yes",
                "BLOCKWRIGHT_KILL_AT": None,
            }
        ]


def test_every_attempt_draws_its_own_random_numbers(runner: Bench) -> None:
    code = "import random, numpy\n@custom\ndef draw(): return random.random(), float(numpy.random.random())\n"
    drawn = [number for _ in range(3) for number in runner.project.values(runner.run(code).manifest)]
    assert len(set(drawn)) == 6


def test_what_a_block_does_to_its_process_touches_no_other(runner: Bench) -> None:
    runner.run(
        "import os, json\n@custom\ndef spoil():\n    os.chdir('/')\n    os.umask(0o777)\n    json.dumps = None\n"
    )
    done = runner.run("import os, json\n@custom\ndef look(): return json.dumps(os.getcwd())\n")
    assert runner.project.values(done.manifest) != ['"/"']
    assert done.manifest.outcome is Outcome.COMPLETED


def test_numeric_libraries_use_the_allotted_threads(runner: Bench) -> None:
    code = """
    import numpy
    from threadpoolctl import threadpool_info
    @custom
    def multiply():
        square = numpy.ones((300, 300))
        total = float(numpy.dot(square, square).sum())
        return [total, max(pool['num_threads'] for pool in threadpool_info())]
    """
    for threads in (1, 2):
        done = runner.run(code, limits=Limits(threads=threads), preload=("numpy",))
        assert runner.project.values(done.manifest) == [300.0**3, threads]


@pytest.mark.slow
def test_a_model_is_trained_on_two_threads_with_and_without_preloading(tmp_path: Path) -> None:
    code = """
    import sys
    early = 'sklearn' in sys.modules
    from sklearn.ensemble import HistGradientBoostingClassifier
    import numpy
    @custom
    def train():
        x = numpy.random.default_rng(0).random((2000, 5))
        model = HistGradientBoostingClassifier(max_iter=20).fit(x, x[:, 0] > 0.5)
        return [model.score(x, x[:, 0] > 0.5) > 0.9, early]
    """
    with bench(tmp_path) as made:
        first = made.run(code, limits=Limits(threads=2), preload=("sklearn.ensemble",))
        assert made.project.values(first.manifest) == [True, True]
        (verdict,) = first.manifest.modules
        assert (verdict.module, verdict.threads) == ("sklearn.ensemble", 0)
    assert json.loads((tmp_path / "cache" / "modules.json").read_text())["sklearn.ensemble"]["threads"] == 0
    (tmp_path / "again").mkdir()
    (tmp_path / "cache").rename(tmp_path / "again" / "cache")
    with bench(tmp_path / "again", preload=["sklearn.ensemble"]) as made:
        second = made.run(code, limits=Limits(threads=2), preload=("sklearn.ensemble",))
        assert made.project.values(second.manifest) == [True, True]
        assert second.manifest.modules == ()


def test_a_module_that_cannot_be_imported_fails_at_the_blocks_own_line(runner: Bench) -> None:
    runner.project.module("broken.py", "raise OSError('no library')\n")
    done = runner.run("x = 1\nimport no_such_thing\n@custom\ndef f(): pass\n", preload=("no_such_thing",))
    assert done.manifest.error is not None
    assert (done.manifest.error.type, done.manifest.error.line) == ("ModuleNotFoundError", 2)


def test_questions_are_answered_or_refused(runner: Bench) -> None:
    def variables(pipeline: str) -> dict[str, Any]:
        return {"month": {"$date": "2026-01-01"}, "pipeline": pipeline}

    runner.answers |= {"variables": variables, "status": RuntimeError("no such pipeline"), "output": "x" * 500_000}
    done = runner.run(
        """
        from blockwright.sdk.context import current
        @custom
        def ask():
            channel = current().channel
            found = channel.ask('variables', pipeline='p')
            try:
                channel.ask('status', pipeline='gone')
            except RuntimeError as error:
                refused = str(error)
            return {'found': str(found), 'refused': refused, 'large': len(channel.ask('output', block='b'))}
        """
    )
    assert runner.project.values(done.manifest) == [
        {
            "found": "{'month': datetime.date(2026, 1, 1), 'pipeline': 'p'}",
            "refused": "no such pipeline",
            "large": 500_000,
        }
    ]
    assert list(Path(done.spec.work).glob("answer-*")) == []


def test_a_worker_process_may_not_ask(runner: Bench) -> None:
    done = runner.run(
        """
        from concurrent.futures import ProcessPoolExecutor
        from blockwright.sdk.context import current
        def ask(_): return current().channel.ask('secret', name='KEY')
        @custom
        def work():
            with ProcessPoolExecutor(1) as pool:
                return list(pool.map(ask, [1]))
        """
    )
    assert done.manifest.error is not None
    assert "block's own process" in done.manifest.error.message


def test_a_scratchpad_runs_flat_and_reads_recorded_outputs(runner: Bench) -> None:
    runner.answers["output"] = [dump(each) for each in runner.project.outputs({"a": 1})]
    spec = runner.project.spec("# %%\nvalue = output('load')\n# %%\nprint(value)\n", kind="scratchpad")
    spec = replace(spec, kind=AttemptKind.SCRATCHPAD)
    runner.executor.start(spec)
    done = runner.finish(spec)
    assert (done.text, done.manifest.outputs) == ("{'a': 1}", ())


def test_a_manifest_that_cannot_be_written_is_told(runner: Bench) -> None:
    done = runner.run(
        "import resource\n@custom\ndef fill():\n    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n    return 1\n"
    )
    assert (done.exited.status, done.committed) == (74, False)
    assert "could not write its manifest: File too large" in done.exited.reason


def test_a_full_disk_fails_the_block_clearly(runner: Bench) -> None:
    done = runner.run(
        """
        import resource
        @custom
        def fill():
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
            return b'x' * 1_000_000
        """
    )
    assert done.manifest.error is not None
    assert (done.manifest.error.type, done.manifest.error.code) == ("StoreError", "store")


def test_the_second_to_commit_leaves_evidence_and_reports_the_winner(runner: Bench) -> None:
    first = runner.run("@custom\ndef give(): return 1\n")
    late = runner.run("@custom\ndef give(): return 2\n", commit=first.spec.commit)
    assert runner.project.values(late.manifest) == [1]
    assert json.loads(Path(late.spec.work, "manifest.json").read_text())["outcome"] == "completed"


def test_sql_blocks_read_the_blocks_before(runner: Bench) -> None:
    project = runner.project
    code = CodeFile("transformers/sum.sql", project.put("select sum(a) as total from {{ df_1 }}"), language="sql")
    given = project.given("load", pd.DataFrame({"a": [1, 2, 3]}))
    spec = replace(project.spec(kind="transformer", inputs=(given,)), code=code, language="sql")
    runner.executor.start(spec)
    (frame,) = project.values(runner.finish(spec).manifest)
    assert frame["total"].tolist() == [6]
