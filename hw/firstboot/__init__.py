"""The first boot of a board: shell scripts that `wallboardctl provision` puts on the card, and that run there.

firstboot.sh is where it begins and tells the order; wallboard-init is the read-only root; both say why in comments.
"""

from __future__ import annotations

from importlib.resources import files

NAMES = (
    *("firstboot.sh", "words.sh", "text.sh", "verify.sh", "settings.sh", "packages.sh", "system.sh", "card.sh"),
    *("protect.sh", "wallboard-init", "wallboard-pending", "wallboard-writable", "wallboard-first-boot.service"),
)


def contents() -> dict[str, bytes]:
    """Name → content of each file that belongs into wallboard/ on the card, with plain line ends."""
    room = files("hw.firstboot")
    return {name: room.joinpath(name).read_bytes().replace(b"\r\n", b"\n") for name in NAMES}
