"""The matplotlib backend of block processes: draws without a screen, and ``plt.show()`` becomes frames.

matplotlib loads it by the name in ``MPLBACKEND``; nothing else imports it.
"""

from __future__ import annotations

from typing import Any

from matplotlib import pyplot
from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

from blockwright.runner.display import display


class FrameManager(FigureManagerBase):
    """Shows every open figure, then closes it: a figure is shown once, as in a notebook."""

    def show(self) -> None:
        display(self.canvas.figure)

    @classmethod
    def pyplot_show(cls, *, block: Any = None) -> None:
        for manager in Gcf.get_all_fig_managers():
            display(manager.canvas.figure)
            pyplot.close(manager.canvas.figure)


class FigureCanvas(FigureCanvasAgg):
    manager_class = FrameManager


FigureManager = FrameManager
