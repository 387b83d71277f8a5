from __future__ import annotations

import subprocess
import sys

import pytest

CODE = """
import re
import numpy, pandas, pyarrow
from blockwright.runner.pages import give_back_code

def of_files():
    return int(re.search(r"RssFile:\\s+(\\d+)", open("/proc/self/status").read())[1])

frame = pandas.DataFrame({"a": numpy.arange(1000.0)})
before = of_files()
give_back_code()
print(before, of_files())
assert float(frame["a"].sum()) == 499500.0
assert pyarrow.Table.from_pandas(frame).num_rows == 1000
assert numpy.linalg.norm(numpy.eye(3) @ numpy.ones(3)) > 1.7
"""


def test_what_only_imports_needed_is_given_back_and_everything_still_works() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    before, after = map(int, done.stdout.split())
    assert after < before / 2


HEAP = """
import os, re
import numpy, pandas, pyarrow
from blockwright.runner.pages import gather_heap

def huge():
    return int(re.search(r"AnonHugePages:\\s+(\\d+)", open("/proc/self/smaps_rollup").read())[1])

kept = {number: str(number) * 200 for number in range(20_000)}
before = huge()
gather_heap()
print(before, huge())
assert all(text == str(number) * 200 for number, text in kept.items())
child = os.fork()
if child == 0:
    kept[0] = "changed"
    os._exit(0 if pandas.Series(list(kept.values())).nunique() == 20_000 else 1)
assert os.waitpid(child, 0)[1] == 0 and kept[0] == "0" * 200
"""


def test_the_heap_lies_in_huge_pages_and_a_fork_has_its_own_copy() -> None:
    done = subprocess.run([sys.executable, "-c", HEAP], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    before, after = map(int, done.stdout.split())
    if after == before:
        pytest.skip("this kernel does not gather pages on demand")
    assert after >= before + 10 * 1024
