"""What a ``notification_config`` says that will not be heard, told before an alert is missing: warnings. One wrong
channel never silences the others, so nothing of this keeps a project from running."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from blockwright.adapters.project import shapes
from blockwright.adapters.project.findings import Findings, Key
from blockwright.adapters.project.names import closest
from blockwright.core.alerts.model import CHOICES, Service
from blockwright.core.alerts.wiring import TEMPLATES
from blockwright.core.durations import duration
from blockwright.core.errors import Invalid

KEY = "notification_config"
Judge = Callable[[Any], str | None]
"""Says what a value must be, when it is not."""


def doubt_notifications(config: Any, findings: Findings) -> None:
    """Add the warnings about ``config``, the value of the key in a project's or a pipeline's file."""
    if isinstance(config, Mapping):
        _doubt(config, _TOP, (KEY,), findings)


def _doubt(config: Mapping[Any, Any], known: Mapping[str, Any], where: Key, findings: Findings) -> None:
    """``known`` has for each key a judge, or the keys of the mapping that stands there."""
    for name, value in config.items():
        key = (*where, str(name))
        judge = known.get(str(name))
        if judge is None:
            near = closest(str(name), known)
            advice = f"Did you mean `{near}`?" if near else f"Known are {', '.join(f'`{each}`' for each in known)}."
            findings.warn(key, f"The key `{name}` means nothing.", advice, "unknown_key")
        elif value is None or _is_template(value):
            continue
        elif isinstance(judge, Mapping):
            if isinstance(value, Mapping):
                _doubt(value, judge, key, findings)
            else:
                _tell(key, value, "a mapping", findings)
        elif (must := judge(value)) is not None:
            _tell(key, value, must, findings)
    if where == (KEY,):
        _doubt_channels(config.get("channels"), findings)


def _doubt_channels(entries: Any, findings: Findings) -> None:
    if not isinstance(entries, list):
        return
    names: set[str] = set()
    for place, entry in enumerate(entries):
        key: Key = (KEY, "channels", place)
        if not isinstance(entry, Mapping):
            _tell(key, entry, "a mapping of `name`, `url` and `alert_on`", findings)
            continue
        _doubt(entry, _CHANNEL, key, findings)
        name = entry.get("name")
        if not name:
            findings.warn(key, "A channel has no `name`, and is not used.", "Write `name: …`.", "notification")
        elif str(name) in names:
            findings.warn(
                key, f"There are two channels `{name}`.", "The second is not used: rename it.", "notification"
            )
        names.add(str(name))


def _tell(key: Key, value: Any, must: str, findings: Findings) -> None:
    """Without the value where it may be a secret."""
    said = shapes.shown_kind(value) if str(key[-1]) in _SECRET else shapes.shown(value)
    name = next((part for part in reversed(key) if isinstance(part, str)), KEY)
    findings.warn(key, f"`{name}` is {said}; it must be {must}.", "What is wrong here is not used.", "notification")


def _is_template(value: Any) -> bool:
    """Of which nobody knows yet what it will be; an unset variable arrives as nothing or as the word ``None``."""
    return isinstance(value, str) and ("{{" in value or "{%" in value or value.strip() in ("", "None"))


def _text(value: Any) -> str | None:
    return None if isinstance(value, str | int | float) and not isinstance(value, bool) else "text"


def _url(value: Any) -> str | None:
    good = isinstance(value, str) and _has_host(value, ("https", "http"))
    return None if good else "an address that begins with `https://`"


def _urls(value: Any) -> str | None:
    listed = value if isinstance(value, list) else [value]
    return next((must for one in listed if not _is_template(one) and (must := _url(one))), None)


def _address(value: Any) -> str | None:
    good = isinstance(value, str) and value.partition("://")[0].isidentifier() and "://" in value
    return None if good else "an address like `service://…`"


def _has_host(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value.strip())
        return parts.scheme in schemes and bool(parts.hostname) and " " not in value.strip() and parts.port != 0
    except ValueError:
        return False


def _port(value: Any) -> str | None:
    text = str(value)
    return None if text.isdecimal() and 0 < int(text) < 65_536 else "a port from 1 to 65535"


def _switch(value: Any) -> str | None:
    good = isinstance(value, bool) or str(value).strip().lower() in ("true", "false", "1", "0", "yes", "no")
    return None if good else "true or false"


def _emails(value: Any) -> str | None:
    listed = value if isinstance(value, list) else str(value).split(",")
    good = all(_is_template(one) or "@" in str(one) for one in listed)
    return None if good else "addresses of mail, in a list or with commas between"


def _kinds(value: Any) -> str | None:
    words = {kind.value for kind in CHOICES}
    listed = value if isinstance(value, list) else [value]
    good = all(_is_template(one) or one in words for one in listed)
    return None if good else f"a list of {', '.join(sorted(words))}"


def _list(value: Any) -> str | None:
    return None if isinstance(value, list) else "a list"


def _mapping(value: Any) -> str | None:
    return None if isinstance(value, Mapping) else "a mapping"


def _factor(value: Any) -> str | None:
    return (
        None if isinstance(value, int | float) and not isinstance(value, bool) and value >= 1 else "a number from 1 on"
    )


def _length(value: Any) -> str | None:
    try:
        duration(value, what="it")
    except Invalid:
        return "a length of time such as `2h`"
    return None


def _lengths(value: Any) -> str | None:
    listed = value.values() if isinstance(value, Mapping) else [value]
    return next((must for one in listed if one is not None and (must := _length(one))), None)


_EMAIL: Mapping[str, Judge] = {
    "smtp_host": _text,
    "smtp_port": _port,
    "smtp_user": _text,
    "smtp_password": _text,
    "smtp_mail_from": _text,
    "smtp_starttls": _switch,
    "smtp_ssl": _switch,
    "to_emails": _emails,
}
_OPSGENIE: Mapping[str, Judge] = {
    "url": _url,
    "api_key": _text,
    "priority": _text,
    "responders": _list,
    "tags": _list,
    "details": _mapping,
}
_CHANNEL: Mapping[str, Judge] = {"name": _text, "url": _address, "alert_on": _kinds}
_TEMPLATE: Mapping[str, Judge] = {"title": _text, "summary": _text, "details": _text}
_TOP: Mapping[str, Judge | Mapping[str, Any]] = {
    "alert_on": _kinds,
    "email_config": _EMAIL,
    "opsgenie_config": _OPSGENIE,
    **{f"{service.value}_config": {"webhook_url": _urls} for service in Service},
    "channels": _list,
    "message_templates": dict.fromkeys(TEMPLATES, _TEMPLATE),
    "stuck": {"factor": _factor, "minimum": _length, "waiting": _length},
    "no_run_since": _lengths,
}
_SECRET = frozenset({"url", "webhook_url", "api_key", "smtp_password", "smtp_user"})
