"""The command that checks whether this installation can work, and says what to do where it cannot."""

from __future__ import annotations

import os
import platform as host
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, FAILED, App, emit, json_option, pass_app, project_option
from blockwright.core.errors import BlockwrightError

EXTRAS: dict[str, tuple[str, ...]] = {
    "sql": ("psycopg",),
    "ml": ("mlflow", "optuna", "scikit-learn", "xgboost|xgboost-cpu", "polars", "matplotlib", "plotly"),
}
CORE = ("pandas", "pyarrow", "duckdb", "sqlalchemy", "blake3")
LOW_SPACE = 1 << 30


@dataclass(frozen=True, slots=True)
class Finding:
    """``level`` is ``ok``, ``warning`` or ``error``."""

    what: str
    level: str
    told: str
    advice: str = ""


@click.command("doctor")
@project_option
@json_option
@pass_app
def doctor_command(app: App, project: Path | None, as_json: bool) -> int:
    """Check packages, language servers, project, database, data folder, outputs and fork server. Exit code 1 when
    something is wrong."""
    findings = [_python(), *_packages(), *_language_servers(app), *_project(app, project)]
    bad = any(finding.level == "error" for finding in findings)
    if as_json:
        emit(
            {
                "ok": not bad,
                "findings": [
                    {"what": one.what, "level": one.level, "told": one.told, "advice": one.advice} for one in findings
                ],
            }
        )
        return FAILED if bad else DONE
    signs = {"ok": "completed", "warning": "retry_wait", "error": "failed"}
    for one in findings:
        click.echo(f"{text.sign(signs[one.level])} {click.style(one.what, bold=True)}: {one.told}")
        if one.advice:
            click.echo(f"    {one.advice}")
    return FAILED if bad else DONE


def _python() -> Finding:
    version = host.python_version()
    told = f"{version} on {host.system()} {host.machine()}, {text.plural(len(os.sched_getaffinity(0)), 'core')}"
    return Finding("Python", "ok", told)


def _packages() -> list[Finding]:
    missing = [name for name in CORE if _version(name) is None]
    versions = ", ".join(f"{name} {_version(name)}" for name in CORE if _version(name))
    findings = [
        Finding("Packages", "error", f"missing: {', '.join(missing)}", "pip install blockwright")
        if missing
        else Finding("Packages", "ok", versions)
    ]
    for extra, names in EXTRAS.items():
        absent = [name for name in names if not any(_version(one) for one in name.split("|"))]
        if absent:
            told = f"not installed: {', '.join(name.split('|')[0] for name in absent)}"
            findings.append(Finding(f"Extra {extra}", "warning", told, f"pip install 'blockwright[{extra}]'"))
        else:
            findings.append(Finding(f"Extra {extra}", "ok", "installed"))
    return findings


def _language_servers(app: App) -> list[Finding]:
    """Whether the editor of the app can help."""
    from blockwright.ports.languages import Health

    found = []
    for server in app.platform.language_servers():
        missing = server.health is Health.MISSING
        told = f"{'not installed' if missing else 'installed'}: it {server.does}"
        found.append(Finding(f"Language server {server.name}", "warning" if missing else "ok", told, server.hint))
    return found


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _project(app: App, project: Path | None) -> list[Finding]:
    try:
        root = app.root(project)
    except BlockwrightError as error:
        return [Finding("Project", "warning", error.message, error.hint)]
    checks: list[tuple[str, Callable[[], str]]] = [
        (
            "Project",
            lambda: f"{root} with {text.plural(len(app.platform.files(root).pipelines()), 'pipeline')}",
        ),
        ("Database", lambda: _database(app, root)),
        ("Data folder", lambda: _data_folder(app, root)),
        ("Outputs", lambda: app.platform.workspace(root).artifacts.check()),
        ("Fork server", lambda: _fork_server(app, root)),
    ]
    findings: list[Finding] = []
    for what, look in checks:
        findings.append(_said_once(_checked(what, look), findings))
    return findings


def _said_once(finding: Finding, earlier: list[Finding]) -> Finding:
    """What is wrong with the database is wrong with all that needs it; once is enough."""
    database = next((one for one in earlier if one.what == "Database" and one.level == "error"), None)
    if database is None or finding.told != database.told:
        return finding
    return Finding(finding.what, "error", "not checked: see Database above")


def _checked(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, "ok", look())
    except BlockwrightError as error:
        return Finding(what, "error", error.message, error.hint)
    except OSError as error:
        return Finding(what, "error", str(error))


def _database(app: App, root: Path) -> str:
    workspace = app.platform.workspace(root)
    run = workspace.runs.latest(workspace.project.name)
    return f"opened; {f'latest run {run.id} ({run.state})' if run else 'no runs yet'}"


def _data_folder(app: App, root: Path) -> str:
    usage = app.platform.workspace(root).artifacts.usage()
    free, total = usage["free"], usage["total"]
    told = f"{text.size(usage['blobs'])} of outputs, {text.size(usage['runs'])} of logs"
    if not total:
        return f"{told}, in an object store"
    told += f", {text.size(free)} free"
    if free < LOW_SPACE:
        raise OSError(f"{told}: less than {text.size(LOW_SPACE)} is free; `blockwright gc --dry-run` shows what may go")
    return told


def _fork_server(app: App, root: Path) -> str:
    from blockwright.services import health

    seconds = health.run_trivial_block(app.platform.workspace(root), app.platform.executor(root))
    return f"started and ran a trivial block in {text.seconds(seconds)}"
