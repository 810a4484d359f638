"""Files onto the card, so that a card that is pulled out in the middle is noticed on the Pi, and never half believed.

Each file takes its place whole (config/replace_file.py). MANIFEST, a line of sha256sum for each file of wallboard/,
goes first and comes back last; first boot begins only when it is there, and each file is as it says.
"""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.replace_file import PREFIX, SUFFIX, replace_file, sync_folder
from hw.provision import FOLDER

MANIFEST = "MANIFEST"
SECRETS = "SECRETS"
REPORT = "report.txt"
UNFINISHED = b"FAILED: this card was pulled out before it was written to its end: provision it again.\r\n"
_WRITE_PROTECTED = 19  # winerror.h, ERROR_WRITE_PROTECT
# What an earlier card left in wallboard/ and no longer belongs there; other files are a person's own.
_STALE = (
    "*.deb",
    "*.whl",
    "*.nmconnection",
    "*.crt",
    "*.key",
    "*.secret",
    "*.txt",
    "*.sh",
    "MANIFEST.*",
    f"{PREFIX}*{SUFFIX}",
)


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


def write(folder: Path, files: Sequence[File], without: Sequence[str] = ()) -> list[File]:
    """Write all, in this order, and what was really written: those, SECRETS and MANIFEST. Raises OSError; see why().

    `without`: names, relative to the partition, of what is not to be there any more.
    """
    secrets = File(f"{FOLDER}/{SECRETS}", "".join(f"{each.name}\n" for each in files if each.secret).encode())
    manifest = File(f"{FOLDER}/{MANIFEST}", "".join(_line(each) for each in files if each.exact).encode())
    whole = [*files, secrets, manifest]
    ours = folder / FOLDER
    ours.mkdir(exist_ok=True)
    replace_file(ours / REPORT, UNFINISHED)
    (ours / MANIFEST).unlink(missing_ok=True)
    sync_folder(ours)  # before anything else is another: nothing new is ever believed on the old one's word
    _clear(folder, {each.name for each in whole} | {f"{FOLDER}/{REPORT}"}, without)
    for each in whole:
        _write(folder, each)
    (ours / REPORT).unlink()
    sync_folder(ours)
    return whole


def _clear(folder: Path, stay: Collection[str], without: Sequence[str]) -> None:
    """Without what an earlier card left there, and what a program that was ended left anywhere."""
    ours = folder / FOLDER
    for old in [each for pattern in _STALE for each in ours.glob(pattern)]:
        if f"{FOLDER}/{old.name}" not in stay:
            old.unlink(missing_ok=True)
    for old in [*folder.glob(f"{PREFIX}*{SUFFIX}"), *(folder / name for name in without)]:
        old.unlink(missing_ok=True)


def _line(file: File) -> str:
    """As sha256sum writes it, with the name as seen from wallboard/."""
    return f"{hashlib.sha256(file.data).hexdigest()}  {file.name.removeprefix(FOLDER + '/')}\n"


def _write(folder: Path, file: File) -> None:
    path = folder / file.name
    if path.is_file() and path.read_bytes() == file.data:
        return  # a card wears out by writing, and 40 MB take a while
    if file.name.startswith(f"{FOLDER}/"):
        path.unlink(missing_ok=True)  # there may be no room for two, and without MANIFEST nobody goes by it
    replace_file(path, file.data, mode=0o644)


def why(error: OSError, folder: Path) -> str:
    """What kept a card from being written, and what to do."""
    named = f"{error.filename or folder}: {error.strerror or error}"
    if error.errno == errno.EROFS or getattr(error, "winerror", None) == _WRITE_PROTECTED:
        return f"{named}: is the switch on the card's side at LOCK? As it is, nothing can be written to it"
    if error.errno == errno.ENOSPC:
        return f"{named}: the card is not complete; delete what else is on {folder}, and provision it again"
    return f"{named}: the card is not complete, provision it again"
