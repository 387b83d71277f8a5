from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from blockwright.mage import containers, matrices, texts
from blockwright.mage.loggers import DictLogger
from blockwright.mage.streaming import BasePythonSink, BasePythonSource


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (texts.clean_name("My Block!/x"), "my_block__x"),
        (texts.clean_name("a/1 b", allow_characters=["/"]), "a/1_b"),
        (texts.clean_name('1"$st\n'), "letter_1st"),
        (texts.is_number("1e3"), True),
        (texts.is_number("x"), False),
        (texts.camel_to_snake_case("someHTTPName"), "some_http_name"),
        (texts.replacer("abc", {"a": "x"}), "xbc"),
        (texts.render_output_tags("<b>"), "<RenderOutput><b></RenderOutput>"),
        (containers.find(lambda x: x > 1, [1, 2, 3]), 2),
        (containers.find(lambda x: x > 5, [1]), None),
        (containers.find_index(lambda x: x == 3, [1, 3]), 1),
        (containers.difference([1, 2], [2]), [1]),
        (containers.flatten([[1], [2, 3]]), [1, 2, 3]),
        (list(containers.batch([1, 2, 3], 2)), [[1, 2], [3]]),
        (containers.unique_by([{"a": 1, "b": 1}, {"a": 1}], lambda x: x["a"]), [{"a": 1, "b": 1}]),
        (containers.dig({"a": {"b": 1}}, "a.b"), 1),
        (containers.dig({"a": 1}, ["a", "b"]), None),
        (containers.merge_dict({"a": 1, "b": 1}, {"b": 2}), {"a": 1, "b": 2}),
        (containers.extract({"a": 1, "b": 2}, ["a", "c"]), {"a": 1}),
        (containers.ignore_keys({"a": 1, "b": 2}, ["a"]), {"b": 2}),
        (containers.ignore_keys_with_blank_values({"a": 0, "b": None, "c": ""}), {"a": 0}),
        (containers.index_by(lambda x: x % 2, [1, 2, 3]), {1: 3, 0: 2}),
        (containers.group_by(lambda x: x % 2, [1, 2, 3]), {1: [1, 3], 0: [2]}),
        (containers.flatten_dict({"a": {"b": 1, "c": {}}}), {"a.b": 1, "a.c": {}}),
        (containers.set_value({}, ["a", "b"], 1), {"a": {"b": 1}}),
    ],
)
def test_small_helpers_do_as_in_mage(result: Any, expected: Any) -> None:
    assert result == expected


def test_a_sparse_matrix_becomes_a_frame_with_numbered_columns() -> None:
    frame = matrices.convert_matrix_to_dataframe(sparse.csr_matrix([[1, 0], [0, 2]]))
    assert frame.columns.tolist() == ["0", "1"]
    assert frame.values.tolist() == [[1, 0], [0, 2]]
    same = pd.DataFrame({"a": [1]})
    assert matrices.convert_matrix_to_dataframe(same) is same


def test_any_value_can_be_encoded() -> None:
    value = {"t": pd.Timestamp("2024-01-02"), "n": np.int64(3), "a": np.array([1]), "s": {1}, "o": object}
    decoded = json.loads(json.dumps(value, default=matrices.encode_complex))
    assert decoded | {"o": ""} == {"t": "2024-01-02T00:00:00", "n": 3, "a": [1], "s": [1], "o": ""}


def test_a_logger_keeps_tags_and_writes_errors_out(caplog: pytest.LogCaptureFixture) -> None:
    logger = DictLogger(logging.getLogger("test"), {"block": "clean"})
    with caplog.at_level(logging.DEBUG):
        logger.info("loaded 100%", rows=3)
        logger.log("WARNING", "hm")
        logger.error("broken", error=ValueError("x"))
    first, second, third = caplog.records
    assert (first.levelname, first.getMessage()) == ("INFO", "loaded 100% (block=clean, rows=3)")
    assert second.levelname == "WARNING"
    assert "ValueError: x" in third.tags["error"]  # type: ignore[attr-defined]  # added by `extra`
    assert first.filename == "test_helpers.py"


class Source(BasePythonSource):
    def init_client(self) -> None:
        self.started = True

    def batch_read(self, handler: Callable[..., Any]) -> None:
        handler([{"n": self.global_vars["n"]}])
        self.checkpoint = {"at": 1}
        self.update_checkpoint()


def test_a_source_reads_batches_and_remembers_where_it_was(tmp_path: Path) -> None:
    received: list[Any] = []
    source = Source(checkpoint_path=str(tmp_path / "checkpoint"), global_vars={"n": 5})
    assert source.checkpoint is None
    source.batch_read(received.extend)
    assert received == [{"n": 5}]
    assert Source(checkpoint_path=str(tmp_path / "checkpoint")).checkpoint == {"at": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint"]


class Sink(BasePythonSink):
    def init_client(self) -> None:
        self.written: list[Any] = []

    def batch_write(self, messages: list[Any]) -> None:
        self.written += messages


def test_a_sink_writes_and_buffers() -> None:
    sink = Sink()
    sink.write(1)
    sink.write_buffer([2, 3])
    assert sink.has_buffer_timed_out(0)
    assert not sink.has_buffer_timed_out(3600)
    sink.batch_write(sink.buffer)
    sink.clear_buffer()
    assert (sink.written, sink.buffer, sink.has_buffer_timed_out(0)) == ([1, 2, 3], [], False)


def test_a_class_that_says_nothing_is_told_what_to_say() -> None:
    with pytest.raises(NotImplementedError, match="init_client"):
        BasePythonSource()
