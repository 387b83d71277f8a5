"""Reading ``io_config.yaml``: a Jinja template around YAML with one map for each profile.

Mage renders the whole text and then parses it, so a password with a quote or a backslash breaks the file, and every
secret that any profile names is fetched. Here ``{{ env_var(…) }}`` and ``{{ mage_secret_var(…) }}`` leave a marker in
the text; the value takes its place after parsing, and only in the profile that is used. Inside quotes the value is
text as it stands; a value that stands alone without quotes is read as YAML, so ports become numbers and JSON maps.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Undefined

from blockwright.io.config_keys import NESTED_KEYS, NESTED_SECTIONS
from blockwright.io.errors import ConfigError
from blockwright.io.templates import Sources, TemplateFailed, json_value, render, sandbox

_MARKER = re.compile(r"\ue000(\d+)\ue001")


def read_profile(path: Path, profile: str, sources: Sources) -> tuple[dict[str, Any], str | None]:
    """The settings of ``profile`` and the file's ``version``; raises ConfigError naming file, line or profile."""
    later = _Later(sources)
    document = _parse(later.render(_read(path), path), path)
    if profile not in document or profile == "version":
        known = ", ".join(f"`{name}`" for name in document if name != "version") or "none"
        raise ConfigError(
            f"{path.name} has no profile `{profile}`; it has {known}.",
            hint=f"Add the profile to {path}, or name another one.",
        )
    settings = later.resolve(document[profile] or {}, path)
    if not isinstance(settings, dict):
        raise ConfigError(f"Profile `{profile}` in {path} is not a map of keys to values.")
    return flatten_nested(settings), document.get("version")


def flatten_nested(settings: Mapping[str, Any]) -> dict[str, Any]:
    """``settings`` with the sections of the older, nested layout spelled as today's flat keys."""
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        if key in NESTED_SECTIONS and isinstance(value, Mapping):
            flat.update(_flat_section(key, value))
        else:
            flat[key] = value
    return flat


def _flat_section(section: str, values: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if key in NESTED_SECTIONS and isinstance(value, Mapping):
            flat.update(_flat_section(key, value))
        else:
            flat[NESTED_KEYS.get((section, key), f"{NESTED_SECTIONS[section]}_{str(key).upper()}")] = value
    return {str(key): value for key, value in flat.items()}


class _Text(str):
    """A value from the environment: ordinary text to every filter, a marker where it is only printed."""

    __slots__ = ()


class _Secret:
    """A secret that is fetched the moment Jinja works with it, or when its profile is used; a marker till then."""

    def __init__(self, look_up: Callable[[], Any]) -> None:
        self._look_up = look_up

    def __str__(self) -> str:
        return str(self._look_up())

    def __int__(self) -> int:
        return int(str(self))

    def __len__(self) -> int:
        return len(str(self))

    def __bool__(self) -> bool:
        return self._look_up() is not None

    def __eq__(self, other: object) -> bool:
        return bool(self._look_up() == other)

    __hash__ = None  # type: ignore[assignment]  # equal to a text that is not known yet

    def __getattr__(self, name: str) -> Any:
        return getattr(str(self), name)


class _Later:
    """Puts markers into the rendered text and the values into the parsed document."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._looks: list[_Text | _Secret] = []

    def render(self, text: str, path: Path) -> str:
        environment = sandbox(self._sources, undefined=Undefined)
        environment.globals.update(env_var=self._env_var, mage_secret_var=self._secret, json_value=self._json_value)
        environment.finalize = self._marker
        try:
            return render(environment, text, {}, origin=str(path))
        except TemplateFailed as error:
            raise ConfigError(error.message, hint=error.hint) from None

    def _env_var(self, name: str, default: Any = None) -> Any:
        value = self._sources.environ.get(name, default)
        return _Text(value) if isinstance(value, str) else value

    def _secret(self, name: str) -> _Secret:
        return _Secret(lambda: self._sources.secret(name))

    def _json_value(self, text: Any, key: str) -> Any:
        if isinstance(text, _Secret):
            return _Secret(lambda: json_value(text, key))
        value = json_value(text, key)
        return _Text(value) if isinstance(value, str) else value

    def _marker(self, value: Any) -> Any:
        if not isinstance(value, _Text | _Secret):
            return value
        self._looks.append(value)
        return f"\ue000{len(self._looks) - 1}\ue001"

    def resolve(self, value: Any, path: Path) -> Any:
        """``value`` with every marker replaced, keys included."""
        if isinstance(value, dict):
            return {self.resolve(key, path): self.resolve(item, path) for key, item in value.items()}
        if isinstance(value, list):
            return [self.resolve(item, path) for item in value]
        if isinstance(value, str) and _MARKER.search(value):
            text = _MARKER.sub(lambda match: self._look_up(match, path), value)
            return self._plain_value(value, text) if isinstance(value, _Plain) else text
        return value

    def _look_up(self, match: re.Match[str], path: Path) -> str:
        try:
            return str(self._looks[int(match.group(1))])
        except ValueError as error:
            raise ConfigError(f"{path}: {error}") from None

    def _plain_value(self, scalar: _Plain, text: str) -> Any:
        """``text`` read as YAML; but a secret that merely looks like a number stays what it is."""
        value = _parse_value(text)
        names_secret = any(isinstance(self._looks[int(index)], _Secret) for index in _MARKER.findall(scalar))
        return text if names_secret and not isinstance(value, dict | list) else value


class _Plain(str):
    """A scalar that stood in the file without quotes."""

    __slots__ = ()


class _Loader(yaml.SafeLoader):
    """YAML's safe loader, which remembers of text with a marker whether it stood in quotes."""


def _construct_text(loader: _Loader, node: yaml.ScalarNode) -> str:
    text = loader.construct_scalar(node)
    return _Plain(text) if node.style is None and _MARKER.search(text) else text


_Loader.add_constructor("tag:yaml.org,2002:str", _construct_text)


def _parse_value(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return text


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(
            f"There is no {path.name} in {path.parent}.",
            hint="Make one with a profile `default`, or give `config=` or `filepath=`.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}.") from None


def _parse(text: str, path: Path) -> dict[str, Any]:
    try:
        document = yaml.load(text, _Loader)  # a safe loader: it builds plain values only
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ConfigError(f"{path}{line}: {error.problem or 'not well-formed YAML'}.") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is not well-formed YAML: {error}") from None
    if not isinstance(document, dict):
        raise ConfigError(f"{path} is not a map of profiles.", hint="Begin with a line `default:`.")
    return document
