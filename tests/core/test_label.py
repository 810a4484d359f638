"""A queue's name: shortened by rule, in its own direction. Labels are in display order, as the bridge sends them."""

from firmware.core import scenes
from firmware.core.canvas import BLACK, WHITE
from firmware.core.font import Fonts, Pen
from firmware.core.label import draw_label
from firmware.core.label_short import shorten
from firmware.core.layout import Box
from tests.core.drawing import NewCanvas, load_font
from tests.core.pixels import text

FONT = load_font("letters8")


def short(label, keeps, rtl):
    """The label in as much room as `keeps` takes, to the column."""
    return shorten(FONT, 1, label, FONT.measure(keeps, 1), rtl)


def test_whole_words_are_kept_first():
    label = "International Customer Care"
    assert short(label, "International Customer…", False) == "International Customer…"
    assert short(label, "International Custo…", False) == "International Custo…"
    assert short(label, "International Cu…", False) == "International…", "two letters of a word say nothing"
    assert short(label, "International…", False) == "International…"


def test_letters_go_where_no_word_fits_but_never_down_to_two():
    label = "International Customer Care"
    assert short(label, "Interna…", False) == "Interna…"
    assert short(label, "Int…", False) == "Int…"
    assert short(label, "In…", False) == ""


def test_a_hebrew_label_is_cut_at_its_left_end():
    assert short(scenes.LONG, "…תוחוקל תוריש", True) == "…תוחוקל תוריש"
    assert short(scenes.LONG, "…סע תוחוקל תוריש", True) == "…תוחוקל תוריש"
    assert short(scenes.LONG, "…ריש", True) == "…ריש"


def test_words_that_run_against_the_line_go_from_their_own_end():
    """Read: premium support, Gold, 24. The last that is read goes first, and it stands in the middle."""
    assert short("Gold 24 הכימת", "…Gold הכימת", True) == "…Gold הכימת"
    assert short("Gold 24 הכימת", "…Gol הכימת", True) == "…Gol הכימת"
    assert short("Support תיקסע הכימת Gold", "Support הכימת…", False) == "Support הכימת…"
    assert short("Support תיקסע הכימת Gold", "Support תיקסע הכימת…", False) == "Support תיקסע הכימת…"


def test_a_word_that_runs_against_the_line_keeps_its_first_letters():
    assert short("Premium הכימת", "…Prem הכימת", True) == "…Prem הכימת"
    assert short("Support הכימת", "Support כימת…", False) == "Support כימת…"


def test_an_empty_label_is_no_word():
    assert short("", "abc", False) == ""


def test_the_largest_letters_whose_ink_fits_are_taken():
    """A lamed and a final letter reach beyond the others: such a name takes smaller letters where rows are few."""
    fonts = Fonts(load_font)
    chain = (("letters10", 1), ("letters8", 1))
    for label, height in (("תוריכמ", 10), ("תוחוקל", 8), ("Support", 8), ("Care", 10)):
        canvas = NewCanvas(64, 32)
        canvas.fill(BLACK)
        draw_label(Pen(canvas, fonts, 0, 8), Box(2, 1, 60, 11), chain, label, WHITE, True)
        rows = text(canvas).split("\n")
        inked = [y for y in range(32) if "W" in rows[y]]
        assert inked[0] >= 9 and inked[-1] < 20, (label, inked)
        assert len(inked) >= height, (label, inked)
        assert rows[inked[0]].rindex("W") <= 61 and "W" in "".join([row[60:62] for row in rows]), label
