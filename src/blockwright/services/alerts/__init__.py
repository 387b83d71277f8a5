"""Alerts: who is told what, raised once for each occasion, delivered until it arrives."""

from blockwright.services.alerts.channels import ChannelReport, channels, send_test, wiring_of
from blockwright.services.alerts.deliveries import deliver
from blockwright.services.alerts.occasions import (
    look_for_findings,
    look_for_silence,
    look_for_stuck,
    told_of_block,
    told_of_end,
    told_of_fire,
    told_of_sla,
)

__all__ = [
    "ChannelReport",
    "channels",
    "deliver",
    "look_for_findings",
    "look_for_silence",
    "look_for_stuck",
    "send_test",
    "told_of_block",
    "told_of_end",
    "told_of_fire",
    "told_of_sla",
    "wiring_of",
]
