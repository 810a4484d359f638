"""What the operating system of a board is told at its first boot, apart from the network. All of it checked."""

from __future__ import annotations

import re
import unicodedata
import zlib
from dataclasses import dataclass

from hw.provision import ProvisionError

HOSTNAME = re.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")  # RFC 1123, 2.1, in lower case as mDNS shows them
USER = re.compile("[a-z][a-z0-9-]{0,30}")  # what adduser of Debian takes without being forced
# Raspberry Pi OS has these already, or the packages make them.
TAKEN = ("root", "wallboard", "wallboard-bridge", "rpi-first-boot-wizard", "daemon", "nobody")
KEY = re.compile(
    r"(ssh-(ed25519|rsa)|ecdsa-sha2-nistp\d+|sk-[a-z0-9@.-]+) [A-Za-z0-9+/]{32,}={0,3}( [^\x00-\x1f\x7f]*)?"
)
TIMEZONE = re.compile("[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
OWN_LOCALE = "en_GB.UTF-8"  # Raspberry Pi OS's own
LOCALE = re.compile(r"[A-Za-z]{1,3}(_[A-Z]{2})?\.UTF-8")


@dataclass(frozen=True)
class System:
    """The machine's name, who may log in and how, its clock's zone and its language.

    `ssh_keys`: lines of OpenSSH's authorized_keys; without any nobody can log in at all, by cable or by keyboard.
    """

    hostname: str
    user: str = "technician"
    ssh_keys: tuple[str, ...] = ()
    timezone: str = "Asia/Jerusalem"
    locale: str = OWN_LOCALE

    def __post_init__(self) -> None:
        """Raises ProvisionError for what no system would take."""
        if not HOSTNAME.fullmatch(self.hostname):
            raise ProvisionError(f"{self.hostname!r} is no host name: letters a to z, digits and -, at most 63")
        if not USER.fullmatch(self.user) or self.user in TAKEN:
            raise ProvisionError(
                f"{self.user!r} cannot be the user's name: lower-case letters and digits, and not taken"
            )
        for key in self.ssh_keys:
            if not KEY.fullmatch(key):
                raise ProvisionError(
                    f"{key[:40]!r} is no public key of ssh, expected a line as ssh-keygen writes to .pub"
                )
        if not TIMEZONE.fullmatch(self.timezone):
            raise ProvisionError(f"{self.timezone!r} is no time zone, expected as Asia/Jerusalem")
        if not LOCALE.fullmatch(self.locale):
            raise ProvisionError(f"{self.locale!r} is no locale, expected as en_GB.UTF-8")


def hostname_of(board: str) -> str:
    """A host name that tells which board it is: wallboard-lobby. Names that have no Latin letters get a number."""
    plain = unicodedata.normalize("NFKD", board).encode("ascii", "ignore").decode().lower()
    word = re.sub("[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")
    return f"wallboard-{word}" if word else f"wallboard-{zlib.crc32(board.encode()):08x}"
