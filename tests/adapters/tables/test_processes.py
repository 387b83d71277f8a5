"""The reader's process: started late, watched, replaced; and files that would hurt it."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from blockwright.adapters.tables.children import Limits
from blockwright.adapters.tables.duckdb_tables import DuckDBTables
from blockwright.core.errors import BlockwrightError, Invalid, NotFound, Unavailable
from blockwright.wire.outputs import Output
from tests.adapters.tables.conftest import Put
from tests.processes import gone

pytestmark = pytest.mark.slow

ENDLESS = "levenshtein(repeat('x', 20000 + n), repeat('y', 20000 + n)) = n"
"""A condition over a column ``n`` that takes far longer than any test waits, row by row, and little memory."""


@pytest.fixture
def reader(locate: Callable[[str], Path]) -> Iterator[Callable[[Limits], DuckDBTables]]:
    """Readers of a test's own, ended with it."""
    made: list[DuckDBTables] = []

    def make(limits: Limits) -> DuckDBTables:
        made.append(DuckDBTables(locate, limits=limits, environ=os.environ))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture(scope="module")
def numbers(put: Put) -> Output:
    return put(pd.DataFrame({"n": range(1000)}))


def is_gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


@pytest.mark.quick
def test_our_side_imports_nothing_heavy() -> None:
    code = "import sys, blockwright.adapters.tables.duckdb_tables; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"pandas", "numpy", "pyarrow", "duckdb", "sqlalchemy"} & set(loaded)


def test_it_starts_when_it_is_first_needed_and_ends_when_closed(
    reader: Callable[[Limits], DuckDBTables], numbers: Output
) -> None:
    tables = reader(Limits())
    assert tables.pid is None
    tables.page(numbers)
    pid = tables.pid
    assert pid is not None
    tables.close()
    tables.close()
    assert is_gone(pid)
    assert tables.page(numbers, limit=1).rows == ((0,),)


@pytest.mark.quick
def test_killed_between_two_requests_it_is_replaced(reader: Callable[[Limits], DuckDBTables], numbers: Output) -> None:
    tables = reader(Limits())
    tables.page(numbers)
    pid = tables.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert tables.page(numbers, limit=1).rows == ((0,),)
    assert tables.pid != pid


def test_idle_it_ends_by_itself(reader: Callable[[Limits], DuckDBTables], numbers: Output) -> None:
    tables = reader(Limits(idle=0.05))
    tables.page(numbers, limit=1)
    pid = tables.pid
    assert pid is not None
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)  # returns when it has ended
    assert tables.page(numbers, limit=1).rows == ((0,),)


def test_a_request_that_takes_too_long_is_ended(reader: Callable[[Limits], DuckDBTables], numbers: Output) -> None:
    tables = reader(Limits(seconds=4, memory=8 * 1024**3))
    tables.page(numbers)
    pid = tables.pid
    assert pid is not None
    with pytest.raises(Unavailable, match=r"output `output_0` took longer than 4 s"):
        tables.page(numbers, where=ENDLESS)
    assert is_gone(pid)
    assert tables.page(numbers, limit=1).rows == ((0,),)


def test_a_request_that_takes_too_much_memory_is_ended(
    reader: Callable[[Limits], DuckDBTables], numbers: Output
) -> None:
    tables = reader(Limits(memory=256 * 1024**2))
    tables.page(numbers)
    with pytest.raises(Unavailable) as refused:
        tables.page(numbers, where="len(repeat('x', 1000000 + n)) + len(repeat('y', 1000000 + n)) = n")
    assert refused.value.code == "memory"
    assert tables.page(numbers, limit=1).rows == ((0,),)


def test_a_request_can_be_cancelled_from_another_thread(
    reader: Callable[[Limits], DuckDBTables], numbers: Output
) -> None:
    tables = reader(Limits(memory=8 * 1024**3))
    tables.page(numbers)
    answered: list[BlockwrightError] = []

    def ask() -> None:
        with pytest.raises(Unavailable) as refused:
            tables.page(numbers, where=ENDLESS)
        answered.append(refused.value)

    asking = threading.Thread(target=ask)
    asking.start()
    while not answered:  # until the request is under way there is nothing to cancel
        tables.cancel()
        asking.join(0.05)
    assert answered[0].code == "cancelled"


