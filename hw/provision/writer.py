"""Files onto the card, so that a card that is pulled out in the middle is noticed on the Pi, and never half believed.

Each file is written under another name and then takes its place. MANIFEST, a line of sha256sum for each file of
wallboard/, goes first and comes back last; first boot begins only when it is there, and each file is as it says.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hw.provision import FOLDER, CardError

MANIFEST = "MANIFEST"
SECRETS = "SECRETS"
# What an earlier card left in wallboard/ and no longer belongs there; other files are a person's own.
_STALE = ("*.deb", "*.whl", "*.nmconnection", "*.crt", "*.key", "*.secret", "*.txt", "*.sh", "MANIFEST.*", "*.new")


@dataclass(frozen=True)
class File:
    """One file of the card. `name`: relative to the partition, with /; `secret`: it goes after a success.

    `exact`: first boot holds it against its checksum; otherwise people may edit it.
    """

    name: str
    data: bytes = field(repr=False)
    secret: bool = False
    exact: bool = False


def of_text(name: str, text: str, *, secret: bool = False) -> File:
    """A text file with plain line ends, on every system."""
    return File(name, text.encode(), secret)


def edited(folder: Path, name: str) -> bytes | None:
    """What stands in a file of wallboard/ that somebody has changed since the card was written; None: nobody has.

    Other line ends and a byte-order mark, as Notepad leaves them, are no change.
    """
    ours = folder / FOLDER
    try:
        now = (ours / name).read_bytes()
        listed = next(each for each in (ours / MANIFEST, ours / f"{MANIFEST}.done") if each.is_file())
        sums = {line[66:]: line[:64] for line in listed.read_bytes().decode("utf-8-sig").splitlines()}
    except (OSError, StopIteration, ValueError):
        return None  # no card of ours, or one that was never finished
    plain = now.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    return None if sums.get(name) in {hashlib.sha256(each).hexdigest() for each in (now, plain)} else now


def write(folder: Path, files: Sequence[File]) -> list[File]:
    """Write all, in this order, and what was really written: those, SECRETS and MANIFEST. Raises CardError."""
    secrets = File(f"{FOLDER}/{SECRETS}", "".join(f"{each.name}\n" for each in files if each.secret).encode())
    manifest = File(f"{FOLDER}/{MANIFEST}", "".join(_line(each) for each in files if each.exact).encode())
    whole = [*files, secrets, manifest]
    ours = folder / FOLDER
    try:
        ours.mkdir(exist_ok=True)
        _remove(ours / MANIFEST)
        for pattern in _STALE:
            for old in ours.glob(pattern):
                if f"{FOLDER}/{old.name}" not in {each.name for each in whole}:
                    _remove(old)
        for each in whole:
            if each is manifest:
                _settle(folder)
            _write(folder / each.name, each.data)
        _settle(folder)
    except OSError as error:
        named = f"{error.filename}: " if error.filename else ""
        raise CardError(f"{named}{error.strerror or error}: the card is not complete, provision it again") from None
    return whole


def _line(file: File) -> str:
    """As sha256sum writes it, with the name as seen from wallboard/."""
    return f"{hashlib.sha256(file.data).hexdigest()}  {file.name.removeprefix(FOLDER + '/')}\n"


def _write(path: Path, data: bytes) -> None:
    if path.is_file() and path.read_bytes() == data:
        return  # a card wears out by writing, and 40 MB take a while
    new = path.with_name(path.name + ".new")
    try:
        with new.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(path)
    except OSError as error:
        if error.filename is None:
            error.filename = str(path)  # a full disk is told by the write, which knows no name
        raise


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """Folders too; Windows has no such call and writes removable disks through."""
    if hasattr(os, "sync"):
        os.sync()
