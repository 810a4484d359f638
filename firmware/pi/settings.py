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
from config.connect import FILE, Address, contradictions, mqtt_fields, read_secret, tls_context
from config.yaml_file import Problem, YamlFile
from config.yaml_file import load as load_yaml
from firmware.core.board import PAGES
from firmware.core.check import Field, Int, ListOf, OneOf, Record, Text, read
from firmware.core.inventory import MOST
from firmware.pi.panel import DRIVERS, PanelSettings, check
from firmware.pi.settings_night import NIGHT, overlap, spans
from hw.pins import mappings

_NAME = Text(64, without="/+#% @")


# Ranges of rows, cols and gpio_slowdown: lib/options-initialize.cc and led-matrix.cc of rpi-rgb-led-matrix, May 2026.
_PANEL = Record(
    (
        Field("driver", OneOf(DRIVERS), required=True, doc="the panel, a page in the browser, or a picture file"),
        Field("rows", Int(8, 64), required=True, doc="LEDs of one module from top to bottom"),
        Field("cols", Int(16, 256), required=True, doc="LEDs of one module from left to right"),
        Field("chain", Int(1, 16), default=1, doc="modules one after the other"),
        Field("parallel", Int(1, 3), default=1, doc="chains one below the other"),
        Field("hardware_mapping", OneOf(tuple(mappings())), default="regular", doc="how it is wired: hw/pins.yaml"),
        Field("gpio_slowdown", Int(0, 10), doc="higher for faster Pis, when the picture is garbled"),
        Field("brightness", Int(1, 100), default=100, doc="percent"),
        Field("path", FILE, doc="driver image: the folder of latest.png"),
        Field("port", Int(0, 65535), default=8888, doc="driver emulator: of the page on 127.0.0.1; 0 is any free one"),
        Field("user", Text(64), default="daemon", doc="driver rgbmatrix: whom root becomes once it has the GPIO"),
        Field("night", NIGHT, doc="brightness by the time of day: spans of local time, each with percent or off"),
    )
)

SCHEMA = Record(
    (
        Field("site", _NAME, required=True, doc="the site's name in the MQTT topics, as in bridge.yaml"),
        Field("board", _NAME, required=True, doc="this board's own name, another for each board of the site"),
        Field("mqtt", Record(mqtt_fields(embedded=False)), required=True),
        Field("panel", _PANEL, required=True),
        Field("buzzer", Record((Field("gpio", Int(2, 27), required=True, doc="its pin, as a GPIO number"),))),
        Field("queues", ListOf(Text(128), least=1, most=MOST), doc="which to show, in this order; all when absent"),
        Field("state_file", FILE, doc="where the last good rules are kept"),
        Field("button", Record((Field("gpio", Int(2, 27), required=True, doc="its pin; pressed, it is ground"),))),
        Field("pages", ListOf(OneOf(PAGES), least=1, most=len(PAGES)), doc="which pages take turns when all is calm"),
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
    wrong = {path[0] for path, _ in found if path}  # sections that cannot be looked at any further
    panel = None if "panel" in wrong or not clean else _panel(clean["panel"], folder)
    gpios = {name: clean[name]["gpio"] for name in ("buzzer", "button") if name not in wrong and clean and clean[name]}
    mqtt = None if "mqtt" in wrong or not clean else _mqtt(clean, folder, found, secrets=secrets)
    if panel is not None:
        found += [(("panel", key), message) for key, message in check(panel)]
        found += _pin_clashes(gpios, panel)
        crossing = overlap(clean["panel"]["night"])
        if crossing:
            found.append((("panel", "night"), crossing))
    state_file = None
    if clean:
        try:
            state_file = folder / clean["state_file"] if clean["state_file"] else default_state_file(os.environ, clean)
        except RuntimeError:  # Path.home(): in a container, of a user whom /etc/passwd does not know
            found.append(
                (("state_file",), "missing, expected a file's name: this user has no home folder to keep it in")
            )
    file.refuse(found)
    assert panel is not None and mqtt is not None and state_file is not None
    return BoardSettings(
        site=clean["site"],
        board=clean["board"],
        mqtt=mqtt,
        panel=panel,
        buzzer_gpio=gpios.get("buzzer"),
        button_gpio=gpios.get("button"),
        queues=tuple(clean["queues"]) if clean["queues"] else None,
        pages=tuple(dict.fromkeys(clean["pages"])) if clean["pages"] else PAGES,
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


def _mqtt(clean: dict[str, Any], folder: Path, found: list[Problem], *, secrets: bool) -> BrokerLogin:
    mqtt = clean["mqtt"]
    address: Address = mqtt["url"]
    found += contradictions(mqtt)
    password = tls = None
    if secrets:
        password = read_secret(mqtt, ("mqtt",), folder, found)
        tls = tls_context(mqtt, ("mqtt",), folder, found) if address.tls else None
    return BrokerLogin(
        host=address.host,
        port=address.port or 1883,
        client_id=f"wallboard-board-{clean['site']}-{clean['board']}",
        username=mqtt["username"],
        password=password,
        tls=tls,
    )


def default_state_file(environ: Mapping[str, str], names: Mapping[str, str]) -> Path:
    """Under systemd the service's own folder (StateDirectory=), else the user's (XDG Base Directory)."""
    own = environ.get("STATE_DIRECTORY", "").split(":")[0]
    folder = Path(own or environ.get("XDG_STATE_HOME") or Path.home() / ".local/state")
    return folder / ("" if own else "wallboard") / f"{names['site']}-{names['board']}.json"


def _pin_clashes(gpios: dict[str, int], panel: PanelSettings) -> list[Problem]:
    """Two on one pin are a short circuit, or a button that never rests, so it is refused on a desktop too."""
    mapping = mappings()[panel.hardware_mapping]
    uses = mapping.uses(panel.parallel)
    problems: list[Problem] = []
    for name, gpio in gpios.items():
        use = uses.get(gpio)
        if use is None:
            uses[gpio] = f"the {name}'s"
            continue
        pins = ", ".join(str(pin) for pin in mapping.free(panel.parallel) if pin not in uses)
        free = f"free pins: {pins}" if pins else "no pin is free with so many chains"
        if not pins and name == "buzzer":
            free += ": use a networked sounder"
        problems.append(((name, "gpio"), f"{gpio} is {use} with mapping {mapping.name!r}; {free}"))
    return problems
