"""Ask the prediction service the way other programs do: over HTTP, rows by column, in the order in which they came."""

from __future__ import annotations

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pandas as pd

from mlops_demo.utils.features import FEATURES
from mlops_demo.utils.flights import FLIGHT_KEY, TARGET

ROWS = 500
"""Flights in one request."""
SECONDS = 60.0
ASKED = ["request_id", "row", "predicted_delay", "model_version"]


def ask_for(rows: pd.DataFrame, url: str, model: str) -> pd.DataFrame:
    """For each of ``rows``: ``FLIGHT_KEY``, ``ASKED``, and the delay as it turned out (missing: it did not arrive).

    Raises RuntimeError with what the service said when it refuses.
    """
    ordered = rows.sort_values("scheduled_departure", kind="stable").reset_index(drop=True)
    answers = [_answer(ordered.iloc[start : start + ROWS], url, model) for start in range(0, len(ordered), ROWS)]
    told = pd.concat(answers, ignore_index=True)
    return pd.concat([ordered[[*FLIGHT_KEY, TARGET]], told], axis=1)


def _answer(rows: pd.DataFrame, url: str, model: str) -> pd.DataFrame:
    columns = json.loads(rows[FEATURES].to_json(orient="split", date_format="iso"))
    values = [list(column) for column in zip(*columns["data"], strict=True)]
    document = {"model": model, "columns": dict(zip(columns["columns"], values, strict=True))}
    answer = _post(f"{url.rstrip('/')}/predict", document)
    return pd.DataFrame(
        {
            "request_id": answer["request_id"],
            "row": range(len(rows)),
            "predicted_delay": answer["predictions"],
            "model_version": answer["version"],
        }
    )


def _post(url: str, document: dict[str, Any]) -> dict[str, Any]:
    request = Request(url, json.dumps(document).encode(), {"Content-Type": "application/json"})
    try:
        with urlopen(request, timeout=SECONDS) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
    except HTTPError as error:
        raise RuntimeError(f"{url} refused: {error.read().decode(errors='replace')[:500]}") from None
    except OSError as error:
        raise RuntimeError(f"{url} does not answer ({error}). `blockwright serve` or `make up` starts it.") from None
