"""Tells MLflow's registry who answers, and takes an alias that somebody moved there for a wish.

A promotion never waits for it: what has yet to be sent is seen by comparing revisions, so that nothing is lost when the
registry is away, and one process at a time looks after it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta

from blockwright.core.endpoints import Endpoint
from blockwright.core.errors import BlockwrightError, Unavailable
from blockwright.core.models import mirroring
from blockwright.core.models.mirroring import Mirror, Place
from blockwright.core.models.promotion import Alias, Kind, Promotion, State
from blockwright.core.models.versions import ModelVersion
from blockwright.core.runs.model import RunId
from blockwright.ports.registry import ModelRegistry, RegisteredThere
from blockwright.ports.workspace import Workspace
from blockwright.services.models import promoting

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
"""Longer than one look takes; it is given back after each."""
MOST_AT_ONCE = 50
"""Versions that one look brings to the registry, the newest first; those that an alias needs come anyway."""
LOOK_AGAIN = timedelta(seconds=60)
"""How long a problem that is not of our connection rests: asking again at once would meet it again."""
_WAITING = 100
_SOURCE = "mirror of models"


@dataclass(frozen=True, slots=True)
class Standing:
    """How the registry stands to our record. ``state``: ``mirrored``, ``waiting`` (it has yet to be told), or ``off``
    (no registry runs, and none is started for this alone)."""

    state: str
    name: str
    problem: str = ""


def standing(workspace: Workspace, endpoint: Endpoint) -> Standing:
    """Asks our records only."""
    mirror = workspace.learning.models.mirror(endpoint.project, endpoint.model)
    name = mirroring.name_of(endpoint.project, endpoint.model)
    if not mirroring.is_behind(endpoint, mirror):
        return Standing("mirrored", name, "" if mirror is None else mirror.problem)
    off = workspace.learning.tracking.standing() == "off"
    return Standing("off" if off else "waiting", name, "" if mirror is None else mirror.problem)


def told(found: Standing) -> str:
    """The standing as a sentence."""
    match found.state:
        case "mirrored":
            return f"MLflow's aliases of `{found.name}` follow"
        case "off":
            return (
                f"MLflow does not run; its aliases of `{found.name}` follow when it does (`blockwright models mirror`)"
            )
    why = f": {found.problem}" if found.problem else ""
    return f"MLflow's aliases of `{found.name}` are yet to follow{why}"


def follow(workspace: Workspace, *, start: bool = False, model: str = "") -> int:
    """Bring the registry into step with every model (or one) that is served; how many wishes came from there.

    ``start``: also when our own server would have to be started for it. Raises Unavailable when it does not answer;
    what is wrong with one model is kept with its mirror.
    """
    if not start and workspace.learning.tracking.standing() == "off":
        return 0
    store, project = workspace.learning.models, workspace.project.name
    served = [one.model for one in store.endpoints(project) if model in ("", one.model)]
    if not served or not _hold(workspace):
        return 0
    try:
        return sum(_one(workspace, name) for name in served)
    finally:
        _let_go(workspace)


def follow_quietly(workspace: Workspace, model: str) -> None:
    """As ``follow``, after something that has been done: that MLflow could not be told is no failure of it."""
    try:
        follow(workspace, model=model)
    except BlockwrightError as error:
        log.info("models.not_mirrored project=%s model=%s %s", workspace.project.name, model, error)


def _one(workspace: Workspace, model: str) -> int:
    store, project, now = workspace.learning.models, workspace.project.name, workspace.clock.now()
    before = store.mirror(project, model) or Mirror(project, model, mirroring.name_of(project, model))
    if before.problem and before.tried is not None and now - before.tried < LOOK_AGAIN and _is_told(workspace, before):
        return 0
    try:
        after, wishes = _in_step(workspace, before)
    except BlockwrightError as error:
        store.keep_mirror(replace(before, problem=str(error), tried=now))
        if isinstance(error, Unavailable):
            raise
        log.warning("models.not_mirrored project=%s model=%s %s", project, model, error)
        return 0
    if after != before:
        store.keep_mirror(after)
    return wishes


def _is_told(workspace: Workspace, mirror: Mirror) -> bool:
    endpoint = workspace.learning.models.endpoint(mirror.project, mirror.model)
    return endpoint is not None and not mirroring.is_behind(endpoint, mirror)


def _in_step(workspace: Workspace, before: Mirror) -> tuple[Mirror, int]:
    """Compare and repeat for one model: what was told, and how many wishes were found."""
    registry, now = workspace.learning.tracking.registry, workspace.clock.now()
    there = registry.aliases(before.name)
    if there is None or before.newest == 0:
        registry.open(before.name, project=before.project, model=before.model)
    if there is None:
        there, before = {}, replace(before, newest=0, revision=0, aliases={})
    # After the question: whatever was changed with us by then is not taken for a change over there.
    endpoint = promoting.require_endpoint(workspace, before.model)
    newest = _bring(workspace, registry, before)
    waiting = _wish(workspace, before.model) is not None
    known = None if before.revision == 0 else before
    todo = mirroring.plan(endpoint, known, there, waiting=waiting)
    wishes = 0 if todo.moved is None else _moved(workspace, endpoint, before, todo.moved)
    for alias, number in todo.put.items():
        registry.put(before.name, alias, registry.add(before.name, _version(workspace, before, number)))
    for alias in todo.drop:
        registry.drop(before.name, alias)
    stand = {alias: place.number for alias, place in there.items() if alias not in todo.drop} | dict(todo.put)
    aliases = {alias: number for alias, number in stand.items() if number is not None}
    told = replace(before, revision=endpoint.revision, newest=newest, aliases=aliases, problem="")
    return (told if told == before else replace(told, tried=now, sent=now)), wishes


def _bring(workspace: Workspace, registry: ModelRegistry, before: Mirror) -> int:
    """Versions that are new since the last look, oldest first; the highest number that is there now."""
    found = workspace.learning.models.versions(before.project, before.model, limit=MOST_AT_ONCE)
    for version in sorted((one for one in found if one.number > before.newest), key=lambda one: one.number):
        registry.add(before.name, _told(workspace, version))
    return found[0].number


def _version(workspace: Workspace, mirror: Mirror, number: int) -> RegisteredThere:
    return _told(workspace, workspace.learning.models.version(mirror.project, mirror.model, number))


def _told(workspace: Workspace, version: ModelVersion) -> RegisteredThere:
    origin = version.origin
    made = f"run {origin.run} ({origin.pipeline}/{origin.block})" if origin.run else origin.by
    tags = {"blockwright.sha256": version.file.sha256, "blockwright.made_by": made}
    if origin.commit:
        tags["blockwright.commit"] = origin.commit
    return RegisteredThere(
        number=version.number,
        source=f"blockwright:/{version.project}/{version.model}/{version.number}",
        description=f"Version {version.number}, made by {made}.",
        run=_tracked(workspace, version),
        link=f"{workspace.oversight.public_url}/models/{version.model}/{version.number}",
        tags=tags,
    )


def _tracked(workspace: Workspace, version: ModelVersion) -> str:
    """The tracked run of the block run that made the version; empty when it tracked nothing."""
    if version.origin.run is None:
        return ""
    found = workspace.learning.experiments.list(version.project, run=RunId(version.origin.run))
    return next((one.tracked for one in found if one.block_run == version.origin.block_run and not one.waiting), "")


def _wish(workspace: Workspace, model: str) -> Promotion | None:
    found = workspace.learning.models.promotions(workspace.project.name, model, state=State.WAITING, limit=_WAITING)
    return next((one for one in found if one.origin.startswith(mirroring.ORIGIN)), None)


def _moved(workspace: Workspace, endpoint: Endpoint, mirror: Mirror, place: Place) -> int:
    """Write down that somebody wants another champion; a version that is none of ours cannot be served."""
    store, now = workspace.learning.models, workspace.clock.now()
    origin = f"{mirroring.ORIGIN}: `{Alias.CHAMPION}` of `{mirror.name}` was moved to its version {place.version}"
    entry = Promotion(
        *(0, endpoint.project, endpoint.model, Kind.PROMOTE, State.WAITING, endpoint.version, place.number),
        *(mirroring.ORIGIN, now),
        origin=origin,
        reason=origin,
    )
    if place.number is None:
        store.note(replace(entry, state=State.REFUSED, reason=f"{origin}, which is none of ours; it was put back"))
        return 1
    before = _wish(workspace, endpoint.model)
    if before is not None and before.after == place.number:
        return 0  # it was written down by a look that did not come to its end
    found = promoting.findings(workspace, store.version(endpoint.project, endpoint.model, place.number), endpoint)
    if before is not None:  # moved once more: the later wish counts
        store.decide(before, State.REFUSED, by=mirroring.ORIGIN, now=now, reason="the alias was moved once more")
    store.note(replace(entry, findings=found))
    return 1


def _hold(workspace: Workspace) -> bool:
    now, owner = workspace.clock.now(), workspace.owners.hold()
    records, project = workspace.triggering.records, workspace.project.name
    return records.watch(project, _SOURCE, owner, until=now + LEASE, now=now) is not None


def _let_go(workspace: Workspace) -> None:
    now, owner = workspace.clock.now(), workspace.owners.hold()
    workspace.triggering.records.watch(workspace.project.name, _SOURCE, owner, until=now, now=now)
