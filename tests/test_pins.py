"""hw/pins.yaml against what is known of the mappings: DISPLAY.md's lists of free pins, and the header itself."""

from __future__ import annotations

import pytest

from hw.pins import Mapping, mappings

HAT_FREE = [7, 8, 9, 10, 11, 14, 15, 19, 25]


@pytest.mark.parametrize(
    ("name", "parallel", "free", "buzzer"),
    [
        ("regular", 1, [2, 3, 5, 6, 12, 13, 14, 16, 19, 20, 21, 26], 19),
        ("regular", 2, [2, 3, 14, 16, 21, 26], 26),
        ("regular", 3, [], None),
        ("adafruit-hat", 1, HAT_FREE, 19),
        ("adafruit-hat-pwm", 1, HAT_FREE, 19),
    ],
)
def test_free_pins(name: str, parallel: int, free: list[int], buzzer: int | None) -> None:
    assert mappings()[name].free(parallel) == free
    assert mappings()[name].suggested_buzzer(parallel) == buzzer


@pytest.mark.parametrize("mapping", mappings().values(), ids=lambda each: each.name)
def test_no_pin_has_two_uses(mapping: Mapping) -> None:
    colours = [pin for chain in mapping.chains for pin in chain]
    assert len(colours) == 6 * mapping.most_parallel
    assert len({*mapping.fixed, *colours}) == len(mapping.fixed) + len(colours)
    assert set(mapping.uses(3)) <= set(mapping.header)
    assert set(mapping.buzzer) <= set(mapping.free(1))


def test_uses_are_named_as_people_call_them() -> None:
    regular = mappings()["regular"]
    assert regular.uses(1)[18] == "the panel's output-enable"
    assert regular.uses(1)[15] == "the panel's row line e"
    assert regular.uses(2)[19] == "the panel's r2 of chain 2"
    assert 19 not in regular.uses(1)
    assert mappings()["adafruit-hat-pwm"].uses(1)[4] == "bridged to the output-enable"


def test_what_a_mapping_can_drive() -> None:
    each = {name: (it.most_parallel, it.most_rows, it.hardware_pulses) for name, it in mappings().items()}
    assert each == {
        "regular": (3, 64, True),
        "adafruit-hat": (1, 64, False),
        "adafruit-hat-pwm": (1, 64, True),
        "classic": (3, 32, False),
    }


def test_the_header_has_each_gpio_once() -> None:
    header = mappings()["regular"].header
    assert sorted(header) == list(range(2, 28))
    power_and_id = {1, 2, 4, 6, 9, 14, 17, 20, 25, 27, 28, 30, 34, 39}
    assert set(header.values()) == set(range(1, 41)) - power_and_id
