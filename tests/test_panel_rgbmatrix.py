"""Driver rgbmatrix over a model of the library: two buffers that swap, options that are stored, and no second chance.

The library itself needs a Pi; nothing here claims that an LED has been lit.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from firmware.pi.panel import NoLibraryError, PanelError, PanelSettings
from firmware.pi.panel_options import lacks, set_options
from firmware.pi.panel_rgbmatrix import MatrixPanel, obstacle_on, open_rgbmatrix

SETTINGS = PanelSettings(
    "rgbmatrix", 64, 64, chain=2, hardware_mapping="adafruit-hat-pwm", gpio_slowdown=3, user="root"
)
MADE = {
    "led_rgb_sequence": "BGR",
    "multiplexing": 4,
    "row_address_type": 2,
    "panel_type": "FM6127",
    "pixel_mapper_config": "U-mapper;Rotate:180",
    "limit_refresh_rate_hz": 120,
}
USUAL = (
    "brightness", "chain_length", "cols", "drop_privileges", "gpio_slowdown", "hardware_mapping", "parallel", "rows",
)  # fmt: skip
PI_4 = "Raspberry Pi 4 Model B Rev 1.4\0"


class Buffer:
    """A FrameCanvas: keeps what was set until it is set anew."""

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("RGB", (width, height))
        self.pixels_set = 0

    def SetImage(self, image: Image.Image, x: int = 0, y: int = 0, unsafe: bool = True) -> None:  # noqa: N802
        assert image.mode == "RGB"
        assert not unsafe, "the fast path may crash with another Pillow"
        self.image.paste(image, (x, y))
        self.pixels_set += image.width * image.height


class Library:
    """RGBMatrix: SwapOnVSync shows one buffer and hands back the one shown until then, in a new wrapper."""

    def __init__(self, width: int = 128, height: int = 64, options: Any = None) -> None:
        self.width = width
        self.height = height
        self.options = options
        self.shown = Buffer(width, height)
        self.made: list[Buffer] = [self.shown]

    def CreateFrameCanvas(self) -> Buffer:  # noqa: N802
        self.made.append(Buffer(self.width, self.height))
        return self.made[-1]

    def SwapOnVSync(self, canvas: Buffer, framerate_fraction: int = 1) -> Buffer:  # noqa: N802
        before, self.shown = self.shown, canvas
        return before


class OneBuffer(Library):
    """As the emulator does it: the canvas that was given comes back."""

    def SwapOnVSync(self, canvas: Buffer, framerate_fraction: int = 1) -> Buffer:  # noqa: N802
        self.shown = canvas
        return canvas


@pytest.mark.parametrize("library", [Library(), OneBuffer()], ids=["two buffers", "one buffer"])
def test_what_is_shown_is_the_last_image_whole(library: Library) -> None:
    panel = MatrixPanel(library)
    dice = random.Random(7)
    history = [Image.new("RGB", (128, 64))]
    for _ in range(300):
        image = dice.choice(history[-3:])  # the same again, or one from before
        if dice.random() < 0.7:
            image = image.copy()
            x, y = dice.randrange(128), dice.randrange(64)
            box = (x, y, x + dice.randrange(1, 60), y + dice.randrange(1, 40))
            image.paste(tuple(dice.choice((0, 120, 255)) for _ in range(3)), box)
        history.append(image)
        panel.show(image)
        assert library.shown.image.tobytes() == image.tobytes()
    assert len(library.made) == 2
    panel.close()
    assert library.shown.image.getcolors() == [(8192, (0, 0, 0))]


def test_only_what_has_changed_takes_the_slow_path() -> None:
    library = Library()
    panel = MatrixPanel(library)
    image = Image.new("RGB", (128, 64), (0, 220, 70))
    for _ in range(2):
        panel.show(image)
    before = sum(each.pixels_set for each in library.made)
    ticked = image.copy()
    ticked.paste((255, 0, 0), (40, 14, 48, 30))
    panel.show(ticked)
    assert sum(each.pixels_set for each in library.made) - before == 8 * 16


def test_every_option_arrives() -> None:
    options = set_options(SimpleNamespace(gpio_slowdown=1), SETTINGS)
    assert vars(options) == {
        "hardware_mapping": "adafruit-hat-pwm",
        "rows": 64,
        "cols": 64,
        "chain_length": 2,
        "parallel": 1,
        "gpio_slowdown": 3,
        "brightness": 100,  # the image has it
        "drop_privileges": 1,
        "drop_priv_user": "root",
        "drop_priv_group": "root",
    }
    odd = PanelSettings(
        "rgbmatrix",
        32,
        64,
        user="root",
        led_rgb_sequence="BGR",
        multiplexing=4,
        row_address_type=2,
        panel_type="FM6127",
        pixel_mapper="U-mapper;Rotate:180",
        limit_refresh_rate_hz=120,
    )
    made = vars(set_options(SimpleNamespace(**dict.fromkeys(MADE)), odd))
    assert {key: made[key] for key in MADE} == MADE
    kept = set_options(SimpleNamespace(gpio_slowdown=1), PanelSettings("rgbmatrix", 32, 64, user="root"))
    assert kept.gpio_slowdown == 1  # the library's own


@pytest.mark.parametrize(
    ("key", "value"), [("limit_refresh_rate_hz", 120), ("panel_type", "FM6127"), ("pixel_mapper", "Rotate:180")]
)
def test_a_library_too_old_for_an_option_is_one_line(
    key: str, value: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    panel = PanelSettings("rgbmatrix", 64, 64, chain=2, user="root", **{key: value})
    old = SimpleNamespace(RGBMatrixOptions=lambda: SimpleNamespace(drop_priv_user=""), RGBMatrix=Library)
    monkeypatch.setitem(sys.modules, "rgbmatrix", old)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    with pytest.raises(PanelError, match=rf"^panel\.{key}: the installed rgbmatrix is too old for it: ") as error:
        open_rgbmatrix(panel, machine(tmp_path))
    assert "\n" not in str(error.value)


class Unset:
    """RGBMatrixOptions as it really is: what is NULL in C++ cannot be read before it is set."""

    __slots__ = ("drop_priv_group", "drop_priv_user", "panel_type", "pixel_mapper_config", "rp1_rio", *USUAL)

    def __getattribute__(self, name: str) -> Any:
        if name in ("panel_type", "pixel_mapper_config"):
            pytest.fail(f"{name} has been read: a segfault")
        return super().__getattribute__(name)


def test_no_option_is_read_before_it_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Measured with the library of May 2026: hasattr(options, "panel_type") is a segfault."""
    odd = PanelSettings("rgbmatrix", 64, 64, chain=2, user="root", panel_type="FM6126A", pixel_mapper="Rotate:180")
    monkeypatch.setitem(sys.modules, "rgbmatrix", SimpleNamespace(RGBMatrixOptions=Unset, RGBMatrix=Library))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert open_rgbmatrix(odd, machine(tmp_path)).width == 128


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("gpio_slowdown", 6, "panel.gpio_slowdown: 6, expected at most 5 of the installed rgbmatrix"),
        ("row_address_type", 5, "panel.row_address_type: 5, expected at most 4 of the installed rgbmatrix"),
        ("multiplexing", 21, "panel.multiplexing: 21, expected at most 20 of the installed rgbmatrix"),
    ],
)
def test_a_value_that_an_older_library_does_not_know_is_refused_before(key: str, value: int, told: str) -> None:
    older = ("drop_priv_user", "gpio_slowdown", "row_address_type", "multiplexing")
    panel = PanelSettings("rgbmatrix", 32, 64, **{key: value})  # type: ignore[arg-type]
    (lack,) = lacks(older, panel, pi5=False)
    assert lack.startswith(told)
    assert not list(lacks((*older, "rp1_rio"), panel, pi5=False))
    below = PanelSettings("rgbmatrix", 32, 64, **{key: value - 1})  # type: ignore[arg-type]
    assert not list(lacks(older, below, pi5=False))


