"""The section `panel` of board.yaml: what the LED library takes, and what makes a panel that there is a layout for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import Any

from config.connect import FILE
from config.described import Choices, Described, Schema, SchemaOf
from config.json_parts import given, one_of, parts, when
from config.json_schema import record
from firmware.core.check import Field, Int, OneOf, Problems, Record, Text
from firmware.core.layout import SIZES
from firmware.pi.panel import DRIVERS, MULTIPLEXINGS, TALL_MULTIPLEXINGS, TALL_ROWS, PanelSettings
from firmware.pi.panel_shape import FOLDS, FROM_LEFT, MAPPERS, STACKS
from firmware.pi.settings_night import NIGHT
from hw.pins import mappings

MOST_CHAIN, MOST_PARALLEL = 16, 3
# The library takes any. A panel flickers below some 80 Hz (its README), and what flashes at 3 to 50 Hz may harm people.
LEAST_HZ = 80


class Multiplexing(Int):
    """One of MULTIPLEXINGS."""

    def __init__(self) -> None:
        super().__init__(MULTIPLEXINGS[0], MULTIPLEXINGS[-1])
        self.gaps = [number for number in range(self.lo, self.hi + 1) if number not in MULTIPLEXINGS]

    def expected(self) -> str:
        return f"{super().expected()}, but not {' or '.join(map(str, self.gaps))}"

    def read(self, value: Any, path: tuple[str | int, ...], problems: Problems) -> int | None:
        number = super().read(value, path, problems)
        if number in self.gaps:
            self.refuse(value, path, problems)
            return None
        return number


_MULTIPLEXING = Multiplexing()


class Panel(Record):
    """The section `panel`."""

    def json_schema(self, schema_of: SchemaOf) -> Schema:
        """What panel.check() tells, so far as a schema can."""
        rules = [parts(rows={"multipleOf": 2}), when(given("driver", {"const": "image"}), given("path"))]
        for name, mapping in mappings().items():
            most = {"rows": {"maximum": mapping.most_rows}, "parallel": {"maximum": mapping.most_parallel}}
            rules.append(when(chosen(hardware_mapping=name), parts(**most)))
        rules += _sizes()
        whys = [(_MULTIPLEXING.gaps, f"expected {_MULTIPLEXING.expected()}")]
        rules += [parts(multiplexing={"not": {"enum": gaps}, "errorMessage": why}) for gaps, why in whys]
        tall = {"minimum": TALL_ROWS, "errorMessage": f"this multiplexing is for {TALL_ROWS} rows or more"}
        rules.append(when(given("multiplexing", {"enum": list(TALL_MULTIPLEXINGS)}), parts(rows=tall)))
        return record(self, schema_of) | {"allOf": rules}


def chosen(**values: Any) -> Schema:
    """The condition that keys of `panel` have these values, by being given or by their defaults."""
    needed = [name for name, value in values.items() if value != getattr(PanelSettings, name)]
    return {"properties": {name: {"const": value} for name, value in values.items()}, "required": needed}


def _sizes() -> list[Schema]:
    """That modules make a panel which there is a layout for, however their chains are laid."""
    widths, heights = (sorted(set(lengths)) for lengths in zip(*SIZES, strict=True))
    chains, parallels = ("chain", range(1, MOST_CHAIN + 1)), ("parallel", range(1, MOST_PARALLEL + 1))
    even = range(2, MOST_CHAIN + 1, 2)
    straight = {"properties": {"pixel_mapper": {"enum": [FROM_LEFT]}}}
    folded, stacked = (given("pixel_mapper", {"enum": list(names)}) for names in (FOLDS, STACKS))
    odd = {"multipleOf": 2, "errorMessage": "expected an even number: pixel_mapper bends a chain in its middle"}
    return [
        when(straight, {"allOf": [*_modules("cols", widths, chains), *_modules("rows", heights, parallels)]}),
        when(folded, {"required": ["chain"], **parts(chain=odd)}),
        when(
            folded,
            {
                "allOf": [
                    *_modules("cols", [2 * width for width in widths], ("chain", even)),
                    *_modules("rows", [height // 2 for height in heights], parallels),
                ]
            },
        ),
        when(stacked, {"allOf": [*_modules("cols", widths, parallels), *_modules("rows", heights, chains)]}),
    ]


def _modules(side: str, lengths: list[int], numbers: tuple[str, range]) -> Iterator[Schema]:
    """How long modules may be so that so many of them make one of these lengths."""
    key, range_of = numbers
    for number in range_of:
        fit = [length // number for length in lengths if length % number == 0]
        modules = "module makes" if number == 1 else "modules make"
        what = f"{number} {modules} {' or '.join(map(str, lengths))} LEDs, expected"
        expected = f"{what} {' or '.join(map(str, fit)) or 'fewer'}"
        yield when(chosen(**{key: number}), parts(**{side: one_of(fit, expected)}))


# Ranges of rows, cols, gpio_slowdown and of how modules are made: lib/options-initialize.cc and led-matrix.cc of
# rpi-rgb-led-matrix, May 2026.
PANEL = Panel(
    (
        Field("driver", Choices(DRIVERS), required=True, doc="what shows the picture"),
        Described("rows", Int(8, 64), required=True, doc="LEDs of one module from top to bottom", example=64),
        Described("cols", Int(16, 256), required=True, doc="LEDs of one module from left to right", example=64),
        Field(
            "chain", Int(1, MOST_CHAIN), default=PanelSettings.chain, doc="how many modules hang one after the other"
        ),
        Field(
            "parallel",
            Int(1, MOST_PARALLEL),
            default=PanelSettings.parallel,
            doc="how many chains hang one below the other",
        ),
        Field(
            "hardware_mapping",
            OneOf(tuple(mappings())),
            default=PanelSettings.hardware_mapping,
            doc="how the panel is wired to the Pi: hw/pins.yaml",
        ),
        Described(
            "gpio_slowdown",
            Int(0, 10),
            doc="higher for faster Pis, when the picture is garbled; the library chooses when absent",
            example=2,
        ),
        Field(
            "led_rgb_sequence",
            OneOf(tuple("".join(each) for each in permutations("RGB"))),
            default=PanelSettings.led_rgb_sequence,
            doc="the order of the modules' colour lines, when the self-test shows colours swapped",
        ),
        Field(
            "multiplexing",
            _MULTIPLEXING,
            default=PanelSettings.multiplexing,
            doc="how the modules' rows are wired, when the self-test's lines are broken: try 1, 2 and so on",
        ),
        Field(
            "row_address_type",
            Int(0, 5),
            default=PanelSettings.row_address_type,
            doc="how a row is chosen, when rows are doubled or missing: 1 for modules with lines A and B alone",
        ),
        Described(
            "panel_type",
            OneOf(("FM6126A", "FM6127")),
            doc="modules with these chips stay dark without it",
            example="FM6126A",
        ),
        Described(
            "pixel_mapper",
            Choices(MAPPERS),
            doc="how a chain is laid that is bent or begins at the left, when numbers of the self-test are upside down",
            example="U-mapper",
        ),
        Described(
            "limit_refresh_rate_hz",
            Int(LEAST_HZ, 1000),
            doc="holds the refresh rate steady, for a camera or a picture that wavers; as fast as it can when absent",
            example=120,
        ),
        Field("brightness", Int(1, 100), default=PanelSettings.brightness, doc="percent by day"),
        Described("path", FILE, doc="with driver image: the folder of latest.png", example="frames"),
        Field(
            "port",
            Int(0, 65535),
            default=PanelSettings.port,
            doc="with driver emulator: the page is on 127.0.0.1 at this port; 0 is any free one",
        ),
        Described(
            "user",
            Text(64),
            default=PanelSettings.user,
            doc="with driver rgbmatrix: whom root becomes once it has the GPIO",
        ),
        Described(
            "night",
            NIGHT,
            doc="brightness by the time of day: spans of local time, each with percent or off; an alarm is always seen",
            example={"22:00-06:00": 20},
        ),
    )
)
