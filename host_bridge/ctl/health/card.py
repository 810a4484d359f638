"""Can pulling the plug harm the card? A board's system is read-only (hw/firstboot/protect.sh): is this one?"""

from __future__ import annotations

from collections.abc import Iterator

from host_bridge.ctl.health.finding import Finding, NotCheckedError, ok, problem, warning
from host_bridge.ctl.health.machine import Machine
from host_bridge.ctl.health.pi_config import boot_line, kernel_words

CARD = "card"
OURS = "wallboard-overlay"  # the source of the root that hw/firstboot/wallboard-init mounts
INIT = "wallboard-init"
UNPROTECTED = "/run/wallboard-unprotected"  # where it says why it could not
WRITABLE = "/usr/lib/wallboard/wallboard-writable"
STATE = "/mnt/state"
BY_HAND = (
    "This board's system is read-only: what you change is gone after a restart. To keep it: sudo wallboard-writable "
    "COMMAND, and for config.txt and cmdline.txt the card in a laptop."
)
_MOVING = ("overlay", "tmpfs", "squashfs", "ramfs")
_ANEW = "restart; if that does not help, the card is bad: take another and provision it (wallboardctl provision)"


def is_protected(machine: Machine) -> bool:
    """Whether this is a board whose changes are in memory."""
    return _mounts(machine).get("/", ("",))[0] == OURS


def card(machine: Machine) -> Iterator[Finding]:
    """Is the root read-only, as it was asked to be? Asked of a Pi, and of whatever was set up like one."""
    asked = INIT in kernel_words(machine).get("init", "")
    if not machine.model() and not asked:
        return
    mounts = _mounts(machine)
    if "/" not in mounts:
        raise NotCheckedError("/proc/mounts names no root")
    source, kind, options = mounts["/"]
    why = (machine.read(UNPROTECTED) or "").strip()
    if source == OURS:
        yield ok(CARD, "its root is not written to (changes go to memory): pulling the plug does no harm")
        if STATE not in mounts:
            what = "the part of the card for the board's state cannot be had: rules and log are gone at each restart"
            yield problem(CARD, what, _ANEW)
    elif why or asked:
        what = f"its root is to be read-only and is written to{f' ({why})' if why else ''}"
        yield problem(CARD, f"{what}: pulling the plug can damage the card", _ANEW)
    elif kind in _MOVING or "ro" in options.split(","):
        yield ok(CARD, f"its root is not written to ({kind}): pulling the plug does no harm")
    elif INIT in boot_line(machine).text:
        yield warning(CARD, "its root is written to until the next start; then it is read-only again", "restart")
    else:
        own = "sudo wallboard-writable --off"
        mend = own if machine.path(WRITABLE).exists() else "a card of wallboardctl provision has a read-only root"
        yield warning(CARD, "its root is written to: pulling the plug can damage the card", mend)


def _mounts(machine: Machine) -> dict[str, tuple[str, str, str]]:
    """Where → what is mounted there last: its source, kind and options."""
    rows = (line.split() for line in (machine.read("/proc/mounts") or "").splitlines())
    return {cells[1]: (cells[0], cells[2], cells[3]) for cells in rows if len(cells) >= 4}
