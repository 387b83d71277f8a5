"""``Notifier``: chooses how to send and keeps the time limit, whatever hangs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Thread
from typing import assert_never

from blockwright.adapters.egress import Egress
from blockwright.adapters.notify.failures import failed
from blockwright.core.alerts.model import Address, Email, Message, Opsgenie, Target, Webhook
from blockwright.core.errors import BlockwrightError

SECONDS = 20.0
"""How long one message may take, all in all."""


class Notifiers:
    """``hosts`` are the names and networks that messages may go to although they are not on the public internet
    (see ``adapters.egress``). Mail servers may stand anywhere: they are spoken to as such, and most stand inside."""

    def __init__(self, hosts: Sequence[str] = (), *, seconds: float = SECONDS) -> None:
        self._egress = Egress.of(hosts)
        self._seconds = seconds

    def send(self, target: Target, message: Message) -> None:
        _within(self._seconds, lambda: _send(target, message, self._egress, self._seconds / 2))


def _send(target: Target, message: Message, egress: Egress, seconds: float) -> None:
    match target:
        case Email():
            from blockwright.adapters.notify.emails import send_email

            send_email(target, message, seconds)
        case Webhook():
            from blockwright.adapters.notify.webhooks import send_webhook

            send_webhook(target, message, egress, seconds)
        case Opsgenie():
            from blockwright.adapters.notify.webhooks import send_opsgenie

            send_opsgenie(target, message, egress, seconds)
        case Address():
            from blockwright.adapters.notify.addresses import send_address

            send_address(target, message, egress, seconds)
        case _:
            assert_never(target)


def _within(seconds: float, send: Callable[[], None]) -> None:
    """Call ``send`` in a thread of its own, and leave it behind when it is not back in time: a socket's own limit is
    for each step, so that a peer that drips a byte now and then would hold us for ever."""
    errors: list[BlockwrightError] = []
    ended: list[bool] = []

    def work() -> None:
        try:
            send()
        except BlockwrightError as error:
            errors.append(error)
        except Exception as error:  # whatever a library raises: only its type is told, its text may show an address
            errors.append(failed(f"it could not be sent ({type(error).__name__})"))
        ended.append(True)

    thread = Thread(target=work, name="notify", daemon=True)
    thread.start()
    thread.join(seconds)
    if not ended:
        raise failed(f"it was not accepted within {seconds:g} s")
    if errors:
        raise errors[0]
