"""Which version answers: promote, roll back, split the traffic, and what a person has to agree to.

The endpoint's row and the entry of the log are written in one transaction; what tells others of it (the file in the
project, the processes that serve) comes after it and can be done again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from blockwright.core import endpoints
from blockwright.core.endpoints import Endpoint, Traffic
from blockwright.core.errors import BlockwrightError, Conflict, NotFound
from blockwright.core.models.promotion import (
    Alias,
    BlockTests,
    Finding,
    Kind,
    Promotion,
    State,
    judge,
    refusal,
    rules_of,
)
from blockwright.core.models.versions import ModelVersion
from blockwright.core.runs.model import BlockRunName, BlockState, RunId
from blockwright.ports.workspace import Workspace
from blockwright.services.models import latest
from blockwright.services.models.registering import PYTHON


@dataclass(frozen=True, slots=True)
class Outcome:
    """``endpoint`` None: nothing is served yet. ``problem``: what others could not be told, in a sentence."""

    promotion: Promotion
    endpoint: Endpoint | None
    problem: str = ""


def named(workspace: Workspace, model: str, which: str | int) -> ModelVersion:
    """The version by its number or alias. Raises NotFound (codes ``model_not_found``, ``model_version_not_found``,
    ``alias_not_found``)."""
    store, project = workspace.learning.models, workspace.project.name
    word = str(which).strip().lower()
    if word.isdecimal() and len(word) < 10:
        return store.version(project, model, int(word))
    newest = store.newest(project, model)
    if word == Alias.NEWEST:
        return newest
    endpoint = store.endpoint(project, model)
    if endpoint is not None:
        numbers = {
            Alias.CHAMPION.value: endpoint.version,
            Alias.CHALLENGER.value: endpoint.traffic.challenger,
            Alias.PREVIOUS.value: endpoint.previous,
        }
        number = numbers.get(word)
        if number is not None:
            return store.version(project, model, number)
    raise NotFound(
        f"Model `{model}` has no version `{str(which)[:50]}`.",
        hint=f"Name a number up to {newest.number}, or one of {', '.join(Alias)}.",
        code="alias_not_found",
    )


def findings(workspace: Workspace, candidate: ModelVersion, endpoint: Endpoint | None) -> tuple[Finding, ...]:
    """Every check of a promotion of ``candidate``, as it is now."""
    champion = None
    if endpoint is not None and endpoint.version != candidate.number:
        champion = workspace.learning.models.version(candidate.project, candidate.model, endpoint.version)
    rules = rules_of(workspace.files.project().raw, candidate.model)
    judged = judge(candidate, champion, rules, _tests(workspace, candidate))
    return (_file(workspace, candidate), _libraries(workspace, candidate), *judged)


def promote(
    workspace: Workspace, model: str, which: str | int, *, by: str, force: bool = False, reason: str = ""
) -> Outcome:
    """Let the version answer. Where the rules want a person's word, the wish is written down and waits for it.

    Raises Conflict (code ``promotion_refused``) with what does not hold; ``force`` passes over what is a question of
    quality, never over a file that cannot be served. A refusal is in the log as well.
    """
    candidate = named(workspace, model, which)
    endpoint = workspace.learning.models.endpoint(candidate.project, model)
    if endpoint is not None:
        endpoints.promoted(endpoint, candidate.number, by=by, now=workspace.clock.now())  # refuses what is so already
    found = findings(workspace, candidate, endpoint)
    entry = _entry(workspace, Kind.PROMOTE, endpoint, model, candidate.number, by=by, reason=reason, findings=found)
    _require(workspace, candidate, entry, force=force)
    if rules_of(workspace.files.project().raw, model).approval:
        return Outcome(workspace.learning.models.note(replace(entry, state=State.WAITING)), endpoint)
    return _put(workspace, endpoint, candidate, entry)


def approve(workspace: Workspace, number: int, *, by: str, reason: str = "") -> Outcome:
    """Do what waits for a person's word, if everything still holds. Raises NotFound, Conflict (codes ``decided``,
    ``promotion_refused``)."""
    store = workspace.learning.models
    waiting = store.promotion(workspace.project.name, number)
    if waiting.state is not State.WAITING or waiting.after is None:
        raise Conflict(
            f"Promotion {number} is {waiting.state.value} already.",
            hint="`blockwright models requests` lists those that wait.",
            code="decided",
        )
    candidate = store.version(waiting.project, waiting.model, waiting.after)
    endpoint = store.endpoint(waiting.project, waiting.model)
    wrong = refusal(candidate, findings(workspace, candidate, endpoint), forced=False)
    if wrong:
        raise _refused(candidate, wrong)
    decided = store.decide(waiting, State.DONE, by=by, now=workspace.clock.now(), reason=reason or waiting.reason)
    if endpoint is not None and endpoint.version == candidate.number:
        return Outcome(decided, endpoint)
    text = f"asked for by {waiting.by} (promotion {number})"
    entry = _entry(
        workspace,
        Kind.PROMOTE,
        endpoint,
        waiting.model,
        candidate.number,
        by=by,
        reason=text,
        findings=waiting.findings,
    )
    return _put(workspace, endpoint, candidate, entry)


def reject(workspace: Workspace, number: int, *, by: str, reason: str = "") -> Outcome:
    """Say no to what waits. Raises NotFound, Conflict (code ``decided``)."""
    store = workspace.learning.models
    waiting = store.promotion(workspace.project.name, number)
    decided = store.decide(waiting, State.REFUSED, by=by, now=workspace.clock.now(), reason=reason)
    return Outcome(decided, store.endpoint(waiting.project, waiting.model))


def roll_back(workspace: Workspace, model: str, *, by: str, reason: str = "") -> Outcome:
    """Let the previous champion answer again, without asking anybody. Raises NotFound, Conflict (codes ``no_previous``,
    ``promotion_refused`` when its file is gone)."""
    endpoint = require_endpoint(workspace, model)
    after = endpoints.rolled_back(endpoint, by=by, now=workspace.clock.now())
    candidate = workspace.learning.models.version(endpoint.project, model, after.version)
    found = (_file(workspace, candidate), _libraries(workspace, candidate))
    entry = _entry(workspace, Kind.ROLL_BACK, endpoint, model, after.version, by=by, reason=reason, findings=found)
    _require(workspace, candidate, entry, force=False)
    return _changed(workspace, after, candidate, entry)


def set_traffic(workspace: Workspace, model: str, traffic: Traffic, *, by: str, reason: str = "") -> Outcome:
    """Give a challenger its share. Raises Invalid (code ``traffic``), NotFound, Conflict."""
    endpoint = require_endpoint(workspace, model)
    after = endpoints.with_traffic(endpoint, traffic, by=by, now=workspace.clock.now())
    champion = workspace.learning.models.version(endpoint.project, model, endpoint.version)
    number = after.traffic.challenger
    found: tuple[Finding, ...] = ()
    entry = _entry(workspace, Kind.TRAFFIC, endpoint, model, number, by=by, reason=reason or _words(after.traffic))
    if number is not None:
        challenger = workspace.learning.models.version(endpoint.project, model, number)
        found = (_file(workspace, challenger), _libraries(workspace, challenger))
        _require(workspace, challenger, replace(entry, findings=found), force=False)
    return _changed(workspace, after, champion, replace(entry, findings=found))


def end_canary(workspace: Workspace, model: str, revision: int, *, reason: str) -> Outcome:
    """Take a canary out that is worse than its bounds. Raises Conflict (code ``endpoint_changed``) when what is served
    is no longer what was judged."""
    endpoint = require_endpoint(workspace, model)
    if endpoint.revision != revision:
        raise Conflict(f"What is served as `{model}` was changed meanwhile.", code="endpoint_changed")
    return set_traffic(workspace, model, Traffic(), by="the prediction service", reason=reason)


def _put(workspace: Workspace, endpoint: Endpoint | None, candidate: ModelVersion, entry: Promotion) -> Outcome:
    now = workspace.clock.now()
    if endpoint is None:
        after = endpoints.first(candidate.project, candidate.model, candidate.number, by=entry.by, now=now)
    else:
        after = endpoints.promoted(endpoint, candidate.number, by=entry.by, now=now)
    return _changed(workspace, after, candidate, entry)


def _changed(workspace: Workspace, after: Endpoint, champion: ModelVersion, entry: Promotion) -> Outcome:
    written, noted = workspace.learning.models.change(after, entry)
    problem = ""
    try:
        latest.write(workspace, written, champion)
    except BlockwrightError as error:
        problem = f"It is served, but `{latest.FILE}` could not be written: {error}"
    return Outcome(noted, written, problem)


def _entry(
    workspace: Workspace,
    kind: Kind,
    endpoint: Endpoint | None,
    model: str,
    after: int | None,
    *,
    by: str,
    reason: str,
    findings: tuple[Finding, ...] = (),
) -> Promotion:
    before = None if endpoint is None else endpoint.version
    return Promotion(
        0, workspace.project.name, model, kind, State.DONE, before, after, by, workspace.clock.now(), reason, findings
    )


def _require(workspace: Workspace, candidate: ModelVersion, entry: Promotion, *, force: bool) -> None:
    wrong = refusal(candidate, entry.findings, forced=force)
    if wrong:
        workspace.learning.models.note(replace(entry, state=State.REFUSED, reason=wrong))
        raise _refused(candidate, wrong)


def _refused(candidate: ModelVersion, wrong: str) -> Conflict:
    return Conflict(
        wrong,
        hint=f"What was served goes on. `blockwright models compare {candidate.model} {candidate.number}` shows more.",
        code="promotion_refused",
    )


def require_endpoint(workspace: Workspace, model: str) -> Endpoint:
    """What is served of the model. Raises NotFound (codes ``model_not_found``, ``not_served``)."""
    store, project = workspace.learning.models, workspace.project.name
    found = store.endpoint(project, model)
    if found is None:
        newest = store.newest(project, model)
        raise NotFound(
            f"No version of `{model}` is served yet.",
            hint=f"`blockwright models promote {model} {newest.number}` lets its newest one answer.",
            code="not_served",
        )
    return found


def _tests(workspace: Workspace, version: ModelVersion) -> BlockTests | None:
    origin = version.origin
    if origin.run is None or not origin.block_run:
        return None
    try:
        row = workspace.runs.block_run(RunId(origin.run), BlockRunName(origin.block_run))
    except NotFound:
        return None  # the run was deleted, or there never was one of this name
    return BlockTests(row.tests.passed, row.tests.failed, row.state.final, row.state is BlockState.COMPLETED)


def _file(workspace: Workspace, version: ModelVersion) -> Finding:
    import hashlib

    file = version.file
    try:
        path = workspace.artifacts.path(file.digest)
        if path.stat().st_size != file.bytes:
            size = path.stat().st_size
            return Finding("file", False, f"its file has {size:,} bytes instead of {file.bytes:,}", firm=True)
        with path.open("rb") as opened:
            if hashlib.file_digest(opened, "sha256").hexdigest() != file.sha256:
                return Finding("file", False, "its file is not the one that was registered (SHA-256)", firm=True)
    except (NotFound, FileNotFoundError):
        return Finding("file", False, "its file is gone", firm=True)
    return Finding("file", True, f"its file of {file.bytes:,} bytes is whole", firm=True)


def _libraries(workspace: Workspace, version: ModelVersion) -> Finding:
    """A pickle of another minor version of its library may load and answer wrongly."""
    if version.file.python and version.file.python != PYTHON:
        return Finding(
            "libraries", False, f"it was made with Python {version.file.python}, here is {PYTHON}", firm=True
        )
    here = workspace.distributions(version.file.packages)
    wrong = [
        f"{name} {made} (here: {here[module][1] if module in here else 'none'})"
        for module, (name, made) in sorted(version.file.packages.items())
        if module not in here or minor(here[module][1]) != minor(made)
    ]
    if wrong:
        return Finding("libraries", False, f"it was made with {', '.join(wrong)}", firm=True)
    return Finding("libraries", True, "the libraries that it needs are here in the same versions", firm=True)


def minor(version: str) -> str:
    """``1.9`` of ``1.9.1``: what two versions must share to read each other's pickles."""
    return ".".join(version.split(".")[:2])


def _words(traffic: Traffic) -> str:
    if traffic.challenger is None:
        return "the champion answers everything"
    return f"{traffic.mode.value}: {traffic.share:.0%} to version {traffic.challenger}"
