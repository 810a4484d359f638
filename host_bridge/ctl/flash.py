"""`wallboardctl flash`: Raspberry Pi OS onto a memory card, by Raspberry Pi Imager, and then provisioned at once."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from config import interrupt
from config.mistakes import ConfigError
from host_bridge.ctl.card import imager, text
from host_bridge.ctl.card.args import add_options
from host_bridge.ctl.card.drives import Drive, drives
from host_bridge.ctl.card.plan import onto, plan_of
from hw.provision import ProvisionError

DESCRIPTION = """\
Writes an image of Raspberry Pi OS Lite (64-bit) onto a memory card with Raspberry Pi Imager, and makes the card that of
a board, as `wallboardctl provision` does with the same options. Without --device it lists the drives that may be
written over. Before anything is written it says which one it is, and asks.

This is for Linux, as root. On Windows and macOS write the card in Raspberry Pi Imager's window, without its own
settings, and go on with `wallboardctl provision`. An image on this machine needs no internet; its name may end in
.img, .img.xz, .img.gz or .zip.
"""
EPILOG = """\
examples:
  sudo wallboardctl flash --board lobby --site main --broker mqtts://broker.example --pki pki
  sudo wallboardctl flash --image raspios-lite.img.xz --device /dev/sdb --board lobby --board-yaml site.yaml --pki pki
  sudo make flash IMAGE=raspios-lite.img.xz DEVICE=/dev/sdb FLASH_ARGS="--board lobby --board-yaml site.yaml --pki pki"

Exit codes: 0 the card is ready, 1 it cannot be written, or you said no, 2 wrong usage or wrong configuration.
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command `flash`."""
    parser = subparsers.add_parser(
        "flash", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EPILOG
    )
    parser.add_argument("--image", metavar="FILE", help="the image of Raspberry Pi OS Lite (64-bit), or its address")
    parser.add_argument("--sha256", metavar="HASH", help="of the image, as its publisher gives it: Imager checks it")
    parser.add_argument(
        "--device", metavar="DEV", help="the card: /dev/sdX or /dev/mmcblkN; without it, which there are"
    )
    parser.add_argument("--imager", metavar="FILE", help="Raspberry Pi Imager's program; rpi-imager if not given")
    add_options(parser)


def run(args: argparse.Namespace) -> int:
    """0 when the card is ready, 1 when it was not written, 2 when the options make none."""
    try:
        _possible(args)
        program, image = imager.program(args.imager), _image(args.image)
        drive = _chosen(drives(), args.device)
        plan = plan_of(args)  # all that can be wrong is told before the card is written, which takes minutes
        if not _agreed(drive):
            print("wallboardctl flash: nothing was written", file=sys.stderr)
            return 1
        with interrupt.tidily():
            imager.write(program, image, drive.path, args.sha256)
            with imager.boot_partition(drive.path) as folder:
                made = onto(folder, args.form, plan, force=args.force)
    except KeyboardInterrupt:
        return text.interrupted("flash", "flash it again")
    except (ConfigError, ProvisionError) as error:
        return text.refused("flash", error)
    print(text.as_json(made) if args.json else text.lines(made))
    return 0


def _possible(args: argparse.Namespace) -> None:
    if not sys.platform.startswith("linux"):
        raise ProvisionError(
            "this is for Linux: write the card in Raspberry Pi Imager's window, then `wallboardctl provision`"
        )
    if os.geteuid() != 0:
        raise ProvisionError("writing to a drive needs root: sudo wallboardctl flash … (or sudo make flash …)")
    if args.sha256 is not None and not re.fullmatch("[0-9a-fA-F]{64}", args.sha256):
        raise ProvisionError(f"--sha256 {args.sha256!r}: expected 64 hex digits")


def _image(name: str | None) -> str:
    if name is None:
        raise ProvisionError("--image FILE: which image? Raspberry Pi OS Lite (64-bit), from raspberrypi.com/software")
    if re.match("https?://", name, re.IGNORECASE):
        return name
    path = Path(name)
    if not path.is_file():
        raise ProvisionError(f"--image: {path} is not there, or is no file")
    imager.check(path)
    return str(path.resolve())


def _chosen(found: Sequence[Drive], device: str | None) -> Drive:
    """The drive that is meant, if it may be written over. Raises ProvisionError, with those that may."""
    able = [each for each in found if not each.refused]
    listed = "\n".join(f"  {each}" for each in able) or "  none: is the card in the reader?"
    if device is None:
        raise ProvisionError(f"--device DEV: which card? These may be written over:\n{listed}")
    wanted = os.path.realpath(device)  # a link of /dev/disk/by-id names a drive that keeps its name
    drive = next((each for each in found if each.path == wanted), None)
    if drive is None:
        raise ProvisionError(f"--device: {device} is no drive. These may be written over:\n{listed}")
    if drive.refused:
        raise ProvisionError(f"--device: {device} may not be written over: {drive.refused}. These may:\n{listed}")
    return drive


def _agreed(drive: Drive) -> bool:
    """Ask, on the error stream: the answer is the drive's own name, which nobody types by habit."""
    name = drive.path.removeprefix("/dev/")
    print(
        f"EVERYTHING on this drive will be gone:\n  {drive}\nType {name} to go on: ",
        end="",
        file=sys.stderr,
        flush=True,
    )
    return sys.stdin.readline().strip() == name
