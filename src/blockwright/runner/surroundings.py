"""What block code finds around it besides its arguments: output, input, logging, ``display``, the ``mage_ai`` names.

Installed once, in the fork server, so that a forked process has it all without an import; ``begin`` points it at the
attempt that runs now.
"""

from __future__ import annotations

import builtins
import io
import logging
import os
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from blockwright.runner import display, tracking
from blockwright.runner.block_logger import RecordHandler, Writer
from blockwright.runner.importer import ProjectFinder
from blockwright.runner.sources import Snapshot

handler = RecordHandler()
finder = ProjectFinder()
_basic_config = logging.basicConfig


class NoTerminal(EOFError):
    """A block asked for input from a terminal."""

    hint = "Give the block a variable instead, or run it with `blockwright replay RUN --block BLOCK --debug`."


def install() -> None:
    """Prepare this process; standard input, output and the environment are what the caller made them."""
    sys.stdout, sys.stderr = _text_output(1), _text_output(2)
    builtins.input = _no_input
    sys.breakpointhook = _no_breakpoint
    install_names()
    logging.getLogger().addHandler(handler)
    logging.basicConfig = _configure_logging
    os.environ.setdefault("MPLBACKEND", "agg")


def install_names() -> None:
    """``display`` and the imports that block code may do."""
    from blockwright import mage

    builtins.display = display.display  # type: ignore[attr-defined]
    mage.install()
    sys.meta_path.insert(0, finder)
    sys.meta_path.insert(0, _PlotHook())


def begin(snapshot: Snapshot, writer: Writer, frames: display.Frames) -> None:
    """Point everything at the attempt that runs now."""
    finder.use(snapshot)
    handler.writer = writer
    display.install(frames)


def _text_output(descriptor: int) -> io.TextIOWrapper:
    """Written line by line; never an error for text that has no bytes."""
    raw = open(descriptor, "wb", closefd=False)  # noqa: SIM115
    return io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", line_buffering=True)


def _no_input(prompt: object = "", /) -> str:
    raise NoTerminal("A block has no terminal to read from.")


def _no_breakpoint(*_arguments: Any, **_options: Any) -> None:
    raise NoTerminal("A block has no terminal for a debugger.")


def _configure_logging(**options: Any) -> None:
    """``logging.basicConfig`` finds our handler already there and would do nothing; the level is still wanted."""
    root = logging.getLogger()
    if options.get("force") or root.handlers != [handler]:
        _basic_config(**options)
    elif options.get("level") is not None:
        root.setLevel(options["level"])


class _PlotHook:
    """Turns what would open a window or a browser into frames, and tells MLflow where it is, once the library that
    would is imported."""

    def find_spec(self, fullname: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        act = _SHOW_IN_FRAMES.get(fullname) or _AFTER_IMPORT.get(fullname)
        if act is None:
            return None
        if fullname == "mlflow":
            tracking.before_import()
        for other in sys.meta_path:
            spec = None if other is self else other.find_spec(fullname, path, target)
            if spec is not None and spec.loader is not None:
                _run_after(spec.loader, act)
                return spec
        return None


def _run_after(loader: Any, act: Callable[[Any], None]) -> None:
    execute = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        execute(module)
        act(module)

    loader.exec_module = exec_module


def _show_plotly(module: Any) -> None:
    module.BaseFigure.show = display.show_figure


def _show_managed(module: Any) -> None:
    module.FigureManagerBase.show = display.show_managed


def _show_pyplot(module: Any) -> None:
    module.show = display.show_plots


_SHOW_IN_FRAMES: dict[str, Callable[[Any], None]] = {
    "plotly.basedatatypes": _show_plotly,
    "matplotlib.backend_bases": _show_managed,
    "matplotlib.pyplot": _show_pyplot,
}
_AFTER_IMPORT: dict[str, Callable[[Any], None]] = {"mlflow": tracking.after_import}
