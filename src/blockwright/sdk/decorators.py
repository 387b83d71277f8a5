"""The decorators that mark what a block file offers: ``@transformer``, ``@test``, ``@callback('failure')`` …

A decorator returns the function (or class) itself. While a block file is being loaded it is also recorded in that
file's ``Registry``; anywhere else (a unit test, a plain script) nothing more happens.

Who is recorded is decided by the *file that decorates*, not by the moment: ``Registry.globals()`` puts a mark into the
block's globals, and an imported decorator records only where it finds one. So a block may import another block's file
for its helpers without that file's function being taken for its own, and a file that imports its decorators without
the usual guard works all the same.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any, TypeVar

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

CALLBACK_STATUSES = ("success", "failure", "cancelled")

KINDS: Mapping[str, str] = {
    "data_loader": "",
    "transformer": "",
    "data_exporter": "",
    "sensor": "",
    "custom": "",
    "test": "",
    "preprocesser": "",
    "condition": "",
    "callback": "status",
    "on_success": "",
    "on_failure": "",
    "extension": "extension_uuid",
    "data_source": "",
    "x": "",
    "y": "",
    "xy": "",
    "columns": "",
    "configuration": "",
    "render": "render_type",
    "data_integration_source": "",
    "data_integration_destination": "",
    "data_integration_config": "",
    "data_integration_selected_streams": "",
    "data_integration_catalog": "",
    "data_integration_query": "",
    "streaming_source": "",
    "streaming_sink": "",
}
"""Every decorator, and the option that its one positional argument stands for ("" where it takes none)."""

_MARK = "__blockwright_registry__"
_GLOBALS = (_MARK, *KINDS)


@dataclass(frozen=True, slots=True)
class Registered:
    """One decorated function or class. ``options`` are the decorator's arguments by name.

    A callback's ``status`` is always there; ``bare`` is true for ``@callback`` without parentheses, which is called
    with no arguments at all.
    """

    kind: str
    function: Callable[..., Any]
    options: Mapping[str, Any] = field(default_factory=dict)


class Registry:
    """What one block file decorated, in the order of the file; each function once for each kind."""

    def __init__(self) -> None:
        self._registered: dict[str, list[Registered]] = {}
        self._marks_its_file = False

    def of(self, kind: str) -> list[Registered]:
        """Everything decorated with ``kind``, first first; empty when there is none."""
        return list(self._registered.get(kind, ()))

    def kinds(self) -> list[str]:
        """The kinds that occur, in the order of their first function."""
        return list(self._registered)

    def globals(self) -> dict[str, Any]:
        """The names to put into the block's globals before its file is executed."""
        self._marks_its_file = True
        return dict(zip(_GLOBALS, (self, *map(Decorator, KINDS, repeat(self))), strict=True))

    def add(self, registered: Registered) -> None:
        """Record one function; a second time for the same kind and options changes nothing."""
        entries = self._registered.setdefault(registered.kind, [])
        if not any(entry.function is registered.function and entry.options == registered.options for entry in entries):
            entries.append(registered)

    @property
    def takes_unmarked(self) -> bool:
        """Whether files without our mark are recorded too: only as long as nobody asked for the globals."""
        return not self._marks_its_file


_active: ContextVar[Registry | None] = ContextVar("blockwright_registry", default=None)


@contextmanager
def collecting() -> Iterator[Registry]:
    """Record what is decorated inside the ``with`` block.

    >>> with collecting() as registry:
    ...     namespace = registry.globals()
    ...     exec("@transformer\\ndef double(x): return 2 * x", namespace)
    >>> registry.of("transformer")[0].function(4)
    8
    """
    registry = Registry()
    token = _active.set(registry)
    try:
        yield registry
    finally:
        _active.reset(token)


class Decorator:
    """``@transformer``, ``@transformer()`` and ``@callback('failure')`` in one; bound to a registry or to none."""

    __slots__ = ("__name__", "_kind", "_registry")

    def __init__(self, kind: str, registry: Registry | None = None) -> None:
        self.__name__ = kind
        self._kind = kind
        self._registry = registry

    def __repr__(self) -> str:
        return f"@{self._kind}"

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        registry = self._registry or _registry_of(sys._getframe(1).f_globals)
        if len(arguments) == 1 and not options and _can_be_decorated(arguments[0]):
            return self._record(registry, arguments[0], _bare_options(self._kind))
        given = _options(self._kind, arguments, options)
        return lambda function: self._record(registry, function, given)

    def _record(self, registry: Registry | None, function: Decorated, options: Mapping[str, Any]) -> Decorated:
        if registry is not None:
            registry.add(Registered(self._kind, function, options))
        return function


def collect_decorated_objs(collected: list[Any]) -> Callable[..., Any]:
    """A decorator that appends what it decorates to ``collected`` (Mage's helper of this name)."""

    def decorate(*arguments: Any, **options: Any) -> Any:
        if len(arguments) == 1 and not options and _can_be_decorated(arguments[0]):
            collected.append(arguments[0])
            return arguments[0]
        return decorate

    return decorate


def _registry_of(file_globals: Mapping[str, Any]) -> Registry | None:
    marked = file_globals.get(_MARK)
    if isinstance(marked, Registry):
        return marked
    active = _active.get()
    return active if active is not None and active.takes_unmarked else None


def _can_be_decorated(value: Any) -> bool:
    return callable(value) or isinstance(value, staticmethod | classmethod)


def _bare_options(kind: str) -> dict[str, Any]:
    return {"status": "success", "bare": True} if kind == "callback" else {}


def _options(kind: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> dict[str, Any]:
    positional = KINDS[kind]
    if len(arguments) > (1 if positional else 0):
        raise TypeError(f"@{kind} takes {'one argument' if positional else 'no positional arguments'}.")
    given = dict(options)
    if arguments:
        given[positional] = arguments[0]
    if kind == "callback":
        given["status"] = _callback_status(given.pop("callback_status", None) or given.get("status", "success"))
    return given


def _callback_status(status: Any) -> str:
    word = str(getattr(status, "value", status))
    if word not in CALLBACK_STATUSES:
        raise ValueError(f"@callback({word!r}): a callback's status is one of {', '.join(CALLBACK_STATUSES)}.")
    return word


data_loader = Decorator("data_loader")
transformer = Decorator("transformer")
data_exporter = Decorator("data_exporter")
sensor = Decorator("sensor")
custom = Decorator("custom")
test = Decorator("test")
preprocesser = Decorator("preprocesser")
condition = Decorator("condition")
callback = Decorator("callback")
on_success = Decorator("on_success")
on_failure = Decorator("on_failure")
extension = Decorator("extension")
data_source = Decorator("data_source")
x = Decorator("x")
y = Decorator("y")
xy = Decorator("xy")
columns = Decorator("columns")
configuration = Decorator("configuration")
render = Decorator("render")
data_integration_source = Decorator("data_integration_source")
data_integration_destination = Decorator("data_integration_destination")
data_integration_config = Decorator("data_integration_config")
data_integration_selected_streams = Decorator("data_integration_selected_streams")
data_integration_catalog = Decorator("data_integration_catalog")
data_integration_query = Decorator("data_integration_query")
streaming_source = Decorator("streaming_source")
streaming_sink = Decorator("streaming_sink")
