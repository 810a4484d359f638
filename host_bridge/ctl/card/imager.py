"""Raspberry Pi Imager's command line, and the boot partition of what it wrote.

Its options are those of rpi-imager's src/cli.cpp, read in August 2026: `--cli [--sha256 HASH] [--disable-eject] IMAGE
DEVICE`, IMAGE a local file (packed as it comes) or an address, DEVICE of the drives that it takes for removable. Its
own settings (--first-run-script, --cloudinit-userdata) are not used: provisioning writes more than they can.
"""

from __future__ import annotations

import contextlib
import gzip
import lzma
import shutil
import subprocess
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from host_bridge.ctl.card.drives import drives
from hw.provision import CardError, ProvisionError

SECTOR = 512
APPEARS_S = 20.0  # how long a partition may take to be seen after the writing


def program(named: str | None) -> str:
    """The program. Raises ProvisionError when there is none."""
    found = shutil.which(named or "rpi-imager")
    if found is None:
        where = f"{named} is no program" if named else "Raspberry Pi Imager is not installed"
        raise ProvisionError(f"{where}: get it from raspberrypi.com/software, or name it with --imager FILE")
    return found


def check(image: Path) -> None:
    """Raise ProvisionError for a file that is no image of a card, before a card is written over with it."""
    try:
        begin = _first_sector(image)
    except (
        OSError,
        EOFError,
        LookupError,
        RuntimeError,
        ValueError,
        lzma.LZMAError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        raise ProvisionError(f"--image: {image} is damaged, get it again: {error}") from None
    if begin[510:] != b"\x55\xaa":  # of every partition table since 1983
        raise ProvisionError(f"--image: {image} is no image of a card: it is .img, .img.xz, .img.gz or .zip")


def _first_sector(image: Path) -> bytes:
    with image.open("rb") as stream:
        begin = stream.read(SECTOR)
    if begin.startswith(b"PK"):
        with zipfile.ZipFile(image) as packed, packed.open(packed.infolist()[0]) as first:
            return first.read(SECTOR)
    for magic, opened in ((b"\xfd7zXZ\0", lzma.open), (b"\x1f\x8b", gzip.open)):
        if begin.startswith(magic):
            with opened(image, "rb") as unpacked:
                return unpacked.read(SECTOR)
    return begin


def write(program: str, image: str, device: str, sha256: str | None) -> None:
    """Write the image; Imager shows its progress itself, and checks what it wrote. Raises CardError."""
    command = [program, "--cli", "--disable-eject", *(["--sha256", sha256] if sha256 else []), image, device]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, check=False)
    except OSError as error:
        raise CardError(f"{program} cannot be run: {error.strerror or error}") from None
    if done.returncode != 0:
        raise CardError(
            f"Raspberry Pi Imager did not write all of {device} (exit code {done.returncode}): what it says is above; "
            "as it is, no Pi starts with this card"
        )


@contextlib.contextmanager
def boot_partition(device: str) -> Iterator[Path]:
    """Mount the boot partition of the drive for a while. Raises CardError."""
    partition = _partition(device)
    for each in drives():
        if each.path == device:
            for place in each.mounted:  # a desktop is quick
                _must("umount", place)
    folder = tempfile.mkdtemp(prefix="wallboard-card-")
    try:
        _must("mount", "-t", "vfat", "-o", "umask=077,flush", partition, folder)
        yield Path(folder)
        _must("umount", folder)
    except BaseException:  # an interrupt too, of mount itself
        _said("umount", folder)
        raise
    finally:
        with contextlib.suppress(OSError):  # still mounted, it is busy: nothing in it is to be deleted
            Path(folder).rmdir()


def _partition(device: str) -> str:
    deadline = time.monotonic() + APPEARS_S
    while True:
        _said("partx", "--update", device)  # by itself the kernel does not look at every kind of drive
        _said("udevadm", "settle")
        found = next((each.partitions for each in drives() if each.path == device), ())
        for partition in found:
            if _said("blkid", "-p", "-o", "value", "-s", "TYPE", partition) == "vfat":
                return partition
        if time.monotonic() > deadline:
            raise CardError(f"{device} has no boot partition: is the image one of Raspberry Pi OS?")
        time.sleep(0.5)


def _said(*command: str) -> str:
    """What a command says, whether it succeeds or not; nothing when it is not there."""
    try:
        return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False).stdout.strip()
    except OSError:
        return ""


def _must(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    except OSError as error:
        raise CardError(f"{command[0]}: {error.strerror or error}") from None
    if done.returncode != 0:
        raise CardError(f"{' '.join(command)}: {done.stderr.strip() or f'exit code {done.returncode}'}")
