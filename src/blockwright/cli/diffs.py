"""The command that compares two runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, App, emit, json_option, pass_app, project_option


@click.command("diff")
@click.argument("run_a")
@click.argument("run_b")
@click.argument("block", required=False)
@project_option
@click.option("--key", "key", metavar="COL[,COL]", help="With BLOCK: match rows by these columns.")
@click.option("--code/--no-code", default=True, show_default=True, help="Show the lines of code that differ.")
@json_option
@pass_app
def diff_command(
    app: App,
    run_a: str,
    run_b: str,
    block: str | None,
    project: Path | None,
    key: str | None,
    code: bool,
    as_json: bool,
) -> int:
    """What differs from RUN_A to RUN_B: code, variables, results; with BLOCK also its rows and columns."""
    from blockwright.services import diffs, runs

    root = app.root(project)
    workspace = app.platform.workspace(root)
    before, after = runs.resolve(workspace, run_a), runs.resolve(workspace, run_b)
    document = diffs.compare(workspace, before, after)
    if block is not None:
        columns = [name.strip() for name in key.split(",")] if key else None
        document["data"] = diffs.compare_data(workspace, app.platform.tables(root), before, after, block, columns)
    if as_json:
        emit(document)
        return DONE
    _print(document, with_code=code)
    return DONE


def _print(document: dict[str, Any], *, with_code: bool) -> None:
    click.secho(f"run {document['before']} → run {document['after']}", bold=True)
    for name, values in document["variables"].items():
        click.echo(f"  variable {name}: {values[0]!r} → {values[1]!r}")
    for file in document["code"]:
        click.echo(f"  {file['change']} {file['file']}")
        if with_code:
            for line in file["lines"]:
                colour = {"+": "green", "-": "red"}.get(line[:1])
                click.secho(f"    {line}", fg=colour)
    rows = [
        [one["id"], one["change"], one["before"] or "", one["after"] or ""]
        for one in document["blocks"]
        if one["change"]
    ]
    if rows:
        click.echo(text.table(["block", "what", "before", "after"], rows))
    if not (document["variables"] or document["code"] or rows):
        click.echo("  no difference in code, variables or results")
    data = document.get("data")
    if data:
        _print_data(data)


def _print_data(data: dict[str, Any]) -> None:
    by = f"by {', '.join(data['key'])}" if data["key"] else "as whole rows"
    click.secho(f"{data['block']} {data['output']} ({by})", bold=True)
    counts = ", ".join(f"{data[word]:,} {word}" for word in ("added", "removed", "changed", "same"))
    click.echo(f"  rows: {counts}")
    for word in ("columns_added", "columns_removed"):
        if data[word]:
            click.echo(f"  {word.replace('_', ' ')}: {', '.join(data[word])}")
    for name, was, now in data["types_changed"]:
        click.echo(f"  type of {name}: {was} → {now}")
    changed = [one for one in data["statistics"] if one.get("changed") or one.get("before") != one.get("after")]
    if changed:
        headers = ["column", "cells changed", "nulls", "distinct", "mean"]
        click.echo(text.table(headers, [_statistic(one) for one in changed], right=[1]))
    for sample in data["samples"][:5]:
        click.echo(f"  {_sample(sample)}")


def _statistic(one: dict[str, Any]) -> list[str]:
    before, after = one.get("before") or {}, one.get("after") or {}
    cells = "" if one.get("changed") is None else f"{one['changed']:,}"
    moved = [_moved(before.get(name), after.get(name)) for name in ("nulls", "distinct", "mean")]
    return [one["column"], cells, *moved]


def _moved(before: Any, after: Any) -> str:
    if before == after:
        return ""
    return f"{_short(before)} → {_short(after)}"


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else "–" if value is None else str(value)


def _sample(sample: dict[str, Any]) -> str:
    """``changed id=3: price 1.5 → 2.0``."""
    before, after = sample.get("before") or {}, sample.get("after") or {}
    key = sample.get("key") or {}
    which = " ".join(f"{name}={_short(value)}" for name, value in key.items()) if isinstance(key, dict) else str(key)
    if sample["change"] == "changed":
        told = ", ".join(f"{name} {_short(before.get(name))} → {_short(after.get(name))}" for name in sample["columns"])
    else:
        row = before or after
        told = ", ".join(f"{name}={_short(value)}" for name, value in list(row.items())[:6])
    return text.cut(f"{' '.join(filter(None, (sample['change'], which)))}: {told}", 160)
