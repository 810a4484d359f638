"""Which drives this Linux has, and which of them may be written over: by what lsblk says."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hw.provision import ProvisionError

# NAME makes lsblk tell what lies on what, as a tree: without it partitions would stand beside their drives.
COLUMNS = "NAME,PATH,SIZE,MODEL,SERIAL,RM,HOTPLUG,TYPE,TRAN,MOUNTPOINTS,RO"
LEAST, MOST = 4 * 10**9, 1100 * 10**9  # bytes: Raspberry Pi OS Lite does not fit below; above, it is no memory card
# What a running system stands on, wherever it lies; whatever else is mounted is a card in a desktop's file manager.
_SYSTEM = ("/", "/boot", "/boot/efi", "/boot/firmware", "/usr", "/var", "/home", "/opt", "/srv", "/tmp", "[SWAP]")


@dataclass(frozen=True)
class Drive:
    """A whole drive. `refused`: why it may not be written over; empty when it may. `mounted`: where parts of it are."""

    path: str
    size: int
    model: str
    serial: str
    refused: str
    mounted: tuple[str, ...]
    partitions: tuple[str, ...]

    def __str__(self) -> str:
        """For a person who has to tell it from the others."""
        named = " ".join(part for part in (self.model, f"({self.serial})" * bool(self.serial)) if part)
        mounted = f", mounted at {', '.join(self.mounted)}" if self.mounted else ""
        return f"{self.path}: {self.size / 1e9:.1f} GB, {named or 'of no name'}{mounted}"


def drives() -> list[Drive]:
    """All of this machine. Raises ProvisionError."""
    command = ["lsblk", "--json", "--bytes", "--output", COLUMNS]
    try:
        done = subprocess.run(command, capture_output=True, check=True, timeout=60)
        return read(json.loads(done.stdout))
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise ProvisionError(f"lsblk does not tell which drives there are: {error}") from None


def read(told: Mapping[str, Any]) -> list[Drive]:
    """What lsblk told, as drives."""
    return [_drive(each) for each in told.get("blockdevices", []) if each.get("type") in ("disk", "loop")]


def _drive(each: Mapping[str, Any]) -> Drive:
    parts = list(_below(each))
    mounted = tuple(place for part in parts for place in part.get("mountpoints") or () if place)
    partitions = tuple(str(part["path"]) for part in parts if part.get("type") == "part")
    size = int(each.get("size") or 0)
    words = {key: str(each.get(key) or "").strip() for key in ("path", "model", "serial")}
    refused = _refused(each, parts, mounted, size)
    return Drive(words["path"], size, words["model"], words["serial"], refused, mounted, partitions)


def _below(each: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A device and all that lies on it: partitions, and what is encrypted or pooled in them."""
    yield each
    for child in each.get("children") or ():
        yield from _below(child)


def _refused(each: Mapping[str, Any], parts: list[Mapping[str, Any]], mounted: tuple[str, ...], size: int) -> str:
    system = [place for place in mounted if place in _SYSTEM]
    if system:
        return f"this computer runs from it ({', '.join(system)})"
    if any(part.get("type") not in ("disk", "part", "loop") for part in parts):
        return "it is encrypted, or part of a pool of drives"
    card = each.get("tran") in ("usb", "mmc") or str(each.get("path")).startswith("/dev/mmcblk")
    if not (each.get("rm") or each.get("hotplug") or card or each.get("type") == "loop"):
        return "it is built in, not a memory card"
    if each.get("ro"):
        return "it is write-protected: there is a switch on the side of a full-sized card"
    if size < LEAST:
        return f"it has {size / 1e9:.1f} GB, and {LEAST / 1e9:.0f} are needed" if size else "no card is in it"
    return f"it has {size / 1e9:.0f} GB, more than a memory card" if size > MOST else ""
