"""How far the way from the board to the PBX holds, and in a few words why no further.

What is asked of the machine and of the broker's connection comes in as arguments: nothing here waits for anything.
"""

from __future__ import annotations

from typing import NamedTuple

from firmware.core.freshness import BRIDGE, LINK, PBX
from firmware.pi.selftest.pictures_link import Chain

TURN_MS = 3000  # of the words, where there is no room for all at once

# What came of the last try to reach the broker, by config.reconnect.kind(): what it is, and where to look.
_BROKER = {
    "name": ("NO SUCH NAME", "DNS?"),
    "refused": ("REFUSED", "is it on?"),
    "silent": ("NO ANSWER", "firewall?"),
    "route": ("NO ROUTE", "which net?"),
    "clock": ("CERT DATE", "clock?"),
    "certificate": ("BAD CERT", "ca.crt?"),
    "tls": ("NO TLS", "which port?"),
    "login": ("BAD LOGIN", "user? secret?"),
    "closed": ("CUT OFF", "twin? cert?"),
}
_OTHER = ("NO BROKER", "see its log")


class Network(NamedTuple):
    """The machine's own network: through Wi-Fi or a cable, whether that is up, and its address; "" without one."""

    wifi: bool
    up: bool
    address: str


class Broker(NamedTuple):
    """The broker of board.yaml and the connection to it; `trouble`: a key of _BROKER, "" before the first."""

    host: str
    port: int
    up: bool
    trouble: str


class Way(NamedTuple):
    """`links` from the board on, the first `whole` of which hold; `lines` say why no further; `broken` names the one
    that does not hold, "" when all do.
    """

    links: tuple[str, ...]
    whole: int
    lines: tuple[str, ...]

    @property
    def broken(self) -> str:
        """The first link that does not hold; "" when all do."""
        return self.links[self.whole] if self.whole < len(self.links) else ""

    def chain(self, now_ms: int, fault: str = "") -> Chain:
        """Its picture."""
        return Chain(self.links, self.whole, self.lines, now_ms // TURN_MS, fault)


def way(network: Network, broker: Broker, fault: str | None, ruled: bool, site: str) -> Way:
    """`fault`: as the board names it, None when all is fresh; `ruled`: it knows the rules of a queue at least."""
    links = ("Wi-Fi" if network.wifi else "cable", "address", "broker", "bridge", "PBX", "rules")
    whole, lines = _first_broken(network, broker, fault, ruled, site)
    return Way(links, whole, (*lines, network.address) if network.address else lines)


def _first_broken(
    network: Network, broker: Broker, fault: str | None, ruled: bool, site: str
) -> tuple[int, tuple[str, ...]]:
    """(links that hold, what is wrong). A far link that holds proves those before it."""
    if broker.up:
        if fault in (LINK, BRIDGE):  # just connected, it is the link's, for a heartbeat is still to come
            return 3, ("NO BRIDGE", "is it running?", f"site {site}?")
        if fault == PBX:
            return 4, ("NO PBX", "see bridge")
        if not ruled:
            return 5, ("NO QUEUES", "queues?")
        return 6, ("LINK FINE",)
    if not network.up:
        return 0, ("NO WI-FI", "name?", "key?") if network.wifi else ("NO CABLE", "plug?", "switch?")
    if not network.address:
        return 1, ("NO ADDRESS", "DHCP?")
    if not broker.trouble:
        return 2, ("CALLING", broker.host)
    what, where = _BROKER.get(broker.trouble, _OTHER)
    return 2, (what, broker.host, f"port {broker.port}", where)
