"""The self-test's pictures: goldens of every size, words that stay on the panel, colours that are the pure ones."""

from __future__ import annotations

import pytest
from PIL import Image

from firmware.core import canvas, layout
from firmware.pi.panel import PanelSettings
from firmware.pi.selftest.pictures_link import Chain
from firmware.pi.selftest.pictures_panel import Fill, Modules, Ramp, White
from firmware.pi.selftest.plan import modules_of
from firmware.pi.selftest.scenes import scenes
from firmware.pi.selftest.sheet import CHARS, LEVELS, ShadesCanvas, Sheet
from tests.goldens.update import self_test_folder, self_test_text

SIZES = pytest.mark.parametrize("size", layout.SIZES, ids="{0[0]}x{0[1]}".format)


def drawn(size: tuple[int, int], picture: object, brightness: int = 100) -> Image.Image:
    canvas = ShadesCanvas(*size)
    picture.draw(Sheet(canvas))  # type: ignore[attr-defined]
    return canvas.image(brightness)


@SIZES
def test_every_picture_equals_its_golden(size: tuple[int, int]) -> None:
    """Made anew by `python -m tests.goldens.update`; look at `make preview` before you commit them."""
    wrong = [
        name
        for name, picture in scenes(*size)
        if self_test_text(*size, picture) != (self_test_folder(*size) / f"{name}.txt").read_text("ascii")
    ]
    assert wrong == []


@SIZES
def test_every_golden_has_its_picture(size: tuple[int, int]) -> None:
    assert sorted(name for name, _ in scenes(*size)) == sorted(path.stem for path in self_test_folder(*size).glob("*"))


@SIZES
def test_no_two_pictures_look_alike(size: tuple[int, int]) -> None:
    looks: dict[bytes, str] = {}
    for name, picture in scenes(*size):
        other = looks.setdefault(drawn(size, picture).tobytes(), name)
        # where all the lines have room they take no turns
        assert other == name or name == other + "_turn", (other, name)


def test_every_ink_has_a_character_of_its_own() -> None:
    assert len(CHARS) == len(set(CHARS)) == 16 + 4 * LEVELS


@SIZES
def test_fills_are_pure_and_nearly_all_of_the_panel(size: tuple[int, int]) -> None:
    for name, colour in (("RED", (255, 0, 0)), ("GREEN", (0, 255, 0)), ("BLUE", (0, 0, 255))):
        counts = {each: count for count, each in drawn(size, Fill(name)).getcolors()}
        assert set(counts) == {colour, (0, 0, 0)} and counts[colour] > 0.85 * size[0] * size[1]
    counts = {each: count for count, each in drawn(size, White()).getcolors()}
    assert counts[255, 255, 255] > 0.95 * size[0] * size[1]


def test_the_brightness_of_board_yaml_holds() -> None:
    assert drawn((64, 32), Fill("RED"), 40).getpixel((0, 0)) == (102, 0, 0)


@SIZES
def test_each_step_of_the_ramp_is_brighter_than_the_one_before(size: tuple[int, int]) -> None:
    image = drawn(size, Ramp())
    for row in range(4):
        levels = [sum(image.getpixel((size[0] * step // LEVELS, row * size[1] // 4))) for step in range(LEVELS)]
        assert levels == sorted(set(levels)) and len(levels) == LEVELS


@pytest.mark.parametrize(
    ("panel", "expected"),
    [
        (PanelSettings("image", 32, 64), [(0, 0, "1", True)]),
        (PanelSettings("image", 32, 64, chain=3), [(128, 0, "1", True), (64, 0, "2", False), (0, 0, "3", False)]),
        (
            PanelSettings("image", 32, 64, chain=2, parallel=2),
            [(64, 0, "A1", True), (0, 0, "A2", False), (64, 32, "B1", True), (0, 32, "B2", False)],
        ),
    ],
)
def test_the_first_module_is_the_one_at_the_right_where_the_cable_of_the_pi_goes(
    panel: PanelSettings, expected: list[tuple[int, int, str, bool]]
) -> None:
    assert [(each.x, each.y, each.name, each.first) for each in modules_of(panel)] == expected


@pytest.mark.parametrize(
    ("rows", "cols", "chain", "parallel"),
    [(32, 64, 1, 1), (16, 32, 2, 2), (8, 16, 4, 3), (64, 64, 4, 1), (32, 32, 8, 2), (16, 64, 1, 2), (64, 256, 1, 1)],
)
def test_modules_of_every_size_tell_which_they_are(rows: int, cols: int, chain: int, parallel: int) -> None:
    """Turned by half a turn, or swapped with another, each looks otherwise."""
    panel = PanelSettings("image", rows, cols, chain, parallel)
    image = drawn((panel.width, panel.height), Modules(modules_of(panel)))
    looks = set()
    for each in modules_of(panel):
        part = image.crop((each.x, each.y, each.x + each.w, each.y + each.h))
        looks |= {part.tobytes(), part.transpose(Image.Transpose.ROTATE_180).tobytes()}
    assert len(looks) == 2 * chain * parallel


def test_a_module_that_is_to_hang_upside_down_has_its_cable_at_the_left() -> None:
    """As the technician sees it: numbers upright in the picture, the arrow the way the cable goes."""
    panel = PanelSettings("image", 32, 64, chain=4, pixel_mapper="U-mapper")
    image = drawn((128, 64), Modules(modules_of(panel)))
    first, second, third, fourth = (image.crop((m.x, m.y, m.x + m.w, m.y + m.h)) for m in modules_of(panel))
    green, amber = (tuple(canvas.palette(100)[3 * ink : 3 * ink + 3]) for ink in (canvas.GREEN, canvas.AMBER))
    for part, heads, tails in ((second, 4, 59), (third, 59, 4), (fourth, 59, 4)):
        columns = [sum(part.getpixel((x, y)) == green for y in range(32)) for x in range(64)]
        assert columns[heads] > 1 and columns[tails] == 1
    assert first.getpixel((62, 10)) == amber != third.getpixel((1, 10))


@SIZES
def test_all_that_is_wrong_with_the_link_can_be_read(size: tuple[int, int]) -> None:
    """However long the broker's name: what does not fit at once comes in turn, and the turns begin anew."""
    links = ("Wi-Fi", "address", "broker", "bridge", "PBX", "rules")
    lines = ("REFUSED", "mosquitto.telephony.branch-office.example.org", "port 1883", "192.168.100.234")
    looks = [drawn(size, Chain(links, 2, lines, turn, "LINK")).tobytes() for turn in range(40)]
    assert len(set(looks)) >= 2
    period = looks.index(looks[0], 1)
    assert looks[:period] * 3 == looks[: 3 * period] and len(set(looks[:period])) == period
