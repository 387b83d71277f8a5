"""What server and scheduler say of themselves: readable by people and machines, in files that do not grow for ever."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from blockwright.adapters.host.logging import RotatedFile, set_up

log = logging.getLogger("blockwright.engine.host")


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    for handler in [handler for handler in root.handlers if handler not in before]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


def test_a_line_has_time_level_word_and_fields(tmp_path: Path) -> None:
    stream = io.StringIO()
    set_up(tmp_path / "logs", "server", form="plain", level="info", stream=stream)
    log.debug("too.small")
    log.info("run.started run=%d", 7, extra={"pipeline": "my sales"})
    line = stream.getvalue()
    assert line[10] == "T"
    assert line[24:] == " info    run.started run=7 pipeline='my sales'\n"
    assert (tmp_path / "logs" / "server.log").read_text() == line


def test_as_json_every_field_has_its_name(tmp_path: Path) -> None:
    stream = io.StringIO()
    set_up(tmp_path, "server", form="json", level="debug", stream=stream)
    try:
        raise ValueError("broken")
    except ValueError:
        log.exception("run.failed run=%d why=%r time=5", 7, "it's a reason")
    (line,) = [json.loads(text) for text in stream.getvalue().splitlines()]
    assert (line["event"], line["level"], line["logger"]) == ("run.failed", "error", "blockwright.engine.host")
    assert (line["run"], line["why"], line["time_"]) == (7, "it's a reason", 5)
    assert line["exception"].endswith("ValueError: broken")


@pytest.mark.parametrize("form", ["plain", "json"])
def test_nobody_makes_up_a_line(tmp_path: Path, form: str) -> None:
    stream = io.StringIO()
    set_up(tmp_path, "server", form=form, level="info", stream=stream)
    log.info("run.started pipeline=%s", "a\n2026-03-29T12:00:00.000Z error   all.lost")
    assert stream.getvalue().count("\n") == 1


def test_lines_of_libraries_that_show_addresses_are_left_out(tmp_path: Path) -> None:
    stream = io.StringIO()
    set_up(tmp_path, "server", form="plain", level="debug", stream=stream)
    logging.getLogger("httpx").info("HTTP Request: POST https://hooks.example/s3cret")
    assert stream.getvalue() == ""


def test_set_up_again_logs_once(tmp_path: Path) -> None:
    stream = io.StringIO()
    for _ in range(2):
        set_up(tmp_path, "server", form="plain", level="info", stream=stream)
    log.info("once")
    assert stream.getvalue().count("once") == 1


def test_a_folder_that_cannot_be_made_costs_only_the_files(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    stream = io.StringIO()
    set_up(tmp_path / "file" / "logs", "server", form="plain", level="info", stream=stream)
    log.info("here.anyway")
    assert "log.no_files" in stream.getvalue()
    assert "here.anyway" in stream.getvalue()


WRITER = """
import logging, sys
from pathlib import Path
from blockwright.adapters.host.logging import RotatedFile
log = logging.getLogger("x")
log.propagate = False
log.addHandler(RotatedFile(Path(sys.argv[1]), largest=300, kept=200))
for number in range(300):
    log.warning("%s %d", sys.argv[2], number)
"""


def test_several_processes_write_and_put_aside_without_losing_a_line(tmp_path: Path) -> None:
    path = tmp_path / "scheduler.log"
    command = [sys.executable, "-c", WRITER, str(path)]
    writers = [subprocess.Popen([*command, name]) for name in ("a", "b")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    files = [path, *tmp_path.glob("scheduler.log.*")]
    assert len(files) > 3
    lines = sorted(line for file in files for line in file.read_text().splitlines())
    assert lines == sorted(f"{name} {number}" for name in ("a", "b") for number in range(300))


def test_only_so_many_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "server.log"
    handler = RotatedFile(path, largest=10, kept=2)
    for number in range(9):
        handler.emit(logging.makeLogRecord({"msg": f"line number {number}"}))
    handler.close()
    assert sorted(file.name for file in tmp_path.iterdir() if file.suffix != "") == [
        "server.log",
        "server.log.1",
        "server.log.2",
    ]
