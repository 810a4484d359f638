"""The bundle as a file: zip, which a supporter opens on Windows with a double click; its owner's alone; bounded."""

from __future__ import annotations

import errno
import os
import secrets
import time
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from host_bridge.ctl.bundle.parts import LEFT_OUT, STAYS, Part
from host_bridge.ctl.bundle.redact import Redactor
from host_bridge.ctl.health.finding import NotCheckedError

MOST = 16 << 20  # bytes of all parts together, unpacked
_FIRST_YEAR = 315_619_200  # 1980-01-02: zip knows no earlier date, and a Pi without a clock begins in 1970


class Gathered(NamedTuple):
    """The parts as they go out, by name, and what is missing, a line each."""

    texts: dict[str, str]
    missing: list[str]


def gather(parts: Sequence[Part], redactor: Redactor) -> Gathered:
    """Ask for each part, take out its secrets, and bound it. What cannot be had is told, and spoils no other."""
    texts: dict[str, str] = {}
    missing: list[str] = []
    left = MOST
    for part in parts:
        try:
            text = part.make()
        except NotCheckedError as error:
            missing.append(f"{part.name}: {error.why}")
            continue
        except Exception as error:  # whatever it met: the rest is worth having
            missing.append(f"{part.name}: {type(error).__name__}")
            continue
        text = redactor.clean(text, log=part.log)
        bounded = newest(text, min(part.most, left))
        if len(bounded) < len(text):
            missing.append(f"{part.name}: its older lines, for it would be too large")
        if redactor.leaks(bounded):
            missing.append(f"{part.name}: left out whole, for a secret could not be taken out of it")
            continue
        if not bounded.strip():
            missing.append(f"{part.name}: there is nothing to say")
            continue
        texts[part.name] = bounded
        left -= len(bounded.encode())
    return Gathered(texts, missing)


def newest(text: str, most: int) -> str:
    """The end of a text, from a line's beginning on, of at most so many bytes."""
    data = text.encode("utf-8", "replace")
    if len(data) <= most:
        return text
    kept = data[len(data) - most :] if most > 0 else b""
    return kept.partition(b"\n")[2].decode("utf-8", "replace")


def readme(head: str, parts: Sequence[Part], gathered: Gathered, removed: int) -> str:
    """What is inside, what is not, and why."""
    about = {part.name: part.about for part in parts}
    lines = [head, "", "Inside:", *(f"  {name}: {about[name]}" for name in gathered.texts)]
    lines += ["", "Left out:", *(f"  {each}" for each in LEFT_OUT), f"  {removed} places were made unreadable", STAYS]
    if gathered.missing:
        lines += ["", "Missing:", *(f"  {each}" for each in gathered.missing)]
    return "\r\n".join(lines) + "\r\n"


def write(path: Path, texts: dict[str, str], now_s: float) -> int:
    """Write the file, which appears whole or not at all; its size in bytes. Raises OSError."""
    when = time.gmtime(max(now_s, _FIRST_YEAR))[:6]
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, text in texts.items():
                    info = zipfile.ZipInfo(f"{path.stem}/{name}", when)
                    info.compress_type = zipfile.ZIP_DEFLATED
                    info.external_attr = 0o100600 << 16
                    archive.writestr(info, text.encode("utf-8", "replace"))
            stream.flush()
            os.fsync(stream.fileno())
        _give_to_who_asked(draft)
        if path.exists():
            raise FileExistsError(errno.EEXIST, "it is there already", str(path))
        draft.rename(path)  # not link(): the card's boot partition is FAT
        return path.stat().st_size
    finally:
        with suppress(OSError):
            draft.unlink()


def _give_to_who_asked(path: Path) -> None:
    """Of sudo: the file belongs to the person, who could not copy root's."""
    person, group = os.environ.get("SUDO_UID", ""), os.environ.get("SUDO_GID", "")
    if os.geteuid() == 0 and person.isdecimal() and group.isdecimal():
        with suppress(OSError):  # FAT has no owners
            os.chown(path, int(person), int(group))
