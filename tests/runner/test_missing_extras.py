from __future__ import annotations

import pytest

from blockwright.runner.tracebacks import describe


@pytest.mark.parametrize(
    ("module", "hint"),
    [
        ("sklearn", "blockwright[ml]"),
        ("xgboost.core", "blockwright[ml]"),
        ("psycopg", "blockwright[sql]"),
        ("redis", "blockwright[streaming]"),
        ("some_other", "Install what provides `some_other`"),
    ],
)
def test_a_module_that_is_not_there_is_told_with_what_brings_it(module: str, hint: str) -> None:
    error = ModuleNotFoundError(f"No module named '{module}'", name=module)
    assert hint in describe(error, "/project", lambda text: text).hint
