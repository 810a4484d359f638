"""Driver `image`: every frame as DIR/latest.png, for tests, monitoring and whoever has no panel yet."""

from __future__ import annotations

import contextlib
import io
import os
from pathlib import Path

from PIL import (
    Image,
    PngImagePlugin,  # noqa: F401 - what Pillow would load at the first frame, another user may not be allowed to read
)

from firmware.pi.panel import PanelError

_FAST = 1  # zlib level: 0.4 ms a frame of 128×64; the default's 0.6 saves a tenth of some 1,500 bytes


class ImagePanel:
    """Replaces latest.png atomically at each swap: a reader sees the old frame or the new one, never half of one."""

    problem = ""

    def __init__(self, width: int, height: int, folder: Path) -> None:
        """Make `folder` if there is none, and show black. Raises PanelError."""
        self.width = width
        self.height = height
        self._latest = folder / "latest.png"
        self._next = folder / f".latest.png.{os.getpid()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PanelError(f"panel.path: {folder} cannot be made: {error.strerror or error}") from None
        self.show(self._black())

    def show(self, image: Image.Image) -> None:
        """See Panel."""
        png = io.BytesIO()
        image.save(png, "PNG", compress_level=_FAST)
        try:
            self._next.write_bytes(png.getvalue())
            self._next.replace(self._latest)
        except OSError as error:
            with contextlib.suppress(OSError):  # on a full disk each try would leave an empty file behind …
                self._next.unlink(missing_ok=True)
                self._latest.unlink(missing_ok=True)  # … and who looks is to see no frame rather than an old one
            raise PanelError(f"panel.path: {self._latest} cannot be written: {error.strerror or error}") from None

    def close(self) -> None:
        """Leave a black frame behind, as an unlit panel would be."""
        self.show(self._black())

    def _black(self) -> Image.Image:
        return Image.new("RGB", (self.width, self.height))
