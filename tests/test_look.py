"""LED look: round dots in the LED's colour, faint ones where no LED is lit."""

from PIL import Image

from firmware.pi.look import led_look


def test_a_lit_led_is_a_round_dot_of_its_colour() -> None:
    frame = Image.new("RGB", (3, 2))
    frame.putpixel((1, 0), (255, 0, 0))
    look = led_look(frame, 12)
    assert look.size == (36, 24)
    red, green, _ = look.getpixel((18, 6))  # type: ignore[misc]
    assert red > 240 and green < 40
    corner = look.getpixel((14, 2))
    assert isinstance(corner, tuple) and corner[0] < 150, "a dot has no corners"


def test_unlit_leds_are_seen_faintly() -> None:
    look = led_look(Image.new("RGB", (2, 2)), 12)
    dot, between = look.getpixel((6, 6)), look.getpixel((0, 0))
    assert sum(between) < sum(dot) < 100  # type: ignore[arg-type]
