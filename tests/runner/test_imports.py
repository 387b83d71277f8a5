"""Blocks import the project's modules as the run pinned them, and find the live project around them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.runner.bench import Bench, bench


def test_modules_come_from_the_snapshot_with_their_real_file(runner: Bench) -> None:
    file = runner.project.module("utils/prices.py", "PRICE = 1\n", live="PRICE = 2\n")
    done = runner.run(
        """
        from shop.utils import prices
        from shop.utils.prices import PRICE
        @custom
        def look(): return {'price': PRICE, 'file': prices.__file__, 'own': __file__}
        """
    )
    root = runner.project.root
    assert runner.project.values(done.manifest) == [
        {"price": 1, "file": str(file), "own": str(root / "custom/block.py")}
    ]


def test_modules_outside_the_snapshot_come_from_disk_and_leave_no_bytecode(runner: Bench) -> None:
    late = runner.project.root / "late"
    late.mkdir()
    (late / "__init__.py").write_text("")
    (late / "thing.py").write_text("from . import other\nVALUE = other.VALUE\n")
    (late / "other.py").write_text("VALUE = 7\n")
    done = runner.run("from shop.late.thing import VALUE\n@custom\ndef give(): return VALUE\n")
    assert runner.project.values(done.manifest) == [7]
    assert list(runner.project.root.rglob("__pycache__")) == []


def test_packages_have_their_real_folder(runner: Bench) -> None:
    runner.project.module("data/__init__.py", "")
    (runner.project.root / "data" / "table.csv").write_text("a\n1\n")
    done = runner.run(
        """
        import pkgutil
        from importlib.resources import files
        import shop.data
        @custom
        def read():
            return {'text': (files(shop.data) / 'table.csv').read_text(), 'path': list(shop.data.__path__)}
        """
    )
    folder = str(runner.project.root / "data")
    assert runner.project.values(done.manifest) == [{"text": "a\n1\n", "path": [folder]}]


def test_another_blocks_file_can_be_imported_without_running_as_this_block(runner: Bench) -> None:
    runner.project.module(
        "custom/first.py",
        "if 'custom' not in globals():\n    from blockwright import custom\n"
        "@custom\ndef first(): return 'first'\ndef helper(): return 'helped'\n",
    )
    done = runner.run("from shop.custom.first import helper\n@custom\ndef second(): return helper()\n")
    assert runner.project.values(done.manifest) == ["helped"]


@pytest.mark.slow
def test_plain_names_work_where_the_project_is_on_the_path(tmp_path: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": f"{tmp_path / 'project/shop'}:{os.environ.get('PYTHONPATH', '')}"}
    with bench(tmp_path, environ=environ) as made:
        made.project.module("utils/prices.py", "PRICE = 1\n", live="PRICE = 2\n")
        done = made.run("from utils.prices import PRICE\n@custom\ndef give(): return PRICE\n")
        assert made.project.values(done.manifest) == [1]


def test_an_installed_package_with_the_projects_name_stays_itself(tmp_path: Path) -> None:
    with bench(tmp_path) as made:
        done = made.run("import json\n@custom\ndef give(): return json.__file__\n")
        (path,) = made.project.values(done.manifest)
        assert "shop" not in path


@pytest.mark.parametrize("way", ["pickle", "dataclass", "hints"])
def test_a_blocks_module_is_a_real_module(runner: Bench, way: str) -> None:
    code = """
    from __future__ import annotations
    import pickle, sys, typing
    from dataclasses import dataclass
    @dataclass
    class Row:
        value: int = 3
    def double(x: int) -> int: return 2 * x
    @custom
    def give(*args, **kwargs):
        return {'pickle': pickle.loads(pickle.dumps(Row())).value,
                'dataclass': Row().value,
                'hints': typing.get_type_hints(double)['x'] is int}
    """
    (seen,) = runner.project.values(runner.run(code).manifest)
    assert seen[way] == {"pickle": 3, "dataclass": 3, "hints": True}[way]


@pytest.mark.slow
def test_workers_can_run_functions_of_a_block(runner: Bench) -> None:
    done = runner.run(
        """
        from concurrent.futures import ProcessPoolExecutor
        from joblib import Parallel, delayed
        def double(x): return 2 * x
        @custom
        def give():
            with ProcessPoolExecutor(2) as pool:
                pooled = list(pool.map(double, range(3)))
            return {'pool': pooled, 'joblib': Parallel(n_jobs=2)(delayed(double)(i) for i in range(3))}
        """
    )
    assert runner.project.values(done.manifest) == [{"pool": [0, 2, 4], "joblib": [0, 2, 4]}], done.text
