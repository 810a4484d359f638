"""Packing fonts: what is committed is what the tool makes, and a wrong source is told with its line."""

from pathlib import Path

import pytest

from firmware.core.font import Font
from firmware.fonts import make_fonts

FIGURES = "height 2\ntracking 1\n\nglyph 0\n##.\n.##\n\nglyph :\n#\n.\n"


def test_figures_survive_packing(tmp_path: Path) -> None:
    source = tmp_path / "figures.txt"
    source.write_text(FIGURES)
    height, tracking, glyphs = make_fonts.read_figures(source)
    font = Font.load(make_fonts.pack(height, 0, tracking, glyphs))
    assert font.glyph("0") == (3, 0, 2, bytes((0b11000000, 0b01100000)))
    assert font.glyph(":") == (1, 0, 1, bytes((0b10000000,)))
    assert (font.cap, font.tracking) == (2, 1)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("height 2\nglyph 0\n##\n#x\n", "wrong.txt:4: "),
        ("height 2\nglyph 0\n##\n", "glyph 0: expected 2 rows"),
        ("height 2\nglyph 0\n##\n#\n", "glyph 0: expected 2 rows of equal width"),
        ("height two\n", "wrong.txt:1: "),
    ],
)
def test_a_wrong_source_is_told_with_its_place(tmp_path: Path, text: str, line: str) -> None:
    source = tmp_path / "wrong.txt"
    source.write_text(text)
    with pytest.raises(make_fonts.FontSourceError) as error:
        make_fonts.read_figures(source)
    assert line in str(error.value)


def test_the_packed_figures_are_those_of_the_text() -> None:
    for source in make_fonts.drawn():
        height, tracking, glyphs = make_fonts.read_figures(source)
        assert source.with_suffix(".wbf").read_bytes() == make_fonts.pack(height, 0, tracking, glyphs), source.name


def test_a_missing_package_is_named(tmp_path: Path) -> None:
    with pytest.raises(make_fonts.FontSourceError, match="apt install xfonts-terminus"):
        make_fonts.read_letters(tmp_path / "ter-u12b_unicode.pcf.gz", 12)


@pytest.mark.skipif(not (make_fonts.X11_FONTS / "ter-u12b_unicode.pcf.gz").exists(), reason="xfonts-terminus is absent")
def test_the_packed_letters_are_those_of_the_package() -> None:
    for name, file, size, tracking in make_fonts.LETTERS:
        ascent, descent, glyphs = make_fonts.read_letters(make_fonts.X11_FONTS / file, size)
        packed = make_fonts.pack(ascent, descent, tracking, glyphs)
        assert (make_fonts.HERE / f"{name}.wbf").read_bytes() == packed, name


def test_every_packed_font_has_its_licence_beside_it() -> None:
    licence = (make_fonts.HERE / "LICENSE-letters.txt").read_text(encoding="utf-8")
    for name, _, _, _ in make_fonts.LETTERS:
        assert f"{name}.wbf" in licence
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
