"""The machine around our programs: its clock, its disk, its memory, who restarts it when it hangs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from host_bridge.boards.words import about
from host_bridge.ctl.health.finding import Finding, NotCheckedError, ok, problem, unknown, warning
from host_bridge.ctl.health.machine import Machine
from host_bridge.ctl.health.pi_config import boot_line

MACHINE, CLOCK, SPACE, MEMORY, WATCHDOG = "machine", "clock", "free space", "memory", "watchdog"
SOME_YEAR_S = 1_735_689_600  # 2025-01-01: nobody had this program before
LITTLE_SHARE, LITTLE_BYTES, NONE_BYTES = 0.05, 500 << 20, 50 << 20


def is_set(machine: Machine) -> bool:
    """Whether the clock can be right."""
    return machine.now_s() >= SOME_YEAR_S


def what_it_is(machine: Machine, *, panel_here: bool) -> Iterator[Finding]:
    """Model, OS, kernel, since when it is up. `panel_here`: it should be a Raspberry Pi."""
    release = dict(line.partition("=")[::2] for line in (machine.read("/etc/os-release") or "").splitlines())
    kernel = (machine.read("/proc/sys/kernel/osrelease") or "").strip()
    uptime_s = float((machine.read("/proc/uptime") or "0").split()[0])
    name = release.get("PRETTY_NAME", "").strip('"')
    up = f"up {about(int(uptime_s * 1000))}" if uptime_s else ""
    system = ", ".join(filter(None, (name, f"Linux {kernel}" if kernel else "", up)))
    model = machine.model()
    if model or not panel_here:
        yield ok(MACHINE, f"{model or 'no Raspberry Pi'}, {system}")
    else:
        what = f"no Raspberry Pi ({system}): voltage, sound, pins, processor, card and watchdog were not looked at"
        yield unknown(MACHINE, what, "run it on the board itself")


def clock(machine: Machine, *, board_only: bool) -> Iterator[Finding]:
    """Is the clock set? A board needs none; a bridge counts days by it."""
    ran = machine.run("timedatectl", "show", "--property=NTPSynchronized", "--property=NTP")
    told = dict(line.partition("=")[::2] for line in ran.out.splitlines()) if ran and ran.code == 0 else {}
    date = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(machine.now_s()))
    if not is_set(machine):
        if board_only:
            yield ok(CLOCK, f"not set ({date}), which does no harm: a board goes by the bridge's")
        else:
            do = "set it, for the bridge counts its days by it: timedatectl set-ntp true"
            yield problem(CLOCK, f"it says {date}", do)
    elif told.get("NTPSynchronized") == "yes":
        yield ok(CLOCK, "kept by the network")
    elif board_only:
        yield ok(CLOCK, f"it says {date}; nobody keeps it, which does no harm: a board goes by the bridge's")
    elif not told:
        raise NotCheckedError(f"it says {date}; whether anybody keeps it, timedatectl does not tell")
    else:
        mend = "let it: timedatectl set-ntp true" if told.get("NTP") == "no" else "is its time server reachable?"
        yield warning(CLOCK, f"it says {date}, and no time server keeps it: days begin when it says so", mend)


def space(machine: Machine, folders: dict[Path, str]) -> Iterator[Finding]:
    """Is there room? `folders`: where, and for what."""
    told: set[int] = set()
    for folder, use in folders.items():
        where = folder
        while not machine.path(where).exists() and where != where.parent:
            where = where.parent
        try:
            free, total, device = machine.space(where)
        except OSError as error:
            raise NotCheckedError(f"{where}: {error.strerror or error}") from None
        if device in told or not total:
            continue
        told.add(device)
        text = f"{size(free)} of {size(total)} free for {use} ({where})"
        if free < NONE_BYTES:
            yield problem(SPACE, text, "delete what is not needed: journalctl --vacuum-size=50M, apt-get clean")
        elif free < LITTLE_BYTES and free < total * LITTLE_SHARE:
            yield warning(SPACE, text, "delete what is not needed: journalctl --vacuum-size=50M, apt-get clean")
        else:
            yield ok(SPACE, text)


def size(count: int) -> str:
    """Bytes as people read them."""
    for unit, bytes_of_it in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if count >= bytes_of_it:
            value = count / bytes_of_it
            return f"{value:.0f} {unit}" if value >= 10 else f"{value:.1f} {unit}"
    return f"{count} B"


def memory(machine: Machine) -> Iterator[Finding]:
    """Does the kernel count memory by service, as MemoryMax= of our units needs? Asked of a Pi alone.

    Raspberry Pi's kernels do not, unless the command line says so (raspberrypi/linux, issue 6980).
    """
    if not machine.model():
        return
    controllers = machine.read("/sys/fs/cgroup/cgroup.controllers")
    if controllers is None:
        raise NotCheckedError("whether services are held to their share: the kernel does not tell")
    if "memory" in controllers.split():
        yield ok(MEMORY, "each service is held to its share")
    else:
        mend = f"add cgroup_enable=memory to the one line of {boot_line(machine).path}, and restart"
        yield warning(MEMORY, "nothing bounds a service that takes ever more of it, MemoryMax= is passed over", mend)


def watchdog(machine: Machine) -> Iterator[Finding]:
    """Does the hardware restart a machine that hangs? Asked of a Pi alone."""
    if not machine.model():
        return
    if not any(machine.path(f"/dev/{name}").exists() for name in ("watchdog0", "watchdog")):
        yield warning(WATCHDOG, "the hardware's is off: a Pi that hangs stays so", "dtparam=watchdog=on in config.txt")
        return
    ran = machine.run("systemctl", "show", "--property=RuntimeWatchdogUSec")
    if ran is None or ran.code != 0 or "=" not in ran.out:
        raise NotCheckedError("systemd does not tell whether it feeds the watchdog")
    value = ran.out.strip().partition("=")[2]
    if value in ("0", "infinity", "off", ""):
        mend = "RuntimeWatchdogSec=15 under [Manager] in /etc/systemd/system.conf.d/wallboard.conf, and restart"
        yield warning(WATCHDOG, "the hardware has one, and systemd does not use it: a Pi that hangs stays so", mend)
    else:
        yield ok(WATCHDOG, f"a Pi that hangs for {value} restarts itself")
