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
from config.connect import Address, contradictions
from config.credentials import loose, own_client_id, read_secret, tls_context
from config.kinds import refuse_other
from config.mistakes import Mistake
from config.section import Section, given_twice
from config.yaml_file import Problem, YamlFile
from config.yaml_file import load as load_yaml
from firmware.core.board import PAGES
from firmware.core.check import read
from firmware.pi.panel import PanelSettings, check
from firmware.pi.settings_night import overlap, spans
from firmware.pi.settings_schema import PIN, SCHEMA
from hw.pins import mappings
from hw.pins_clash import KINDS, clashes, free

SERVICE_STATE = "/var/lib/wallboard"  # StateDirectory= of wallboard.service
_SIZES = ("rows", "cols", "chain", "parallel", "hardware_mapping")


@dataclass(frozen=True)
class BoardSettings:
    """The whole file. `queues`: the PBX's names; None is all. `buzzer_gpio`, `button_gpio`: None without one.

    `pages`: of board.PAGES; `night`: (from, until, percent) in minutes since local midnight, 0 percent is dark.
    `loose`: warnings of secrets that others may read.
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
    loose: tuple[Mistake, ...] = ()


def load(path: Path, name: str | None = None, *, secrets: bool = True) -> BoardSettings:
    """Read and check the file. Raises ConfigError with all its mistakes; `name` stands in them.

    Without `secrets` no other file (password, certificates) is opened, and no environment variable looked up.
    """
    return build(load_yaml(path, name), path.parent, secrets=secrets)


def build(file: YamlFile, folder: Path, *, secrets: bool = True) -> BoardSettings:
    """The settings of a file that is read already; the names of other files are relative to `folder`."""
    refuse_other(file, "board")
    clean, found = read(SCHEMA, file.data)
    whole = Section(file.data, clean)
    panel, mqtt = whole.section("panel"), whole.section("mqtt")
    gpios = {name: gpio for name in ("buzzer", "button") if (gpio := whole.section(name)["gpio"]) is not None}
    found = _with_free_pins(file, found, gpios, panel) + contradictions(mqtt) + _panel_problems(panel)
    found += _pin_clashes(gpios, panel)
    found += given_twice(file, "queues") + given_twice(file, "pages")
    password = read_secret(mqtt, folder, found) if secrets else None
    tls = tls_context(mqtt, folder, found) if secrets and mqtt["url"] and mqtt["url"].tls else None
    state_file = None
    try:
        if whole["state_file"]:
            state_file = folder / whole["state_file"]
        elif whole["site"] and whole["board"]:
            is_root = hasattr(os, "geteuid") and os.geteuid() == 0  # Windows, where cards are provisioned, has none
            becomes_another = is_root and panel["driver"] == "rgbmatrix"
            state_file = default_state_file(os.environ, clean, becomes_another=becomes_another)
    except RuntimeError:  # Path.home(): in a container, of a user whom /etc/passwd does not know
        found.append((("state_file",), "missing, expected a file's name: this user has no home folder to keep it in"))
    file.refuse(found)
    assert state_file is not None
    address: Address = mqtt["url"]
    client = f"wallboard-board-{clean['site']}-{clean['board']}"
    return BoardSettings(
        site=clean["site"],
        board=clean["board"],
        mqtt=BrokerLogin(
            host=address.host,
            port=address.port or 1883,
            client_id=own_client_id(client, mqtt, folder, password) if secrets else client,
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
        loose=tuple(file.warnings(loose([mqtt], folder))) if secrets else (),
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
        led_rgb_sequence=section["led_rgb_sequence"],
        multiplexing=section["multiplexing"],
        row_address_type=section["row_address_type"],
        panel_type=section["panel_type"],
        pixel_mapper=section["pixel_mapper"],
        limit_refresh_rate_hz=section["limit_refresh_rate_hz"],
        brightness=section["brightness"],
        path=folder / section["path"] if section["path"] else None,
        port=section["port"],
        user=section["user"],
    )


def _panel_problems(panel: Section) -> list[Problem]:
    """What the keys of the section say together; what rests on a wrong one is not looked at."""
    found: list[Problem] = []
    mapper = panel["pixel_mapper"]
    if all(panel[key] is not None for key in _SIZES) and (mapper is not None or not panel.given("pixel_mapper")):
        about = PanelSettings(
            driver=panel["driver"] or "emulator",
            path=Path() if panel.given("path") else None,
            pixel_mapper=mapper,
            multiplexing=panel["multiplexing"] or 0,
            **{key: panel[key] for key in _SIZES},
        )
        found += [(panel.at(key), message) for key, message in check(about)]
    crossing = overlap(panel["night"])
    return [*found, (panel.at("night"), crossing)] if crossing else found


def default_state_file(environ: Mapping[str, str], names: Mapping[str, str], *, becomes_another: bool = False) -> Path:
    """Under systemd the service's own folder (StateDirectory=), else the user's (XDG Base Directory).

    Root that becomes another user for the panel has no folder that this user may look into: it takes the service's.
    """
    own = environ.get("STATE_DIRECTORY", "").split(":")[0]
    if not own and becomes_another and not environ.get("XDG_STATE_HOME"):
        own = SERVICE_STATE
    folder = Path(own or environ.get("XDG_STATE_HOME") or Path.home() / ".local/state")
    return folder / ("" if own else "wallboard") / f"{names['site']}-{names['board']}.json"


def _with_free_pins(file: YamlFile, found: list[Problem], gpios: dict[str, int], panel: Section) -> list[Problem]:
    """What was found, and where a pin is missing, or nobody can tell which was meant, those that are free."""
    if panel["hardware_mapping"] is None or panel["parallel"] is None:
        return found
    mapping = mappings()[panel["hardware_mapping"]]
    return [
        (path, f"{message}; {free(mapping, panel['parallel'], str(path[0]), gpios)}")
        if path in [(who, "gpio") for who in KINDS] and not PIN.meant(file.at(*path))
        else (path, message)
        for path, message in found
    ]


def _pin_clashes(gpios: dict[str, int], panel: Section) -> list[Problem]:
    """Two on one pin are a short circuit, or a button that never rests, so it is refused on a desktop too."""
    if panel["hardware_mapping"] is None or panel["parallel"] is None:
        return []
    found = clashes(mappings()[panel["hardware_mapping"]], panel["parallel"], gpios)
    return [((clash.who, "gpio"), clash.message) for clash in found]
