"""Opens the way to a collector of OpenTelemetry, once for each process."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING

import blockwright

if TYPE_CHECKING:
    from blockwright.ports.telemetry import Telemetry


@cache
def open_telemetry(signals: tuple[str, ...]) -> Telemetry:
    """Nothing is imported where nobody listens; where the extra is missing that is said once."""
    from blockwright.adapters.telemetry.quiet import Quiet

    if not signals:
        return Quiet()
    try:
        from blockwright.adapters.telemetry.otlp import Otlp
    except ImportError as error:
        missing = f"{error.name}" if error.name else "the library"
        hint = "install the extra: pip install 'blockwright[telemetry]'"
        logging.getLogger(__name__).warning("telemetry.missing module=%s hint=%r", missing, hint)
        return Quiet()
    return Otlp(signals, blockwright.__version__)
