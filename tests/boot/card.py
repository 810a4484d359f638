"""One card in a test: a copy of the base image, whose boot partition is read and written as a laptop would."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from tests.boot.image import BOOT_START, CMDLINE, CONFIG, Base


class Card:
    """A card in `folder`; while a machine has it, only what is on the boot partition may be read."""

    def __init__(self, base: Base, folder: Path) -> None:
        self.base, self.path = base, folder / "card.img"
        subprocess.run(["cp", "--sparse=always", str(base.card), str(self.path)], check=True)
        self._at = f"{self.path}@@{BOOT_START * 512}"

    def fill(self, folder: Path) -> None:
        """Copy everything in `folder` onto the boot partition, in place of what has the same name."""
        entries = sorted(str(each) for each in folder.iterdir())
        self._mtools("mcopy", "-s", "-o", "-n", "-i", self._at, *entries, "::/")

    def take(self, folder: Path) -> None:
        """Copy the whole boot partition into `folder`, as a laptop sees it."""
        folder.mkdir()
        self._mtools("mcopy", "-s", "-n", "-i", self._at, "::/*", str(folder))

    def forget(self, *names: str) -> None:
        """Remove files of the boot partition."""
        if names:
            self._mtools("mdel", "-i", self._at, *(f"::/{name}" for name in names))

    def read(self, name: str) -> str:
        """A file of the boot partition, empty when it is not there."""
        done = subprocess.run(
            ["mtype", "-i", self._at, f"::/{name}"], capture_output=True, check=False, env=_environment()
        )
        return done.stdout.decode(errors="replace") if done.returncode == 0 else ""

    def write(self, name: str, text: str) -> None:
        """Write a file of the boot partition, as an editor on a laptop does."""
        source = self.path.with_suffix(".file")
        source.write_text(text)
        self._mtools("mcopy", "-o", "-n", "-i", self._at, str(source), f"::/{name}")

    def names(self) -> set[str]:
        """Every file of the boot partition, with its folder."""
        told = self._mtools("mdir", "-b", "-/", "-i", self._at, "::/")
        return {line.removeprefix("::/") for line in told.splitlines() if line.strip()}

    def destroy_state(self) -> None:
        """Write zeros over the file system of the third partition, superblocks, copies and all."""
        table = json.loads(subprocess.check_output(["/usr/sbin/sfdisk", "--json", str(self.path)]))
        third = table["partitiontable"]["partitions"][2]
        with self.path.open("r+b") as out:
            out.seek(third["start"] * 512)
            for _ in range(third["size"] // 2048):
                out.write(bytes(1 << 20))

    def _mtools(self, *command: str) -> str:
        return subprocess.run(command, capture_output=True, text=True, check=True, env=_environment()).stdout


def stock(folder: Path) -> None:
    """What Raspberry Pi OS itself has on the boot partition of a card that nobody has provisioned."""
    (folder / "cmdline.txt").write_text(CMDLINE)
    (folder / "config.txt").write_text(CONFIG)


def _environment() -> dict[str, str]:
    return {**os.environ, "MTOOLS_SKIP_CHECK": "1", "LC_ALL": "C.UTF-8"}
