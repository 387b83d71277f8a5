"""MLflow in block code: ``mlflow.log_metric`` simply works, and a block that never imports it pays nothing.

When MLflow has been imported (by the block, or early by the fork server) it is given three things of ours: a tracking
address that is found out when it is first needed, tags that say which block run a tracked run belongs to, and a store
that keeps records back while the server does not answer (``kept_records``). Nothing is asked of the engine before
block code does something that needs the server.
"""

from __future__ import annotations

import fcntl
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from blockwright.runner.kept_records import KeptRecords, Tracking, store_class
from blockwright.sdk import context
from blockwright.wire.messages import Ask

if TYPE_CHECKING:
    from blockwright.runner.block_logger import BlockLogger

_NOWHERE = "http://127.0.0.1:9"
"""Nobody answers there: what is recorded is kept back."""
_PATIENCE = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "60",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
"""MLflow's own patience would hold training up for minutes when its server is gone; and the addresses that it prints
lead to a server that lets nobody in but us. The environment may say otherwise."""
_OURS = ("MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_TOKEN", "MLFLOW_EXPERIMENT_NAME")


_current: Tracking | None = None


def before_import() -> None:
    """Nothing of what people do here is told to anybody."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")


def after_import(module: Any) -> None:
    """MLflow has been imported."""
    environment_variables: Any = import_module("mlflow.environment_variables")
    utils: Any = import_module("mlflow.tracking._tracking_service.utils")
    registry: Any = import_module("mlflow.tracking.context.registry")
    provider: Any = import_module("mlflow.tracking.context.abstract_context").RunContextProvider

    address = environment_variables.MLFLOW_TRACKING_URI

    class Address(type(address)):  # type: ignore[misc]  # MLflow's class is known at run time only
        """The variable that says where the server is: looking at it is the first thing that needs the server."""

        def get(self) -> Any:
            begin()
            return super().get()

    class BlockTags(provider):  # type: ignore[misc]  # as above
        """Which block run a tracked run belongs to."""

        def in_context(self) -> bool:
            return begin() is not None

        def tags(self) -> dict[str, str]:
            return dict(_current.tags) if _current is not None else {}

    address.__class__ = Address
    registry._run_context_provider_registry.register(BlockTags)
    plain = utils._tracking_store_registry._registry["http"]
    kept_back = store_class(current)

    def store(store_uri: str, **options: Any) -> Any:
        return kept_back(plain(store_uri, **options)) if current() is not None else plain(store_uri, **options)

    for scheme in ("http", "https"):
        utils._tracking_store_registry.register(scheme, store)


def current() -> Tracking | None:
    """What the attempt that runs now has of the tracking server."""
    return _current if _current is not None and _current.owner is context.maybe() else None


def begin() -> Tracking | None:
    """Ask the engine where the server is, once for each attempt; None outside of one."""
    global _current
    block = context.maybe()
    if block is None or block.channel is None:
        return None
    if _current is not None and _current.owner is block:
        return _current
    try:
        told = block.channel.ask(Ask.TRACKING)
        problem = ""
    except (RuntimeError, ValueError) as error:
        told, problem = {"url": _NOWHERE}, str(error)
    kept = KeptRecords(str(told.get("spool", "")), problem)
    _current = Tracking(block, told.get("tags", {}), told.get("experiment", ""), kept)
    _surround(_current, told)
    return _current


def _surround(tracking: Tracking, told: dict[str, Any]) -> None:
    """The environment that MLflow reads, also in worker processes that the block starts."""
    wanted = dict(_PATIENCE)
    if not told.get("elsewhere"):
        wanted |= {"MLFLOW_TRACKING_URI": told["url"], "MLFLOW_TRACKING_TOKEN": told.get("token", "")}
    if tracking.experiment and "MLFLOW_EXPERIMENT_ID" not in os.environ:
        wanted["MLFLOW_EXPERIMENT_NAME"] = tracking.experiment
    for name, value in wanted.items():
        if name in os.environ and (name not in _OURS or (name == "MLFLOW_EXPERIMENT_NAME")):
            continue  # the user's own word
        tracking.before[name] = os.environ.get(name)
        os.environ[name] = value
    if told.get("lock"):
        with suppress(OSError):  # without it the server may take itself for idle; no reason to stop
            tracking.lock = os.open(told["lock"], os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(tracking.lock, fcntl.LOCK_SH)


def end(logger: BlockLogger, *, completed: bool) -> None:
    """The attempt is over: close what it left open, say what could not be sent. Never raises."""
    global _current
    tracking, _current = _current, None
    if tracking is None:
        return
    try:
        _close_runs(tracking, completed=completed)
    except Exception as error:
        logger.warning(f"The tracked run could not be closed: {type(error).__name__}: {error}")
    _tell_ends(tracking)
    if tracking.kept.sentence:
        logger.warning(tracking.kept.sentence)
    tracking.kept.close()
    if tracking.lock is not None:
        os.close(tracking.lock)
    for name, value in tracking.before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _tell_ends(tracking: Tracking) -> None:
    """That runs have ended, and how; what does not get there is found out later from the server."""
    if tracking.ended and tracking.owner.channel is not None:
        with suppress(RuntimeError):
            tracking.owner.channel.ask(Ask.TRACKED, ended=tracking.ended)


def _close_runs(tracking: Tracking, *, completed: bool) -> None:
    global _current
    fluent: Any = sys.modules.get("mlflow.tracking.fluent")
    if fluent is None:
        return
    _current = tracking  # closing speaks to the server, too
    try:
        while fluent.active_run() is not None:
            fluent.end_run("FINISHED" if completed else "FAILED")
    finally:
        _current = None
        fluent._active_experiment_id = None  # the next block of this process has its own
