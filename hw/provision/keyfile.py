"""NetworkManager's own files of connections, for Raspberry Pi OS Bookworm, which has no netplan.

Format: man nm-settings-keyfile. A file that others than root may read is ignored (there, "File permissions"); the
first-run script sees to that, for a memory card's FAT knows no permissions.
"""

from __future__ import annotations

import uuid

from hw.provision import MADE_BY
from hw.provision.network import Address, Network, Wifi

_NAMESPACE = uuid.UUID("6f0a1f6c-5b0f-4c52-8f0e-1d8a3f1c7b52")  # ours, for identifiers that stay the same
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def files(network: Network) -> dict[str, str]:
    """File name → content. A cable with DHCP needs none: NetworkManager makes that connection by itself."""
    made = {}
    if network.wifi:
        made["wallboard-wifi.nmconnection"] = _wifi(network.wifi, network.address)
    elif network.address:
        made["wallboard-cable.nmconnection"] = _connection("cable", "ethernet", "eth0", network.address)
    return made


def _connection(name: str, kind: str, interface: str, address: Address | None, *sections: str) -> str:
    identity = uuid.uuid5(_NAMESPACE, name)
    head = f"# {MADE_BY}\n[connection]\nid=wallboard-{name}\nuuid={identity}\ntype={kind}\ninterface-name={interface}\n"
    return "\n".join([head, *sections, *_ip(address)])


def _wifi(wifi: Wifi, address: Address | None) -> str:
    sections = [f"[wifi]\nmode=infrastructure\nssid={_ssid(wifi.ssid)}\n" + "hidden=true\n" * wifi.hidden]
    if wifi.passphrase is not None:
        kind = "sae" if wifi.security == "wpa3" else "wpa-psk"
        frames = "pmf=1\n" * (wifi.security == "wpa2")  # 1: off, so that WPA3 is not offered; see netplan.py
        sections.append(f"[wifi-security]\nkey-mgmt={kind}\npsk={_escaped(wifi.passphrase)}\n{frames}")
    return _connection("wifi", "wifi", "wlan0", address, *sections)


def _ssid(name: str) -> str:
    """A plain name as it is; any other as its bytes, which leave no question of quoting or of encoding."""
    if all(each in _PLAIN for each in name):
        return name
    return "".join(f"{byte};" for byte in name.encode())


def _escaped(value: str) -> str:
    """As GLib reads a value of a key file: a backslash is an escape, spaces in front would be dropped."""
    value = value.replace("\\", "\\\\")
    bare = value.lstrip(" ")
    return "\\s" * (len(value) - len(bare)) + bare


def _ip(address: Address | None) -> list[str]:
    if address is None:
        return ["[ipv4]\nmethod=auto\n", "[ipv6]\nmethod=auto\n"]
    lines = [f"[ipv{address.version}]", "method=manual", f"address1={address.own}"]
    if address.gateway:
        lines.append(f"gateway={address.gateway}")
    if address.dns:
        lines.append(f"dns={';'.join(address.dns)};")
    other = 10 - address.version
    return ["\n".join(lines) + "\n", f"[ipv{other}]\nmethod={'auto' if other == 6 else 'disabled'}\n"]
