"""network-config: the network as cloud-init hands it to netplan, and that to NetworkManager (Raspberry Pi OS Trixie).

The form is netplan's (netplan.readthedocs.io, "YAML configuration"), which cloud-init takes as its "network config
version 2". What Raspberry Pi Imager 2 writes is alike: cable and Wi-Fi both, each optional, the passphrase as
`password` of the access point (rpi-imager, src/customization_generator.cpp, read in August 2026). Imager writes the key
that it derives from the passphrase; here the passphrase itself stands, for WPA3 knows no such key.
"""

from __future__ import annotations

from hw.provision import MADE_BY
from hw.provision.network import Address, Network, Wifi
from hw.provision.yaml_text import quoted

_HEAD = f"""\
# The board's network, {MADE_BY}. It may be changed here, in any editor, before the first boot:
# spaces at the beginning of a line count, tabs do not work, names and passphrases stay in their quotes.
"""


def text(network: Network) -> str:
    """The whole file."""
    lines = [_HEAD + "network:", "  version: 2", "  renderer: NetworkManager"]
    lines += ["  ethernets:", "    eth0:", "      optional: true"]
    lines += _addresses(None if network.wifi else network.address)
    if network.wifi:
        lines += ["  wifis:", "    wlan0:", "      optional: true"]
        if network.country:
            lines.append(f"      regulatory-domain: {quoted(network.country)}")
        lines += _addresses(network.address)
        lines += ["      access-points:", f"        {quoted(network.wifi.ssid)}:", *_access_point(network.wifi)]
    return "\n".join(lines) + "\n"


def _addresses(address: Address | None) -> list[str]:
    if address is None:
        return ["      dhcp4: true"]
    lines = ["      dhcp4: false", f"      addresses: [{quoted(address.own)}]"]
    if address.gateway:
        lines += ["      routes:", f"        - {{to: default, via: {quoted(address.gateway)}}}"]
    if address.dns:
        lines += ["      nameservers:", f"        addresses: [{', '.join(map(quoted, address.dns))}]"]
    return lines


def _access_point(wifi: Wifi) -> list[str]:
    lines = ["          hidden: true"] if wifi.hidden else []
    if wifi.passphrase is None:
        return [*lines, "          auth:", "            key-management: none"]
    secret = quoted(wifi.passphrase)
    if wifi.security == "wpa3":
        return [*lines, "          auth:", "            key-management: sae", f"            password: {secret}"]
    lines.append(f"          password: {secret}")
    if wifi.security == "wpa2":
        # Protected management frames off: then NetworkManager does not offer WPA3 to an access point that has both.
        lines += ["          networkmanager:", "            passthrough:", '              wifi-security.pmf: "1"']
    return lines
