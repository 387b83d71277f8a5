"""Ask the prediction service, and print its answer as JSON. What is known of the version comes on standard input
(`blockwright models show MODEL champion --json`).

python deploy/predict.py one            one row as {"features": [...]}, in the order of the signature
python deploy/predict.py sample [FILE]  the rows of FILE (a JSON list of objects), or the rows kept with the version

``PREDICT_PORT`` says where it listens on this machine (5000), ``TOKEN`` is sent when there is one.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

URL = f"http://127.0.0.1:{os.environ.get('PREDICT_PORT', '5000')}/predict"


def main(arguments: Sequence[str]) -> int:
    if not arguments or arguments[0] not in ("one", "sample"):
        print(__doc__, file=sys.stderr)
        return 2
    told = sys.stdin.read()
    try:
        version = json.loads(told)
        fields = [field["name"] for field in version["signature"]["inputs"]]
        rows = rows_of(version, arguments[1:])
    except (ValueError, KeyError, TypeError, OSError) as error:
        what = told.strip()[:500] or "nothing"
        print(f"There is no version to ask ({error}). It said: {what}", file=sys.stderr)
        return 1
    if arguments[0] == "one":
        return ask({"model": version["model"], "features": [rows[0][name] for name in fields]})
    return ask({"model": version["model"], "instances": rows})


def rows_of(version: dict[str, Any], files: Sequence[str]) -> list[dict[str, Any]]:
    rows = json.loads(Path(files[0]).read_text()) if files else version["example"]
    if not isinstance(rows, list) or not rows:
        raise ValueError("no rows to predict")
    return rows


def ask(document: dict[str, Any]) -> int:
    headers = {"Content-Type": "application/json"}
    if token := os.environ.get("TOKEN"):
        headers["Authorization"] = f"Bearer {token}"
    request = Request(URL, json.dumps(document).encode(), headers)
    try:
        with urlopen(request, timeout=30) as answer:
            print(json.dumps(json.load(answer)))
        return 0
    except HTTPError as error:
        print(error.read().decode(errors="replace"), file=sys.stderr)
    except (URLError, OSError) as error:
        print(f"{URL} does not answer: {error}. Is it running? `make up` starts it.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
