"""The real board with a stopwatch on its panel: `python -m tests.bench.stamping_board --config board.yaml`.

Everything is the product's, the `image` driver included. After each swap one line goes to stdout: the monotonic ns,
and what stands in the count of either tile, so that a tick of the wait's seconds is not taken for an answer.
"""

from __future__ import annotations

import logging
import sys
import time
import zlib

from PIL import Image

from firmware.core import layout
from firmware.pi import program
from firmware.pi.drivers import Meanwhile, open_panel
from firmware.pi.panel import Panel, PanelSettings


class StampingPanel:
    """A panel around another one."""

    problem = ""

    def __init__(self, inner: Panel) -> None:
        self._inner = inner
        self.width, self.height = inner.width, inner.height
        tiles = layout.choose(self.width, self.height).page(2, False).tiles
        self._counts = [
            (x + face.count.x, y + face.count.y, x + face.count.x + face.count.w, y + face.count.y + face.count.h)
            for x, y, face in tiles
        ]

    def show(self, image: Image.Image) -> None:
        """Swap, then say when."""
        self._inner.show(image)
        swapped_ns = time.monotonic_ns()
        print(swapped_ns, *(zlib.crc32(image.crop(box).tobytes()) for box in self._counts), flush=True)

    def close(self) -> None:
        """As the panel within."""
        self._inner.close()


def _open(panel: PanelSettings, title: str, log: logging.Logger, _: Meanwhile | None = None) -> Panel:
    return StampingPanel(open_panel(panel, title, log))


if __name__ == "__main__":
    program.open_panel = _open
    sys.exit(program.main())
