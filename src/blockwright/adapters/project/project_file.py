"""A project's own ``metadata.yaml``: rendered, parsed, checked, made a ``ProjectSpec``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blockwright.adapters.project import shapes
from blockwright.adapters.project.block_entries import retry_config
from blockwright.adapters.project.findings import Findings
from blockwright.adapters.project.shapes import Reader, Wrong
from blockwright.core.blocks import RetryPolicy
from blockwright.core.errors import Invalid
from blockwright.core.pipelines import ProjectSpec
from blockwright.core.retention import policy_of


def read_project(data: Any, findings: Findings) -> dict[str, Any]:
    """The keys that are read, checked; strings are trimmed, as the format has it."""
    if data is None:
        return {}
    if not isinstance(data, dict):
        findings.error((), f"The file holds {shapes.shown(data)}; it must be a mapping.", "Write `key: value` lines.")
        return {}
    values: dict[str, Any] = {}
    for name, value in data.items():
        reader = READERS.get(name)
        if value is None or reader is None:
            continue
        try:
            values[name] = _trimmed(reader(value))
        except Wrong as wrong:
            findings.error((name, *wrong.inside), wrong.message(str(name)), wrong.advice)
    return values


def project_spec(
    values: Mapping[str, Any],
    raw: Any,
    *,
    name: str,
    root: str,
    platform_root: str,
    platform: Mapping[str, Any],
    settings: Mapping[str, Any],
) -> ProjectSpec:
    """The spec. ``platform`` (the values of the platform root's file) stands in for what the project leaves open;
    ``settings`` is the platform's ``settings.yaml``, whose features may be defaults or overrides."""
    queue = values.get("queue_config", {})
    switches = settings.get("features") or {}
    return ProjectSpec(
        name=name,
        root=root,
        platform_root=platform_root,
        uuid=values.get("project_uuid") or platform.get("project_uuid"),
        variables_dir=values.get("variables_dir") or platform.get("variables_dir"),
        remote_variables_dir=_remote(values) or _remote(platform),
        retry=RetryPolicy(**values["retry_config"]) if "retry_config" in values else None,
        run_limit=values.get("limits", {}).get("runs", queue.get("concurrency")),
        pools=values.get("pools", {}),
        retention=values.get("variables_retention_period"),
        notification_config=values.get("notification_config", {}),
        features={
            **_features(switches.get("defaults")),
            **platform.get("features", {}),
            **values.get("features", {}),
            **_features(switches.get("override")),
        },
        raw=_trimmed(raw) if isinstance(raw, dict) else {},
    )


def _remote(values: Mapping[str, Any]) -> str | None:
    """The remote folder, unless it is the placeholder that new projects have."""
    remote = values.get("remote_variables_dir")
    return None if remote in (None, "", "s3://bucket/path_prefix") else str(remote)


def _features(value: Any) -> dict[str, bool]:
    if not isinstance(value, dict):
        return {}
    return {str(name): on for name, on in value.items() if isinstance(on, bool)}


def _trimmed(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        return {key: _trimmed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_trimmed(item) for item in value]
    return value


def _switches(value: Any) -> dict[str, bool]:
    found = {}
    for name, on in shapes.mapping(value).items():
        if on is None:
            continue
        if not isinstance(on, bool):
            raise Wrong(on, "true or false", "Write `true` or `false` without quotes.", (name,))
        found[name] = on
    return found


def _retention(value: Any) -> Any:
    try:
        policy_of({"retention": shapes.mapping(value)})
    except Invalid as error:
        raise Wrong(value, "a retention policy", f"{error.message} {error.hint}") from None
    return value


READERS: dict[Any, Reader] = {
    "project_type": shapes.one_of(("standalone", "main", "sub")),
    "project_uuid": shapes.text,
    "cluster_type": shapes.text,
    "variables_dir": shapes.text,
    "remote_variables_dir": shapes.text,
    "variables_retention_period": shapes.text,
    "features": _switches,
    "notification_config": shapes.mapping,
    "retry_config": retry_config,
    "queue_config": shapes.inside({"concurrency": shapes.whole(1), "queue_type": shapes.text}),
    "limits": shapes.inside({"runs": shapes.whole(1)}),
    "pools": shapes.weights,
    "logging_config": shapes.mapping,
    "retention": _retention,
    "pipelines": shapes.mapping,
    "spark_config": shapes.mapping,
    "emr_config": shapes.mapping,
    "k8s_executor_config": shapes.mapping,
    "ecs_config": shapes.mapping,
    "gcp_cloud_run_config": shapes.mapping,
    "azure_container_instance_config": shapes.mapping,
    "ai_config": shapes.mapping,
    "workspace_config_defaults": shapes.mapping,
    "workspace_initial_metadata": shapes.mapping,
}

_UNREAD = frozenset(
    {"concurrency_config", "help_improve_mage", "ldap_config", "openai_api_key", "overrides", "rag_config"}
    | {"settings_backend", "state_store_config"}
)
KNOWN = frozenset(str(name) for name in READERS) | _UNREAD
