"""The command line's root: finds a command's module when it is called."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from blockwright.cli.app import App, report_error
from blockwright.cli.edge import at_the_edge
from blockwright.core.errors import Invalid

if TYPE_CHECKING:
    from blockwright.ports.platform import Platform

COMMANDS: dict[str, tuple[str, str]] = {
    # command: (module, what it does in a line)
    "start": ("servers", "Serve a project: web server and scheduler, until Ctrl-C."),
    "server": ("servers", "Serve the web door alone."),
    "scheduler": ("servers", "Run what waits and fire what is due; any number, on any host."),
    "init": ("projects", "Make a new project from a template."),
    "check": ("projects", "Validate every file of a project: file, line, key, advice."),
    "pipelines": ("projects", "List the pipelines of a project."),
    "blocks": ("projects", "List the blocks of a pipeline in the order they run."),
    "frames": ("frames", "List what a block may read: frames before it, tables, their columns."),
    "new": ("projects", "Create a pipeline, or a block in one."),
    "rename": ("editing", "Rename a block or a pipeline, and whatever names it."),
    "connect": ("editing", "Make a block an input of another."),
    "disconnect": ("editing", "Take a block out of the inputs of another."),
    "remove": ("editing", "Take a block out of a pipeline."),
    "undo": ("editing", "Take a change of the project's files back."),
    "history": ("editing", "List what was changed in the project's files, and what they held."),
    "search": ("editing", "Find a text or pattern in the project's files."),
    "run": ("runs", "Run a pipeline, or some of its blocks, here and now."),
    "plan": ("plans", "Show what a run would do: run, reuse, and why."),
    "runs": ("records", "List runs, newest first."),
    "show": ("records", "Show one run: blocks, times, outputs, errors."),
    "logs": ("logs", "Print what a run's blocks printed and logged."),
    "tag": ("notes", "Give a run tags to find it by."),
    "note": ("notes", "Write about a run for those who look at it later."),
    "why": ("records", "Say what a run waits for, or why it ended so."),
    "cancel": ("runs", "Stop a run and wait until it has stopped."),
    "retry": ("runs", "Run again what did not complete, or go on after a crash."),
    "replay": ("runs", "Run again with exactly the recorded code, inputs and variables."),
    "delete": ("runs", "Forget runs that have ended, with their logs."),
    "output": ("outputs", "Show or export an output of a block."),
    "profile": ("outputs", "Column statistics of an output."),
    "diff": ("diffs", "Compare two runs: code, variables, data."),
    "test": ("tests", "Run the blocks' own tests on their latest outputs."),
    "scratchpad": ("scratchpads", "Run a scratchpad file as one script."),
    "trigger": ("triggers", "List, preview, run and switch what starts runs by itself."),
    "backfill": ("backfills", "Run a pipeline for each date of a range, or each entry of a list."),
    "products": ("products", "List data products, whether each is fresh, and compute one anew."),
    "charts": ("charts", "See what the charts of a pipeline show, and run the code of one."),
    "dashboards": ("dashboards", "List dashboards, and see what their charts show."),
    "forms": ("interactions", "List and run forms: inputs that a pipeline asks people for."),
    "templates": ("templates", "List, make and delete templates of blocks and pipelines."),
    "checks": ("checks", "What the declared checks of blocks found, over the runs of a pipeline."),
    "experiments": ("experiments", "Find and compare what blocks recorded with MLflow."),
    "catalog": ("catalog", "Find outputs by name, column or tag; versions, pins, aliases, lineage."),
    "monitors": ("monitors", "What models are asked: drift, data quality, performance; tell the truth."),
    "models": ("models", "Versions of models: compare, promote, roll back, split the traffic."),
    "endpoints": ("endpoints", "See what the prediction service answers, and ask it."),
    "serve": ("serving", "Answer predictions with the project's models, on port 5000."),
    "users": ("access", "List, add and disable people, and give them roles."),
    "tokens": ("access", "List, make and revoke tokens for programs."),
    "audit": ("access", "Show who did what: sign-ins, changes, what was refused."),
    "secrets": ("secrets", "Set, list, delete and rotate secrets."),
    "alerts": ("alerts", "See what was raised, and test where messages go."),
    "costs": ("costs", "Add up what runs cost, by pipeline and day."),
    "gc": ("retention", "Delete what the retention policy no longer keeps."),
    "health": ("health", "Ask web server, scheduler and prediction service whether they do their work."),
    "doctor": ("doctor", "Check environment, database, data folder and services."),
}

EXAMPLES = """\b
Start:
  blockwright init shop --template etl     make a project
  cd shop && blockwright run example_pipeline
\b
Look:
  blockwright show latest                  what happened
  blockwright output latest BLOCK          what a block gave
  blockwright why latest                   why it ended so
\b
Again:
  blockwright run PIPELINE --reuse         only what changed
  blockwright retry latest                 only what failed

RUN is a run's number, `latest`, or a pipeline's name (its latest run).
"""


class LazyGroup(click.Group):
    """Knows every command by name and imports its module only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module = importlib.import_module(f"blockwright.cli.{entry[0]}")
        command = getattr(module, f"{cmd_name}_command")
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_line) for name, (_, help_line) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    help="Blockwright runs data and machine-learning pipelines: blocks of Python and SQL in a folder of text files.",
    epilog=EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(package_name="blockwright", prog_name="blockwright")
def root() -> None:
    pass


def run(make_platform: Callable[[], Platform], env: str = "dev", *, colour: bool = True) -> int:
    """Run the command line; returns the exit code. No traceback of ours is ever the answer.

    ``colour`` False: none even on a terminal.
    """
    app = App(make_platform, env)

    def command() -> int:
        try:
            code = root.main(prog_name="blockwright", standalone_mode=False, obj=app, color=None if colour else False)
            return code if isinstance(code, int) else 0
        finally:
            app.close()

    return at_the_edge(command, as_json=_as_json())


def refuse(message: str) -> int:
    """Tell that the environment is wrong, before there is a command; returns the exit code."""
    return at_the_edge(lambda: report_error(Invalid(message, code="setting"), as_json=_as_json()), as_json=_as_json())


def _as_json() -> bool:
    return "--json" in sys.argv[1:]
