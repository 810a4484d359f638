"""cmdline.txt, the kernel's one line: words, of which a value in double quotes may hold spaces."""

from __future__ import annotations

import codecs
import re

from hw.provision import BOOT, ProvisionError

_WORD = re.compile(r'(?:[^\s"]|"[^"]*"?)+')
COUNTRY = "cfg80211.ieee80211_regdom"  # as Imager writes it (rpi-imager, src/imagewriter.cpp)
# systemd runs the command instead of the usual start, and starts again (man systemd-run-generator). Imager names the
# script alone; named to the shell it also runs when an editor put a byte-order mark or CRLF into it.
FIRST_RUN = (
    f'systemd.run="/bin/sh {BOOT}/firstrun.sh"',
    "systemd.run_success_action=reboot",
    "systemd.run_failure_action=reboot",
    "systemd.unit=kernel-command-line.target",
)
# cloud-init gives up altogether, and silently, when netplan refuses network-config, and a slip of the editor is enough
# for that. So it is kept from it (its documentation, "Disabling network configuration"): start.sh hands the file to
# netplan, and tells what is wrong with it.
CLOUD_INIT = "network-config=disabled"
# What belongs to a first boot, ours or Imager's: it may stand there once. `resize` lets Raspberry Pi OS Trixie take the
# whole card, as Bookworm's init=…/firstboot does (raspberrypi-sys-mods); first boot gives the system its part and makes
# a place for the board's state behind it (hw/firstboot/card.sh). A board that is done has cloud-init=disabled and a
# read-only root (hw/firstboot/protect.sh): a card that is provisioned anew is to be set up anew.
_FIRST = (
    "systemd.run",
    "systemd.run_success_action",
    "systemd.run_failure_action",
    "systemd.unit",
    "ds",
    "network-config",
)
_OURS = (*_FIRST, COUNTRY, "resize", "cloud-init")
_INIT = re.compile("init=.*/(wallboard-init|raspberrypi-sys-mods/firstboot)")


def words(data: bytes) -> list[str]:
    """The words of the file's content. Raises ProvisionError for one with which no Pi would start."""
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError:
        raise ProvisionError("cmdline.txt is not text: write the card anew") from None
    found = _WORD.findall(text.replace("\0", ""))
    if not any(word.startswith("root=") for word in found):
        raise ProvisionError("cmdline.txt names no root=…: this card could not start, write it anew")
    return found


def changed(data: bytes, *, country: str | None, cloud_init: bool = False, first_run: bool = False) -> bytes:
    """The file's content for the first boot; done twice, it is the same."""
    found = words(data)
    kept = [word for word in found if word.partition("=")[0] not in _OURS and not _INIT.fullmatch(word)]
    added = [f"{COUNTRY}={country}"] * (country is not None) + [CLOUD_INIT] * cloud_init + [*FIRST_RUN] * first_run
    return (" ".join([*kept, *added]) + "\n").encode()
