"""Commands about models: their versions, which one answers, and serving them."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, FAILED, App, emit, json_option, parse_variables, pass_app, project_option
from blockwright.cli.audit import record
from blockwright.cli.catalog import SearchFirst

if TYPE_CHECKING:
    from blockwright.ports.workspace import Workspace
    from blockwright.services.models.promoting import Outcome

MODES = ("single", "split", "shadow", "canary")

model_argument = click.argument("model")
reason_option = click.option("--reason", default="", metavar="TEXT", help="Why, for the log.")


@click.group("models", cls=SearchFirst)
def models_command() -> None:
    """See models and their versions, compare them, and say which one answers.

    VERSION is a number, `champion` (it answers), `challenger`, `previous`, or `newest`.
    """


@models_command.command("list")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000), help="How many at most.")
@project_option
@json_option
@pass_app
def list_models(app: App, limit: int, project: Path | None, as_json: bool) -> int:
    """List the models with their newest version and the one that answers."""
    from blockwright.services.models import reports

    workspace = app.workspace(project)
    found = workspace.learning.models.models(workspace.project.name, limit=limit)
    if as_json:
        emit({"models": [reports.summary(one) for one in found]})
        return DONE
    if not found:
        click.echo("No models. A block registers one: `from blockwright import register_model`.")
        return DONE
    rows = [
        [
            one.name,
            f"{one.newest.number}",
            click.style(f"● {one.endpoint.version} answers", fg="green") if one.endpoint else "○ not served",
            _metrics(one.newest.facts.metrics),
            f"{one.newest.created:%Y-%m-%d %H:%M}",
        ]
        for one in found
    ]
    click.echo(text.table(["model", "newest", "", "metrics of the newest", ""], rows))
    return DONE


@models_command.command("show")
@model_argument
@click.argument("version", required=False, default="")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), help="How many at most.")
@project_option
@json_option
@pass_app
def show_model(app: App, model: str, version: str, limit: int, project: Path | None, as_json: bool) -> int:
    """Show the versions of MODEL, newest first; or everything that is known of one VERSION."""
    from blockwright.services.models import mirroring, promoting, reports

    workspace = app.workspace(project)
    store, name = workspace.learning.models, workspace.project.name
    endpoint = store.endpoint(name, model)
    if version:
        whole = reports.version(promoting.named(workspace, model, version), endpoint)
        if as_json:
            emit(whole)
        else:
            _tell_version(whole)
        return DONE
    found = store.versions(name, model, limit=limit)
    if as_json:
        shown = None if endpoint is None else reports.endpoint(endpoint)
        emit(
            {
                "model": model,
                "endpoint": shown,
                "mirror": None if endpoint is None else reports.mirror(mirroring.standing(workspace, endpoint)),
                "versions": [reports.brief(one, endpoint) for one in found],
            }
        )
        return DONE
    rows = [
        [
            str(one.number),
            _stage("" if endpoint is None else endpoint.stage(one.number)),
            _metrics(one.facts.metrics),
            f"run {one.origin.run}" if one.origin.run else one.origin.by,
            (one.origin.commit or "")[:10],
            f"{one.created:%Y-%m-%d %H:%M}",
        ]
        for one in found
    ]
    click.echo(text.table(["version", "", "metrics", "made by", "commit", ""], rows))
    if endpoint is not None and endpoint.traffic.challenger is not None:
        traffic = endpoint.traffic
        click.echo(f"{traffic.mode.value}: {traffic.share:.0%} of the requests to version {traffic.challenger}")
    if endpoint is not None:
        click.echo(click.style(mirroring.told(mirroring.standing(workspace, endpoint)), dim=True))
    return DONE


@models_command.command("log")
@click.argument("model", required=False, default="")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), help="How many at most.")
@project_option
@json_option
@pass_app
def show_log(app: App, model: str, limit: int, project: Path | None, as_json: bool) -> int:
    """List who promoted, refused and rolled back what, newest first."""
    _list_promotions(app, model, limit, project, as_json, waiting=False)
    return DONE


@models_command.command("requests")
@click.argument("model", required=False, default="")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), help="How many at most.")
@project_option
@json_option
@pass_app
def show_requests(app: App, model: str, limit: int, project: Path | None, as_json: bool) -> int:
    """List the promotions that wait for a person's word."""
    _list_promotions(app, model, limit, project, as_json, waiting=True)
    return DONE


