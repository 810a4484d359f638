"""The drawings and pages in hw/: up to date, well-formed, and saying what pins.yaml says."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hw.drawing.pen import Pen
from hw.drawing.sheet import HEIGHT, WIDTH, draw
from hw.made import HW, everything
from hw.pins import Sheet, wiring
from hw.power import Modules, plan_for
from hw.wires import wires
from tests.browser import Browser

SVG = "{http://www.w3.org/2000/svg}"
SHEETS = tuple(wiring().sheets.values())


@pytest.mark.parametrize("path", everything(), ids=lambda path: path.name)
def test_what_is_committed_is_up_to_date(path: Path) -> None:
    assert path.read_text("utf-8") == everything()[path], f"{path.name} is not what pins.yaml says: run `make wiring`"


def test_nothing_is_left_of_a_sheet_that_is_no_more() -> None:
    folder = next(iter(everything())).parent
    assert {path.name for path in folder.glob("*.svg")} == {path.name for path in everything() if path.suffix == ".svg"}


def words(sheet: Sheet) -> list[str]:
    root = ElementTree.fromstring(draw(wiring(), sheet))
    return [element.text or "" for element in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_each_wire_is_numbered_at_both_ends_and_listed(sheet: Sheet) -> None:
    found = words(sheet)
    for wire in wires(wiring(), sheet):
        # on the header or pads, in the circuit, in the list; and once more where the header has a place of that number
        places = sum(1 for place in wiring().header.values() if place == wire.number) if sheet.mapping.header else 0
        places += sum(1 for place in wiring().supply if place == wire.number) if sheet.mapping.header else 0
        assert found.count(str(wire.number)) == 3 + places + sheet.chains, wire
        assert any(text.startswith(wire.colour) for text in found)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_each_signal_is_drawn_at_its_pin(sheet: Sheet) -> None:
    found = words(sheet)
    for signals in sheet.mapping.signals[: sheet.chains]:
        for colour in ("r1", "g1", "b1", "r2", "g2", "b2"):
            told = f"{colour.upper()} · GPIO{signals[colour]}"
            assert told in found
    assert (f"E · GPIO{sheet.mapping.signals[0]['e']}" in found) == (sheet.rows == 64)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_it_can_be_printed_in_black_and_white(sheet: Sheet) -> None:
    for colour in re.findall(r'"#([0-9a-f]{6})"', draw(wiring(), sheet)):
        assert colour[:2] == colour[2:4] == colour[4:], colour


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_nothing_is_drawn_beside_the_page(sheet: Sheet) -> None:
    """Words by a generous width a letter: a printer cuts off what is outside, and says nothing."""
    for element in ElementTree.fromstring(draw(wiring(), sheet)).iter():
        at = {name: float(element.get(name, "0")) for name in ("x", "y", "width", "height")}
        if element.tag == f"{SVG}text":
            wide = len(element.text or "") * float(element.get("font-size", "14")) * 0.58
            anchor = element.get("text-anchor")
            at["x"] -= wide if anchor == "end" else wide / 2 if anchor == "middle" else 0
            at["width"] = wide
        if element.tag in (f"{SVG}text", f"{SVG}rect"):
            assert at["x"] >= 0 and at["y"] >= 0, element.attrib
            assert at["x"] + at["width"] <= WIDTH and at["y"] + at["height"] <= HEIGHT, (element.attrib, element.text)


def test_a_browser_prints_each_sheet_on_one_page_across() -> None:
    """hw/README.md says to print it: without a word of its own a browser prints the left two thirds."""
    with Browser() as browser:
        for sheet in SHEETS:
            browser.open((HW / f"wiring-{sheet.name}.svg").as_uri())
            pdf = browser.printed()
            assert len(re.findall(rb"/Type /Page\b", pdf)) == 1, sheet.name
            wide, high = map(float, re.findall(rb"/MediaBox \[0 0 (\S+) (\S+)\]", pdf)[0])
            assert (round(wide * 25.4 / 72), round(high * 25.4 / 72)) == (297, 210), sheet.name


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_the_power_that_is_drawn_is_that_of_the_plan(sheet: Sheet) -> None:
    plan = plan_for(Modules(sheet.rows, sheet.cols, sheet.chain, sheet.chains))
    found = words(sheet)
    assert f"{plan.supplies[0]:g} A or more" in found
    for lead in plan.leads:
        assert found.count(f"{lead.fuse:g} A") == len(plan.leads)
    assert sum(text.startswith("module ") for text in found) == plan.modules.number


def test_words_cannot_break_out() -> None:
    pen = Pen(10, 10, "a < b")
    pen.text(0, 0, "</svg><script>")
    root = ElementTree.fromstring(pen.svg())
    assert [element.tag for element in root] == [f"{SVG}title", f"{SVG}style", f"{SVG}rect", f"{SVG}text"]


def test_every_ground_is_a_ground() -> None:
    for sheet in SHEETS:
        five = wires(wiring(), sheet)
        for wire in five:
            if wire.place and wire.gpio is None:
                expected = "5 V" if wire.number == 1 else "ground"
                assert wiring().supply[wire.place] == expected
        assert len({wire.place for wire in five if wire.place}) in (0, 5), "each wire at a place of its own"
