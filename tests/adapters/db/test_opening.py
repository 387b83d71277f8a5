from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from blockwright.adapters.db import DatabaseRuns, open_database
from blockwright.adapters.db.opening import open_sqlite
from blockwright.adapters.db.probes import require_locks, require_wal, take_lock
from blockwright.adapters.db.schema import VERSION_TABLE
from blockwright.core.errors import BlockwrightError, Invalid, Unavailable
from tests.contracts.samples import create


def refusal(folder: Path) -> Unavailable:
    with pytest.raises(Unavailable) as caught:
        open_database(None, folder=folder, durable=False)
    return caught.value


def test_a_new_folder_becomes_a_database_and_stays_one(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "data ü?#%"
    first = open_database(None, folder=folder, durable=True)
    run = create(DatabaseRuns(first))
    first.close()
    second = open_database(None, folder=folder, durable=False)
    assert DatabaseRuns(second).latest("shop") == run
    second.close()


def test_a_url_names_another_file(tmp_path: Path) -> None:
    open_database(f"sqlite:///{tmp_path}/other.db", folder=tmp_path / "data", durable=False).close()
    assert (tmp_path / "other.db").exists()
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "url", ["mysql://host/database", "sqlite://", "sqlite:///:memory:", "sqlite:///a.db?mode=ro", "nonsense"]
)
def test_a_url_that_cannot_work_is_named(url: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="BLOCKWRIGHT_DATABASE_URL"):
        open_database(url, folder=tmp_path, durable=False)


def test_write_ahead_logging_is_on_and_durable_means_synced(tmp_path: Path) -> None:
    for durable, level in ((False, 1), (True, 2)):
        database = open_database(None, folder=tmp_path, durable=durable)
        with database.read() as transaction:
            assert transaction.execute("PRAGMA journal_mode").fetchone() == ("wal",)
            assert transaction.execute("PRAGMA synchronous").fetchone() == (level,)
            assert transaction.execute("PRAGMA foreign_keys").fetchone() == (1,)
        database.close()


