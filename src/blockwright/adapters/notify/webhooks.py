"""Services that take a message as one JSON document. A redirect is not followed: who may post somewhere else is not
decided by the answer."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import SplitResult, urlsplit

from blockwright import __version__
from blockwright.adapters.egress import Egress
from blockwright.adapters.notify.failures import failed
from blockwright.core.alerts.model import AlertKind, Message, Opsgenie, Service, Webhook

# What each service takes at most, in characters, by its own documentation; Slack and Teams take more than we write.
_LONGEST = {Service.DISCORD: 2_000, Service.TELEGRAM: 4_096, Service.GOOGLE_CHAT: 4_096}


def send_webhook(target: Webhook, message: Message, egress: Egress, seconds: float) -> None:
    _post(target.url, document_for(target.service, message), {}, egress, seconds)


def send_opsgenie(target: Opsgenie, message: Message, egress: Egress, seconds: float) -> None:
    document = {
        "message": message.title[:130],
        "description": message.body[:15_000],
        "priority": target.priority,
        "source": "blockwright",
        "responders": [dict(one) for one in target.responders],
        "tags": list(target.tags),
        "details": {str(name): str(value) for name, value in target.details.items()},
    }
    _post(target.url, document, {"Authorization": f"GenieKey {target.api_key}"}, egress, seconds)


def document_for(service: Service, message: Message) -> dict[str, Any]:
    """The message in the form that the service takes."""
    match service:
        case Service.SLACK:
            return {"text": f"*{_plain_slack(message.title)}*\n{_plain_slack(message.body)}"}
        case Service.TEAMS:
            return {"type": "message", "attachments": [_card(message)]}
        case Service.DISCORD:
            return {"content": _text(service, message), "allowed_mentions": {"parse": []}}
        case Service.TELEGRAM:
            return {"text": _text(service, message), "disable_web_page_preview": True}
        case Service.GOOGLE_CHAT:
            return {"text": _text(service, message)}


def _text(service: Service, message: Message) -> str:
    text = f"{message.title}\n\n{message.body}"
    most = _LONGEST[service]
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _plain_slack(text: str) -> str:
    """Without the three characters that mean something to Slack: data cannot mention anybody or hide a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _card(message: Message) -> dict[str, Any]:
    colour = "Good" if message.kind in (AlertKind.SUCCESS, AlertKind.TEST) else "Attention"
    lines = [
        {
            "type": "TextBlock",
            "text": message.title,
            "weight": "Bolder",
            "size": "Medium",
            "color": colour,
            "wrap": True,
        },
        {"type": "TextBlock", "text": message.body, "wrap": True},
    ]
    schema = "http://adaptivecards.io/schemas/adaptive-card.json"
    content = {"$schema": schema, "type": "AdaptiveCard", "version": "1.4", "body": lines}
    return {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": content}


class _Judged(HTTPConnection):
    """Connects to an address that was judged, whatever the name leads to by now."""

    def __init__(self, parts: SplitResult, addresses: Sequence[str], seconds: float) -> None:
        self._encrypted = parts.scheme == "https"
        super().__init__(str(parts.hostname), parts.port or (443 if self._encrypted else 80), timeout=seconds)
        self._addresses = addresses
        self._seconds = seconds

    def connect(self) -> None:
        connection = self._connected()
        if not self._encrypted:
            self.sock = connection
            return
        try:
            self.sock = ssl.create_default_context().wrap_socket(connection, server_hostname=self.host)
        except BaseException:
            connection.close()
            raise

    def _connected(self) -> socket.socket:
        for address in self._addresses[:-1]:
            try:
                return socket.create_connection((address, self.port), self._seconds)
            except OSError:
                continue
        return socket.create_connection((self._addresses[-1], self.port), self._seconds)


def _post(url: str, document: Mapping[str, Any], headers: Mapping[str, str], egress: Egress, seconds: float) -> None:
    parts = urlsplit(url)
    place = parts.hostname or "the service"
    connection = _Judged(parts, egress.resolve(url), seconds)
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    own = {"Content-Type": "application/json", "User-Agent": f"blockwright/{__version__}", **headers}
    try:
        connection.request("POST", path, json.dumps(document).encode("ascii"), own)
        status = connection.getresponse().status
    except (OSError, HTTPException, ValueError) as error:
        raise failed(f"{place} {_why(error)}") from None
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise failed(f"{place} answered {status}")


def _why(reason: object) -> str:
    match reason:
        case TimeoutError():
            return "did not answer in time"
        case ConnectionRefusedError():
            return "refused the connection"
        case _:
            return f"could not be reached ({type(reason).__name__})"
