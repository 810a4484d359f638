"""What board.yaml may hold: its keys, their kinds, and what only people on a desktop are told of them."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from config.connect import FILE, Mqtt
from config.described import Choices, Described, Distinct, Schema, SchemaOf
from config.json_parts import given, one_of, parts, when
from config.json_schema import record
from firmware.core.board import PAGES
from firmware.core.check import Field, Int, OneOf, Problems, Record, Text
from firmware.core.inventory import MOST
from firmware.core.layout import SIZES
from firmware.pi.panel import DRIVERS, PanelSettings
from firmware.pi.settings_night import NIGHT
from hw.pins import mappings

_NAME = Text(64, without="/+#% @")


class Pin(Int):
    """A GPIO number; people also know a pin by its place on the header."""

    def refuse(self, value: Any, path: tuple[str | int, ...], problems: Problems, hint: str = "") -> None:
        for gpio, place in next(iter(mappings().values())).header.items():
            if value == str(place) and not self.lo <= place <= self.hi:
                hint = f"; place {place} of the header is GPIO {gpio}"
        super().refuse(value, path, problems, hint)


_PIN = Pin(2, 27)
MOST_CHAIN, MOST_PARALLEL = 16, 3


class Panel(Record):
    """The section `panel`."""

    def json_schema(self, schema_of: SchemaOf) -> Schema:
        """What panel.check() tells, so far as a schema can."""
        rules = [parts(rows={"multipleOf": 2}), when(given("driver", {"const": "image"}), given("path"))]
        for name, mapping in mappings().items():
            most = {"rows": {"maximum": mapping.most_rows}, "parallel": {"maximum": mapping.most_parallel}}
            rules.append(when(_chosen(hardware_mapping=name), parts(**most)))
        widths, heights = (sorted(set(lengths)) for lengths in zip(*SIZES, strict=True))
        rules += [_modules(number, "cols", widths, chain=number) for number in range(1, MOST_CHAIN + 1)]
        rules += [_modules(number, "rows", heights, parallel=number) for number in range(1, MOST_PARALLEL + 1)]
        return record(self, schema_of) | {"allOf": rules}


class Board(Record):
    """The whole file."""

    def json_schema(self, schema_of: SchemaOf) -> Schema:
        """What _pin_clashes() tells of the panel's pins."""
        rules = []
        for name, mapping in mappings().items():
            for parallel in range(1, mapping.most_parallel + 1):
                free = mapping.usable(parallel)
                some = one_of(
                    free,
                    f"taken by the panel or the system, expected one of {', '.join(map(str, free)) or 'none'}",
                )
                some["defaultSnippets"] = [{"label": str(pin), "body": pin} for pin in free]
                pin = parts(gpio=some)
                chosen = given("panel", _chosen(hardware_mapping=name, parallel=parallel))
                rules.append(when(chosen, parts(buzzer=pin, button=pin)))
        return record(self, schema_of) | {"allOf": rules}


def _chosen(**values: Any) -> Schema:
    """The condition that keys of `panel` have these values, by being given or by their defaults."""
    needed = [name for name, value in values.items() if value != getattr(PanelSettings, name)]
    return {"properties": {name: {"const": value} for name, value in values.items()}, "required": needed}


def _modules(number: int, side: str, lengths: list[int], **chosen: int) -> Schema:
    """How long modules may be so that so many of them make one of these lengths."""
    fit = [length // number for length in lengths if length % number == 0]
    what = (
        f"{number} {'module makes' if number == 1 else 'modules make'} {' or '.join(map(str, lengths))} LEDs, expected"
    )
    return when(_chosen(**chosen), parts(**{side: one_of(fit, f"{what} {' or '.join(map(str, fit)) or 'fewer'}")}))


# Ranges of rows, cols, gpio_slowdown and of how modules are made: lib/options-initialize.cc and led-matrix.cc of
# rpi-rgb-led-matrix, May 2026.
_PANEL = Panel(
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
            Int(0, 17),
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
_BUZZER = Record(
    (
        Described(
            "gpio",
            _PIN,
            required=True,
            doc="the pin of the buzzer's transistor, as a GPIO number: not its place on the header",
            example=19,
        ),
    )
)
_BUTTON = Record(
    (
        Described(
            "gpio",
            _PIN,
            required=True,
            doc="the pin that is ground while the button is pressed, as a GPIO number: not its place on the header",
            example=26,
        ),
    )
)

SCHEMA = Board(
    (
        Described(
            "site",
            _NAME,
            required=True,
            doc="the site's name in the MQTT topics, as in bridge.yaml",
            example="main",
        ),
        Described(
            "board",
            _NAME,
            required=True,
            doc="this board's own name, another for each board of the site",
            example="hall-1",
        ),
        Field("mqtt", Mqtt(), required=True, doc="the broker that the bridge writes to"),
        Field("panel", _PANEL, required=True, doc="the LED panel"),
        Field("buzzer", _BUZZER, doc="an active buzzer; leave it out without one"),
        Described(
            "queues",
            Distinct(Text(128), least=1, most=MOST),
            doc="which to show, in this order, by the PBX's names; all when absent",
            example=["support", "sales"],
        ),
        Described(
            "state_file",
            FILE,
            doc="where the last good rules are kept, for a start without the bridge; "
            "when absent, in the service's or the user's folder of state",
            example="board.json",
        ),
        Field(
            "button",
            _BUTTON,
            doc="a push button: a short press acknowledges all that fires, two seconds mute the buzzer for an hour",
        ),
        Described(
            "pages",
            Distinct(OneOf(PAGES), least=1, most=len(PAGES)),
            doc="which pages take turns when all is calm; an alarm always brings its queue to the front",
            absent=PAGES,
        ),
    )
)
