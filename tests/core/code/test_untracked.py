from __future__ import annotations

import pytest

from blockwright.core.code import facts

IMPORTS = """import os, time, random, requests, subprocess, importlib, sqlite3, uuid, io
import pandas as pd, numpy as np
from datetime import datetime, date
import datetime as dt
from pathlib import Path
from os import environ, getenv as ask
from mage_ai.io.postgres import Postgres
from mage_ai.data_preparation.shared.secrets import get_secret_value
"""


def notes(line: str) -> list[tuple[str, str]]:
    found = facts(IMPORTS + line).untracked
    assert all(note.line == IMPORTS.count("\n") + 1 for note in found)
    return [(note.kind.value, note.text) for note in found]


@pytest.mark.parametrize(
    ("line", "kind", "text"),
    [
        ("open('a.txt')", "file", "open('a.txt')"),
        ("open(name, 'r+')", "file", "open(…)"),
        ("open('a', 'a+')", "file", "open('a')"),
        ("pd.read_csv('a.csv')", "file", "pandas.read_csv('a.csv')"),
        ("pd.read_parquet(path)", "file", "pandas.read_parquet(…)"),
        ("pd.read_csv('https://host/a.csv')", "network", "pandas.read_csv('https://host/a.csv')"),
        ("Path('a').read_text()", "file", "read_text()"),
        ("path.read_bytes()", "file", "path.read_bytes()"),
        ("Path('a').open()", "file", "open()"),
        ("np.load('a.npy')", "file", "numpy.load('a.npy')"),
        ("os.listdir()", "file", "os.listdir()"),
        ("pd.read_sql('select 1', c)", "database", "pandas.read_sql(…)"),
        ("sqlite3.connect('a.db')", "database", "sqlite3.connect(…)"),
        ("Postgres.with_config(c)", "database", "mage_ai.io.postgres.Postgres.with_config(…)"),
        ("pd.read_csv('https://me:pass@host/a?sig=s#f')", "network", "pandas.read_csv('https://host/a')"),
        ("requests.post('token')", "network", "requests.post(…)"),
        ("requests.get(url)", "network", "requests.get(…)"),
        ("os.environ['HOME']", "environment", "os.environ['HOME']"),
        ("os.environ[name]", "environment", "os.environ[…]"),
        ("os.environ.get('HOME', '')", "environment", "os.environ.get('HOME')"),
        ("os.getenv('HOME')", "environment", "os.getenv('HOME')"),
        ("ask('HOME')", "environment", "os.getenv('HOME')"),
        ("environ['HOME']", "environment", "os.environ['HOME']"),
        ("dict(environ)", "environment", "os.environ"),
        ("f(**os.environ)", "environment", "os.environ"),
        ("datetime.now()", "clock", "datetime.datetime.now()"),
        ("dt.datetime.utcnow()", "clock", "datetime.datetime.utcnow()"),
        ("date.today()", "clock", "datetime.date.today()"),
        ("time.time()", "clock", "time.time()"),
        ("pd.Timestamp.now()", "clock", "pandas.Timestamp.now()"),
        ("random.random()", "random", "random.random()"),
        ("np.random.rand(3)", "random", "numpy.random.rand(…)"),
        ("np.random.default_rng()", "random", "numpy.random.default_rng()"),
        ("uuid.uuid4()", "random", "uuid.uuid4()"),
        ("subprocess.run(['ls'])", "process", "subprocess.run(…)"),
        ("importlib.import_module(name)", "import", "importlib.import_module(…)"),
        ("__import__(name)", "import", "__import__(…)"),
        ("importlib.import_module('.a', 'b')", "import", "importlib.import_module('.a')"),
        ("exec('x = 1')", "code", "exec(…)"),
        ("get_secret_value('token')", "secret", "mage_ai.data_preparation.shared.secrets.get_secret_value('token')"),
        ("get_global_variable('p', 'x')", "record", "get_global_variable('p')"),
    ],
)
def test_what_lies_outside_is_noted(line: str, kind: str, text: str) -> None:
    assert notes(line) == [(kind, text)]


@pytest.mark.parametrize(
    "line",
    [
        "x = 1",
        "open('a', 'w')",
        "open('a', mode='wb')",
        "Path('a').open('w')",
        "pd.read_csv(io.StringIO(text))",
        "importlib.import_module('json')",
        "np.random.default_rng(42)",
        "np.random.seed(42)",
        "random.Random(1)",
        "time.sleep(1)",
        "datetime(2024, 1, 1)",
        "os.path.join('a', 'b')",
        "df.random(), secrets.get(), socket.send()",  # names that nothing was imported as
        "'open(x)'  # open(x)",
    ],
)
def test_what_changes_nothing_is_not_noted(line: str) -> None:
    assert notes(line) == []


def test_notes_come_in_the_order_of_lines_and_once_each() -> None:
    found = facts("def f():\n    open(a); open(b)\nimport time\ntime.time()\n").untracked
    assert [(note.line, note.text) for note in found] == [(2, "open(…)"), (4, "time.time()")]


def test_the_context_that_blocks_share_is_noted() -> None:
    found = facts("@transformer\ndef t(df, **kwargs):\n    return kwargs['context']")
    assert [note.sentence("transformers/t.py") for note in found.untracked] == [
        "transformers/t.py:2 kwargs['context'] (context)"
    ]
