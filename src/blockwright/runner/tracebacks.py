"""An exception as people should read it: from the first frame of their own code, without ours."""

from __future__ import annotations

import linecache
import os
from collections.abc import Callable, Sequence
from types import TracebackType

import blockwright
from blockwright.wire.manifests import AttemptError, Frame

_HERE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_OURS = os.path.dirname(os.path.abspath(blockwright.__file__)) + os.sep
_MOST_FRAMES = 60
_LONGEST_MESSAGE = 10_000
_DEEPEST_CAUSE = 5
_EXTRAS = {
    **dict.fromkeys(("sklearn", "xgboost", "polars", "matplotlib", "plotly"), "ml"),
    **dict.fromkeys(("psycopg",), "sql"),
    **dict.fromkeys(("boto3", "obstore"), "aws"),
    **dict.fromkeys(("kubernetes",), "k8s"),
    **dict.fromkeys(("docker",), "docker"),
    **dict.fromkeys(("ray",), "ray"),
    **dict.fromkeys(("confluent_kafka", "aio_pika", "nats", "aiomqtt", "redis"), "streaming"),
    **dict.fromkeys(("dlt",), "integrations"),
    **dict.fromkeys(("dbt",), "dbt"),
}
"""Modules that an extra of ours installs."""


def describe(error: BaseException, root: str, mask: Callable[[str], str], source: str | None = None) -> AttemptError:
    """``root`` is the project's folder: frames below it are the user's own. ``source`` is the block's file, where an
    error in a language other than Python is told to stand."""
    frames = frames_of(error, root, mask)
    deepest = next((frame for frame in reversed(frames) if frame.own), None)
    line = getattr(error, "line", None)
    if deepest is None and source is not None and isinstance(line, int):
        deepest = Frame(source, line, "<sql>", own=True)
    return AttemptError(
        type=type(error).__name__,
        message=mask(_message(error)),
        file=deepest.file if deepest else None,
        line=deepest.line if deepest else None,
        traceback=_shortened(frames),
        hint=mask(_hint(error)),
        code=_code(error),
    )


def frames_of(error: BaseException, root: str, mask: Callable[[str], str]) -> tuple[Frame, ...]:
    """The frames from the user's first on. None of the user's: none at all, unless the error is a bug of ours."""
    frames = [
        _frame(filename, line, function, root, mask)
        for filename, line, function in _places(error.__traceback__)
        if not filename.startswith((_HERE, "<frozen importlib"))
    ]
    first = next((place for place, frame in enumerate(frames) if frame.own), None)
    own = frames[first:] if first is not None else []
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        own.append(_frame(error.filename, error.lineno, "<module>", root, mask))
    if not own and _is_bug(error):
        return tuple(_frame(*place, root, mask) for place in _places(error.__traceback__))
    return tuple(own)


def as_text(error: AttemptError) -> str:
    """As Python prints it."""
    lines = ["Traceback (most recent call last):"] if error.traceback else []
    for frame in error.traceback:
        lines.append(f'  File "{frame.file}", line {frame.line}, in {frame.function}')
        if frame.text:
            lines.append(f"    {frame.text}")
    lines.append(f"{error.type}: {error.message}" if error.message else error.type)
    if error.hint:
        lines.append(error.hint)
    return "\n".join(lines)


def _places(traceback: TracebackType | None) -> list[tuple[str, int, str]]:
    found = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        found.append((code.co_filename, traceback.tb_lineno or 0, code.co_name))
        traceback = traceback.tb_next
    return found


def _frame(filename: str, line: int, function: str, root: str, mask: Callable[[str], str]) -> Frame:
    inside = root.rstrip(os.sep) + os.sep
    own = filename.startswith(inside) and "site-packages" not in filename and not filename.startswith(_OURS)
    text = linecache.getline(filename, line).strip()
    return Frame(filename[len(inside) :] if own else filename, line, function, mask(text), own)


def _shortened(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """An endless recursion has thousands of frames; its beginning and its end say it all."""
    if len(frames) <= _MOST_FRAMES:
        return tuple(frames)
    half = _MOST_FRAMES // 2
    left_out = Frame("…", 0, f"{len(frames) - 2 * half} more frames")
    return (*frames[:half], left_out, *frames[-half:])


def _message(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return f"The block called sys.exit({'' if error.code is None else repr(error.code)}); return from the function."
    parts = [_text_of(error)]
    cause = error.__cause__
    while cause is not None and len(parts) < _DEEPEST_CAUSE:
        text = _text_of(cause)
        if text not in parts[0]:  # what wraps an error often repeats it
            parts.append(f"Caused by {type(cause).__name__}: {text}")
        cause = cause.__cause__
    if isinstance(error, BaseExceptionGroup):
        parts.extend(f"- {type(each).__name__}: {_text_of(each)}" for each in error.exceptions[:10])
    message = "\n".join(parts)
    if len(message) <= _LONGEST_MESSAGE:
        return message
    return f"{message[:_LONGEST_MESSAGE]} … [{len(message) - _LONGEST_MESSAGE:,} more characters were left out]"


def _text_of(error: BaseException) -> str:
    told = getattr(error, "message", None)
    if isinstance(told, str) and type(error).__module__.startswith("blockwright."):
        return told  # the hint is told beside it
    try:
        return error.msg if isinstance(error, SyntaxError) else str(error)
    except BaseException as second:
        return f"<its message cannot be shown: __str__ raised {type(second).__name__}>"


def _hint(error: BaseException) -> str:
    hint = getattr(error, "hint", None)
    if isinstance(hint, str):
        return hint
    if isinstance(error, ModuleNotFoundError) and error.name and not error.name.startswith("mage_ai"):
        extra = _EXTRAS.get(error.name.partition(".")[0])
        if extra is not None:
            return f"It comes with the extra `{extra}`: pip install 'blockwright[{extra}]'"
        return f"Install what provides `{error.name}` in the environment that Blockwright runs in, or mend the name."
    if type(error).__name__ == "BdbQuit":
        return "A block has no terminal for a debugger. Run it with `blockwright replay RUN --block BLOCK --debug`."
    return ""


def _code(error: BaseException) -> str:
    ours = type(error).__module__.startswith("blockwright.")
    code = getattr(error, "error_code", None) or (getattr(error, "code", None) if ours else None)
    if isinstance(code, str):
        return code
    return {"StoreError": "store", "UnstorableValue": "unstorable_value"}.get(type(error).__name__, "user_code")


def _is_bug(error: BaseException) -> bool:
    """Whether an error without a frame of the user's is one that our code did not mean to raise."""
    return not type(error).__module__.startswith("blockwright") and not isinstance(error, SyntaxError | SystemExit)
