from __future__ import annotations

import pytest

from blockwright.core.code import CodeFacts, Import, facts, project_modules


def imports(source: str) -> set[tuple[str, int]]:
    return {(item.module, item.level) for item in facts(source).imports}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import a", {("a", 0)}),
        ("import a.b as c, d", {("a.b", 0), ("d", 0)}),
        ("from a import b", {("a", 0), ("a.b", 0)}),
        ("from a.b import c as d, e", {("a.b", 0), ("a.b.c", 0), ("a.b.e", 0)}),
        ("from a import *", {("a", 0), ("a.*", 0)}),
        ("from . import a", {("", 1), ("a", 1)}),
        ("from ..a.b import c", {("a.b", 2), ("a.b.c", 2)}),
        ("def f():\n    import a", {("a", 0)}),
        ("if 'x' not in globals():\n    from a import x", {("a", 0), ("a.x", 0)}),
        ("try:\n    import a\nexcept ImportError:\n    import b", {("a", 0), ("b", 0)}),
        ("import importlib\nimportlib.import_module('a.b')", {("importlib", 0), ("a.b", 0)}),
        ("import importlib as i\ni.import_module('a')", {("importlib", 0), ("a", 0)}),
        ("__import__('a')", {("a", 0)}),
        ("import importlib\nimportlib.import_module(name)", {("importlib", 0)}),
        ("import_module('a')", set()),
    ],
)
def test_every_import_is_seen(source: str, found: set[tuple[str, int]]) -> None:
    assert imports(source) == found


def modules(source: str, files: dict[str, str], **options: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
    asked: list[str] = []

    def facts_of(path: str) -> CodeFacts:
        asked.append(path)
        return facts(files[path])

    found = project_modules(
        facts(source).imports,
        files=frozenset(files),
        project_name="demo",
        facts_of=facts_of,
        **options,  # type: ignore[arg-type]
    )
    assert len(asked) == len(set(asked))
    return found.paths, found.third_party


PROJECT = {
    "__init__.py": "",
    "utils/__init__.py": "from demo.utils.numbers import one",
    "utils/numbers.py": "from . import deep\nimport numpy",
    "utils/deep/__init__.py": "",
    "utils/deep/more.py": "from ..text import clean\nfrom ... import top",
    "utils/text.py": "import re, yaml",
    "top.py": "from demo import utils",
    "space/inner/tool.py": "import space.other",
    "space/other.py": "from demo.data_loaders import load",
    "data_loaders/load.py": "import pandas",
    "broken.py": "def f(:",
    "src/own.py": "import requests",
}
TOOL = ("__init__.py", "data_loaders/load.py", "space/inner/tool.py", "space/other.py")
UTILS = ("__init__.py", "utils/__init__.py", "utils/deep/__init__.py", "utils/numbers.py")
MORE = (*UTILS, "top.py", "utils/deep/more.py", "utils/text.py")


@pytest.mark.parametrize(
    ("source", "paths", "third_party"),
    [
        ("import os, json", (), ()),
        ("import pandas as pd", (), ("pandas",)),
        ("from demo.utils.numbers import one", UTILS, ("numpy",)),
        ("import demo.utils.numbers", UTILS, ("numpy",)),
        ("from demo.utils import numbers", UTILS, ("numpy",)),
        ("from demo import utils", UTILS, ("numpy",)),
        ("from utils import one", UTILS, ("numpy",)),
        ("import demo", ("__init__.py",), ()),
        ("from demo.utils.text import clean", (*UTILS, "utils/text.py"), ("numpy", "yaml")),
        ("import demo.utils.deep.more", MORE, ("numpy", "yaml")),
        ("from space.inner import tool", TOOL, ("pandas",)),
        ("from demo.utils.missing import x", UTILS, ("numpy",)),
        ("from demo.missing import x", ("__init__.py",), ()),
        ("import space", (), ("space",)),  # a folder without modules of its own: perhaps an installed package
        ("from demo import broken", ("__init__.py", "broken.py"), ()),
        ("from mage_ai.data_preparation import decorators\nimport blockwright, __future__", (), ()),
        ("from mage_ai.io import file", (), ("pandas",)),  # which makes frames of it
        ("from utils.deep import *", MORE, ("numpy", "yaml")),
        ("import importlib; importlib.import_module('demo.top')", (*UTILS, "top.py"), ("numpy",)),
        ("import demonstration, demo_utils", (), ("demo_utils", "demonstration")),
        ("import own", (), ("own",)),
    ],
)
def test_imports_are_followed_through_the_project(
    source: str, paths: tuple[str, ...], third_party: tuple[str, ...]
) -> None:
    found = modules(source, PROJECT)
    assert (set(found[0]), found[1]) == (set(paths), third_party)
    assert list(found[0]) == sorted(found[0])


def test_further_folders_of_the_search_path_count() -> None:
    assert modules("import own", PROJECT, extra_roots=("src",)) == (("src/own.py",), ("requests",))
    assert modules("import utils", PROJECT, extra_roots=()) == ((), ("utils",))


def test_a_project_inside_a_platform_has_a_longer_name_too() -> None:
    found = modules("from platform_x.demo.top import x", {"top.py": ""}, packages={"platform_x.demo": ""})
    assert found == (("top.py",), ())


@pytest.mark.parametrize(
    ("origin", "source", "paths"),
    [
        ("utils/a.py", "from .b import x", ("utils/b.py",)),
        ("utils/a.py", "from . import b", ("utils/b.py",)),
        ("utils/__init__.py", "from .b import x", ("utils/b.py",)),
        ("utils/a.py", "from ..c import x", ("c.py",)),
        ("utils/a.py", "from ...c import x", ()),
        ("a.py", "from .c import x", ("c.py",)),
        (None, "from .c import x", ("c.py",)),
    ],
)
def test_relative_imports_start_at_their_file(origin: str | None, source: str, paths: tuple[str, ...]) -> None:
    assert modules(source, {"utils/b.py": "", "c.py": ""}, origin=origin)[0] == paths


def test_a_package_wins_over_a_module_of_its_name() -> None:
    assert modules("import a", {"a.py": "", "a/__init__.py": ""})[0] == ("a/__init__.py",)


def test_modules_that_import_each_other_are_followed_once() -> None:
    assert modules("import a", {"a.py": "import b", "b.py": "import a"})[0] == ("a.py", "b.py")


def test_a_candidate_is_told_from_a_module() -> None:
    assert facts("from a import b").imports == (Import("a"), Import("a.b", candidate=True))
