"""Started by path with ``python -I``, so that no file of a project stands in for a module of ours; told here where
those are. One request on standard input, one answer on standard output."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[4]))

from blockwright.adapters.monitors.reader.requests import serve

serve()
