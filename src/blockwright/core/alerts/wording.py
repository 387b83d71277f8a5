"""What an alert says: our own words, or the project's templates with ``{name}`` in them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from blockwright.core.alerts.model import AlertKind, Message, Template

_NAME = re.compile(r"\{([a-z_]+)\}")

VARIABLES = (
    *("error", "execution_time", "pipeline_run_url", "pipeline_schedule_id", "pipeline_schedule_name"),
    *("pipeline_schedule_description", "pipeline_uuid", "stacktrace"),
    *("run_id", "block_uuid", "reason", "project"),
    *("model", "model_version", "monitor"),
)
"""The names that every template may use; those of the second half are our own."""

_RUN = "Run {run_id} of pipeline {pipeline_uuid}"
_DETAILS = "Trigger: {pipeline_schedule_name}\nExecution date: {execution_time}\n{pipeline_run_url}"
_MODEL = "Version {model_version} of model {model}"
_MONITOR = "Monitor: {monitor}\nProject: {project}"
OURS: dict[AlertKind, Template] = {
    AlertKind.FAILURE: Template(
        "Failed: {pipeline_uuid}", f"{_RUN} failed: {{error}}", f"{_DETAILS}\n\n{{stacktrace}}"
    ),
    AlertKind.SUCCESS: Template("Completed: {pipeline_uuid}", f"{_RUN} completed.", _DETAILS),
    AlertKind.PASSED_SLA: Template("Late: {pipeline_uuid}", f"{_RUN} passed its SLA: {{reason}}", _DETAILS),
    AlertKind.STUCK: Template("Stuck: {pipeline_uuid}", f"{_RUN} makes no progress: {{reason}}", _DETAILS),
    AlertKind.NO_RUN_SINCE: Template("Silent: {pipeline_uuid}", "{reason}", "Project: {project}"),
    AlertKind.DATA_QUALITY: Template(
        "Bad data: {pipeline_uuid}.{block_uuid}",
        "A test or check of block {block_uuid} failed in run {run_id}: {error}",
        _DETAILS,
    ),
    AlertKind.DRIFT: Template("Drift: model {model}", f"{_MODEL} drifted: {{reason}}", _MONITOR),
    AlertKind.REQUESTS: Template("Bad requests: model {model}", f"{_MODEL} is asked badly: {{reason}}", _MONITOR),
    AlertKind.PERFORMANCE: Template("Poor: model {model}", f"{_MODEL} performs poorly: {{reason}}", _MONITOR),
    AlertKind.DEAD_CHANNEL: Template("A channel is dead", "{reason}", "Project: {project}"),
    AlertKind.TEST: Template("Test", "{reason}", "Project: {project}"),
}

NOT_STARTED = Template(
    "Not started: {pipeline_uuid}",
    "Trigger {pipeline_schedule_name} could not start its run of pipeline {pipeline_uuid}: {error}",
    "Project: {project}",
)
"""What a failure says when there is no run."""
WARNED = Template(
    "Doubtful data: {pipeline_uuid}.{block_uuid}",
    "A check of block {block_uuid} did not hold in run {run_id}, which went on: {reason}",
    _DETAILS,
)
"""What is said of bad data when it is a warning only."""
_OURS_ALONE = Template()
_LONGEST_TITLE = 250
_LONGEST_BODY = 20_000


def worded(kind: AlertKind, values: Mapping[str, str], template: Template = _OURS_ALONE) -> Message:
    """The message; parts that the project's template leaves empty are ours. Never raises."""
    ours = OURS[kind]
    known = {name: values.get(name, "") for name in VARIABLES}
    title, summary, details = (
        fill(theirs or default, known)
        for theirs, default in (
            (template.title, ours.title),
            (template.summary, ours.summary),
            (template.details, ours.details),
        )
    )
    body = "\n\n".join(part for part in (summary.strip(), _without_gaps(details)) if part)
    return Message(kind, " ".join(title.split())[:_LONGEST_TITLE], body[:_LONGEST_BODY])


def fill(text: str, values: Mapping[str, str]) -> str:
    """``text`` with the known names replaced. An unknown one stays visible, so that its author sees it; other braces
    (JSON, code) are left alone, and what a value contains is not looked at again."""
    return _NAME.sub(lambda found: values.get(found[1], found[0]), text)


def _without_gaps(text: str) -> str:
    """Lines that only label a value that there is none of say nothing."""
    lines = [line for line in text.strip().splitlines() if not re.fullmatch(r"[A-Z][a-z ]+: *", line)]
    return "\n".join(lines).strip()
