"""Started by path with ``python -I``: the interpreter then looks for modules neither in the working directory nor in
``PYTHONPATH``, where files of a project could stand in for ours. So it is told here where our own are."""

import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[4]))

from blockwright.adapters.tables.reader.serving import serve

serve(memory=int(sys.argv[1]), idle=float(sys.argv[2]))
os._exit(0)  # the libraries' threads need no farewell
