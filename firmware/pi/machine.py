"""What the machine tells of itself that a technician asks first: its network, and whether its supply sags.

Read from files of the kernel and by one ioctl: nothing here waits for anybody.
"""

from __future__ import annotations

import fcntl
import socket
import struct
from pathlib import Path

from firmware.pi.selftest.way import Network

_SIOCGIFADDR = 0x8915  # linux/sockios.h: an interface's IPv4 address
_NO_HOST = ("127.", "169.254.")  # of an interface that has asked for an address and got none (RFC 3927)
_HWMON_NAME = "rpi_volt"  # drivers/hwmon/raspberrypi-hwmon.c: in0_lcrit_alarm is 1 when it sagged within the last 2 s


def network(root: Path = Path("/")) -> Network:
    """The interface that has an address, else the one that is up, else Wi-Fi before cables. `root`: for tests."""
    paths = [path for path in sorted((root / "sys/class/net").glob("*")) if path.name != "lo"]
    found = []
    # Bridges and tunnels are made of others, and tell nothing of the way out; a container has nothing else.
    for path in [path for path in paths if (path / "device").exists()] or paths:
        wifi = (path / "wireless").exists() or (path / "phy80211").exists()
        up = _read(path / "operstate") in {"up", "unknown"}
        found.append((_address(path.name) if up else "", up, wifi))
    if not found:
        return Network(False, False, "")
    address, up, wifi = max(found, key=lambda each: (bool(each[0]), each[1], each[2]))
    return Network(wifi, up, address)


def undervoltage(root: Path = Path("/")) -> bool | None:
    """The Pi's supply has sagged within the last seconds; None where the machine does not tell."""
    for path in (root / "sys/class/hwmon").glob("*"):
        if _read(path / "name") == _HWMON_NAME:
            alarm = _read(path / "in0_lcrit_alarm")
            return alarm == "1" if alarm else None
    return None


def _address(interface: str) -> str:
    """Its IPv4 address, else its first global one of IPv6; "" without one that others can reach."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            answer = fcntl.ioctl(probe.fileno(), _SIOCGIFADDR, struct.pack("256s", interface.encode()[:15]))
        except OSError:
            return _address_6(interface)
    address = socket.inet_ntoa(answer[20:24])
    return "" if address.startswith(_NO_HOST) else address


def _address_6(interface: str) -> str:
    for line in _read(Path("/proc/net/if_inet6")).splitlines():
        digits, _, _, scope, _, name = line.split()
        if name == interface and scope == "00":  # global
            return socket.inet_ntop(socket.AF_INET6, bytes.fromhex(digits))
    return ""


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""
