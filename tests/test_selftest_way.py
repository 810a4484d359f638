"""The way from the board to the PBX: which link is the first that does not hold, and what is said of it."""

from __future__ import annotations

import errno
import socket
import ssl
import subprocess
from pathlib import Path

import pytest

from config.reconnect import KINDS, kind
from firmware.pi.machine import network, undervoltage
from firmware.pi.selftest.way import _BROKER, Broker, Network, way

NET = Network(True, True, "192.0.2.7")
UP = Broker("192.0.2.5", 1883, True, "")


@pytest.mark.parametrize(
    ("net", "broker", "fault", "ruled", "broken", "words"),
    [
        (NET, UP, None, True, "", "LINK FINE"),
        (NET, UP, None, False, "rules", "NO QUEUES"),
        (NET, UP, "PBX", True, "PBX", "NO PBX"),
        (NET, UP, "BRIDGE", True, "bridge", "NO BRIDGE"),
        (NET, UP, "LINK", False, "bridge", "NO BRIDGE"),  # just connected: nothing has been heard
        (Network(True, False, ""), UP, None, True, "", "LINK FINE"),  # a broker on this machine needs no network
        (NET, UP._replace(up=False), "LINK", False, "broker", "CALLING"),
        (NET, UP._replace(up=False, trouble="refused"), "LINK", False, "broker", "REFUSED"),
        (NET, UP._replace(up=False, trouble="login"), "LINK", True, "broker", "BAD LOGIN"),
        (NET, UP._replace(up=False, trouble="something new"), "LINK", True, "broker", "NO BROKER"),
        (Network(True, True, ""), UP._replace(up=False, trouble="route"), "LINK", False, "address", "NO ADDRESS"),
        (Network(True, False, ""), UP._replace(up=False, trouble="name"), "LINK", False, "Wi-Fi", "NO WI-FI"),
        (Network(False, False, ""), UP._replace(up=False, trouble="name"), "LINK", False, "cable", "NO CABLE"),
    ],
)
def test_the_first_link_that_does_not_hold(  # noqa: PLR0917 - one row of the table
    net: Network, broker: Broker, fault: str | None, ruled: bool, broken: str, words: str
) -> None:
    found = way(net, broker, fault, ruled, "main")
    assert (found.broken, found.lines[0]) == (broken, words)
    assert (found.lines[-1] == net.address) == bool(net.address)
    assert found.links[0] == ("Wi-Fi" if net.wifi else "cable")


def test_a_broker_that_cannot_be_had_is_named_with_its_port() -> None:
    lines = way(NET, UP._replace(up=False, trouble="refused"), "LINK", False, "main").lines
    assert lines == ("REFUSED", "192.0.2.5", "port 1883", "is it on?", "192.0.2.7")
    assert "site main?" in way(NET, UP, "BRIDGE", False, "main").lines


def test_whatever_a_connection_fails_of_has_words() -> None:
    assert set(KINDS) - {"other"} <= set(_BROKER)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TimeoutError(), "silent"),
        (socket.gaierror(-2, "Name or service not known"), "name"),
        (ConnectionRefusedError(), "refused"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "route"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "route"),
        (ssl.SSLError(1, "WRONG_VERSION_NUMBER"), "tls"),
        (ValueError("?"), "other"),
    ],
)
def test_what_a_connection_failed_of(error: Exception, expected: str) -> None:
    assert kind(error) == expected


@pytest.mark.parametrize(("verify_code", "expected"), [(9, "clock"), (10, "clock"), (20, "certificate")])
def test_a_certificate_of_another_time_is_the_clocks_matter(verify_code: int, expected: str) -> None:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = verify_code
    assert kind(error) == expected


def machine(root: Path, **interfaces: tuple[bool, bool, bool]) -> Path:
    """`interfaces`: (a card, Wi-Fi, up) by name."""
    for name, (card, wifi, up) in interfaces.items():
        folder = root / "sys/class/net" / name
        folder.mkdir(parents=True)
        (folder / "operstate").write_text("up\n" if up else "down\n")
        for part in ["device"] * card + ["wireless"] * wifi:
            (folder / part).mkdir()
    return root


@pytest.mark.parametrize(
    ("interfaces", "wifi", "up"),
    [
        ({"lo": (False, False, True)}, False, False),
        ({"wlan0": (True, True, False), "eth0": (True, False, False)}, True, False),
        ({"wlan0": (True, True, False), "eth0": (True, False, True)}, False, True),
        ({"wlan0": (True, True, True), "eth0": (True, False, False)}, True, True),
        ({"wlan0": (True, True, False), "docker0": (False, False, True)}, True, False),
        ({"veth7": (False, False, True)}, False, True),
    ],
)
def test_which_network_it_is(tmp_path: Path, interfaces: dict, wifi: bool, up: bool) -> None:
    found = network(machine(tmp_path, **interfaces))
    assert (found.wifi, found.up) == (wifi, up)


def test_the_address_is_that_of_this_machine() -> None:
    """Against `ip`; a machine that has no network has none in both."""
    told = subprocess.run(["ip", "-o", "addr", "show", "scope", "global"], capture_output=True, text=True, check=True)
    addresses = [line.split()[3].partition("/")[0] for line in told.stdout.splitlines()]
    assert network().address in (addresses or [""])


@pytest.mark.parametrize(
    ("name", "alarm", "expected"),
    [("rpi_volt", "0", False), ("rpi_volt", "1", True), ("rpi_volt", None, None), ("cpu_thermal", "1", None)],
)
def test_a_supply_that_sags(tmp_path: Path, name: str, alarm: str | None, expected: bool | None) -> None:
    folder = tmp_path / "sys/class/hwmon/hwmon1"
    folder.mkdir(parents=True)
    (folder / "name").write_text(name + "\n")
    if alarm is not None:
        (folder / "in0_lcrit_alarm").write_text(alarm + "\n")
    assert undervoltage(tmp_path) is expected
