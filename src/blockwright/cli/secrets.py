"""Commands about secrets. Values come from a prompt or stdin, never from the command line, and are never shown."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from blockwright.cli.app import DONE, App, emit, json_option, pass_app, project_option
from blockwright.core.errors import Invalid


@click.group("secrets")
def secrets_command() -> None:
    """Set, list, delete and rotate secrets (encrypted in the database)."""


@secrets_command.command("set")
@click.argument("name")
@project_option
@json_option
@pass_app
def set_secret(app: App, name: str, project: Path | None, as_json: bool) -> int:
    """Store a secret; its value is asked for, or read from stdin: `echo -n value | blockwright secrets set NAME`."""
    if sys.stdin is None:
        raise click.UsageError("There is no stdin to read the secret's value from.")
    workspace = app.workspace(project)
    value = click.prompt("Value", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.read().rstrip("\n")
    if not value:
        raise Invalid(f"The value of `{name}` is empty.", hint="Give one, or `blockwright secrets delete` it.")
    workspace.secrets.set(workspace.project.name, name, value)
    if as_json:
        emit({"name": name})
    else:
        click.echo(f"stored {name}; block code reads it with get_secret_value('{name}')")
    return DONE


@secrets_command.command("rotate")
@project_option
@json_option
@pass_app
def rotate_secrets(app: App, project: Path | None, as_json: bool) -> int:
    """Encrypt all secrets of the data folder with a new key.

    A key in `secret.key` is made anew. With BLOCKWRIGHT_SECRET_KEY, set it to `NEW,OLD` first, and to `NEW` afterwards.
    """
    rotated = app.workspace(project).secrets.rotate()
    if as_json:
        emit({"rotated": list(rotated)})
    else:
        click.echo("\n".join(f"encrypted anew: {what}" for what in rotated) or "nothing is encrypted yet")
    return DONE


@secrets_command.command("list")
@project_option
@json_option
@pass_app
def list_secrets(app: App, project: Path | None, as_json: bool) -> int:
    """List the names of the project's secrets."""
    workspace = app.workspace(project)
    names = list(workspace.secrets.names(workspace.project.name))
    if as_json:
        emit({"secrets": names})
    else:
        click.echo("\n".join(names) if names else "No secrets. `blockwright secrets set NAME` stores one.")
    return DONE


@secrets_command.command("delete")
@click.argument("name")
@project_option
@json_option
@pass_app
def delete_secret(app: App, name: str, project: Path | None, as_json: bool) -> int:
    """Delete a secret."""
    workspace = app.workspace(project)
    workspace.secrets.delete(workspace.project.name, name)
    if as_json:
        emit({"name": name, "deleted": True})
    else:
        click.echo(f"deleted {name}")
    return DONE
