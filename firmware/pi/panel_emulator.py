"""Driver `emulator`: the panel as a page in the browser, through RGBMatrixEmulator's copy of the library's API.

So a desktop runs MatrixPanel, the code that drives the real panel, and only the last step differs. RGBMatrixEmulator's
own browser adapter is not used: it listens on all interfaces, takes SIGINT and SIGTERM over, sends every page 60 frames
a second whether or not something changed, and shows the last frame for ever when the board has stopped. Its `display
adapter` is an extension point, and ours is emulator_page.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firmware.pi.emulator_page import EmulatorPage
from firmware.pi.panel import PanelSettings
from firmware.pi.panel_options import set_options
from firmware.pi.panel_rgbmatrix import MatrixPanel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class EmulatorPanel(MatrixPanel):
    """The panel at `url`, on this machine only."""

    def __init__(self, panel: PanelSettings, title: str, log: logging.Logger) -> None:
        """Serve the page and say where. Raises PanelError when the port is taken, ImportError without the emulator."""
        module, options = _emulator()
        for name in ("RGBME", "tornado.access"):
            logging.getLogger(name).setLevel(logging.ERROR)
        self._page = EmulatorPage(panel.width, panel.height, panel.port, title)
        set_options(options, as_seen(panel))
        options.display_adapter = _PageAdapter(self._page)
        super().__init__(module.RGBMatrix(options=options))
        self.url = self._page.url
        log.info("the panel is at %s", self.url)

    def close(self) -> None:
        """See Panel; pages that are open say that the board has stopped."""
        super().close()
        self._page.close()


def as_seen(panel: PanelSettings) -> PanelSettings:
    """The same picture on one plain module: the page shows what people see, whatever modules make it and how they hang.

    RGBMatrixEmulator has no option for the chips of modules, passes over the others, and lays mappers its own way.
    """
    return PanelSettings(panel.driver, panel.height, panel.width, brightness=panel.brightness, user=panel.user)


class _PageAdapter:
    """What RGBMatrixEmulator's canvas calls a display adapter: its class and its instance in one."""

    def __init__(self, page: EmulatorPage) -> None:
        self._page = page

    def get_instance(self, width: int, height: int, options: Any) -> _PageAdapter:
        return self

    def load_emulator_window(self) -> None:
        pass

    def check_for_quit_event(self) -> None:
        pass

    def draw_to_screen(self, pixels: NDArray[np.uint8]) -> None:
        """`pixels`: (height, width, 3)."""
        self._page.show(pixels.tobytes())


def _emulator() -> tuple[Any, Any]:
    """(RGBMatrixEmulator, an RGBMatrixOptions of it). Raises ImportError when it is not installed.

    It reads emulator_config.json of the working directory when it is imported, and writes one there if there is none:
    so it is imported in a folder of its own, which is gone afterwards.
    """
    with tempfile.TemporaryDirectory(prefix="wallboard-") as folder, contextlib.chdir(folder):
        # Nothing of the file concerns us but that no other adapter and its libraries are looked for.
        settings = {"display_adapter": "raw", "allow_adapter_fallback": False, "log_level": "error"}
        Path("emulator_config.json").write_text(json.dumps(settings), "utf-8")
        module = importlib.import_module("RGBMatrixEmulator")
        return module, module.RGBMatrixOptions()
