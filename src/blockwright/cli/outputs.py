"""Commands that show and export what blocks gave: output, profile."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, App, emit, json_option, pass_app, project_option
from blockwright.ports.tables import ColumnProfile, Page


@click.command("output")
@click.argument("run")
@click.argument("block")
@click.argument("name", required=False)
@project_option
@click.option("--head", "head", default=20, show_default=True, type=click.IntRange(0, 100_000), help="Rows to show.")
@click.option(
    "--to", "target", type=click.Path(path_type=Path), metavar="FILE", help="Write it to FILE.csv, .parquet or .json."
)
@json_option
@pass_app
def output_command(
    app: App,
    run: str,
    block: str,
    name: str | None,
    project: Path | None,
    head: int,
    target: Path | None,
    as_json: bool,
) -> int:
    """Show the first rows of an output of BLOCK in RUN, or write it to a file with --to."""
    from blockwright.services import outputs, runs

    root = app.root(project)
    workspace = app.platform.workspace(root)
    found = outputs.find(workspace, runs.resolve(workspace, run), block, name)
    if target is not None:
        rows = outputs.export(workspace, app.platform.tables(root), found.output, target)
        if as_json:
            emit({**outputs.brief(found.output), "file": str(target), "rows_written": rows})
        else:
            whole = found.output.rows is None  # a value that is no table: there are no rows to count
            click.echo(f"wrote {'it' if whole else text.plural(rows, 'row')} to {target}")
        return DONE
    page = outputs.head(app.platform.tables(root), found.output, head) if head else None
    if as_json:
        document = outputs.brief(found.output)
        if page is not None:
            document["columns_shown"] = list(page.columns)
            document["head"] = [list(row) for row in page.rows]
        else:
            document["preview"] = found.output.preview
        emit(document)
        return DONE
    click.echo(_heading(found.row.name, found.output))
    if page is not None:
        click.echo(_page(page))
    elif head:
        click.echo(_preview(found.output.preview))
    if name is None and len(found.row.outputs) > 1:
        click.echo(click.style(f"more outputs: {_others(found.row.outputs)}", dim=True))
    return DONE


def _others(outputs: Sequence[Any]) -> str:
    """The outputs behind the first one, to be named in the next call."""
    names = [record.name for record in outputs[1:6]]
    left = len(outputs) - 1 - len(names)
    return ", ".join(names) + (f" and {left} more" if left else "")


def _heading(block: str, output: Any) -> str:
    return f"{click.style(block, bold=True)} {output.name}: {text.outputs_brief([output])}, {text.size(output.bytes)}"


def _page(page: Page) -> str:
    rows = [[_cell(cell) for cell in row] for row in page.rows]
    right = [
        column
        for column, kind in enumerate(page.types)
        if any(word in kind.lower() for word in ("int", "float", "double", "decimal"))
    ]
    shown = text.table(list(page.columns), rows, right=right)
    more = page.total - len(page.rows)
    return f"{shown}\n{click.style(f'… {more:,} more rows', dim=True)}" if more > 0 else shown


def _cell(cell: Any) -> str:
    if cell is None:
        return click.style("null", dim=True)
    if isinstance(cell, float):
        return f"{cell:.6g}"
    return text.cut(cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False), 60)


def _preview(preview: Any) -> str:
    """A value that the table reader does not open, in words."""
    if not isinstance(preview, dict):
        return click.style("no preview was kept: only the first outputs of a block have one", dim=True)
    match preview.get("kind"):
        case "table":
            names = [str(column["name"]) for column in preview["columns"]]
            return text.table(names, [[_cell(cell) for cell in row[: len(names)]] for row in preview["rows"]])
        case "image" | "plotly":
            return f"a figure ({preview.get('mime', 'plotly')}); it is shown in the browser"
        case "html":
            return "a page (HTML); it is shown in the browser"
        case "text":
            return str(preview["text"])
        case "bytes":
            return text.plural(preview["length"], "byte")
        case "array":
            return _array(preview)
        case "model":
            parameters = "".join(f"\n  {name} = {_plain(value)}" for name, value in preview["params"].items())
            return f"{preview['class']}{parameters}"
        case "object":
            return f"{preview['repr']}\n{click.style(preview['class'], dim=True)}"
    return _plain(preview.get("value"))


def _array(preview: dict[str, Any]) -> str:
    """Its type, shape, and first values."""
    shape = " × ".join(f"{length:,}" for length in preview["shape"])
    words = [preview["dtype"], preview.get("format"), shape]
    if "stored" in preview:
        words.append(f"{preview['stored']:,} stored")
    heading = ", ".join(word for word in words if word)
    if "values" not in preview:
        return heading
    return f"{heading}\n{text.cut(json.dumps(preview['values'], ensure_ascii=False), 1_000)}"


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


@click.command("profile")
@click.argument("run")
@click.argument("block")
@click.argument("name", required=False)
@project_option
@json_option
@pass_app
def profile_command(app: App, run: str, block: str, name: str | None, project: Path | None, as_json: bool) -> int:
    """Column statistics of an output: nulls, distinct values, range, mean, quartiles, most frequent."""
    from blockwright.services import outputs, runs

    root = app.root(project)
    workspace = app.platform.workspace(root)
    found = outputs.find(workspace, runs.resolve(workspace, run), block, name)
    columns = outputs.profile(app.platform.tables(root), found.output)
    if as_json:
        emit({**outputs.brief(found.output), "profile": [_document(column) for column in columns]})
        return DONE
    click.echo(_heading(found.row.name, found.output))
    rows = [
        [
            column.name,
            column.type,
            f"{column.nulls / column.rows:.1%}" if column.rows else "",
            f"{column.distinct:,}",
            _cell(column.minimum) if column.minimum is not None else "",
            _cell(column.maximum) if column.maximum is not None else "",
            f"{column.mean:.5g}" if column.mean is not None else "",
            ", ".join(f"{text.cut(str(value), 20)} ({count:,})" for value, count in column.top[:3]),
        ]
        for column in columns
    ]
    headers = ["column", "type", "null", "distinct", "min", "max", "mean", "most frequent"]
    click.echo(text.table(headers, rows, right=[2, 3, 4, 5, 6]))
    return DONE


def _document(column: ColumnProfile) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": column.type,
        "rows": column.rows,
        "nulls": column.nulls,
        "distinct": column.distinct,
        "min": column.minimum,
        "max": column.maximum,
        "mean": column.mean,
        "deviation": column.deviation,
        "quantiles": list(column.quantiles),
        "top": [[value, count] for value, count in column.top],
        "histogram": [list(bin_) for bin_ in column.histogram],
    }
