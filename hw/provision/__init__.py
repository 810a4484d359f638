"""A memory card made ready for its first boot: what `wallboardctl provision` writes onto the boot partition.

What lies on a provisioned card, and who reads it (BOOT is the boot partition, /boot/firmware on the Pi):

    BOOT/user-data, vendor-data, meta-data, network-config   cloud-init, on Raspberry Pi OS Trixie
    BOOT/firstrun.sh, and what cmdline.txt says of it          systemd, on Raspberry Pi OS Bookworm
    BOOT/wallboard/start.sh        brings the network up for good and runs firstboot.sh, from either of the two
    BOOT/wallboard/firstboot.sh    installs the packages and makes the Pi a board (hw/firstboot)
    BOOT/wallboard/board.yaml, ca.crt, board.crt, board.key, mqtt.secret, *.deb, rgbmatrix*.whl
    BOOT/wallboard/SECRETS         which files of the partition hold secrets: they go after a success
    BOOT/wallboard/MANIFEST        written last: without it the card was pulled out too early
    BOOT/wallboard/report.txt      written by the Pi, and by provision while the card is not finished; notes.txt by
                                   start.sh: the network, and slips in what was edited

Nothing here needs more than Python's own library, so that it runs on a Windows laptop: no POSIX-only module, all files
written as bytes.
"""

from __future__ import annotations


class ProvisionError(ValueError):
    """What keeps a card from being made: one line for a person."""


class CardError(ProvisionError):
    """The card itself is the reason: it is full, write-protected, or was pulled out."""


FOLDER = "wallboard"  # on the boot partition
BOOT = "/boot/firmware"  # where Raspberry Pi OS Bookworm and Trixie mount it (pi-gen, stage1/00-boot-files)
MADE_BY = "made by wallboardctl provision"  # in a comment of each file that replaces one of the system's
