"""From a ``notification_config`` to channels. What is wrong is told and left out: one bad channel never silences the
others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from blockwright.core.alerts.model import (
    CHOICES,
    DEFAULT_KINDS,
    Address,
    AlertKind,
    Channel,
    Email,
    Opsgenie,
    Service,
    StuckRule,
    Target,
    Template,
    Webhook,
    Wiring,
)
from blockwright.core.durations import duration
from blockwright.core.errors import Invalid

_WEBHOOKS = {f"{service.value}_config": service for service in Service}
TEMPLATES = {
    "failure": AlertKind.FAILURE,
    "success": AlertKind.SUCCESS,
    "passed_sla": AlertKind.PASSED_SLA,
    **{kind.value: kind for kind in CHOICES},
}


def merged(project: Mapping[str, Any], pipeline: Mapping[str, Any]) -> dict[str, Any]:
    """The pipeline's keys over the project's, as the format has it: whole keys, not what is inside."""
    return {**project, **pipeline}


def read_wiring(config: Mapping[str, Any]) -> Wiring:
    """``config`` is rendered already. Never raises."""
    reader = _Reader()
    default = reader.kinds(config.get("alert_on"), "alert_on", DEFAULT_KINDS)
    channels: dict[str, Channel] = {}
    for name, target, alert_on in reader.targets(config):
        if name in channels:
            reader.problems.append(f"There are two channels with the name `{name}`: the second one is not used.")
            continue
        channels[name] = Channel(name, target, reader.kinds(alert_on, f"alert_on of channel `{name}`", default))
    return Wiring(
        channels=tuple(channels.values()),
        templates=reader.templates(config.get("message_templates")),
        stuck=reader.stuck(config.get("stuck")),
        no_run_since=reader.no_run_since(config.get("no_run_since")),
        problems=tuple(reader.problems),
    )


class _Reader:
    """Collects what is wrong while it reads."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def kinds(self, value: Any, where: str, default: frozenset[AlertKind]) -> frozenset[AlertKind]:
        if value is None:
            return default
        words = [str(word) for word in (value if isinstance(value, list | tuple) else [value])]
        known = {kind.value: kind for kind in CHOICES}
        for word in words:
            if word not in known:
                self.problems.append(f"`{where}` lists {word!r}; it may list {', '.join(known)}.")
        return frozenset(known[word] for word in words if word in known)

    def targets(self, config: Mapping[str, Any]) -> Iterator[tuple[str, Target, Any]]:
        """Name, target and ``alert_on`` of each channel that is on."""
        for key, make in (("email_config", self._email), ("opsgenie_config", self._opsgenie)):
            target = self._made(key, config.get(key), make)
            if target is not None:
                yield key.removesuffix("_config"), target, None
        for key, service in _WEBHOOKS.items():
            urls = _mapping(config.get(key)).get("webhook_url")
            for place, url in enumerate(urls if isinstance(urls, list) else [urls], start=1):
                if _on(url) and self._is_url(url, key):
                    yield service.value + (f"_{place}" if place > 1 else ""), Webhook(service, str(url).strip()), None
        yield from self._own(config.get("channels"))

    def _own(self, entries: Any) -> Iterator[tuple[str, Target, Any]]:
        if not isinstance(entries, list):
            if entries is not None:
                self.problems.append("`channels` must be a list of `{name, url, alert_on}`.")
            return
        for place, entry in enumerate(entries):
            fields = _mapping(entry)
            name = fields.get("name")
            if not isinstance(name, str) or not name.strip():
                self.problems.append(f"`channels[{place}]` has no `name`.")
                continue
            url = fields.get("url")
            if _on(url):
                if "://" not in str(url):
                    self.problems.append(f"The `url` of channel `{name}` is none: it must be like `service://…`.")
                    continue
                yield name.strip(), Address(str(url).strip()), fields.get("alert_on")

    def _made(self, key: str, value: Any, make: Callable[[Mapping[str, Any]], Target | None]) -> Target | None:
        try:
            return make(_mapping(value))
        except (ValueError, TypeError, OverflowError) as error:
            self.problems.append(f"`{key}`: {error}.")
            return None

    def _email(self, config: Mapping[str, Any]) -> Email | None:
        recipients = config.get("to_emails")
        listed = recipients if isinstance(recipients, list) else str(recipients or "").split(",")
        addresses = tuple(str(one).strip() for one in listed if _on(one) and str(one).strip())
        if not _on(config.get("smtp_host")) or not addresses:
            return None
        user, password = _text(config.get("smtp_user")), _text(config.get("smtp_password"))
        ssl = _switch(config, "smtp_ssl", False)
        return Email(
            host=_text(config.get("smtp_host")),
            port=int(config.get("smtp_port") or (465 if ssl else 587)),
            sender=_text(config.get("smtp_mail_from")) or user or f"blockwright@{_text(config.get('smtp_host'))}",
            recipients=addresses,
            user=user,
            password=password,
            # A password is not sent in the clear unless somebody says so.
            starttls=_switch(config, "smtp_starttls", bool(password)) and not ssl,
            ssl=ssl,
        )

    def _opsgenie(self, config: Mapping[str, Any]) -> Opsgenie | None:
        url, api_key = config.get("url"), config.get("api_key")
        if not _on(url) or not _on(api_key) or not self._is_url(url, "opsgenie_config"):
            return None
        return Opsgenie(
            url=str(url).strip(),
            api_key=str(api_key).strip(),
            priority=_text(config.get("priority")) or "P3",
            responders=tuple(_mapping(one) for one in config.get("responders") or ()),
            tags=tuple(str(tag) for tag in config.get("tags") or ()),
            details=_mapping(config.get("details")),
        )

    def _is_url(self, value: Any, key: str) -> bool:
        good = str(value).strip().startswith(("https://", "http://"))
        if not good:
            self.problems.append(f"The address in `{key}` must begin with `https://` or `http://`.")
        return good

    def templates(self, value: Any) -> dict[AlertKind, Template]:
        found: dict[AlertKind, Template] = {}
        for name, texts in _mapping(value).items():
            if name not in TEMPLATES:
                self.problems.append(f"`message_templates` has {name!r}; it may have {', '.join(TEMPLATES)}.")
                continue
            parts = _mapping(texts)
            found[TEMPLATES[name]] = Template(*(_text(parts.get(part)) for part in ("title", "summary", "details")))
        return found

    def stuck(self, value: Any) -> StuckRule:
        given = _mapping(value)
        rule = StuckRule()
        try:
            return StuckRule(
                factor=max(1.0, float(given.get("factor", rule.factor))),
                minimum=self._length(given.get("minimum"), "stuck.minimum") or rule.minimum,
                waiting=self._length(given.get("waiting"), "stuck.waiting") or rule.waiting,
            )
        except (TypeError, ValueError, OverflowError):
            self.problems.append(f"`stuck.factor` is {given.get('factor')!r}; it must be a number.")
            return rule

    def no_run_since(self, value: Any) -> dict[str, timedelta]:
        lengths = value if isinstance(value, Mapping) else {"": value}
        read = {str(name): self._length(length, "no_run_since") for name, length in lengths.items()}
        return {name: length for name, length in read.items() if length is not None}

    def _length(self, value: Any, what: str) -> timedelta | None:
        if not _on(value):
            return None
        try:
            return duration(value, what=what)
        except Invalid as error:
            self.problems.append(str(error))
            return None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return str(value).strip() if _on(value) else ""


def _on(value: Any) -> bool:
    """Whether there is a value: an unset environment variable arrives as nothing or as the word ``None``."""
    return value is not None and str(value).strip() not in ("", "None")


def _switch(config: Mapping[str, Any], key: str, default: bool) -> bool:
    value = config.get(key)
    if not _on(value):
        return default
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in ("true", "false", "1", "0", "yes", "no"):
        raise ValueError(f"`{key}` is {value!r}; it must be true or false")
    return word in ("true", "1", "yes")
