"""A panel's settings as the options of rpi-rgb-led-matrix, whose older versions do not know them all."""

from __future__ import annotations

import grp
import pwd
from collections.abc import Collection, Iterator
from typing import Any

from firmware.pi.panel import PanelSettings


def rare_options(panel: PanelSettings) -> dict[str, object]:
    """RGBMatrixOptions' names → values, of what board.yaml sets and an older library may not know.

    How the modules are made and laid; the installer's self-test shows which of these is wrong.
    """
    every = (
        ("led_rgb_sequence", panel.led_rgb_sequence, PanelSettings.led_rgb_sequence),
        ("multiplexing", panel.multiplexing, PanelSettings.multiplexing),
        ("row_address_type", panel.row_address_type, PanelSettings.row_address_type),
        ("panel_type", panel.panel_type, None),
        ("pixel_mapper_config", panel.pixel_mapper, None),
        ("limit_refresh_rate_hz", panel.limit_refresh_rate_hz, None),
    )
    return {name: value for name, value, usual in every if value != usual}


def is_pi_5(model: str) -> bool:
    """Whether the model is of the Pi 5's kind (Pi 500 and Compute Module 5 too), which has another way to the pins."""
    return "Pi 5" in model or "Module 5" in model


def lacks(names: Collection[str], panel: PanelSettings, *, pi5: bool) -> Iterator[str]:
    """Each reason why the library, whose RGBMatrixOptions has these names, is too old for the panel.

    `names`: as dir() tells them; hasattr() reads panel_type, and that is a segfault, for it is NULL until it is set.
    It answers a value that it does not know with no panel at all, and the first use of that is a segfault. Source: the
    history of its core.pyx, lib/led-matrix.cc, options-initialize.cc and multiplex-mappers.cc.
    """
    if "drop_priv_user" not in names:
        yield "the installed rgbmatrix is older than July 2024 and can become no other user than daemon"
    newer = {"rp1_rio", "rp1_pio"} & set(names)
    if pi5 and not newer:
        yield "the installed rgbmatrix is older than April 2026 and does not know the Pi 5"
    for name in rare_options(panel):
        if name not in names:
            yield f"panel.{name.removesuffix('_config')}: the installed rgbmatrix is too old for it"
    for key, value, most in (
        ("gpio_slowdown", panel.gpio_slowdown or 0, 5),  # 10 since May 2025
        ("row_address_type", panel.row_address_type, 4),  # 5 since May 2025
        ("multiplexing", panel.multiplexing, 20),  # 22 since November 2025
    ):
        if not newer and key in names and value > most:
            yield f"panel.{key}: {value}, expected at most {most} of the installed rgbmatrix, older than April 2026"


def set_options(options: Any, panel: PanelSettings) -> Any:
    """`options`, an RGBMatrixOptions, as the settings say. What it does not know, lacks() has told before."""
    options.hardware_mapping = panel.hardware_mapping
    options.rows = panel.rows
    options.cols = panel.cols
    options.chain_length = panel.chain
    options.parallel = panel.parallel
    if panel.gpio_slowdown is not None:
        options.gpio_slowdown = panel.gpio_slowdown
    for name, value in rare_options(panel).items():
        setattr(options, name, value)
    # Brightness is a matter of the image: the library's own would scale only what is set after it changed.
    options.brightness = 100
    options.drop_privileges = 1
    options.drop_priv_user = panel.user
    options.drop_priv_group = _group_of(panel.user)
    return options


def _group_of(user: str) -> str:
    return grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name
