"""Commands that look at the records: runs, show, why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, App, emit, json_option, pass_app, project_option
from blockwright.core.runs.model import BlockRun, BlockState, Role, RunState
from blockwright.ports.workspace import Workspace


@click.command("runs")
@click.argument("pipeline", required=False)
@project_option
@click.option("--state", "states", multiple=True, type=click.Choice([state.value for state in RunState]))
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@json_option
@pass_app
def runs_command(
    app: App, pipeline: str | None, project: Path | None, states: tuple[str, ...], limit: int, as_json: bool
) -> int:
    """List runs, newest first (of PIPELINE, if given)."""
    from blockwright.services import reports, runs

    workspace = app.workspace(project)
    found = runs.listed(workspace, pipeline, [RunState(word) for word in states], limit=limit)
    now = workspace.clock.now()
    if as_json:
        emit({"runs": [reports.run_summary(run, now) for run in found]})
        return DONE
    if not found:
        click.echo("No runs yet. `blockwright run PIPELINE` starts one.")
        return DONE
    rows = [
        [
            run.id,
            run.pipeline,
            text.state(run.state.value),
            text.seconds(reports.seconds_of(run, now)),
            run.created.astimezone().strftime("%Y-%m-%d %H:%M:%S"),
            run.kind.value,
            text.cut(run.reason, 60),
        ]
        for run in found
    ]
    click.echo(text.table(["run", "pipeline", "state", "took", "created", "kind", ""], rows, right=[0, 3]))
    return DONE


@click.command("show")
@click.argument("run")
@project_option
@json_option
@pass_app
def show_command(app: App, run: str, project: Path | None, as_json: bool) -> int:
    """Show RUN: its blocks with times, memory, rows and errors."""
    from blockwright.services import checks, reports, runs

    workspace = app.workspace(project)
    found = runs.resolve(workspace, run)
    if as_json:
        report = reports.run_report(workspace, found)
        results = checks.by_row(workspace, found)
        report["blocks"] = [{**block, "checks": results.get(block["id"], [])} for block in report["blocks"]]
        report["attempts"] = reports.attempt_reports(workspace.runs.attempts(found.id))
        emit(report)
        return DONE
    took = text.seconds(reports.seconds_of(found, workspace.clock.now()))
    click.echo(
        f"{click.style(f'run {found.id}', bold=True)}  {found.pipeline}  {text.state(found.state.value)}  {took}"
    )
    if found.reason:
        click.echo(f"  {found.reason}")
    tags = workspace.learning.annotations.tags(found.project, [found.id]).get(found.id, ())
    if tags:
        click.echo(f"  tags: {', '.join(map(str, tags))}")
    if not found.state.final and runs.living_owner(workspace, found.id) is None:
        click.echo(f"  Nobody drives it; `blockwright retry {found.id}` goes on.")
    rows = workspace.runs.block_runs(found.id)
    click.echo(
        text.table(["", "block", "took", "peak", "tries", "gave", "size", "tests"], _table(rows), right=[2, 3, 4, 6])
    )
    for row in rows:
        if row.state is BlockState.FAILED and row.failure is not None:
            _tell_failure(workspace, row)
    for one in checks.of_run(workspace, found):
        for result in checks.warned(one):
            click.echo(
                f"  {click.style('▲', fg='yellow')} {one.row.name}: {result.name}: {text.cut(result.message, 200)}"
            )
    for note in workspace.learning.annotations.notes(found.project, found.id):
        click.echo(f"  {click.style(f'{note.author}:', dim=True)} {text.cut(note.text, 200)}")
    for link in workspace.learning.experiments.list(found.project, run=found.id, limit=5):
        click.echo(f"  tracked: {link.name} ({link.experiment})  `blockwright experiments show {link.tracked}`")
    return DONE


def _table(rows: Sequence[BlockRun]) -> list[list[object]]:
    lines: list[list[object]] = []
    for row in rows:
        indent = "  " if row.role in (Role.CHILD, Role.CALLBACK) else ""
        given = text.outputs_brief(row.outputs)
        if row.role is Role.GROUP:
            given = text.plural(int(row.items.get("count", 0)), "item") if row.items else ""
        took = f"run {row.source_run}" if row.reused else text.seconds(row.seconds)
        lines.append(
            [
                text.sign(row.state.value, reused=row.reused),
                indent + row.name,
                took,
                text.size(row.rss_peak),
                row.attempt if row.attempt > 1 else "",
                given or (row.state.value if row.state is not BlockState.COMPLETED else ""),
                text.size(sum(output.bytes for output in row.outputs)) if row.outputs else "",
                _tests(row),
            ]
        )
    return lines


def _tests(row: BlockRun) -> str:
    total = row.tests.passed + row.tests.failed
    return f"{row.tests.passed}/{total}" if total else ""


def _tell_failure(workspace: Workspace, row: BlockRun) -> None:
    from blockwright.services import reports

    error = reports.error_report(workspace, row)
    if error is None:
        return
    click.echo()
    click.secho(f"{row.name}: {error['type']}", fg="red", bold=True, nl=False)
    click.echo(f": {error['message']}")
    for frame in error.get("traceback", []):
        place = f"  {frame['file']}:{frame['line']} in {frame['function']}"
        click.echo(click.style(place, dim=not frame["own"]))
        if frame["text"]:
            click.echo(f"    {frame['text']}")
    for failure in (error.get("tests") or {}).get("failures", []):
        place = f" ({failure['file']}:{failure['line']})" if failure["file"] else ""
        click.echo(f"  test {failure['name']}: {failure['message']}{place}")
    if error["hint"]:
        click.echo(f"  {error['hint']}")


@click.command("why")
@click.argument("run")
@project_option
@json_option
@pass_app
def why_command(app: App, run: str, project: Path | None, as_json: bool) -> int:
    """Say in words what RUN waits for, or why it ended as it did, and what to do next."""
    from blockwright.services import runs
    from blockwright.services.why import why

    workspace = app.workspace(project)
    found = runs.resolve(workspace, run)
    reasons = why(workspace, found)
    if as_json:
        emit(
            {
                "run": found.id,
                "state": found.state.value,
                "reasons": [
                    {"subject": one.subject, "state": one.state, "text": one.text, "next": one.next} for one in reasons
                ],
            }
        )
        return DONE
    for one in reasons:
        click.echo(f"{text.sign(one.state)} {click.style(one.subject, bold=True)}: {one.text}")
        if one.next:
            click.echo(f"    {one.next}")
    return DONE