@models_command.command("mirror")
@click.argument("model", required=False, default="")
@project_option
@json_option
@pass_app
def mirror_models(app: App, model: str, project: Path | None, as_json: bool) -> int:
    """Tell MLflow's registry now who answers (as MODEL, or as every model), and look whether somebody moved an alias.

    A running installation does so by itself, without starting MLflow for it.
    """
    from blockwright.services.models import mirroring, promoting, reports

    workspace = app.workspace(project)
    if model:
        promoting.require_endpoint(workspace, model)
    wishes = mirroring.follow(workspace, start=True, model=model)
    served = [one for one in workspace.learning.models.endpoints(workspace.project.name) if model in ("", one.model)]
    found = {one.model: mirroring.standing(workspace, one) for one in served}
    if as_json:
        emit({"wishes": wishes, "models": [{"model": name, **reports.mirror(one)} for name, one in found.items()]})
    for one in () if as_json else found.values():
        click.echo(mirroring.told(one))
    if wishes and not as_json:
        click.echo("An alias was moved there: `blockwright models requests` shows what waits for a person.")
    return DONE if all(one.state == "mirrored" and not one.problem for one in found.values()) else FAILED


@models_command.command("register")
@model_argument
@click.argument("run")
@click.argument("block")
@click.option(
    "--output", default="", metavar="NAME", help="Which of the block's outputs; else the one that is a model."
)
@click.option("--metric", "metrics", multiple=True, metavar="NAME=NUMBER", help="A metric of it; may be repeated.")
@click.option("--tag", "tags", multiple=True, metavar="NAME=TEXT", help="A tag; may be repeated.")
@click.option("--card", type=click.File(encoding="utf-8"), help="A file with what people should know of it.")
@project_option
@json_option
@pass_app
def register_model(
    app: App,
    model: str,
    run: str,
    block: str,
    output: str,
    metrics: tuple[str, ...],
    tags: tuple[str, ...],
    card: Any,
    project: Path | None,
    as_json: bool,
) -> int:
    """Make what BLOCK gave in RUN the next version of MODEL. Blocks do so themselves with `register_model`."""
    from blockwright.services import runs
    from blockwright.services.models import registering, reports

    workspace = app.workspace(project)
    facts = {
        "metrics": parse_variables(metrics),
        "tags": dict(pair.partition("=")[::2] for pair in tags),
        "card": card.read() if card is not None else "",
    }
    found = runs.resolve(workspace, run)
    made = registering.from_output(workspace, model, found, block, output, facts=facts, by=_me())
    record(app, project, "model.register", project=made.project, object=str(made), run=found.id)
    if as_json:
        emit(reports.version(made, None))
    else:
        click.echo(f"registered version {made.number} of {model}; `blockwright models promote {model}` lets it answer")
    return DONE


@models_command.command("describe")
@model_argument
@click.argument("version")
@click.option("--tag", "tags", multiple=True, metavar="NAME=TEXT", help="Set a tag, NAME= takes it away; repeatable.")
@click.option("--card", type=click.File(encoding="utf-8"), help="A file with what people should know of it.")
@project_option
@json_option
@pass_app
def describe_version(
    app: App, model: str, version: str, tags: tuple[str, ...], card: Any, project: Path | None, as_json: bool
) -> int:
    """Write the card and the tags of VERSION of MODEL."""
    from blockwright.services.models import describing, promoting, reports

    workspace = app.workspace(project)
    found = promoting.named(workspace, model, version)
    said = {name: value for name, _, value in (pair.partition("=") for pair in tags)}
    merged = {name: value for name, value in {**found.facts.tags, **said}.items() if value}
    made = describing.describe(
        workspace, found, card=card.read() if card is not None else None, tags=merged if tags else None
    )
    record(app, project, "model.describe", project=made.project, object=str(made))
    endpoint = workspace.learning.models.endpoint(made.project, model)
    if as_json:
        emit(reports.version(made, endpoint))
    else:
        _tell_version(reports.version(made, endpoint))
    return DONE


@models_command.command("promote")
@model_argument
@click.argument("version", required=False, default="newest")
@click.option("--force", is_flag=True, help="Also when a metric, test or signature says no; never a broken file.")
@reason_option
@project_option
@json_option
@pass_app
def promote_model(
    app: App, model: str, version: str, force: bool, reason: str, project: Path | None, as_json: bool
) -> int:
    """Let VERSION (default: the newest) of MODEL answer, if the checks hold."""
    from blockwright.services.models import promoting

    workspace = app.workspace(project)
    outcome = promoting.promote(workspace, model, version, by=_me(), force=force, reason=reason)
    _record(app, project, workspace, "model.promote", outcome, forced=force)
    return _tell(workspace, outcome, as_json)


