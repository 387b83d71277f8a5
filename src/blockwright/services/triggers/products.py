"""Triggers that fire when a data product is out of date, so that it is fresh before anybody asks for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from blockwright.core.errors import BlockwrightError, Conflict, Unavailable
from blockwright.core.runs.model import Run
from blockwright.core.triggers.model import Fired, Outcome, Trigger, TriggerType
from blockwright.ports.runs import Fire
from blockwright.ports.triggers import TriggerFilter
from blockwright.ports.workspace import Workspace
from blockwright.services import products
from blockwright.services.triggers import pausing
from blockwright.services.triggers.requests import Call, start

AGAIN = timedelta(minutes=5)
"""After how long a product is computed again when that failed."""
MOST = 100_000


def of_products(workspace: Workspace) -> list[Trigger]:
    """The triggers that may fire here: none while all are paused."""
    if pausing.current(workspace) is not None:
        return []
    which = TriggerFilter(workspace.project.name, type=TriggerType.PRODUCT, active=True)
    return [
        one
        for one in workspace.triggering.records.list(which, limit=MOST)
        if not one.problem and (not one.spec.envs or workspace.options.env in one.spec.envs)
    ]


def fire_if_outdated(workspace: Workspace, trigger: Trigger) -> tuple[Run | None, datetime | None]:
    """The run that was started, if its product is out of date and nothing computes it; and when to look next (None:
    when something has changed). Raises NotFound for a product that is not there."""
    records, now = workspace.triggering.records, workspace.clock.now()
    found = products.standing(workspace, products.named(workspace, trigger.spec.product))
    if found.freshness.fresh:
        due = found.freshness.outdated_at
        return None, due if due is None or due > now else None
    if found.computing is not None or records.unfinished_run(trigger.id) is not None:
        return None, None
    own = trigger.pipeline == found.product.pipeline
    last = next(iter(records.fires(trigger.id, limit=1)), None)
    key = _key(found, last if own else None)
    if own and last is not None and last.fired + AGAIN > now and not _made_it(workspace, last):
        return None, last.fired + AGAIN
    if not own and records.fired_keys(trigger.id, [key]):
        return None, None
    fire = Fire(trigger.id, key, None, found.freshness.why)
    try:
        return start(workspace, trigger, Call(fire, product=found.product.uuid if own else None)), None
    except Unavailable:
        raise
    except Conflict as error:
        if error.code not in ("fired", "computing"):
            raise
    except BlockwrightError as error:
        failed = Fire(trigger.id, key, None, str(error))
        records.record(failed, Outcome.FAILED, project=trigger.project, now=now)
    return None, None


def _key(found: products.Standing, last: Fired | None) -> str:
    """What it fires for: once for each value that is out of date, and for each time that computing it failed."""
    after = 0 if found.latest is None else found.latest.id
    tried = "" if last is None else f" since {last.fired.isoformat()}"
    return f"{found.product.uuid} after run {after}{tried}"


def _made_it(workspace: Workspace, last: Fired) -> bool:
    if last.run is None:
        return False
    try:
        return workspace.runs.get(last.run).state.value == "completed"
    except BlockwrightError:  # it is no longer in the records
        return True