def test_a_library_that_is_too_old_for_the_pi_or_for_us_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    names = {"drop_priv_user": ""}
    module = SimpleNamespace(RGBMatrixOptions=lambda: SimpleNamespace(**names), RGBMatrix=lambda options: Library())
    monkeypatch.setitem(sys.modules, "rgbmatrix", module)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    here = machine(tmp_path, model="Raspberry Pi Compute Module 5 Rev 1.0\0")
    with pytest.raises(PanelError, match=r"^the installed rgbmatrix is older than April 2026 and .* Pi 5: .*install"):
        open_rgbmatrix(SETTINGS, here)
    names["rp1_rio"] = ""
    assert open_rgbmatrix(SETTINGS, here).width == 128
    names.clear()
    with pytest.raises(PanelError, match=r"^the installed rgbmatrix is older than July 2024 "):
        open_rgbmatrix(SETTINGS, here)


def test_a_library_that_passes_over_a_mapper_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It prints a line, and makes the panel that there would be without."""
    module = SimpleNamespace(
        RGBMatrixOptions=lambda: SimpleNamespace(pixel_mapper_config="", drop_priv_user=""),
        RGBMatrix=lambda options: Library(256, 32),
    )
    monkeypatch.setitem(sys.modules, "rgbmatrix", module)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    panel = PanelSettings("rgbmatrix", 32, 64, chain=4, pixel_mapper="U-mapper", user="root")
    with pytest.raises(PanelError, match="makes 256x32 LEDs of these modules, expected 128x64"):
        open_rgbmatrix(panel, machine(tmp_path))


def test_a_way_to_choose_rows_that_a_pi_5_lacks_is_refused_before(tmp_path: Path) -> None:
    """The library of May 2026 makes no panel then and says so on stderr; the first use of it is a segfault."""
    here = machine(tmp_path, model="Raspberry Pi 5 Model B Rev 1.0\0")
    for kind in range(6):
        obstacle = obstacle_on(here, PanelSettings("rgbmatrix", 32, 64, row_address_type=kind, user="root"), 0)
        assert (obstacle or "").startswith("panel.row_address_type: ") == (kind not in (0, 2)), kind


def machine(root: Path, model: str = PI_4, modules: str = "", devices: tuple[str, ...] = ("gpiomem",)) -> Path:
    (root / "proc/device-tree").mkdir(parents=True)
    (root / "proc/device-tree/model").write_text(model)
    (root / "proc/modules").write_text(modules)
    (root / "dev").mkdir()
    for name in devices:
        (root / "dev" / name).touch()
    return root


def test_a_pi_that_is_ready(tmp_path: Path) -> None:
    assert obstacle_on(machine(tmp_path), SETTINGS, 0) is None


@pytest.mark.parametrize(
    ("here", "mapping", "user_id", "words"),
    [
        ({"model": "ASUS TUF"}, "regular", 0, "no Raspberry Pi"),
        ({}, "regular", 1000, "must be started as root; it becomes user 'root'"),
        ({"modules": "snd_bcm2835 24576 1 - Live 0x0\n"}, "regular", 0, "blacklist snd_bcm2835"),
        ({"devices": ()}, "adafruit-hat", 1000, "group gpio"),
    ],
)
def test_what_would_end_the_process(
    tmp_path: Path, here: dict[str, Any], mapping: str, user_id: int, words: str
) -> None:
    panel = PanelSettings("rgbmatrix", 32, 64, hardware_mapping=mapping, user="root")
    obstacle = obstacle_on(machine(tmp_path, **here), panel, user_id)
    assert obstacle is not None
    assert words in obstacle
    assert "\n" not in obstacle


@pytest.mark.parametrize(
    ("here", "mapping", "user_id"),
    [
        # without hardware pulses neither root nor silence is needed, and a Pi 5 has another way to the pins
        ({"modules": "snd_bcm2835 24576 1 - Live 0x0\n"}, "adafruit-hat", 1000),
        ({"model": "Raspberry Pi 5 Model B Rev 1.0\0", "devices": ()}, "regular", 1000),
        ({"modules": "snd_bcm2835_other 1\n"}, "regular", 0),
    ],
)
def test_what_is_no_obstacle(tmp_path: Path, here: dict[str, Any], mapping: str, user_id: int) -> None:
    panel = PanelSettings("rgbmatrix", 32, 64, hardware_mapping=mapping, user="root")
    assert obstacle_on(machine(tmp_path, **here), panel, user_id) is None


def test_a_user_that_this_machine_lacks(tmp_path: Path) -> None:
    panel = PanelSettings("rgbmatrix", 32, 64, user="no-such-user")
    assert obstacle_on(machine(tmp_path), panel, 0) == "panel.user: this machine has no user 'no-such-user'"


def test_without_the_module_it_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rgbmatrix", None)
    with pytest.raises(
        NoLibraryError, match=r"^panel.driver: 'rgbmatrix' needs the Python module rgbmatrix .* install "
    ) as error:
        open_rgbmatrix(SETTINGS)
    assert "\n" not in str(error.value)


def test_the_library_is_not_even_built_where_it_would_crash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    built: list[Any] = []
    module = SimpleNamespace(
        RGBMatrixOptions=lambda: SimpleNamespace(drop_priv_user=""),
        RGBMatrix=lambda options: built.append(options) or Library(),  # type: ignore[func-returns-value]
    )
    monkeypatch.setitem(sys.modules, "rgbmatrix", module)
    with pytest.raises(PanelError, match="no Raspberry Pi"):
        open_rgbmatrix(SETTINGS, tmp_path)
    assert built == []
    monkeypatch.setattr("os.geteuid", lambda: 0)
    panel = open_rgbmatrix(SETTINGS, machine(tmp_path))
    assert (panel.width, panel.height, len(built)) == (128, 64, 1)
