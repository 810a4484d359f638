"""What board.yaml may hold: its keys, their kinds, and what only people on a desktop are told of them."""

from __future__ import annotations

from typing import Any

from config.connect import FILE, Mqtt
from config.described import Described, Distinct, Schema, SchemaOf
from config.json_parts import given, one_of, parts, when
from config.json_schema import record
from firmware.core.board import PAGES
from firmware.core.check import Field, Int, OneOf, Problems, Record, Text
from firmware.core.check_hints import did_you_mean, of_int
from firmware.core.inventory import MOST
from firmware.core.spelling import one_line
from firmware.pi.panel_schema import PANEL, chosen
from hw.pins import mappings

_NAME = Text(64, without="/+#% @")


class Pin(Int):
    """A GPIO number; people also know a pin by its place on the header."""

    def meant(self, value: Any) -> str:
        """What a wrong value probably means, for the end of a message; "" when nobody can tell."""
        if not isinstance(value, str):
            return ""
        for gpio, place in next(iter(mappings().values())).header.items():
            if value == str(place) and not self.lo <= place <= self.hi:
                return f"; place {place} of the header is GPIO {gpio}"
        return did_you_mean(of_int(one_line(value, 40), self.lo, self.hi))

    def refuse(self, value: Any, path: tuple[str | int, ...], problems: Problems, hint: str = "") -> None:
        super().refuse(value, path, problems, hint or self.meant(value))


PIN = Pin(2, 27)


class Board(Record):
    """The whole file."""

    def json_schema(self, schema_of: SchemaOf) -> Schema:
        """What hw.pins_clash tells of the panel's pins."""
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
                panel = given("panel", chosen(hardware_mapping=name, parallel=parallel))
                rules.append(when(panel, parts(buzzer=pin, button=pin)))
        return record(self, schema_of) | {"allOf": rules}


_BUZZER = Record(
    (
        Described(
            "gpio",
            PIN,
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
            PIN,
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
        Field("panel", PANEL, required=True, doc="the LED panel"),
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