@models_command.command("approve")
@click.argument("number", type=int)
@reason_option
@project_option
@json_option
@pass_app
def approve_promotion(app: App, number: int, reason: str, project: Path | None, as_json: bool) -> int:
    """Agree to the promotion NUMBER, which waits for that."""
    from blockwright.services.models import promoting

    workspace = app.workspace(project)
    outcome = promoting.approve(workspace, number, by=_me(), reason=reason)
    _record(app, project, workspace, "model.approve", outcome)
    return _tell(workspace, outcome, as_json)


@models_command.command("reject")
@click.argument("number", type=int)
@reason_option
@project_option
@json_option
@pass_app
def reject_promotion(app: App, number: int, reason: str, project: Path | None, as_json: bool) -> int:
    """Say no to the promotion NUMBER, which waits."""
    from blockwright.services.models import promoting

    workspace = app.workspace(project)
    outcome = promoting.reject(workspace, number, by=_me(), reason=reason)
    _record(app, project, workspace, "model.reject", outcome)
    return _tell(workspace, outcome, as_json)


@models_command.command("rollback")
@model_argument
@reason_option
@project_option
@json_option
@pass_app
def roll_back_model(app: App, model: str, reason: str, project: Path | None, as_json: bool) -> int:
    """Let the version answer again that did before the last promotion of MODEL."""
    from blockwright.services.models import promoting

    workspace = app.workspace(project)
    outcome = promoting.roll_back(workspace, model, by=_me(), reason=reason)
    _record(app, project, workspace, "model.roll_back", outcome)
    return _tell(workspace, outcome, as_json)


@models_command.command("traffic")
@model_argument
@click.argument("mode", type=click.Choice(MODES))
@click.option(
    "--challenger", metavar="VERSION", default="newest", show_default=True, help="Which version gets a share."
)
@click.option("--share", type=float, default=0.1, show_default=True, help="The part of the requests that it gets.")
@click.option("--most-errors", type=float, default=0.05, show_default=True, help="Canary: the share of errors allowed.")
@click.option("--most-milliseconds", type=float, help="Canary: what 95 of 100 answers may take at most.")
@click.option("--fewest-requests", type=int, default=50, show_default=True, help="Canary: judged after so many.")
@reason_option
@project_option
@json_option
@pass_app
def split_traffic(
    app: App,
    model: str,
    mode: str,
    challenger: str,
    share: float,
    most_errors: float,
    most_milliseconds: float | None,
    fewest_requests: int,
    reason: str,
    project: Path | None,
    as_json: bool,
) -> int:
    """Give a challenger a share of the requests for MODEL.

    MODE: `single` (the champion answers all), `split`, `shadow` (its answers are only written down), or `canary` (a
    split that ends by itself when the challenger has too many errors or is too slow).
    """
    from blockwright.core.endpoints import Bounds, Mode, Traffic
    from blockwright.services.models import promoting

    workspace = app.workspace(project)
    number = None if mode == "single" else promoting.named(workspace, model, challenger).number
    traffic = Traffic(Mode(mode), number, share, Bounds(most_errors, most_milliseconds, fewest_requests))
    outcome = promoting.set_traffic(workspace, model, traffic, by=_me(), reason=reason)
    _record(app, project, workspace, "model.traffic", outcome, mode=mode, share=share)
    return _tell(workspace, outcome, as_json)


@models_command.command("compare")
@model_argument
@click.argument("second", metavar="VERSION", required=False, default="newest")
@click.option(
    "--with", "first", metavar="VERSION", default="champion", show_default=True, help="The one to compare with."
)
@project_option
@json_option
@pass_app
def compare_versions(app: App, model: str, second: str, first: str, project: Path | None, as_json: bool) -> int:
    """Compare VERSION (default: the newest) of MODEL with the one that answers, and say what a promotion would."""
    from blockwright.services.models import comparing, promoting

    workspace = app.workspace(project)
    old, new = promoting.named(workspace, model, first), promoting.named(workspace, model, second)
    found = comparing.compare(workspace, old, new)
    if as_json:
        emit(found)
        return DONE
    said = "on the same held-out data" if found["same_data"] else "on different held-out data"
    click.echo(f"{click.style(model, bold=True)}: version {new.number} beside {old.number}, measured {said}")
    rows = [[one["name"], _number(one["first"]), _number(one["second"])] for one in found["metrics"]]
    rows += [[one["name"], str(one["first"]), str(one["second"])] for one in found["parameters"]]
    if rows:
        click.echo(text.table(["", f"version {old.number}", f"version {new.number}"], rows, right=(1, 2)))
    for one in found["breaks"]:
        click.echo(f"  {click.style('✗', fg='red')} {one}")
    for one in found["findings"]:
        _tell_finding(one["holds"], one["check"], one["message"])
    return DONE


def _me() -> str:
    return getpass.getuser()


