"""The boot partition of a memory card, as a folder: is it one, of which system, is there room, what is in the way."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from hw.provision import FOLDER, MADE_BY, CardError, ProvisionError

CLOUD_INIT, FIRST_RUN = "cloud-init", "first-run"
FORMS = {CLOUD_INIT: (CLOUD_INIT,), FIRST_RUN: (FIRST_RUN,), "both": (CLOUD_INIT, FIRST_RUN)}
AUTO = "auto"
WHERE = "as D:\\ or /media/…/bootfs"
SPARE = 4 << 20  # bytes left free: the report, and the system's own changes of cmdline.txt and config.txt
# Kernels of the 32-bit system: the 64-bit one has kernel8.img and kernel_2712.img alone (pi-gen, stage0/02-firmware).
_KERNELS_32 = ("kernel.img", "kernel7.img", "kernel7l.img")


@dataclass(frozen=True)
class Card:
    """`folder`: where the partition is mounted, D:\\ on Windows; `forms`: how its system is told of a first boot."""

    folder: Path
    forms: tuple[str, ...]
    cmdline: bytes

    def old(self, name: str) -> bytes:
        """What stands in a file of the card now; empty when it is missing."""
        try:
            return (self.folder / name).read_bytes()
        except OSError:
            return b""


def look(folder: Path, form: str) -> Card:
    """The card in `folder`. Raises ProvisionError when it is none; `form`: of FORMS, or AUTO by what is on it."""
    try:
        present = {each.name.lower() for each in folder.iterdir()}
    except FileNotFoundError:
        raise ProvisionError(
            f"{folder} is not there: is the card in the reader, and is this its boot partition?"
        ) from None
    except NotADirectoryError:
        raise ProvisionError(f"{folder} is no folder: name where the card's boot partition is, {WHERE}") from None
    except OSError as error:
        raise ProvisionError(f"{folder} cannot be read: {error.strerror or error}") from None
    missing = [name for name in ("cmdline.txt", "config.txt") if name not in present]
    if missing:
        why = "is an empty folder" if not present else f"has no {' and no '.join(missing)}"
        raise ProvisionError(
            f"{folder} {why}, so it is not the boot partition of a Raspberry Pi: name the one called bootfs, {WHERE}"
        )
    try:
        cmdline = (folder / "cmdline.txt").read_bytes()
    except OSError as error:
        raise ProvisionError(f"{folder / 'cmdline.txt'} cannot be read: {error.strerror or error}") from None
    if form == AUTO:
        form = CLOUD_INIT if "user-data" in present or "meta-data" in present else FIRST_RUN
    return Card(folder, FORMS[form], cmdline)


def in_the_way(card: Card) -> list[str]:
    """What somebody else set up on this card and we would overwrite, or what does not fit us: a line each."""
    found = [
        f"{name} holds settings that we did not make (Raspberry Pi Imager's own?): they would be lost"
        for name in ("user-data", "network-config", "firstrun.sh")
        if _says_something(card.old(name)) and MADE_BY.encode() not in card.old(name)
    ]
    if b"systemd.run=" in card.cmdline and not card.old("firstrun.sh"):
        found.append("cmdline.txt starts a script of somebody else's at the first boot (systemd.run)")
    found += [
        f"{name} makes settings of its own at the first boot: they would contradict ours"
        for name in ("custom.toml", "rpi-preseed.toml")
        if _says_something(card.old(name))
    ]
    if any((card.folder / name).exists() for name in _KERNELS_32):
        found.append(
            "this is the 32-bit Raspberry Pi OS, and the packages are for the 64-bit one (Raspberry Pi OS Lite)"
        )
    return found


def _says_something(content: bytes) -> bool:
    """True when a line is neither empty nor a comment, as all are in the stock files."""
    return any(re.match(rb"\s*[^#\s]", line) for line in content.removeprefix(b"\xef\xbb\xbf").splitlines())


def check_room(card: Card, bytes_needed: int) -> None:
    """Raise CardError when so many bytes do not fit beside what stays; what we wrote before is written over."""
    ours = card.folder / FOLDER
    replaced = sum(each.stat().st_size for each in ours.iterdir() if each.is_file()) if ours.is_dir() else 0
    free = shutil.disk_usage(card.folder).free + replaced
    if free < bytes_needed + SPARE:
        lacking = (bytes_needed + SPARE - free) // (1 << 20) + 1
        raise CardError(f"{card.folder} has too little room: {lacking} MiB more are needed on it")
