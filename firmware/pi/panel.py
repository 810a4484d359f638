"""What a panel is to the board, and which settings of it can work.

A wrong option does not raise in rpi-rgb-led-matrix, it kills the process (DISPLAY.md: rows=33 and missing hardware are
segmentation faults, an unknown mapping and too many chains abort). So check() refuses every one of them first, for all
drivers alike: a board.yaml that was tried on a desktop is right on the Pi.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from firmware.core.layout import SIZES
from firmware.pi.panel_shape import FOLDS, grid, size_words
from hw.pins import mappings

if TYPE_CHECKING:
    from PIL import Image

DRIVERS = {
    "rgbmatrix": "The LEDs.",
    "emulator": "A page in the browser.",
    "image": "A picture file, latest.png in the folder `path`.",
}

# lib/multiplex-mappers.cc of the library, May 2026: numbers from 1 on, as --led-multiplexing has them; 0 is none. A
# number that it does not know ends the process. Not 19 (P10Outdoor32x16QuarterScanMapper): it makes the panel twice as
# high as its modules are.
MULTIPLEXINGS = tuple(number for number in range(23) if number != 19)
# Kaler2Scan, P10-128x4-Z, P10CoremanMapper and P10Outdoor32x16HalfScan keep four rows in one, and fewer than four such
# end the process (framebuffer.cc).
TALL_MULTIPLEXINGS = (7, 9, 15, 18)
TALL_ROWS = 16


class PanelError(RuntimeError):
    """The panel cannot be used; the text says why and what to do."""


class NoLibraryError(PanelError):
    """The driver's library is not installed."""


class Panel(Protocol):
    """`width` × `height` LEDs that show the last image until the next one.

    `problem`: why they are not those of board.yaml's panel, which stays dark, and what to do; "" while all is well.
    """

    width: int
    height: int
    problem: str

    def show(self, image: Image.Image) -> None:
        """Show an RGB image of the panel's size, one pixel an LED, brightness applied. Raises PanelError."""

    def close(self) -> None:
        """Go black and let go of the hardware. Nothing can be shown afterwards."""


@dataclass(frozen=True)
class PanelSettings:
    """The section `panel` of board.yaml. Sizes in LEDs: rows and cols of one module, chain of them one after the other,
    parallel chains one below the other."""

    driver: str
    rows: int
    cols: int
    chain: int = 1
    parallel: int = 1
    hardware_mapping: str = "regular"
    gpio_slowdown: int | None = None
    led_rgb_sequence: str = "RGB"
    multiplexing: int = 0
    row_address_type: int = 0
    panel_type: str | None = None
    pixel_mapper: str | None = None
    limit_refresh_rate_hz: int | None = None
    brightness: int = 100
    path: Path | None = None
    port: int = 8888
    user: str = "daemon"

    @property
    def width(self) -> int:
        """Columns of the whole panel."""
        return self.cols * grid(self.chain, self.parallel, self.pixel_mapper)[0]

    @property
    def height(self) -> int:
        """Rows of the whole panel."""
        return self.rows * grid(self.chain, self.parallel, self.pixel_mapper)[1]


def check(panel: PanelSettings) -> list[tuple[str, str]]:
    """What is wrong with settings whose fields are each in range: (key, message), all of it."""
    problems = []
    mapping = mappings()[panel.hardware_mapping]
    if panel.rows % 2:
        problems.append(("rows", f"{panel.rows}, expected an even number: modules light two rows at a time"))
    elif panel.rows > mapping.most_rows:
        problems.append(
            ("rows", f"{panel.rows}, expected at most {mapping.most_rows} with mapping {mapping.name!r}, "
             "which has no row line for more")
        )  # fmt: skip
    if panel.parallel > mapping.most_parallel:
        problems.append(
            ("parallel", f"{panel.parallel}, expected at most {mapping.most_parallel} with mapping {mapping.name!r}")
        )
    if panel.pixel_mapper in FOLDS and panel.chain % 2:
        problems.append(
            ("chain", f"{panel.chain}, expected an even number with pixel_mapper {panel.pixel_mapper!r}, "
             "which bends a chain in its middle")
        )  # fmt: skip
    if not problems and (panel.width, panel.height) not in SIZES:
        sizes = " or ".join(f"{width}x{height}" for width, height in SIZES)
        problems.append(
            ("rows" if panel.height not in {height for _, height in SIZES} else "cols",
             f"these modules make a panel of {panel.width}x{panel.height} LEDs, expected {sizes}: "
             + size_words(panel.pixel_mapper))
        )  # fmt: skip
    if panel.multiplexing in TALL_MULTIPLEXINGS and panel.rows < TALL_ROWS:
        problems.append(
            ("multiplexing", f"{panel.multiplexing}, which is for modules of {TALL_ROWS} rows or more: "
             f"these have {panel.rows}")
        )  # fmt: skip
    if panel.driver == "image" and panel.path is None:
        problems.append(("path", "missing: driver 'image' writes latest.png into the folder of this name"))
    return problems
