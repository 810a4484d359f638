"""Who may have a certificate: names that are MQTT users, topic levels and file names at once; hosts of the broker."""

from __future__ import annotations

import ipaddress
import re

from firmware.core.printable import unprintable
from firmware.core.spelling import shown

MOST_NAME = 64  # of a CN and of an OU: X.520, ub-common-name; board.yaml allows as many
LOCAL = ("localhost", "127.0.0.1", "::1")  # a bridge beside the broker reaches it by these
Role = str
BROKER, BOARD, BRIDGE, OPERATOR, MONITOR = "broker", "board", "bridge", "operator", "monitor"
ROLES: dict[Role, str] = {
    BROKER: "is the broker",
    BOARD: "shows the queues; writes its own state and acknowledgements",
    BRIDGE: "writes the figures; reads what boards and people answer",
    OPERATOR: "wallboardctl: reads everything of the site, orders boards, acknowledges, sets notices",
    MONITOR: "reads everything of the site, writes nothing",
}
# Users that the access list knows by name wherever there is one, so that a password does where there is no certificate.
FIXED = {"wallboard-bridge": BRIDGE, "wallboardctl": OPERATOR, "wallboard-monitor": MONITOR}
BRIDGE_NAME = next(iter(FIXED))
# What a user of the broker may be called so that it can stand between slashes of a topic and be no wildcard; and what
# Windows and FAT allow in a file's name, for the folder travels on a stick.
_FORBIDDEN = frozenset('/+#% @\\:*?"<>|$')
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))]
)
_HOST = re.compile(r"(?=.{1,253}$)(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*", re.IGNORECASE)


class PkiError(ValueError):
    """What cannot be done, in one line: what, where, what to do."""


class WrongNameError(PkiError):
    """A name that nobody may have, or nobody has."""


def check(name: str, what: str) -> str:
    """The name, if it may be used. Raises WrongNameError; `what` is named so: `board`, `client`, `site`."""
    bad = next((char for char in name if char in _FORBIDDEN or unprintable(char)), None)
    if bad is not None:
        raise WrongNameError(f"{what} {shown(name)}: {bad!r} may not stand in a name")
    if not 0 < len(name) <= MOST_NAME:
        raise WrongNameError(f"{what} {shown(name)}: {len(name)} characters, expected 1 to {MOST_NAME}")
    if name.startswith((".", "-")) or name.endswith(".") or name.split(".", maxsplit=1)[0].lower() in _DEVICES:
        raise WrongNameError(f"{what} {shown(name)}: Windows could have no file of that name, expected another")
    return name


def host(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | str:
    """An address, or a host's name as a certificate has it (in ASCII, small letters). Raises WrongNameError."""
    try:
        return ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        pass
    try:
        name = text.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        name = ""
    if not _HOST.fullmatch(name) or re.fullmatch(r"[0-9.]+", name):
        raise WrongNameError(
            f"broker {shown(text)}: expected a host's name or address, without mqtts:// and without a port"
        )
    return name