def test_threads_share_one_reader(reader: Callable[[Limits], DuckDBTables], numbers: Output) -> None:
    tables = reader(Limits())
    found: list[int] = []
    threads = [
        threading.Thread(
            target=lambda place=place: found.append(tables.page(numbers, offset=place, limit=1).rows[0][0])
        )
        for place in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == list(range(8))


def test_it_ends_with_the_process_that_started_it(put: Put, blobs: Path, numbers: Output) -> None:
    code = """
import os, sys
from pathlib import Path
from blockwright.adapters.tables.duckdb_tables import DuckDBTables
from blockwright.wire.outputs import Output
tables = DuckDBTables(lambda digest: Path(sys.argv[1]) / digest[:2] / digest)
tables.page(Output("o", sys.argv[2], "arrow:pandas", "dataframe", 1))
print(tables.pid, flush=True)
os.kill(os.getpid(), 9)
"""
    killed = subprocess.run([sys.executable, "-c", code, str(blobs), numbers.digest], capture_output=True, check=False)
    pid = int(killed.stdout)
    gone([pid])


def test_modules_of_a_project_cannot_stand_in_for_ours(
    locate: Callable[[str], Path], numbers: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("duckdb", "json", "blockwright", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'loaded')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    tables = DuckDBTables(locate, environ={**os.environ, "PYTHONPATH": str(tmp_path)})
    try:
        assert tables.page(numbers, limit=1).rows == ((0,),)
    finally:
        tables.close()
    assert not (tmp_path / "loaded").exists()


@pytest.mark.quick
def test_a_value_that_is_not_in_the_store_is_not_found(tables: DuckDBTables, numbers: Output) -> None:
    with pytest.raises(NotFound, match="handed over in memory"):
        tables.page(replace(numbers, in_memory=True))
    with pytest.raises(NotFound, match="Run the block again"):
        tables.page(replace(numbers, digest="0" * 64))


@pytest.fixture
def folder_reader(tmp_path: Path) -> Iterator[DuckDBTables]:
    """A reader of files in the test's own folder, named by what stands for their digest."""
    tables = DuckDBTables(lambda digest: tmp_path / digest)
    yield tables
    tables.close()


def test_a_page_does_not_wait_while_a_whole_table_is_looked_at(folder_reader: DuckDBTables, tmp_path: Path) -> None:
    (tmp_path / "small").write_text("[1, 2, 3]")
    os.mkfifo(tmp_path / "slow")  # its reader waits until something is written
    found: list[int] = []
    slow = Output("slow", "slow", "json", "list", 1)
    looking = threading.Thread(target=lambda: found.append(folder_reader.profile(slow)[0].rows))
    looking.start()
    assert folder_reader.page(Output("small", "small", "json", "list", 1), limit=1).total == 3
    assert found == []
    (tmp_path / "slow").write_text("[1, 2]")
    looking.join()
    assert found == [2]
    assert folder_reader.profile(slow)[0].rows == 2  # the bytes of a digest are looked at once


@pytest.mark.parametrize("codec", ["arrow:pandas", "npy", "json"])
def test_bytes_at_random_are_called_damaged(folder_reader: DuckDBTables, tmp_path: Path, codec: str) -> None:
    (tmp_path / "noise").write_bytes(bytes(range(256)) * 50)
    with pytest.raises(Invalid, match="of output `o` are damaged"):
        folder_reader.page(Output("o", "noise", codec, "dataframe", 1))


def test_files_cut_short_or_changed_anywhere_hurt_nobody(
    folder_reader: DuckDBTables, locate: Callable[[str], Path], put: Put, tmp_path: Path
) -> None:
    frame = pd.DataFrame({"n": range(50), "s": [f"text {n}" for n in range(50)], "c": pd.Categorical(["a", "b"] * 25)})
    whole = locate(put(frame).digest).read_bytes()
    for place in range(0, len(whole), len(whole) // 60):
        (tmp_path / f"cut{place}").write_bytes(whole[:place])
        (tmp_path / f"changed{place}").write_bytes(whole[:place] + b"\xff\xff\xff\x7f" + whole[place + 4 :])
        with pytest.raises(Invalid):
            folder_reader.page(Output("o", f"cut{place}", "arrow:pandas", "dataframe", 1))
        with contextlib.suppress(Invalid, Unavailable):  # or it is shown with what was changed
            folder_reader.page(Output("o", f"changed{place}", "arrow:pandas", "dataframe", 1), sort=["s"], where="n>0")


def test_a_file_that_shrinks_under_the_reader_hurts_nobody(folder_reader: DuckDBTables, tmp_path: Path) -> None:
    table = pa.table({"n": pa.array(range(200_000))})
    with pa.OSFile(str(tmp_path / "big"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    output = Output("o", "big", "arrow:table", "table", 1)
    assert folder_reader.page(output, limit=1).rows == ((0,),)
    for size in (4096, 0):
        os.truncate(tmp_path / "big", size)
        with pytest.raises((Invalid, Unavailable)):
            folder_reader.page(output, offset=199_000)
