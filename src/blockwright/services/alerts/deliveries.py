"""One try to bring one alert to one channel, and what follows from how it went."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

from blockwright.core.alerts.model import AlertKind, Message
from blockwright.core.alerts.watching import DEAD_AFTER, next_try
from blockwright.core.alerts.wording import worded
from blockwright.core.errors import BlockwrightError, NotFound
from blockwright.ports.alerts import Alert, Delivery, DeliveryState, NewAlert
from blockwright.ports.workspace import Workspace
from blockwright.services.alerts.channels import channel_of, wiring_of

TAKEN = timedelta(seconds=90)
"""How long a try is nobody else's: longer than any notifier takes. Whoever dies meanwhile leaves it to be tried again,
so that a message may arrive twice, but never not at all."""

log = logging.getLogger(__name__)


def deliver(workspace: Workspace, delivery: Delivery) -> Delivery | None:
    """Try once; blocks while it does. Returns how it went, None when somebody else had taken it."""
    store = workspace.oversight.alerts
    taken = store.take(delivery, until=workspace.clock.now() + TAKEN)
    if taken is None:
        return None
    try:
        alert = store.get(workspace.project.name, taken.alert)
        channel = channel_of(wiring_of(workspace, alert.about.pipeline), taken.channel)
    except NotFound as error:
        ended = replace(taken, state=DeliveryState.FAILED, due=None, problem=error.message)
        store.settle(ended)
        return ended
    try:
        workspace.oversight.notifier.send(
            channel.target, Message(alert.about.kind, alert.about.title, alert.about.body)
        )
    except BlockwrightError as error:
        ended = _failed(workspace, alert, taken, error)
    else:
        ended = replace(taken, state=DeliveryState.SENT, due=None, problem="")
    store.settle(ended)
    return ended


def _failed(workspace: Workspace, alert: Alert, taken: Delivery, error: BlockwrightError) -> Delivery:
    now = workspace.clock.now()
    again = next_try(taken.tries, taken.first_due, now)
    about = (taken.alert, taken.channel, taken.tries, error.message)
    log.warning("alert.not_delivered alert=%d channel=%r tries=%d %s", *about)
    if taken.tries >= DEAD_AFTER:
        _report_dead(workspace, alert, taken, error)
    state = DeliveryState.FAILED if again is None else DeliveryState.WAITING
    return replace(taken, state=state, due=again, problem=error.message)


def _report_dead(workspace: Workspace, alert: Alert, taken: Delivery, error: BlockwrightError) -> None:
    """Tell all other channels, once a day for each dead one."""
    now = workspace.clock.now()
    project = workspace.project.name
    reason = f"Channel {taken.channel} does not take messages ({taken.tries} tries for one). {error.message}"
    message = worded(AlertKind.DEAD_CHANNEL, {"reason": reason, "project": project})
    about = NewAlert(
        key=f"channel/{taken.channel}/{now:%Y-%m-%d}",
        kind=AlertKind.DEAD_CHANNEL,
        title=f"{message.title}: {taken.channel}",
        body=message.body,
        pipeline=alert.about.pipeline,
    )
    wiring = wiring_of(workspace, alert.about.pipeline)
    others = [channel.name for channel in wiring.channels if channel.name != taken.channel]
    workspace.oversight.alerts.add(project, about, others, now=now)
