"""debian/copyright: our own licence, and of every wheel that a package carries the one that the wheel itself states."""

from __future__ import annotations

import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

from hw.deb.packages import CHECKOUT, Package

_HEAD = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: led-wallboard
Comment: The wheels carry their authors' licences themselves, in *.dist-info.

Files: *
Copyright: {owner}
License: Expat
{text}

Files: firmware/fonts/*
Copyright: see the folder itself, in the wheel led_wallboard
License: OFL-1.1
 The letters derive from a font under the SIL Open Font License 1.1, whose text is beside them.
"""


def metadata(wheel: Path) -> Message:
    """The METADATA of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
        return message_from_bytes(archive.read(name))


def licence(about: Message) -> str:
    """What a wheel says of its licence, in a line: an SPDX expression, the trove classifiers, or its own words."""
    if expression := about.get("License-Expression"):
        return expression.strip()
    classifiers = [each.split(" :: ")[-1] for each in about.get_all("Classifier", []) if each.startswith("License ::")]
    own = (about.get("License") or "").strip().splitlines()
    return ", ".join(dict.fromkeys(classifiers)) or (own[0] if own else "not stated")


def copyright_text(wheels: list[Path], package: Package) -> str:
    """The file copyright of a package that carries `wheels`."""
    _, words = (CHECKOUT / "LICENSE").read_text("utf-8").split("Copyright (c) ", 1)
    owner, body = words.split("\n", 1)
    text = "\n".join(f" {line or '.'}" for line in body.strip().splitlines())
    parts = [_HEAD.format(owner=owner, text=text)]
    for wheel in wheels:
        about = metadata(wheel)
        who = about.get("Author-Email") or about.get("Author") or f"the authors of {about['Name']}"
        parts.append(
            f"Files: {package.folder.lstrip('/')}/wheels/{wheel.name}\n"
            f"Copyright: {' '.join(who.split())}\n"
            f"License: {about['Name'].lower()}\n {licence(about)}\n"
        )
    return "\n".join(parts)
