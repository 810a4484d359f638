"""How a board reaches its broker: Wi-Fi or cable, an address of its own or one from the network. All of it checked."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from hw.provision import ProvisionError

# IEEE 802.11 9.4.2.2: an SSID is 0 to 32 octets. An empty one is no name.
MAX_SSID_BYTES = 32
# IEEE 802.11 annex J.4.1: a passphrase is 8 to 63 characters of ASCII, 32 to 126; 64 hex digits are the key itself.
PASSPHRASE = re.compile("[ -~]{8,63}|[0-9A-Fa-f]{64}")
SECURITY = {
    "auto": "WPA2, or WPA3 where the access point offers both",
    "wpa2": "WPA2 alone",
    "wpa3": "WPA3 alone",
    "open": "no passphrase",
}


@dataclass(frozen=True)
class Wifi:
    """A wireless network. `security`: of SECURITY; `passphrase`: None exactly with open."""

    ssid: str
    passphrase: str | None = field(repr=False)
    hidden: bool = False
    security: str = "auto"


@dataclass(frozen=True)
class Address:
    """An address that the board always has. `own`: with its prefix length, 192.0.2.30/24."""

    own: str
    gateway: str | None = None
    dns: tuple[str, ...] = ()

    @property
    def version(self) -> int:
        """4 or 6."""
        return ipaddress.ip_interface(self.own).version


@dataclass(frozen=True)
class Network:
    """`wifi` None: by cable alone (which is always tried too); `address` None: by DHCP; `country`: ISO 3166, or None.

    The address is the wireless one's when there is Wi-Fi.
    """

    wifi: Wifi | None = None
    address: Address | None = None
    country: str | None = None


def wifi(ssid: str, passphrase: str | None, *, hidden: bool = False, security: str = "auto") -> Wifi:
    """A wireless network that can exist. Raises ProvisionError."""
    odd = next((each for each in ssid if unicodedata.category(each) in ("Cc", "Cf", "Cs", "Zl", "Zp")), None)
    if odd is not None:
        # Text copied from a web page or a Hebrew document brings direction marks along, and then no network matches.
        raise ProvisionError(f"the network's name holds an invisible character (U+{ord(odd):04X}): type it anew")
    if not ssid or len(ssid.encode()) > MAX_SSID_BYTES:
        raise ProvisionError(f"the network's name has {len(ssid.encode())} bytes of UTF-8, expected 1 to 32")
    if security == "open":
        if passphrase is not None:
            raise ProvisionError("an open network has no passphrase: leave it out, or leave out open")
        return Wifi(ssid, None, hidden, security)
    if passphrase is None:
        raise ProvisionError("the network's passphrase is missing")
    if not PASSPHRASE.fullmatch(passphrase):
        raise ProvisionError(f"the network's passphrase {_odd_passphrase(passphrase)}")
    if security == "wpa3" and len(passphrase) == 64:
        raise ProvisionError("64 hex digits are a key of WPA2: WPA3 needs the passphrase itself")
    return Wifi(ssid, passphrase, hidden, security)


def _odd_passphrase(passphrase: str) -> str:
    """What is wrong with it, without telling it."""
    if not (passphrase.isascii() and passphrase.isprintable()):
        return "has a character that is not of the English keyboard: passphrases of WPA have none"
    return f"has {len(passphrase)} characters, expected 8 to 63 (or a key of 64 hex digits)"


def address(own: str, gateway: str | None, dns: Sequence[str]) -> Address:
    """An address that the board can have. Raises ProvisionError."""
    try:
        interface = ipaddress.ip_interface(own)
    except ValueError:
        raise ProvisionError(f"{own!r} is no address with a prefix length, expected as 192.168.1.50/24") from None
    network = interface.network
    if "/" not in own:
        raise ProvisionError(f"{own} lacks the length of the network's prefix: {own}/24 in most networks")
    if interface.version == 4 and network.prefixlen < 31 and interface.ip in (network[0], network[-1]):
        raise ProvisionError(f"{own} is the network itself, or its broadcast address: no device can have it")
    for each in (gateway, *dns):
        if each is not None:
            _host(each, interface.version)
    if gateway is not None and ipaddress.ip_address(gateway) not in network:
        raise ProvisionError(f"the gateway {gateway} is not in the network {network} of {own}")
    if gateway is not None and ipaddress.ip_address(gateway) == interface.ip:
        raise ProvisionError(f"the gateway {gateway} is the board's own address")
    return Address(str(interface), gateway, tuple(dns))


def _host(text: str, version: int) -> None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        raise ProvisionError(f"{text!r} is no address, expected as 192.168.1.1") from None
    if found.version != version:
        raise ProvisionError(f"{text} is of IPv{found.version}, and the board's address of IPv{version}")


def country(code: str) -> str:
    """An ISO 3166-1 country in capitals, as the Wi-Fi rules of that country are chosen by. Raises ProvisionError."""
    if not re.fullmatch("[A-Za-z]{2}", code):
        raise ProvisionError(f"{code!r} is no country, expected two letters of ISO 3166, as IL")
    return code.upper()
