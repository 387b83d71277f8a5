from __future__ import annotations

from typing import Any

import pytest

from blockwright.adapters.project import shapes
from blockwright.adapters.project.block_entries import cache_rule
from blockwright.adapters.project.shapes import Wrong
from blockwright.core.blocks import CacheRule


@pytest.mark.parametrize(
    ("value", "seconds"), [("15m", 900), ("24h", 86_400), ("7d", 604_800), ("1.5h", 5400), (90, 90), ("2 w", 1_209_600)]
)
def test_lengths_of_time(value: Any, seconds: float) -> None:
    assert shapes.seconds(value) == seconds


@pytest.mark.parametrize(
    "value", [0, -1, "0s", "soon", "5 apples", True, None, [], float("inf"), float("nan"), "1h30m"]
)
def test_what_is_no_length_of_time(value: Any) -> None:
    with pytest.raises(Wrong):
        shapes.seconds(value)


@pytest.mark.parametrize(
    ("value", "size"),
    [("512MB", 512_000_000), ("2GiB", 2 << 30), ("64k", 64_000), ("1.5Gi", 3 << 29), (4096, 4096), ("4096", 4096)],
)
def test_sizes_of_memory(value: Any, size: int) -> None:
    assert shapes.memory(value) == size


@pytest.mark.parametrize("value", [0, -5, 1.5, "much", "5XB", True, {}, "9e99"])
def test_what_is_no_size_of_memory(value: Any) -> None:
    with pytest.raises(Wrong):
        shapes.memory(value)


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("always", CacheRule("always")),
        (True, CacheRule("always")),
        ("never", CacheRule("never")),
        (False, CacheRule("never")),
        ("24h", CacheRule("for", 86_400)),
        (60, CacheRule("for", 60)),
    ],
)
def test_cache_rules(value: Any, rule: CacheRule) -> None:
    assert cache_rule(value) == rule


def test_a_message_names_the_inner_key_and_never_shows_a_whole_collection() -> None:
    read = shapes.inside({"retries": shapes.whole(0)})
    with pytest.raises(Wrong) as caught:
        read({"retries": {"secret": "x"}})
    assert caught.value.message("retry_config") == "`retries` is a mapping; it must be a whole number of at least 0."
    assert caught.value.inside == ("retries",)
