"""board.yaml: what this board shows, on which panel, and where its broker is.

settings = load(Path("board.yaml"))                  # raises ConfigError with all mistakes, secrets read
settings = load(Path("board.yaml"), secrets=False)   # to check the file alone, away from the board
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.broker_client import BrokerLogin
from config.connect import FILE, Address, Mqtt, contradictions, read_secret, tls_context
from config.described import Choices, Described, Distinct, Schema, SchemaOf
from config.json_schema import given, one_of, parts, record, when
from config.section import Section, given_twice
from config.yaml_file import Problem, YamlFile
from config.yaml_file import load as load_yaml
from firmware.core.board import PAGES
from firmware.core.check import Field, Int, OneOf, Problems, Record, Text, read
from firmware.core.inventory import MOST
from firmware.core.layout import SIZES
from firmware.pi.panel import DRIVERS, PanelSettings, check
from firmware.pi.settings_night import NIGHT, overlap, spans
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
_SIZES = ("rows", "cols", "chain", "parallel", "hardware_mapping")


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
                free = mapping.free(parallel)
                some = one_of(free, f"a pin of the panel, expected one of {', '.join(map(str, free)) or 'none'}")
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


# Ranges of rows, cols and gpio_slowdown: lib/options-initialize.cc and led-matrix.cc of rpi-rgb-led-matrix, May 2026.
_PANEL = Panel(
    (
        Field("driver", Choices(DRIVERS), required=True, doc="what stands in for the panel, or the panel itself"),
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
            "gpio", _PIN, required=True, doc="the pin of the buzzer's transistor, as a GPIO number (BCM)", example=19
        ),
    )
)
_BUTTON = Record(
    (
        Described(
            "gpio",
            _PIN,
            required=True,
            doc="the pin that is ground while the button is pressed, as a GPIO number (BCM)",
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


@dataclass(frozen=True)
class BoardSettings:
    """The whole file. `queues`: the PBX's names; None is all. `buzzer_gpio`, `button_gpio`: None without one.

    `pages`: of board.PAGES; `night`: (from, until, percent) in minutes since local midnight, 0 percent is dark.
    """

    site: str
    board: str
    mqtt: BrokerLogin
    panel: PanelSettings
    buzzer_gpio: int | None
    button_gpio: int | None
    queues: tuple[str, ...] | None
    pages: tuple[str, ...]
    night: tuple[tuple[int, int, int], ...]
    state_file: Path


def load(path: Path, name: str | None = None, *, secrets: bool = True) -> BoardSettings:
    """Read and check the file. Raises ConfigError with all its mistakes; `name` stands in them.

    Without `secrets` no other file (password, certificates) is opened, and no environment variable looked up.
    """
    return build(load_yaml(path, name), path.parent, secrets=secrets)


def build(file: YamlFile, folder: Path, *, secrets: bool = True) -> BoardSettings:
    """The settings of a file that is read already; the names of other files are relative to `folder`."""
    clean, found = read(SCHEMA, file.data)
    whole = Section(file.data, clean)
    panel, mqtt = whole.section("panel"), whole.section("mqtt")
    gpios = {name: gpio for name in ("buzzer", "button") if (gpio := whole.section(name)["gpio"]) is not None}
    found += contradictions(mqtt) + _panel_problems(panel) + _pin_clashes(gpios, panel)
    found += given_twice(file, "queues") + given_twice(file, "pages")
    password = read_secret(mqtt, folder, found) if secrets else None
    tls = tls_context(mqtt, folder, found) if secrets and mqtt["url"] and mqtt["url"].tls else None
    state_file = None
    try:
        if whole["state_file"]:
            state_file = folder / whole["state_file"]
        elif whole["site"] and whole["board"]:
            state_file = default_state_file(os.environ, clean)
    except RuntimeError:  # Path.home(): in a container, of a user whom /etc/passwd does not know
        found.append((("state_file",), "missing, expected a file's name: this user has no home folder to keep it in"))
    file.refuse(found)
    assert state_file is not None
    address: Address = mqtt["url"]
    return BoardSettings(
        site=clean["site"],
        board=clean["board"],
        mqtt=BrokerLogin(
            host=address.host,
            port=address.port or 1883,
            client_id=f"wallboard-board-{clean['site']}-{clean['board']}",
            username=mqtt["username"],
            password=password,
            tls=tls,
        ),
        panel=_panel(clean["panel"], folder),
        buzzer_gpio=gpios.get("buzzer"),
        button_gpio=gpios.get("button"),
        queues=tuple(clean["queues"]) if clean["queues"] else None,
        pages=tuple(clean["pages"]) if clean["pages"] else PAGES,
        night=spans(clean["panel"]["night"]),
        state_file=state_file,
    )


def _panel(section: dict[str, Any], folder: Path) -> PanelSettings:
    return PanelSettings(
        driver=section["driver"],
        rows=section["rows"],
        cols=section["cols"],
        chain=section["chain"],
        parallel=section["parallel"],
        hardware_mapping=section["hardware_mapping"],
        gpio_slowdown=section["gpio_slowdown"],
        brightness=section["brightness"],
        path=folder / section["path"] if section["path"] else None,
        port=section["port"],
        user=section["user"],
    )


def _panel_problems(panel: Section) -> list[Problem]:
    """What the keys of the section say together; what rests on a wrong one is not looked at."""
    found: list[Problem] = []
    if all(panel[key] is not None for key in _SIZES):
        about = PanelSettings(
            driver=panel["driver"] or "emulator",
            path=Path() if panel.given("path") else None,
            **{key: panel[key] for key in _SIZES},
        )
        found += [(panel.at(key), message) for key, message in check(about)]
    crossing = overlap(panel["night"])
    return [*found, (panel.at("night"), crossing)] if crossing else found


def default_state_file(environ: Mapping[str, str], names: Mapping[str, str]) -> Path:
    """Under systemd the service's own folder (StateDirectory=), else the user's (XDG Base Directory)."""
    own = environ.get("STATE_DIRECTORY", "").split(":")[0]
    folder = Path(own or environ.get("XDG_STATE_HOME") or Path.home() / ".local/state")
    return folder / ("" if own else "wallboard") / f"{names['site']}-{names['board']}.json"


def _pin_clashes(gpios: dict[str, int], panel: Section) -> list[Problem]:
    """Two on one pin are a short circuit, or a button that never rests, so it is refused on a desktop too."""
    if panel["hardware_mapping"] is None or panel["parallel"] is None:
        return []
    mapping = mappings()[panel["hardware_mapping"]]
    uses = mapping.uses(panel["parallel"])
    problems: list[Problem] = []
    for name, gpio in gpios.items():
        use = uses.get(gpio)
        if use is None:
            uses[gpio] = f"the {name}'s"
            continue
        pins = ", ".join(str(pin) for pin in mapping.free(panel["parallel"]) if pin not in uses)
        free = f"free pins: {pins}" if pins else "no pin is free with so many chains"
        if not pins and name == "buzzer":
            free += ": use a networked sounder"
        problems.append(((name, "gpio"), f"{gpio} is {use} with mapping {mapping.name!r}; {free}"))
    return problems
