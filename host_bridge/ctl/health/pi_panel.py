"""What the panel needs of a Pi: no onboard sound, a core of its own, and the library that drives it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from config.installed import PACKAGES, how_to_get
from firmware.pi.panel import PanelSettings
from firmware.pi.panel_options import is_pi_5, lacks
from host_bridge.ctl.health.finding import Finding, NotCheckedError, ok, problem, warning
from host_bridge.ctl.health.machine import Machine
from host_bridge.ctl.health.pi_config import boot_config, boot_line, is_on, kernel_words
from hw.pins import mappings

SOUND, CPU, LIBRARY = "sound", "processor", "LED library"
ENVIRONMENT = f"{PACKAGES}/board/bin/python"  # where the package's board runs

# In a process of its own: what this loads is foreign, and may end the process that loads it (DISPLAY).
_ASK = """
import importlib, importlib.metadata as metadata, json
name = {name!r}
module = importlib.import_module(name)
def version(of):
    try:
        return metadata.version(of)
    except metadata.PackageNotFoundError:
        return ""
print(json.dumps({{"file": module.__file__, "version": version(name), "pillow": version("Pillow"),
                   "options": dir(module.RGBMatrixOptions())}}))
"""


def sound(machine: Machine, panel: PanelSettings) -> Iterator[Finding]:
    """The Pi's onboard sound takes the PWM that times the panel; the library ends the process if it is there."""
    if panel.driver != "rgbmatrix" or not _pulses(machine, panel):
        return
    loaded = any(line.startswith("snd_bcm2835 ") for line in (machine.read("/proc/modules") or "").splitlines())
    config = boot_config(machine)
    audio = config.parameter("audio")
    blacklisted = any(_blacklists(machine.read(each)) for each in machine.glob("/etc/modprobe.d/*.conf"))
    mend = (
        "put 'blacklist snd_bcm2835' into /etc/modprobe.d/wallboard.conf and dtparam=audio=off into "
        f"{config.path or 'config.txt'}, and restart"
    )
    if loaded:
        yield problem(SOUND, "the module snd_bcm2835 is loaded, and the panel needs the PWM that it takes", mend)
    elif not blacklisted and is_on(audio):
        assert audio is not None
        where = f"{config.path}:{audio.line}"
        what = f"snd_bcm2835 is not loaded now, but {where} has audio on: it may be after a restart"
        yield warning(SOUND, what, mend)
    else:
        yield ok(SOUND, "snd_bcm2835 is not loaded, and will not be")


def processor(machine: Machine, panel: PanelSettings) -> Iterator[Finding]:
    """A core that Linux leaves to the panel, and a clock that does not sag."""
    if panel.driver != "rgbmatrix" or not machine.model():
        return
    cores = (machine.read("/sys/devices/system/cpu/present") or "").strip()
    words = kernel_words(machine)
    if cores in ("", "0"):
        yield warning(CPU, "one core: the panel flickers whenever anything else runs", "take a Pi 3, 4 or Zero 2")
    elif "isolcpus" not in words:
        add = f"add isolcpus={cores.rpartition('-')[2]} to the one line of {boot_line(machine).path}, and restart"
        yield warning(CPU, "no core is set apart for the panel, so it flickers when Linux is busy", add)
    else:
        yield ok(CPU, f"core {words['isolcpus'].rpartition(',')[2]} is set apart for the panel")
    governor = (machine.read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor") or "").strip()
    if governor == "powersave":
        yield warning(CPU, "the governor 'powersave' holds it at its lowest clock", "set 'performance' or 'ondemand'")
    elif governor:
        yield ok(CPU, f"governor '{governor}'")


def library(machine: Machine, panel: PanelSettings) -> Iterator[Finding]:
    """Is the driver's library there, and does it load? It is loaded in a process of its own."""
    modules = {"rgbmatrix": "rgbmatrix", "emulator": "RGBMatrixEmulator"}
    name = modules.get(panel.driver)
    if name is None:
        return
    packaged = machine.path(ENVIRONMENT).exists()
    python = ENVIRONMENT if packaged else sys.executable
    get = how_to_get(name, Path(ENVIRONMENT).parents[1]) if packaged else how_to_get(name)
    get += "; meanwhile panel.driver: image shows that the rest works"
    ran = machine.run(python, "-c", _ASK.format(name=name))
    if ran is None:
        raise NotCheckedError(f"{python} is not there")
    if ran.code == 0 and ran.out.strip():
        told = json.loads(ran.out.strip().splitlines()[-1])
        yield ok(LIBRARY, f"{name} {told['version'] or 'of no known version'}, in {Path(told['file']).parent}")
        yield from _pillow(name, told["pillow"])
        if panel.driver == "rgbmatrix":
            yield from _known(panel, told["options"], pi5=is_pi_5(machine.model()), get=get)
        return
    last = (ran.err.strip().splitlines() or ["no reason given"])[-1]
    if ran.code < 0 and last.startswith("no answer"):
        raise NotCheckedError(f"{name} did not load: {last}")
    if ran.code < 0:
        yield problem(LIBRARY, f"{name} ends the process that loads it (signal {-ran.code})", get)
    elif f"No module named '{name}'" in ran.err:
        yield problem(LIBRARY, f"{name} is not installed: the panel stays dark", get)
    else:
        yield problem(LIBRARY, f"{name} is there and does not load: {last}", get)


def _pillow(name: str, version: str) -> Iterator[Finding]:
    """rgbmatrix keeps no word of the Pillow that it was built with; the board takes the path that needs none."""
    if name == "rgbmatrix" and version:
        yield ok(LIBRARY, f"Pillow {version}; whichever rgbmatrix was built with, the board uses its safe path")
    elif name == "rgbmatrix":
        yield problem(LIBRARY, "Pillow is missing beside it", "install the package wallboard-board again")


def _known(panel: PanelSettings, options: list[str], *, pi5: bool, get: str) -> Iterator[Finding]:
    """Is the library new enough for this Pi, and for what board.yaml asks of it?"""
    for lack in lacks(options, panel, pi5=pi5):
        yield problem(LIBRARY, f"{lack}, and the panel stays dark", get)


def _pulses(machine: Machine, panel: PanelSettings) -> bool:
    """Whether the PWM block times the panel (hw/pins.py; the Pi 5 has another way)."""
    model = machine.model()
    return bool(model) and not is_pi_5(model) and mappings()[panel.hardware_mapping].hardware_pulses


def _blacklists(text: str | None) -> bool:
    return any(line.split() == ["blacklist", "snd_bcm2835"] for line in (text or "").splitlines())
