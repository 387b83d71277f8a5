from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockwright.adapters.project.names import block_uuid, closest, pipeline_uuid
from blockwright.core.errors import Invalid


@pytest.mark.parametrize(
    ("name", "uuid"),
    [
        ("Load Orders", "load_orders"),
        ("2024 sales", "letter_2024_sales"),
        ('a"b$c\nd\te', "abcde"),
        ("\ufeffÜber-Größe", "über_größe"),
        ("../../etc/passwd", "______etc_passwd"),
    ],
)
def test_a_pipeline_name_becomes_a_folder_name(name: str, uuid: str) -> None:
    assert pipeline_uuid(name) == uuid


def test_a_block_name_keeps_its_folders() -> None:
    assert block_uuid("Hyperparameter tuning/sklearn") == "hyperparameter_tuning/sklearn"


@pytest.mark.parametrize("name", ["", "/", "a//b", "../x", "a/..", "$$$", "x" * 201])
def test_a_name_of_which_nothing_useful_is_left_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        block_uuid(name)


@given(st.text())
def test_a_clean_name_is_one_part_of_a_path_and_clean_already(name: str) -> None:
    try:
        uuid = pipeline_uuid(name)
    except Invalid:
        return
    assert not {"/", "\0", "."} & set(uuid)
    assert pipeline_uuid(uuid) == uuid


def test_the_closest_word_is_only_offered_when_it_is_close() -> None:
    assert closest("upstream_block", ["upstream_blocks", "uuid"]) == "upstream_blocks"
    assert closest("owner", ["upstream_blocks", "uuid"]) is None
