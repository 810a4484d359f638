"""Fonts: the packed form, measures, the stand-in for what is missing."""

from firmware.core.canvas import BLACK, WHITE
from firmware.core.font import Font, FontError, Pen
from firmware.core.layout import Box
from tests.core.drawing import NewCanvas, load_font
from tests.core.pixels import text

# Two characters, by hand from the description in font.py: "A" is 3 wide with ink in rows 1 and 2 of 4, "B" is 9 wide.
TINY = (
    b"WBF1" + bytes((4, 1, 2, 3)) + bytes((0, 2))
    + bytes((0, 0x41, 3, 1, 2, 0, 0, 0)) + bytes((0, 0x42, 9, 0, 1, 0, 0, 2))
    + bytes((0b10100000, 0b01000000)) + bytes((0b10000000, 0b10000000))
)  # fmt: skip


def _refused(data):
    try:
        font = Font.load(data)
        for char in "AB":
            font.glyph(char)
    except FontError as error:
        return str(error)
    return ""


def test_reads_the_packed_form():
    font = Font.load(TINY)
    assert (font.ascent, font.descent, font.tracking, font.cap) == (4, 1, 2, 3)
    assert font.glyph("A") == (3, 1, 2, bytes((0b10100000, 0b01000000)))
    assert font.glyph("B") == (9, 0, 1, bytes((0b10000000, 0b10000000)))


def test_measures_characters_and_the_blank_columns_between():
    font = Font.load(TINY)
    assert [font.measure(t) for t in ("", "A", "AB", "ABA")] == [0, 3, 14, 19]
    assert font.measure("AB", 0) == 12


def test_draws_on_the_baseline():
    canvas = NewCanvas(8, 6)
    canvas.fill(BLACK)
    Font.load(TINY).draw(canvas, 1, 5, "AA", WHITE, 1)
    assert text(canvas).split("\n") == ["........", "........", ".W.W.W.W", "..W...W.", "........", "........"]


def test_what_a_font_lacks_is_a_hollow_box():
    font = load_font("letters10")
    width, top, rows, bits = font.glyph("\u4e2d")
    assert (width, top + rows) == (5, font.ascent)
    assert bits[0] == bits[rows - 1] == 0b11111000 and bits[1] == 0b10001000


def test_refuses_what_is_no_font():
    assert "WBF1" in _refused(b"") and "WBF1" in _refused(b"PNG" + TINY[3:])


def test_says_that_a_font_is_cut_short():
    whole = len(TINY)
    assert _refused(TINY) == ""
    assert "within character 66" in _refused(TINY[: whole - 1])
    assert "index ends" in _refused(TINY[:20])


def test_digits_of_every_figure_font_are_equally_wide():
    """12:34 turning 12:35 must not move a column."""
    for name in ("figures12", "figures16", "figures24", "figures38"):
        font = load_font(name)
        widths = [font.glyph(digit)[0] for digit in "0123456789"]
        assert min(widths) == max(widths), (name, widths)
        assert font.glyph(":")[0] * 2 < widths[0], name


def test_labels_have_all_hebrew_letters_and_the_sheqel_sign():
    """None of them is the stand-in; gershayim and maqaf are drawn too."""
    for name in ("letters8", "letters10", "letters14"):
        font = load_font(name)
        missing = font.glyph("\u4e2d")
        for code in list(range(0x5D0, 0x5EB)) + [0x20AA, 0x5F4, 0x5BE, 0x2026]:
            assert font.glyph(chr(code)) != missing, (name, hex(code))


def test_zero_is_open():
    """A slashed or dotted zero reads as an eight from afar."""
    for name in ("letters10", "letters14"):
        font = load_font(name)
        assert font.glyph("0") == font.glyph("O"), name
    width, _, rows, bits = load_font("figures16").glyph("0")
    stride = (width + 7) // 8
    assert {bits[row * stride] for row in range(2, rows - 2)} == {0b11000001}


def test_a_pen_takes_the_first_font_that_fits():
    fonts = {"figures16": load_font("figures16"), "figures12": load_font("figures12")}
    pen = Pen(NewCanvas(64, 32), fonts, 0, 0)
    chain = (("figures16", 2), ("figures12", 2), ("figures12", 1))
    assert [pen.fit(chain, "10:05", width)[2] for width in (46, 45, 38, 37, 1)] == [46, 38, 38, 34, 34]
    assert pen.text(chain, Box(10, 0, 46, 16), "7", WHITE) == 19
    assert pen.text(chain, Box(10, 0, 46, 16), "7", WHITE, True) == 56
