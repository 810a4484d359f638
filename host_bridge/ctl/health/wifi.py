"""Wi-Fi: how strong it is, in dBm and in words, and whether the chip sleeps between two messages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from host_bridge.ctl.health.finding import Finding, ok, problem, unknown, warning
from host_bridge.ctl.health.machine import Machine

WIFI = "Wi-Fi"
STRONG_DBM, GOOD_DBM, WEAK_DBM = -60, -70, -80
CLOSER = "move the board or the access point, or lay a cable"
AWAKE = "sudo nmcli connection modify NAME 802-11-wireless.powersave 2 (NAME: of `nmcli connection`), and restart"


def wifi(machine: Machine) -> Iterator[Finding]:
    """Each interface of Wi-Fi that is up; nothing where there is none."""
    levels = signals(machine.read("/proc/net/wireless") or "")
    names = [each.parent.name for each in machine.glob("/sys/class/net/*/phy80211")]
    for name in sorted({*names, *levels}):
        up = (machine.read(f"/sys/class/net/{name}/operstate") or "").strip() == "up"
        if not up and name not in levels:
            continue
        level = levels.get(name) or _of_iw(machine, name)
        if level is None:
            yield unknown(WIFI, f"{name}: neither the kernel nor iw tells how strong it is")
        else:
            yield strength(name, level)
        saves = machine.run("iw", "dev", name, "get", "power_save")
        if saves is None or saves.code != 0:
            yield unknown(WIFI, f"{name}: whether it sleeps between messages: iw does not tell", "sudo apt install iw")
        elif "Power save: on" in saves.out:
            # Measured by others on a Pi Zero W: half of all round trips over 100 ms with it, 6 ms without.
            yield warning(WIFI, f"{name}: power saving is on, which delays messages and drops connections", AWAKE)
        else:
            yield ok(WIFI, f"{name}: power saving is off")


def strength(name: str, dbm: int) -> Finding:
    """The level in words."""
    if dbm >= GOOD_DBM:
        return ok(WIFI, f"{name}: {dbm} dBm, {'strong' if dbm >= STRONG_DBM else 'good'}")
    if dbm >= WEAK_DBM:
        return warning(WIFI, f"{name}: {dbm} dBm, weak: it will come and go", CLOSER)
    return problem(WIFI, f"{name}: {dbm} dBm, too weak to rely on", CLOSER)


def signals(text: str) -> dict[str, int]:
    """Interface → dBm, of /proc/net/wireless: two lines of heading, then `wlan0: 0000   54.  -56.  -256  …`."""
    found = {}
    for line in text.splitlines()[2:]:
        name, colon, rest = line.partition(":")
        cells = rest.split()
        if not colon or len(cells) < 3:
            continue
        try:
            level = int(float(cells[2].rstrip(".")))
        except ValueError:
            continue
        if level:  # drivers that know no level say 0; some give it as a byte, 256 too high
            found[name.strip()] = level - 256 if level > 0 else level
    return found


def _of_iw(machine: Machine, name: str) -> int | None:
    ran = machine.run("iw", "dev", name, "link")
    found = re.search(r"signal: (-\d+) dBm", ran.out) if ran else None
    return int(found[1]) if found else None