def test_many_may_be_the_first_to_open(tmp_path: Path) -> None:
    program = "import sys; from pathlib import Path; from blockwright.adapters.db import open_database\n"
    program += "open_database(None, folder=Path(sys.argv[1]), durable=False).close()"
    processes = [subprocess.Popen([sys.executable, "-c", program, tmp_path]) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        opened = list(threads.map(lambda _: open_sqlite(tmp_path / "blockwright.db", durable=False), range(8)))
    assert [process.wait(60) for process in processes] == [0, 0, 0, 0]
    for database in opened:
        database.close()


def test_a_start_without_upgrade_loads_neither_sqlalchemy_nor_alembic(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from blockwright.adapters.db import DatabaseRuns, open_database
for _ in range(2):  # a new database and an old one
    database = open_database(None, folder=Path(sys.argv[1]), durable=False)
    assert DatabaseRuns(database).latest("shop") is None
    database.close()
heavy = {"sqlalchemy", "alembic", "psycopg", "cryptography", "asyncio", "socket"} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", program, tmp_path], check=True, timeout=60)


def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    database = open_database(None, folder=tmp_path, durable=False)
    with database.write() as transaction:
        transaction.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    database.close()
    error = refusal(tmp_path)
    assert error.code == "database_newer"
    assert "9999" in error.message
    assert "pip install --upgrade" in error.hint


@pytest.mark.parametrize(
    "content", [b"not a database at all, but long enough" * 99, b"SQLite format 3\0" + b"x" * 4096]
)
def test_a_file_that_is_no_database_is_named_and_kept(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "blockwright.db"
    file.write_bytes(content)
    error = refusal(tmp_path)
    assert error.code == "database_corrupt"
    assert str(file) in error.message
    assert file.read_bytes() == content


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    open_database(None, folder=tmp_path, durable=False).close()
    with (tmp_path / "blockwright.db").open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 4000)
    assert refusal(tmp_path).code == "database_corrupt"


def test_the_database_of_another_program_is_not_touched(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "blockwright.db") as connection:
        connection.execute("CREATE TABLE run (id)")
    connection.close()
    error = refusal(tmp_path)
    assert error.code == "database_foreign"
    assert "`run`" in error.message


def test_an_empty_file_is_a_new_database(tmp_path: Path) -> None:
    (tmp_path / "blockwright.db").touch()
    open_database(None, folder=tmp_path, durable=False).close()


@pytest.mark.parametrize("obstacle", ["file", "folder"])
def test_a_data_folder_that_cannot_be_one_names_the_setting(obstacle: str, tmp_path: Path) -> None:
    if obstacle == "file":
        (tmp_path / "data").write_text("")
    else:
        (tmp_path / "data" / "blockwright.db").mkdir(parents=True)
    error = refusal(tmp_path / "data")
    assert "BLOCKWRIGHT_DATA_DIR" in error.hint
    assert str(tmp_path / "data") in error.message


READ_ONLY = """
import os, sys
from pathlib import Path
from blockwright.adapters.db import open_database
from blockwright.core.errors import Unavailable
os.chdir(sys.argv[1])
if os.geteuid() == 0:
    os.setuid(65534)  # to root nothing is read-only
try:
    open_database(None, folder=Path("data"), durable=False)
except Unavailable as error:
    assert "`data" in error.message and "BLOCKWRIGHT_DATA_DIR" in error.hint, error
else:
    raise SystemExit("opened")
"""


@pytest.mark.parametrize("exists", [True, False])
def test_a_read_only_folder_names_the_setting(exists: bool, tmp_path: Path) -> None:
    if exists:
        open_database(None, folder=tmp_path / "data", durable=False).close()
        (tmp_path / "data").chmod(0o555)
    tmp_path.chmod(0o555)
    subprocess.run([sys.executable, "-c", READ_ONLY, tmp_path], check=True, timeout=60)


def test_a_file_system_that_grants_every_lock_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="BLOCKWRIGHT_DATA_DIR") as caught:
        require_locks(tmp_path / "locks", take=lambda descriptor: True)
    assert caught.value.code == "database_file_system"


def test_a_file_system_without_locks_is_refused(tmp_path: Path) -> None:
    def unsupported(descriptor: int) -> bool:
        raise OSError(95, "Operation not supported")

    with pytest.raises(Unavailable, match="Operation not supported"):
        require_locks(tmp_path / "locks", take=unsupported)


def test_probing_at_the_same_time_is_no_reason_to_refuse(tmp_path: Path) -> None:
    folder = tmp_path / "locks"
    require_locks(folder)
    descriptor = os.open(folder / "probe", os.O_RDWR)
    try:
        assert take_lock(descriptor)
        require_locks(folder)
    finally:
        os.close(descriptor)


def test_a_file_system_without_shared_memory_is_refused(tmp_path: Path) -> None:
    # SQLite's own stand-in for such a file system.
    connection = sqlite3.connect(f"file:{tmp_path / 'x.db'}?vfs=unix-none", uri=True, isolation_level=None)
    try:
        with pytest.raises(Unavailable, match="BLOCKWRIGHT_DATA_DIR"):
            require_wal(connection, tmp_path / "x.db")
    finally:
        connection.close()


@pytest.mark.postgres
def test_postgres_opens_again_with_its_runs(postgres_url: str, tmp_path: Path) -> None:
    first = open_database(postgres_url, folder=tmp_path, durable=False)
    run = create(DatabaseRuns(first))
    first.close()
    second = open_database(postgres_url.replace("postgresql:", "postgres:"), folder=tmp_path, durable=False)
    assert DatabaseRuns(second).latest("shop") == run
    with second.write() as transaction:
        transaction.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    second.close()
    with pytest.raises(Unavailable, match="9999") as caught:
        open_database(postgres_url, folder=tmp_path, durable=False)
    assert caught.value.code == "database_newer"


def test_a_server_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(BlockwrightError, match=r"127\.0\.0\.1:1/") as caught:
        open_database("postgresql://me:hunter2@127.0.0.1:1/x?sslpassword=hunter3", folder=tmp_path, durable=False)
    assert caught.value.code == "database_unavailable"
    assert "hunter" not in str(caught.value)


def test_a_missing_driver_names_the_extra(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from blockwright.adapters.db import open_database
from blockwright.core.errors import Unavailable
sys.modules["psycopg"] = None  # as if it were not installed
try:
    open_database("postgresql://localhost/x", folder=Path(sys.argv[1]), durable=False)
except Unavailable as error:
    assert "blockwright[sql]" in error.hint, error
else:
    raise SystemExit("opened")
"""
    subprocess.run([sys.executable, "-c", program, tmp_path], check=True, timeout=60)
