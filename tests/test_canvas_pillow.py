"""The Pillow canvas's own part: colours, brightness, fonts from the package."""

from firmware.core.canvas import RED, TINT_RED, WHITE
from firmware.pi.canvas_pillow import PillowCanvas, load_font


def test_an_image_has_a_pixel_an_led_in_its_colour() -> None:
    canvas = PillowCanvas(4, 2)
    canvas.rect(1, 1, 1, 1, RED)
    image = canvas.image()
    assert (image.mode, image.size) == ("RGB", (4, 2))
    assert image.getpixel((1, 1)) == (255, 30, 20)
    assert image.getpixel((0, 0)) == (0, 0, 0)


def test_brightness_scales_what_is_shown_and_not_what_is_drawn() -> None:
    canvas = PillowCanvas(1, 1)
    canvas.fill(WHITE)
    assert canvas.image(40).getpixel((0, 0)) == (102, 102, 102)
    assert canvas.image(0).getpixel((0, 0)) == (0, 0, 0)
    assert canvas.image().getpixel((0, 0)) == (255, 255, 255)
    assert canvas.ink_at(0, 0) == WHITE


def test_an_image_is_a_copy_that_later_drawing_leaves_alone() -> None:
    canvas = PillowCanvas(1, 1)
    before = canvas.image()
    canvas.fill(TINT_RED)
    assert before.getpixel((0, 0)) == (0, 0, 0)


def test_a_font_comes_out_of_the_package() -> None:
    assert load_font("letters10").measure("אב") > 10
