"""What block code does with models: hand one in, load one, let one answer.

from blockwright import register_model

register_model("delay", fitted, metrics={"mae": 11.8}, example=features.head(5), held_out=test_set)
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

from blockwright.sdk import context

EXAMPLE_ROWS = 5
METHODS = ("predict", "predict_proba")
LARGEST_PART = 40_000
"""Characters of truths that go into one question."""
_TRUTH = ("actual", "request_id", "row", "key")


def register_model(
    name: str,
    model: Any,
    *,
    metrics: Mapping[str, float] | None = None,
    parameters: Mapping[str, Any] | None = None,
    example: Any = None,
    signature: Mapping[str, Any] | None = None,
    training_data: Any = None,
    held_out: Any = None,
    rivals: Mapping[int, Mapping[str, float]] | None = None,
    card: str = "",
    tags: Mapping[str, str] | None = None,
    method: str = "predict",
) -> int:
    """Make ``model``, anything with ``predict``, the next version of ``name``; the number of that version.

    It may also be the path of a file `.onnx` or of a folder that MLflow's ``save_model`` wrote, or a model of ONNX.
    With ``method="predict_proba"`` requests are answered with the probability of each class.

    ``example``: rows of features as the model takes them, best the frame that it was trained on. From it comes the
    signature, by which requests are checked, unless ``signature`` says it. ``training_data`` and ``held_out`` are
    frames (or fingerprints as text): two versions with the same ``held_out`` can be compared, and what the columns of
    ``training_data`` look like is kept with the version, for monitors to compare requests with. ``rivals``: the metrics
    of other versions, by number, on this version's ``held_out``. Nothing is served before the version is promoted.
    """
    surroundings = context.current()
    if method not in METHODS:
        raise ValueError(f"`method` is {method!r}; it must be one of {', '.join(METHODS)}.")
    facts: dict[str, Any] = {
        "method": method,
        "metrics": {str(key): _number(value) for key, value in (metrics or {}).items()},
        "parameters": _json(dict(parameters or {})),
        "tags": {str(key): str(value) for key, value in (tags or {}).items()},
        "card": card,
        "signature": None if signature is None else _json(dict(signature)),
        "training_data": fingerprint(training_data),
        "held_out": fingerprint(held_out),
        "rivals": {
            str(number): {str(key): _number(value) for key, value in measured.items()}
            for number, measured in (rivals or {}).items()
        },
    }
    if example is not None:
        facts["example"] = _rows(example)
        facts["signature"] = facts["signature"] or _signature(example, model)
    answer = surroundings.hand_in_model(name, model, facts, (training_data, held_out))
    return int(answer["version"])


def load_model(name: str, version: int | str = "champion") -> Any:
    """The model itself: of a version by its number, or by what it is called (``champion``, ``challenger``,
    ``previous``, ``newest``). Raises RuntimeError when there is none."""
    surroundings = context.current()
    found = _ask("model", model=name, version=str(version))
    return surroundings.read_output(found["outputs"])[0]


def model_version(name: str, version: int | str = "champion") -> dict[str, Any]:
    """What is known of a version: ``version``, ``metrics``, ``tags``, ``run`` … Raises RuntimeError for none."""
    found: dict[str, Any] = _ask("model", model=name, version=str(version))
    return {key: value for key, value in found.items() if key != "outputs"}


def promote_model(name: str, version: int | str = "newest", *, reason: str = "", force: bool = False) -> dict[str, Any]:
    """Let the version answer predictions, if the project's rules allow it. Raises RuntimeError with what does not hold.
    ``promotion.state`` of the answer is ``waiting`` where a person has to agree."""
    found: dict[str, Any] = _ask("promote_model", model=name, version=str(version), reason=reason, force=force)
    return found


def tell_truth(name: str, rows: Any) -> int:
    """Tell what was really the case of predictions of a model; how many truths are kept. ``rows`` is a frame or a list
    of rows with ``actual`` and either ``request_id`` (with ``row``, from 0, where the request had several) or ``key``.
    Raises RuntimeError naming the row that is wrong; those of the parts that were sent before it are kept."""
    if hasattr(rows, "to_dict"):
        rows = rows.to_dict("records")
    elif hasattr(rows, "to_dicts"):
        rows = rows.to_dicts()
    kept, part, size = 0, list[dict[str, Any]](), 0
    for row in rows:
        plain = {str(key): _json(value) for key, value in row.items() if key in _TRUTH}
        length = len(json.dumps(plain))
        if part and size + length > LARGEST_PART:
            kept += int(_ask("truth", model=name, truths=part))
            part, size = [], 0
        part.append(plain)
        size += length
    return kept + (int(_ask("truth", model=name, truths=part)) if part else 0)


def fingerprint(data: Any) -> str:
    """A short text that is the same for the same data; text stays what it is."""
    if data is None:
        return ""
    if isinstance(data, str):
        return data
    digest = hashlib.sha256()
    module = type(data).__module__.partition(".")[0]
    if module == "pandas":
        from pandas.util import hash_pandas_object

        names = data.columns if hasattr(data, "columns") else [data.name]
        digest.update(repr([str(name) for name in names]).encode())
        digest.update(hash_pandas_object(data, index=False).to_numpy().tobytes())
    elif module == "polars":
        digest.update(repr(list(data.columns)).encode())
        digest.update(data.hash_rows(seed=0).to_numpy().tobytes())
    elif module == "numpy":
        digest.update(f"{data.dtype}{data.shape}".encode())
        digest.update(data.tobytes())
    else:
        import pickle

        digest.update(pickle.dumps(data, protocol=5))
    return digest.hexdigest()[:32]


def _ask(what: str, **details: Any) -> Any:
    channel = context.current().channel
    if channel is None:
        raise RuntimeError(f"`{what}` cannot be asked here: this block runs without an engine.")
    return channel.ask(what, **details)


def _rows(example: Any) -> list[dict[str, Any]]:
    """The first rows as JSON."""
    module = type(example).__module__.partition(".")[0]
    if module == "pandas":
        frame = example.to_frame() if hasattr(example, "to_frame") else example
        rows = frame.head(EXAMPLE_ROWS).to_dict("records")
    elif module == "polars":
        rows = example.head(EXAMPLE_ROWS).to_dicts()
    elif module == "numpy":
        rows = [{str(place): value for place, value in enumerate(row)} for row in example[:EXAMPLE_ROWS].tolist()]
    else:
        rows = [dict(row) for row in list(example)[:EXAMPLE_ROWS]]
    return [{str(key): _json(value) for key, value in row.items()} for row in rows]


def _signature(example: Any, model: Any) -> dict[str, Any]:
    module = type(example).__module__.partition(".")[0]
    if module == "numpy":
        names = [str(name) for name in getattr(model, "feature_names_in_", range(example.shape[1]))]
        word = _word(str(example.dtype))
        inputs = [{"name": name, "type": word, "nullable": _nulls(example[:, at])} for at, name in enumerate(names)]
    elif hasattr(example, "columns"):
        columns = [str(name) for name in example.columns]
        inputs = [{"name": name, "type": _type(example[name]), "nullable": _nulls(example[name])} for name in columns]
    else:
        rows = _rows(example)
        names = list(dict.fromkeys(key for row in rows for key in row))
        inputs = [
            {
                "name": name,
                "type": _of_values([row.get(name) for row in rows]),
                "nullable": any(row.get(name) is None for row in rows),
            }
            for name in names
        ]
    return {"inputs": inputs}


def _field_of(name: str, values: list[Any]) -> dict[str, Any]:
    return {"name": name, "type": _of_values(values), "nullable": any(value is None for value in values)}


def _type(column: Any) -> str:
    word = _word(str(column.dtype).lower())
    if word != "any":
        return word
    return _of_values(list(column[: EXAMPLE_ROWS * 20]))


def _word(dtype: str) -> str:
    if dtype.startswith(("int", "uint")):
        return "integer"
    if dtype.startswith(("float", "decimal")):
        return "number"
    if dtype.startswith("bool"):
        return "boolean"
    if dtype.startswith(("datetime", "date")):
        return "time"
    return "text" if dtype.startswith(("str", "utf8", "string")) else "any"


def _of_values(values: list[Any]) -> str:
    kinds = {type(value) for value in values if not _is_null(value)}
    if not kinds:
        return "any"
    if kinds == {bool}:
        return "boolean"
    if kinds == {int}:
        return "integer"
    if kinds <= {int, float}:
        return "number"
    return "text" if kinds == {str} else "any"


def _nulls(column: Any) -> bool:
    if hasattr(column, "null_count"):
        return bool(column.null_count())
    if hasattr(column, "isna"):
        return bool(column.isna().any())
    return any(_is_null(value) for value in column.tolist())


def _is_null(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value)) or str(value) in ("<NA>", "NaT")


def _number(value: Any) -> float:
    return float(value)


def _json(value: Any) -> Any:
    """A twin that JSON has: numbers of numpy as numbers, what is not a number as null, other things as text."""
    if hasattr(value, "item") and not isinstance(value, str | bytes):
        value = value.item()
    if isinstance(value, Mapping):
        return {str(key): _json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_json(item) for item in value]
    if _is_null(value):
        return None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, str | int | bool) else str(value)
