"""What a block prints and logs reaches its log: in order, bounded, and without its secrets."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from blockwright.ports.executors import AttemptProgress
from tests.runner.bench import Bench

FRAME_SECONDS = 0.1
"""The least time between two frames of one stream."""


def test_prints_and_records_keep_their_order_level_and_tags(runner: Bench) -> None:
    done = runner.run(
        """
        import logging, sys
        @custom
        def speak(*args, logger, **kwargs):
            print('one')
            logger.info('two', rows=3)
            print('three', end='')
            logging.getLogger('lib').warning('four %s', 4)
            print('five')
            logger.error('six', error=ValueError('no'))
            print('to stderr', file=sys.stderr)
        """
    )
    own = [(entry["stream"], entry["level"], entry["message"]) for entry in done.log if entry["stream"] != "stderr"]
    assert own == [
        ("stdout", "info", "one"),
        ("log", "info", "two"),
        ("stdout", "info", "three"),
        ("log", "warning", "four 4"),
        ("stdout", "info", "five"),
        ("log", "error", "six"),
    ]
    tagged = [entry["tags"] for entry in done.log if "tags" in entry]
    assert tagged[0] == {"rows": 3}
    assert "ValueError: no" in tagged[1]["error"]
    assert [entry["message"] for entry in done.log if entry["stream"] == "stderr"] == ["to stderr"]


def test_output_of_programs_and_broken_text_is_kept(runner: Bench) -> None:
    done = runner.run(
        """
        import os, subprocess
        @custom
        def speak():
            subprocess.run(['echo', 'from a program'], check=True)
            os.write(1, b'broken \\xff text\\n')
            print('lone \\ud800 surrogate')
            print('no newline at the end', end='')
        """
    )
    assert done.text.splitlines() == [
        "from a program",
        "broken \ufffd text",
        r"lone \ud800 surrogate",
        "no newline at the end",
    ]


def test_a_line_that_is_rewritten_is_logged_once_and_shown_on_the_way(runner: Bench) -> None:
    began = time.monotonic()
    spec = runner.start(
        """
        import sys, time
        from tqdm import tqdm
        @custom
        def work():
            for _ in tqdm(range(100), file=sys.stdout, mininterval=0):
                time.sleep(0.002)
            print('done')
        """
    )
    done = runner.finish(spec)
    took = time.monotonic() - began
    lines = done.text.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("100%")
    frames = [event.frame for event in done.events if isinstance(event, AttemptProgress)]
    assert 1 <= len(frames) <= 1 + took / FRAME_SECONDS
    assert all(frame["kind"] == "progress" and "%" in frame["text"] for frame in frames)


def test_a_very_long_line_is_cut_with_a_note(runner: Bench) -> None:
    done = runner.run("@custom\ndef speak():\n    print('x' * 300_000)\n    print('after')\n")
    first, second = done.text.splitlines()
    assert len(first) < 70_000
    assert "234,464 more bytes of this line were left out" in first
    assert second == "after"


@pytest.mark.slow
def test_a_hundred_megabytes_keep_their_beginning_and_their_end(runner: Bench) -> None:
    done = runner.run(
        """
        import os
        @custom
        def speak():
            print('the beginning')
            line = b'x' * 99 + b'\\n'
            for _ in range(100):
                data = memoryview(line * 10_000)
                while data:
                    data = data[os.write(1, data):]
            print('the end')
        """
    )
    size = Path(done.spec.work, "log.jsonl").stat().st_size
    messages = [entry["message"] for entry in done.log]
    assert (messages[0], messages[-1]) == ("the beginning", "the end")
    assert size < 25_000_000
    (note,) = [message for message in messages if "were left out here" in message]
    left_out = int(note.split()[0].replace(",", ""))
    assert 85_000_000 < left_out < 95_000_000


SECRET = "s3cret-Välue\nsecond line of it"


def test_secrets_are_masked_wherever_they_are_printed(runner: Bench) -> None:
    runner.answers["secret"] = SECRET
    done = runner.run(
        """
        import os, sys, time
        from blockwright.sdk.context import current
        @custom
        def leak(*args, logger, **kwargs):
            secret = current().channel.ask('secret', name='KEY')
            data = secret.encode()
            os.write(1, b'halves: ' + data[:5])
            time.sleep(0.05)
            os.write(1, data[5:] + b' end\\n')
            print(repr(secret))
            print('second line of it')
            logger.info('as record ' + secret, tag=secret)
            raise ValueError('in error ' + secret)
        """
    )
    log = Path(done.spec.work, "log.jsonl").read_text()
    manifest = Path(done.spec.work, "manifest.json").read_text()
    for text in (log, manifest):
        assert "s3cret" not in text
        assert "second line" not in text
    assert "halves: *** end" in log
    assert done.manifest.error is not None
    assert done.manifest.error.message == "in error ***"


def test_basic_config_sets_the_level(runner: Bench) -> None:
    done = runner.run(
        """
        import logging
        logging.basicConfig(level=logging.DEBUG)
        @custom
        def speak():
            logging.debug('quiet')
        """
    )
    assert [(entry["level"], entry["message"]) for entry in done.log] == [("debug", "quiet")]


@pytest.mark.slow
def test_shown_values_become_frames(runner: Bench) -> None:
    done = runner.run(
        """
        @custom
        def show():
            display({'a': 1})
            import matplotlib.pyplot as plt
            plt.plot([1, 2])
            plt.show()
            import plotly.graph_objects as go
            go.Figure(go.Bar(x=[1], y=[2])).show()
        """
    )
    kinds = [event.frame["preview"]["kind"] for event in done.events if isinstance(event, AttemptProgress)]
    assert kinds == ["json", "image", "plotly"], done.text
    assert len(Path(done.spec.work, "frames.jsonl").read_text().splitlines()) == 3


@pytest.mark.parametrize("backend", ["Agg", "svg"])
def test_plots_are_shown_whatever_backend_the_block_chose_and_each_once(runner: Bench, backend: str) -> None:
    done = runner.run(
        f"""
        import matplotlib
        matplotlib.use({backend!r})
        from matplotlib import pyplot as plt

        @custom
        def show():
            plt.plot([1, 2])
            plt.figure()
            plt.show()
            plt.figure().show()
        """
    )
    kinds = [event.frame["preview"]["kind"] for event in done.events if isinstance(event, AttemptProgress)]
    assert kinds == ["image"] * 3, done.text


def test_objects_that_speak_html_to_notebooks_are_shown_by_it(runner: Bench) -> None:
    done = runner.run(
        """
        class Card:
            def _repr_html_(self):
                return "<b>five</b>"

        @custom
        def show():
            display(Card(), Card)
        """
    )
    shown = [event.frame["preview"] for event in done.events if isinstance(event, AttemptProgress)]
    assert shown[0] == {"kind": "html", "html": "<b>five</b>"}
    assert shown[1]["kind"] == "object"
