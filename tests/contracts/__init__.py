"""One suite for each port; every adapter is held to it by a subclass that says how to make one."""

import pytest

pytest.register_assert_rewrite(
    "tests.contracts.artifacts",
    "tests.contracts.runs",
    "tests.contracts.secrets",
    "tests.contracts.alerts",
    "tests.contracts.ledger",
)
