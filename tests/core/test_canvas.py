"""Both canvases: the same clipping, the same bits, the same palette."""

from firmware.core.canvas import CHARS, CLEAR, COLOURS, GREEN, RED, WHITE, dump, palette
from tests.core.drawing import NewCanvas
from tests.core.pixels import text


def test_rectangles_are_clipped():
    canvas = NewCanvas(6, 3)
    canvas.rect(-2, -2, 4, 4, RED)
    canvas.rect(4, 2, 9, 9, GREEN)
    canvas.rect(3, 0, 0, 3, WHITE)
    canvas.rect(3, 0, 2, -1, WHITE)
    assert text(canvas).split("\n") == ["RR....", "RR....", "....GG"]


def test_glyphs_are_bits_and_leave_the_rest_alone():
    canvas = NewCanvas(12, 3)
    canvas.fill(RED)
    canvas.glyph(1, 0, 9, 2, bytes((0b10000001, 0b10000000, 0b01000000, 0b01111111)), WHITE)
    assert text(canvas).split("\n") == ["RWRRRRRRWWRR", "RRWRRRRRRRRR", "RRRRRRRRRRRR"]


def test_glyphs_are_clipped():
    canvas = NewCanvas(4, 2)
    square = bytes((0b11100000, 0b11100000, 0b11100000))
    canvas.glyph(-1, -2, 3, 3, square, WHITE)
    canvas.glyph(3, 1, 3, 3, square, GREEN)
    canvas.glyph(9, 9, 3, 3, square, RED)
    assert text(canvas).split("\n") == ["WW..", "...G"]


def test_dump_is_a_line_a_row():
    canvas = NewCanvas(2, 2)
    canvas.rect(1, 1, 1, 1, GREEN)
    assert dump(canvas) == "..\n.G\n"


def test_inks_are_distinct_and_leave_room_for_clear():
    assert len(COLOURS) <= CLEAR and len(set(CHARS)) == len(COLOURS)


def test_brightness_is_a_matter_of_the_palette():
    full, half, dark = palette(), palette(50), palette(0)
    assert len(full) == 48 and full[3 * WHITE : 3 * WHITE + 3] == bytes((255, 255, 255))
    assert half[3 * WHITE : 3 * WHITE + 3] == bytes((127, 127, 127))
    assert dark == bytes(48)
