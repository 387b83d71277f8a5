"""Sends one message to one channel."""

from __future__ import annotations

from typing import Protocol

from blockwright.core.alerts.model import Message, Target


class Notifier(Protocol):
    """Safe to use from several threads at once."""

    def send(self, target: Target, message: Message) -> None:
        """Returns when the other side has accepted the message, within seconds.

        Raises Unavailable (code ``notify_failed``) when it has not, or not in time: the sentence says why and shows
        neither password nor address.
        """
        ...
