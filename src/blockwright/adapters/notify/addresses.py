"""Every service that apprise knows, by its URL."""

from __future__ import annotations

import ipaddress
import logging
import re
import threading
import warnings
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from blockwright.adapters.egress import Egress
from blockwright.adapters.notify.failures import failed
from blockwright.core.alerts.model import Address, AlertKind, Message

_STATUS = re.compile(r"error[ =]+(\d{3})\b")
_KINDS = {AlertKind.SUCCESS: "success", AlertKind.TEST: "info", AlertKind.FAILURE: "failure"}


def send_address(target: Address, message: Message, egress: Egress, seconds: float) -> None:
    """Where the address names a host, it is judged beforehand; the service connects by itself."""
    if names_host(target):
        parts = urlsplit(target.url)
        egress.resolve(f"http://{parts.netloc.rpartition('@')[2]}/")
    apprise = _apprise()
    asset = apprise.AppriseAsset(app_id="Blockwright", app_desc="Blockwright", async_mode=False)
    service = apprise.Apprise.instantiate(target.url, asset=asset, suppress_exceptions=True)
    if service is None:
        raise failed(f"apprise does not understand the channel's `{target.kind}://` address")
    service.redirects = False  # who may post somewhere else is not decided by the answer
    # An address may ask for less (`?cto=`, `?rto=`).
    service.socket_connect_timeout = min(seconds, service.socket_connect_timeout)
    service.socket_read_timeout = min(seconds, service.socket_read_timeout)
    _said.status = ""
    accepted = service.notify(
        body=message.body, title=message.title, notify_type=_KINDS.get(message.kind, "warning"), body_format="text"
    )
    if not accepted:
        status = f" (it answered {_said.status})" if _said.status else ""
        raise failed(f"the service `{target.kind}` did not accept it{status}")


def names_host(target: Address) -> bool:
    """Whether what stands first in the address is a host for certain, and no token: that must not be looked up."""
    parts = urlsplit(target.url)
    host = parts.hostname or ""
    if target.kind in _WITH_HOST or host == "localhost":
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


_WITH_HOST = frozenset({"json", "jsons", "xml", "xmls", "form", "forms", "gotify", "gotifys", "mmost", "mmosts"})


@cache
def _apprise() -> Any:
    """The library, which is told to keep to itself: its log lines show addresses and messages."""
    logging.getLogger("apprise").addFilter(_overhear)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the standard library, about what it imports
        import apprise

        apprise.Apprise.instantiate("json://localhost")  # makes it load its services
    return apprise


_said = threading.local()


def _overhear(record: logging.LogRecord) -> bool:
    """Keep the HTTP status of what apprise logs in this thread, and let nothing through."""
    found = _STATUS.search(record.getMessage()) if record.levelno >= logging.WARNING else None
    if found is not None:
        _said.status = found[1]
    return False
