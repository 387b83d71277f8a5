"""What every command shares: the platform, opened when first needed, and how results and errors leave."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockwright.core.errors import BlockwrightError, Invalid, Unavailable, UserCode
from blockwright.core.problems import ProjectInvalid

if TYPE_CHECKING:
    from blockwright.ports.platform import Platform
    from blockwright.ports.workspace import Workspace

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130


@dataclass
class App:
    """``env`` is what block code gets as ``kwargs['env']``."""

    make_platform: Callable[[], Platform]
    env: str = "dev"
    opened: Platform | None = None

    @property
    def platform(self) -> Platform:
        if self.opened is None:
            self.opened = self.make_platform()
        return self.opened

    def root(self, project: Path | None) -> Path:
        """The project's folder; raises NotFound outside of one, Invalid for a path that records cannot hold."""
        root = self.platform.find_root(project)
        try:
            str(root).encode()
        except UnicodeEncodeError:
            raise Invalid(
                f"The path of the project is not UTF-8 text: {root!r}.",
                hint="Rename that folder, or use a UTF-8 locale (`export LC_ALL=C.UTF-8`).",
            ) from None
        return root

    def workspace(self, project: Path | None) -> Workspace:
        return self.platform.workspace(self.root(project))

    def close(self) -> None:
        if self.opened is not None:
            self.opened.close()
            self.opened = None


pass_app = click.make_pass_decorator(App)


def emit(document: Any) -> None:
    """One JSON document on stdout."""
    if sys.stdout is None:
        return  # closed by the caller: nobody listens
    text = json.dumps(document, ensure_ascii=False, default=str)
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:  # half a surrogate pair, or a terminal that knows less than Unicode
        text = json.dumps(document, default=str)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def moment(said: str | None, now: datetime, option: str = "--since") -> datetime | None:
    """A time as people write it: ISO, or how long ago; raises Invalid. Without a zone it is this machine's time."""
    from blockwright.core.durations import duration

    if said is None:
        return None
    try:
        return datetime.fromisoformat(said).astimezone()
    except ValueError:
        return now - duration(said, what=option)


def error_document(error: BlockwrightError) -> dict[str, Any]:
    document: dict[str, Any] = {"code": error.code, "message": error.message, "hint": error.hint}
    if isinstance(error, ProjectInvalid):
        document["problems"] = [problem_document(problem) for problem in error.problems]
    return {"error": document}


def problem_document(problem: Any) -> dict[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "key": problem.key,
        "message": problem.message,
        "advice": problem.advice,
        "severity": problem.severity.value,
        "code": problem.code,
    }


def exit_code_of(error: BlockwrightError) -> int:
    return FAILED if isinstance(error, Unavailable | UserCode) else USAGE


def report_error(error: BlockwrightError, *, as_json: bool) -> int:
    """Tell the error where the caller listens; returns the exit code."""
    if as_json:
        emit(error_document(error))
        return exit_code_of(error)
    click.secho("error: ", fg="red", bold=True, nl=False, err=True)
    if isinstance(error, ProjectInvalid):
        click.echo(f"the project has {_count(len(error.problems), 'problem')}", err=True)
        for problem in error.problems[:20]:
            click.echo(f"  {problem}", err=True)
        if len(error.problems) > 20:
            click.echo(f"  … and {len(error.problems) - 20} more; `blockwright check` lists them all", err=True)
        return exit_code_of(error)
    click.echo(error.message, err=True)
    if error.hint:
        click.echo(f"  {error.hint}", err=True)
    return exit_code_of(error)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def parse_variables(pairs: tuple[str, ...]) -> Mapping[str, Any]:
    """``K=V`` pairs; V is read as JSON where it is JSON (``3``, ``true``, ``[1, 2]``), else it is text."""
    variables: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name.strip():
            raise click.BadParameter(f"{pair!r} is not of the form NAME=VALUE.", param_hint="--var")
        try:
            variables[name.strip()] = json.loads(text)
        except ValueError:
            variables[name.strip()] = text
    return variables


project_option = click.option(
    "--project",
    "-p",
    type=click.Path(path_type=Path),
    default=None,
    metavar="PATH",
    help="The project's folder, or any folder inside it (default: here).",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
