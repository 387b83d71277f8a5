"""Base classes of streaming sources and sinks, so that files which define some can be imported and tested."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any

DEFAULT_BATCH_SIZE = 100
DEFAULT_TIMEOUT_MS = 500

Handler = Callable[..., Any]
"""What a source gives its messages to: ``handler(messages, **kwargs)``."""


class SourceConsumeMethod(StrEnum):
    """How a source wants to be read."""

    BATCH_READ = "batch_read"
    READ = "read"
    READ_ASYNC = "read_async"


class BaseSource:
    """A source: ``init_client`` is called by the constructor, then ``batch_read`` (or ``read``) with a handler."""

    config_class: type[Any] | None = None
    consume_method = SourceConsumeMethod.BATCH_READ

    def __init__(self, config: Any = None, checkpoint_path: str | None = None, **options: Any) -> None:
        self.config = _configured(self.config_class, config)
        self.checkpoint_path = checkpoint_path
        self.checkpoint = self.read_checkpoint()
        self.global_vars = options.get("global_vars") or {}
        self.init_client()

    def init_client(self) -> None:
        """Connect; the constructor calls this last."""
        raise NotImplementedError(f"{type(self).__name__} must say how to connect in init_client.")

    def batch_read(self, handler: Handler) -> None:
        """Read for ever; give each list of messages to ``handler``."""
        raise NotImplementedError(f"{type(self).__name__} must say how to read in batch_read.")

    def read(self, handler: Handler) -> None:
        """Read for ever; give each message to ``handler``."""
        raise NotImplementedError(f"{type(self).__name__} is read in batches.")

    async def read_async(self, handler: Handler) -> None:
        """Read for ever, asynchronously."""
        raise NotImplementedError(f"{type(self).__name__} is not read asynchronously.")

    def destroy(self) -> None:
        """Disconnect."""

    def test_connection(self) -> None:
        """Raise when the other side cannot be reached."""

    def read_checkpoint(self) -> dict[str, Any] | None:
        """Where the last reader stopped, or None."""
        if self.checkpoint_path is None or not Path(self.checkpoint_path).is_file():
            return None
        document: dict[str, Any] = json.loads(Path(self.checkpoint_path).read_text(encoding="utf-8"))
        return document

    def update_checkpoint(self) -> None:
        """Keep ``self.checkpoint``; a reader that starts later finds all of it or the one before."""
        if self.checkpoint_path is None:
            return
        target = Path(self.checkpoint_path)
        written = target.with_name(f"{target.name}.tmp")
        written.write_text(json.dumps(self.checkpoint), encoding="utf-8")
        written.replace(target)

    def _print(self, message: str) -> None:
        print(f"[{type(self).__name__}] {message}")


class BasePythonSource(BaseSource):
    """A source written in Python: a class decorated with ``@streaming_source``."""


class BaseSink:
    """A sink: ``init_client`` is called by the constructor, then ``batch_write`` with each list of messages."""

    config_class: type[Any] | None = None

    def __init__(self, config: Any = None, buffer_path: str | None = None, **options: Any) -> None:
        self.config = _configured(self.config_class, config)
        self.buffer_path = buffer_path
        self.global_vars = options.get("global_vars") or {}
        self.buffer: list[Any] = []
        self.buffer_start_time: float | None = None
        self.init_client()

    def init_client(self) -> None:
        """Connect; the constructor calls this last."""
        raise NotImplementedError(f"{type(self).__name__} must say how to connect in init_client.")

    def batch_write(self, messages: list[Any]) -> None:
        """Write the messages."""
        raise NotImplementedError(f"{type(self).__name__} must say how to write in batch_write.")

    def write(self, message: Any) -> None:
        """Write one message."""
        self.batch_write([message])

    def destroy(self) -> None:
        """Disconnect."""

    def test_connection(self) -> None:
        """Raise when the other side cannot be reached."""

    def write_buffer(self, messages: list[Any]) -> None:
        """Keep messages until there are enough of them."""
        if not self.buffer:
            self.buffer_start_time = time.monotonic()
        self.buffer.extend(messages)

    def clear_buffer(self) -> None:
        """Forget what was kept: it has been written."""
        self.buffer = []
        self.buffer_start_time = None

    def has_buffer_timed_out(self, timeout_seconds: float) -> bool:
        """Whether the oldest message that is kept has waited for ``timeout_seconds``."""
        started = self.buffer_start_time
        return started is not None and time.monotonic() - started >= timeout_seconds

    def _print(self, message: str) -> None:
        print(f"[{type(self).__name__}] {message}")


class BasePythonSink(BaseSink):
    """A sink written in Python: a class decorated with ``@streaming_sink``."""


def _configured(config_class: type[Any] | None, config: Any) -> Any:
    """``config`` as the class that describes it, where there is one; a dict may have keys that it does not know."""
    if config_class is None or not isinstance(config, dict):
        return config if config is not None else {}
    load = getattr(config_class, "load", None)
    if load is not None:
        return load(config=config)
    known = getattr(config_class, "__dataclass_fields__", config)
    return config_class(**{key: value for key, value in config.items() if key in known})
