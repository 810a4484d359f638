"""What goes onto the card beside settings: the packages, the LED library, certificates, the first boot's scripts."""

from __future__ import annotations

import argparse
import datetime as dt
import re
from importlib.resources import files
from pathlib import Path

import hw
from host_bridge.ctl.card.args import read
from hw import firstboot
from hw.provision import FOLDER, ProvisionError
from hw.provision.board_yaml import CA, CERT, KEY
from hw.provision.writer import File

DEB, WHEEL = "wallboard-board_*_arm64.deb", "rgbmatrix-*.whl"
_MOST = 200 << 20  # bytes of a package; a board's has some 30 MB
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+~-]*")  # no blanks: the names stand in a line of MANIFEST


def folders() -> list[Path]:
    """Where packages are looked for: dist/ here, here, and dist/ of the checkout that this program is run from."""
    checkout = Path(hw.__file__).resolve().parents[1]
    return [Path("dist"), Path(), *([checkout / "dist"] if (checkout / "pyproject.toml").is_file() else [])]


def packages(args: argparse.Namespace) -> tuple[list[File], list[str]]:
    """The board's package and what else --deb names, and a note for each that was found, not named."""
    notes = []
    paths: list[Path] = args.deb
    if not paths:
        found = _newest(DEB)
        if found is None:
            raise ProvisionError(
                f"there is no {DEB} in dist/ or here: make it with `make deb`, or name it with --deb FILE"
            )
        notes.append(f"the package is {found}")
        paths = [found]
    made = [_package(path, "--deb", b"!<arch>\n", ".deb", "a Debian package") for path in paths]
    if not any(file.name.startswith(f"{FOLDER}/wallboard-board_") for file in made):
        raise ProvisionError("--deb: none of these is the board's package, wallboard-board_VERSION_arm64.deb")
    for file in made:
        if not file.name.endswith(("_arm64.deb", "_all.deb")):
            raise ProvisionError(f"--deb: {Path(file.name).name} is not for a Pi, whose packages end in _arm64.deb")
    return made, notes


def led_library(args: argparse.Namespace, driver: str) -> tuple[list[File], list[str]]:
    """The wheel of rpi-rgb-led-matrix, where there is one, and what to say when there is none."""
    path: Path | None = args.rgbmatrix or _newest(WHEEL)
    if path is None:
        if driver != "rgbmatrix":
            return [], []
        return [], [
            "the LED library is not on the card: the board says in its log how to get it, and is dark till then"
        ]
    found = [] if args.rgbmatrix else [f"the LED library is {path}"]
    return [_package(path, "--rgbmatrix", b"PK\x03\x04", ".whl", "a wheel of Python")], found


def site_of(pki: Path | None) -> str:
    """The site that the folder of certificates is of; empty when none is named."""
    if pki is None:
        return ""
    from host_bridge.pki.folder import Folder  # noqa: PLC0415 - cryptography takes a tenth of a second to load
    from host_bridge.pki.names import PkiError  # noqa: PLC0415

    try:
        return Folder(pki).site
    except PkiError as error:
        raise ProvisionError(f"--pki: {error}") from None


def certificates(args: argparse.Namespace, site: str) -> tuple[dict[str, bytes], list[str]]:
    """The files of CA, CERT and KEY that the options name, and a note. Raises ProvisionError."""
    own = {"ca": (CA, args.ca), "cert": (CERT, args.cert), "key": (KEY, args.key)}
    if args.pki is None:
        return {name: read(path, f"--{word}", 1 << 16) for word, (name, path) in own.items() if path is not None}, []
    named = next((word for word, (_, path) in own.items() if path is not None), None)
    if named:
        raise ProvisionError(f"--pki and --{named}: the folder has them all, give one of the two")
    from host_bridge.pki.folder import Folder  # noqa: PLC0415 - cryptography takes a tenth of a second to load
    from host_bridge.pki.names import BOARD, PkiError  # noqa: PLC0415
    from host_bridge.pki.site import Pki  # noqa: PLC0415

    try:
        folder = Folder(args.pki)
        if folder.site != site:
            raise ProvisionError(f"--pki: {args.pki} is of the site {folder.site!r}, and this board of {site!r}")
        given, made = Pki(folder).give(args.board, BOARD, dt.datetime.now(dt.UTC))
    except PkiError as error:
        raise ProvisionError(f"--pki: {error}") from None
    about = (
        "a new certificate" if made else "the certificate that it had: if the old Pi was stolen, revoke and renew it"
    )
    notes = [f"{args.board} has {about}"]
    return {name: read(path, "--pki", 1 << 16) for name, path in zip((CA, CERT, KEY), given, strict=True)}, notes


def first_boot() -> list[File]:
    """The scripts of hw/firstboot, and start.sh, which begins."""
    start = files("hw.provision").joinpath("files", "start.sh").read_bytes()
    # With plain line ends, whatever the checkout on a Windows laptop made of them.
    scripts = {**firstboot.contents(), "start.sh": start.replace(b"\r\n", b"\n")}
    return [File(f"{FOLDER}/{name}", data, exact=True) for name, data in sorted(scripts.items())]


def _newest(pattern: str) -> Path | None:
    """The one that was made last, in the first folder that has any."""
    for folder in folders():
        found = [each for each in folder.glob(pattern) if each.is_file()]
        if found:
            return max(found, key=lambda path: path.stat().st_mtime)
    return None


def _package(path: Path, option: str, begins: bytes, ending: str, what: str) -> File:
    data = read(path, option, _MOST)
    if not data.startswith(begins) or path.suffix != ending:
        raise ProvisionError(f"{option}: {path} is not {what} ({ending})")
    if not _NAME.fullmatch(path.name):
        raise ProvisionError(f"{option}: {path.name!r}: give it back the name that it was made with")
    return File(f"{FOLDER}/{path.name}", data, exact=True)
