"""What a key cannot see: the places at which code reaches for files, the network, the clock, chance …

The notes are for people who plan a run. They rest on names alone, so they miss what is well hidden and now and then
name what is harmless.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import lru_cache

from blockwright.core.code.imports import Names, dotted, literal_import, literal_text
from blockwright.core.code.model import Untracked, UntrackedKind
from blockwright.core.code.syntax import Nodes

_BY_KIND: dict[UntrackedKind, str] = {
    UntrackedKind.FILE: """open io.open codecs.open gzip.open bz2.open lzma.open zipfile.ZipFile tarfile.open
        os.listdir os.scandir os.walk os.stat os.path.exists os.path.isfile os.path.getmtime os.path.getsize
        glob.glob glob.iglob numpy.load numpy.loadtxt numpy.genfromtxt numpy.fromfile numpy.memmap joblib.load
        torch.load geopandas.read_file PIL.Image.open fsspec importlib.resources importlib.metadata
        pyarrow.parquet.read_table pyarrow.parquet.ParquetFile pyarrow.csv pyarrow.json pyarrow.feather
        pyarrow.dataset pyarrow.memory_map mage_ai.io.file mage_ai.io.config blockwright.io.files
        blockwright.io.config""",
    UntrackedKind.NETWORK: """requests httpx aiohttp urllib.request urllib3 http.client socket ftplib paramiko
        websocket websockets boto3 s3fs gcsfs google.cloud azure sklearn.datasets.fetch_openml
        sklearn.datasets.fetch_california_housing seaborn.load_dataset huggingface_hub mage_ai.io.s3
        mage_ai.io.google_cloud_storage mage_ai.io.azure_blob_storage blockwright.io.s3""",
    UntrackedKind.DATABASE: """sqlite3.connect duckdb sqlalchemy.create_engine psycopg psycopg2 pymysql pymongo redis
        snowflake.connector clickhouse_connect oracledb pyodbc pandas.read_sql pandas.read_sql_query
        pandas.read_sql_table pandas.read_gbq polars.read_database mage_ai.io blockwright.io""",
    UntrackedKind.CLOCK: """time.time time.time_ns time.localtime time.gmtime time.ctime datetime.datetime.now
        datetime.datetime.utcnow datetime.datetime.today datetime.date.today pandas.Timestamp.now
        pandas.Timestamp.utcnow pandas.Timestamp.today pendulum.now pendulum.today arrow.now arrow.utcnow""",
    UntrackedKind.RANDOM: "random numpy.random secrets uuid.uuid1 uuid.uuid4 os.urandom",
    UntrackedKind.PROCESS: "subprocess os.system os.popen os.spawnl os.spawnv",
    UntrackedKind.ENVIRONMENT: "os.getenv os.environ",
    UntrackedKind.CODE: "exec eval compile runpy",
    UntrackedKind.IMPORT: "__import__ importlib.import_module importlib.reload importlib.util pkgutil",
}
_BY_NAME = {name: kind for kind, names in _BY_KIND.items() for name in names.split()}

_BY_PREFIX = (
    ("pandas.read_", UntrackedKind.FILE),
    ("polars.read_", UntrackedKind.FILE),
    ("polars.scan_", UntrackedKind.FILE),
)
_BY_METHOD = dict.fromkeys(("read_text", "read_bytes", "iterdir", "glob", "rglob", "open"), UntrackedKind.FILE)
_BY_QUESTION = {
    "get_secret_value": UntrackedKind.SECRET,
    "get_secret": UntrackedKind.SECRET,
    "get_variable": UntrackedKind.RECORD,
    "get_global_variable": UntrackedKind.RECORD,
    "get_global_variables": UntrackedKind.RECORD,
    "trigger_pipeline": UntrackedKind.RECORD,
    "check_status": UntrackedKind.RECORD,
}
_BUILT_IN = frozenset({"open", "exec", "eval", "compile", "__import__"})
_SEEDED = frozenset({"default_rng", "RandomState", "Random", "Generator", "SeedSequence", "seed"})
_IN_MEMORY = frozenset({"io.StringIO", "io.BytesIO", "StringIO", "BytesIO"})
_NOT_SHOWN = frozenset({UntrackedKind.DATABASE, UntrackedKind.PROCESS, UntrackedKind.CODE})
_LONGEST = 60


def untracked(nodes: Nodes, names: Names) -> tuple[Untracked, ...]:
    """Notes in the order of lines, each once."""
    explained: set[int] = set()
    notes = [note for call in nodes[ast.Call] if (note := _call(call, names, explained))]
    looks: list[ast.AST] = [*nodes[ast.Subscript], *(node for node in nodes[ast.Attribute] if node.attr == "environ")]
    if "os.environ" in names.values():
        looks += nodes[ast.Name]
    notes += [note for node in looks if (note := _environment(node, names, explained))]
    return tuple(sorted(dict.fromkeys(notes), key=lambda note: note.line))


def _call(call: ast.Call, names: Names, explained: set[int]) -> Untracked | None:
    name = dotted(call.func, names)
    kind = _kind(name)
    if kind is None or not _is_known(call.func, name, names) or _is_harmless(call, name, kind, names):
        return None
    explained.update(_chain(call.func))
    if kind is UntrackedKind.FILE and _is_address(call):
        kind = UntrackedKind.NETWORK
    return Untracked(kind, call.lineno, _shown(name.removeprefix("."), kind, call.args))


@lru_cache(maxsize=10_000)
def _kind(name: str) -> UntrackedKind | None:
    """What a call of ``name`` reaches for, judged by the longest part of it that is known."""
    known = name
    while known:
        if kind := _BY_NAME.get(known):
            return kind
        known = known.rpartition(".")[0]
    for prefix, kind in _BY_PREFIX:
        if name.startswith(prefix):
            return kind
    last = name.rpartition(".")[2]
    return _BY_QUESTION.get(last) or (_BY_METHOD.get(last) if "." in name else None)


def _is_known(function: ast.expr, name: str, names: Names) -> bool:
    """Whether the name is certainly what it looks like: imported, built in, or known by its last part alone."""
    root = function
    while isinstance(root, ast.Attribute):
        root = root.value
    last = name.rpartition(".")[2]
    imported = isinstance(root, ast.Name) and root.id in names
    return imported or name in _BUILT_IN or last in _BY_QUESTION or last in _BY_METHOD


def _is_harmless(call: ast.Call, name: str, kind: UntrackedKind, names: Names) -> bool:
    last = name.rpartition(".")[2]
    if kind is UntrackedKind.RANDOM and last in _SEEDED:
        return bool(call.args or call.keywords)
    if kind is UntrackedKind.IMPORT:
        return literal_import(call, names) is not None
    if last == "open" and _writes(call, mode_at=1 if name in _BY_NAME else 0):
        return True
    first = call.args[0] if call.args else None
    return isinstance(first, ast.Call) and dotted(first.func, names) in _IN_MEMORY


def _writes(call: ast.Call, *, mode_at: int) -> bool:
    """Whether a file is opened only to be written; ``mode_at`` is the place of the mode among the arguments."""
    given = call.args[mode_at] if len(call.args) > mode_at else None
    mode = next((keyword.value for keyword in call.keywords if keyword.arg == "mode"), given)
    text = "" if mode is None else literal_text(mode) or ""
    return text[:1] in ("w", "x") and "+" not in text and len(text) <= 3


def _is_address(call: ast.Call) -> bool:
    text = literal_text(call.args[0]) if call.args else None
    return text is not None and "://" in text[:12] and not text.startswith("file:")


def _environment(node: ast.AST, names: Names, explained: set[int]) -> Untracked | None:
    """``os.environ['X']`` names its variable; any other use of ``os.environ`` may look at all of them."""
    if id(node) in explained:
        return None
    if isinstance(node, ast.Subscript):
        if dotted(node.value, names) != "os.environ":
            return None
        explained.update(_chain(node.value))
        text = literal_text(node.slice)
        shown = "os.environ[…]" if text is None else f"os.environ[{text!r}]"
        return Untracked(UntrackedKind.ENVIRONMENT, node.lineno, shown)
    if isinstance(node, ast.Attribute | ast.Name) and dotted(node, names) == "os.environ":
        explained.update(_chain(node))
        return Untracked(UntrackedKind.ENVIRONMENT, node.lineno, "os.environ")
    return None


def _chain(expression: ast.AST) -> Iterable[int]:
    """The nodes of ``a.b.c``."""
    while isinstance(expression, ast.Attribute):
        yield id(expression)
        expression = expression.value
    yield id(expression)


def _shown(name: str, kind: UntrackedKind, arguments: list[ast.expr]) -> str:
    """The call with its first argument, where that is a literal that cannot hold a password."""
    if not arguments:
        return f"{name}()"
    text = literal_text(arguments[0])
    if kind is UntrackedKind.NETWORK and text is not None:
        text = _public_part(text)
    if text is None or kind in _NOT_SHOWN or len(text) > _LONGEST:
        return f"{name}(…)"
    return f"{name}({text!r})"


def _public_part(address: str) -> str | None:
    """An address without user, password and query; None for what is no address."""
    scheme, mark, rest = address.partition("://")
    host, slash, path = rest.partition("?")[0].partition("#")[0].partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}" if mark else None
