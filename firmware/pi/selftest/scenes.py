"""Every picture of the self-test by name: goldens and previews draw these."""

from __future__ import annotations

from firmware.pi.panel import PanelSettings
from firmware.pi.panel_shape import FOLDED
from firmware.pi.selftest.pictures_link import Address, Chain
from firmware.pi.selftest.pictures_panel import (
    FILLS,
    Bars,
    Corners,
    Fill,
    Hint,
    Lines,
    Modules,
    Picture,
    Ramp,
    Supply,
    White,
)
from firmware.pi.selftest.pictures_parts import FINE, UNKNOWN, WRONG, Button, Buzzer, Verdict
from firmware.pi.selftest.plan import modules_of

_LINKS = ("Wi-Fi", "address", "broker", "bridge", "PBX", "rules")
_WIRED = ("cable", *_LINKS[1:])
_REFUSED = ("REFUSED", "192.168.1.5", "port 1883", "is it on?", "192.168.1.23")
_PARTS = (("v", FINE), ("s", UNKNOWN), ("p", WRONG), ("b", FINE))


def scenes(width: int, height: int) -> list[tuple[str, Picture]]:
    """(name, picture) of all of them, for a panel of modules of 64×32."""
    chain, parallel = width // 64, height // 32
    modules = modules_of(PanelSettings("image", 32, 64, chain, parallel))
    folded = PanelSettings("image", height // 2, 64, chain=2 * chain, pixel_mapper=FOLDED)
    found: list[tuple[str, Picture]] = [(f"install_{name.lower()}", Fill(name)) for name in FILLS]
    found += [
        ("install_bars", Bars()),
        ("install_hint", Hint(("led_rgb_sequence",))),
        ("install_hint_rows", Hint(("multiplexing", "row_address_type"), 1)),
        ("install_hint_mapper", Hint(("pixel_mapper",))),
        ("install_hint_modules", Hint(("cable order", "arrow = from the Pi"), 1)),
        ("install_corners", Corners()),
        ("install_rows", Lines(row=height // 3)),
        ("install_columns", Lines(column=width // 3)),
        ("install_modules", Modules(modules)),
        ("install_modules_folded", Modules(modules_of(folded))),
        ("install_ramp", Ramp()),
        ("install_supply", Supply()),
        ("install_white", White()),
        ("install_supply_low", Supply(low=True)),
        ("install_buzzer", Buzzer("double", False)),
        ("install_buzzer_sounds", Buzzer("double", True)),
        ("install_buzzer_none", Buzzer("", False, "no buzzer")),
        ("install_button", Button("PRESS ME")),
        ("install_button_down", Button("PRESS ME", True)),
        ("install_button_pressed", Button("PRESSED", False, FINE)),
        ("install_button_late", Button("NO PRESS", False, WRONG)),
        ("install_link", Chain(_LINKS, 6, ("LINK FINE", "192.168.1.23"))),
        ("install_link_wifi", Chain(_LINKS, 0, ("NO WI-FI", "name?", "key?"))),
        ("install_link_address", Chain(_WIRED, 1, ("NO ADDRESS", "DHCP?", "cable?"))),
        ("install_link_broker", Chain(_LINKS, 2, _REFUSED)),
        ("install_link_broker_turn", Chain(_LINKS, 2, _REFUSED, 1)),
        ("install_link_pbx", Chain(_LINKS, 4, ("NO PBX", "see bridge", "192.168.1.23"))),
        ("install_address", Address("hall-1", "192.168.100.123")),
        ("install_address_none", Address("hall-1", "")),
        ("install_done", Verdict("TEST DONE", _PARTS)),
        ("never_linked_broker", Chain(_LINKS, 2, _REFUSED, 0, "LINK")),
        ("never_linked_broker_turn", Chain(_LINKS, 2, _REFUSED, 1, "LINK")),
        (
            "never_linked_bridge",
            Chain(_WIRED, 3, ("NO BRIDGE", "is it running?", "site main?", "192.168.1.23"), 0, "BRIDGE"),
        ),
    ]
    return found