def _record(app: App, project: Path | None, workspace: Workspace, action: str, outcome: Outcome, **data: Any) -> None:
    entry = outcome.promotion
    told = {"before": entry.before, "after": entry.after, "state": entry.state.value, **data}
    record(app, project, action, project=workspace.project.name, object=entry.model, **told)


def _tell(workspace: Workspace, outcome: Outcome, as_json: bool) -> int:
    from blockwright.services.models import mirroring, reports

    entry, endpoint = outcome.promotion, outcome.endpoint
    mirroring.follow_quietly(workspace, entry.model)
    mirror = None if endpoint is None else mirroring.standing(workspace, endpoint)
    code = FAILED if outcome.problem else DONE
    if as_json:
        emit({**reports.outcome(outcome), "mirror": None if mirror is None else reports.mirror(mirror)})
        return code
    for finding in entry.findings:
        _tell_finding(finding.holds, finding.check, finding.message)
    if entry.state.value == "waiting":
        click.echo(f"promotion {entry.id} waits for a person: `blockwright models approve {entry.id}`")
    elif entry.state.value == "refused":
        click.echo(f"promotion {entry.id} is refused")
    if endpoint is not None:
        before = f" (before: {endpoint.previous})" if endpoint.previous else ""
        click.echo(f"{click.style(entry.model, bold=True)}: version {endpoint.version} answers{before}")
        if endpoint.traffic.challenger is not None:
            traffic = endpoint.traffic
            click.echo(f"  {traffic.mode.value}: {traffic.share:.0%} of the requests to version {traffic.challenger}")
    if mirror is not None and entry.state.value == "done":
        click.echo(click.style(f"  {mirroring.told(mirror)}", dim=True))
    if outcome.problem:
        click.secho(outcome.problem, fg="yellow", err=True)
    return code


def _tell_finding(holds: bool, check: str, message: str) -> None:
    sign = click.style("✓", fg="green") if holds else click.style("✗", fg="red")
    click.echo(f"  {sign} {check}: {message}")


def _list_promotions(app: App, model: str, limit: int, project: Path | None, as_json: bool, *, waiting: bool) -> None:
    from blockwright.core.models.promotion import State
    from blockwright.services.models import reports

    workspace = app.workspace(project)
    state = State.WAITING if waiting else None
    found = workspace.learning.models.promotions(workspace.project.name, model, state=state, limit=limit)
    if as_json:
        emit({"promotions": [reports.promotion(one) for one in found]})
        return
    if not found:
        click.echo("Nothing waits." if waiting else "Nothing was promoted yet.")
        return
    rows = [
        [
            str(one.id),
            one.model,
            one.kind.value.replace("_", " "),
            f"{one.before or '–'} → {one.after or '–'}",
            one.state.value,
            one.by,
            f"{one.at:%Y-%m-%d %H:%M}",
            text.cut(one.reason, 60),
        ]
        for one in found
    ]
    click.echo(text.table(["", "model", "", "version", "", "by", "", ""], rows))


def _tell_version(whole: dict[str, Any]) -> None:
    stage = _stage(whole["stage"])
    click.echo(f"{click.style(whole['model'], bold=True)} version {whole['version']}  {stage}")
    made = f"run {whole['run']} ({whole['pipeline']}/{whole['block']})" if whole["run"] else whole["created_by"]
    rows = [
        ["made", f"{whole['created']} by {made}"],
        ["commit", whole["git_commit"] or "none"],
        ["file", f"{whole['type']}, {text.size(whole['bytes'])}, sha256 {whole['sha256']}"],
        ["metrics", _metrics(whole["metrics"]) or "none"],
        ["parameters", ", ".join(f"{name}={value}" for name, value in whole["parameters"].items()) or "none"],
        ["trained on", whole["training_data"] or "not said"],
        ["libraries", ", ".join(f"{name} {made}" for name, made in whole["packages"].items()) or "none"],
    ]
    if whole["signature"]:
        inputs = ", ".join(
            f"{field['name']}: {field['type']}{'?' if field['nullable'] else ''}"
            for field in whole["signature"]["inputs"]
        )
        rows.append(["takes", inputs])
    click.echo(text.table(["", ""], rows))
    if whole["card"]:
        click.echo(f"\n{whole['card']}")


def _stage(stage: str) -> str:
    return click.style(f"● {stage}", fg="green" if stage == "champion" else "cyan") if stage else ""


def _metrics(metrics: Any) -> str:
    return ", ".join(f"{name} {_number(value)}" for name, value in list(metrics.items())[:4])


def _number(value: Any) -> str:
    return "" if value is None else f"{value:.4g}"
