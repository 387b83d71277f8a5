"""What a message says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockwright.core.alerts.model import AlertKind, Template
from blockwright.core.alerts.wording import VARIABLES, fill, worded

VALUES = {
    "pipeline_uuid": "sales",
    "run_id": "7",
    "error": "block clean: ValueError: no rows",
    "pipeline_run_url": "http://localhost:6789/runs/7",
    "execution_time": "2026-03-29T01:00:00+00:00",
    "pipeline_schedule_name": "nightly",
    "reason": "it is late.",
    "project": "shop",
}


@pytest.mark.parametrize("kind", AlertKind)
def test_every_kind_has_words_of_its_own_without_open_names(kind: AlertKind) -> None:
    message = worded(kind, VALUES)
    assert message.title
    assert message.body
    assert "{" not in message.title + message.body


def test_a_failure_says_what_where_and_why() -> None:
    message = worded(AlertKind.FAILURE, VALUES)
    assert message.title == "Failed: sales"
    assert message.body == (
        "Run 7 of pipeline sales failed: block clean: ValueError: no rows\n\n"
        "Trigger: nightly\nExecution date: 2026-03-29T01:00:00+00:00\nhttp://localhost:6789/runs/7"
    )


def test_a_line_without_a_value_is_left_out() -> None:
    assert "Trigger" not in worded(AlertKind.FAILURE, {**VALUES, "pipeline_schedule_name": ""}).body


def test_the_projects_template_replaces_the_parts_that_it_has() -> None:
    message = worded(AlertKind.FAILURE, VALUES, Template(title="{pipeline_uuid} broke: {what}"))
    assert message.title == "sales broke: {what}"
    assert message.body.startswith("Run 7 of pipeline sales failed")


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{error}", "e{run_id}"),  # what a value contains is not looked at again
        ("{eror} {0} {error!r} {error.x}", "{eror} {0} {error!r} {error.x}"),
        ('{"text": "{run_id}"}', '{"text": "7"}'),
        ("{{error}}", "{e{run_id}}"),
        ("{", "{"),
    ],
)
def test_unknown_names_stay_visible(text: str, filled: str) -> None:
    assert fill(text, {"error": "e{run_id}", "run_id": "7"}) == filled


@given(st.text(), st.dictionaries(st.sampled_from(VARIABLES), st.text()))
def test_no_template_and_no_value_raises(text: str, values: dict[str, str]) -> None:
    message = worded(AlertKind.SUCCESS, values, Template(text, text, text))
    assert "\n" not in message.title
    assert "\r" not in message.title
