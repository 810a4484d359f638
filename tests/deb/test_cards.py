"""Provisioned cards, started: real cloud-init and netplan of Debian 13, real systemd and NetworkManager's files."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hw.provision import cmdline
from tests.deb import cards, trees
from tests.deb.rig import Machine
from tests.debian_tree import RigError

pytestmark = pytest.mark.debian
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIgifWEGYTTMerxq4JL2qe5zEClRnebKIYvRgmJ8kAwh מוקד"
CONNECTIONS = "/etc/NetworkManager/system-connections"


@pytest.fixture
def pi(tmp_path: Path) -> Iterator[Callable[[str], Machine]]:
    """Makes a machine that is off, its boot partition as Imager leaves it."""
    try:
        trees.check_machine()
    except RigError as problem:
        pytest.skip(str(problem))
    made: list[Machine] = []

    def make(suite: str) -> Machine:
        made.append(cards.machine(suite, tmp_path / f"machine-{len(made)}"))
        cards.blank(cards.boot_of(made[-1]), trixie=suite == "trixie")
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def ssh_key(tmp_path: Path) -> tuple[str, str]:
    """The options that let somebody in."""
    (tmp_path / "me.pub").write_text(KEY + "\n")
    return "--ssh-key", str(tmp_path / "me.pub")


def is_set_up(pi: Machine) -> None:
    """What a board is after its first boot, whichever way it took: handed to firstboot.sh once, and reachable."""
    pi.wait_until(lambda: pi.exists("/root/firstboot"), "firstboot.sh", 60, lambda: pi.log("cloud-final"))
    assert pi.read("/root/firstboot") == "/boot/firmware\n"
    assert pi.read("/etc/hostname") == "wallboard-lobby\n"
    assert pi.sh("readlink -f /etc/localtime") == "/usr/share/zoneinfo/Asia/Jerusalem"
    assert pi.read("/home/technician/.ssh/authorized_keys").strip().endswith(KEY)
    assert pi.sh("stat -c '%U %a' /home/technician/.ssh/authorized_keys") == "technician 600"
    assert pi.sh("passwd --status technician").split()[1] == "L"
    assert pi.sh("systemctl is-enabled ssh") == "enabled"
    assert (
        pi.sh(f"stat -c '%U %a' {CONNECTIONS}/*")
        == "root 600\n" * (pi.sh(f"ls {CONNECTIONS}").count("\n")) + "root 600"
    )
    # NetworkManager itself reads the files, and tells what it took from them.
    offline = f"cat {CONNECTIONS}/wallboard-wifi* | nmcli --offline connection modify connection.autoconnect yes"
    found = dict(line.split("=", 1) for line in pi.sh(offline).splitlines() if "=" in line)
    assert found["ssid"] in (cards.SSID, "".join(f"{byte};" for byte in cards.SSID.encode()))
    assert found["key-mgmt"] == "wpa-psk"
    assert found["psk"].replace("\\\\", "\\") == cards.PASSPHRASE


def test_a_card_of_trixie(
    pi: Callable[[str], Machine], monkeypatch: pytest.MonkeyPatch, ssh_key: tuple[str, str]
) -> None:
    made = pi("trixie")
    cards.provisioned(cards.boot_of(made), monkeypatch, *ssh_key)
    cards.as_cmdline_says(made)
    made.start()
    is_set_up(made)
    assert made.read("/boot/firmware/wallboard/notes.txt") == "the network is set up as network-config says\r\n"
    assert not made.exists("/etc/netplan/50-cloud-init.yaml")
    assert "\nerrors: []\n" in made.run("cloud-init", "status", "--long", "--wait", check=False).stdout
    made.reboot()
    assert made.read("/root/firstboot") == "/boot/firmware\n"
    assert made.sh(f"ls {CONNECTIONS}") == "wallboard-cable-1.nmconnection\nwallboard-wifi-2.nmconnection"


def test_a_power_cut_at_the_first_start_is_made_up_for_at_the_next(
    pi: Callable[[str], Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = pi("trixie")
    boot = cards.boot_of(made)
    cards.provisioned(boot, monkeypatch)
    cards.firstboot_is(boot, "touch /root/begun\n")  # and no further: MANIFEST is still there
    cards.as_cmdline_says(made)
    made.start()
    made.wait_until(lambda: made.exists("/root/begun"), "firstboot.sh")
    made.kill()
    cards.firstboot_is(boot, cards.FIRSTBOOT)
    made.start()
    made.wait_until(lambda: made.exists("/root/firstboot"), "firstboot.sh, again")


def test_every_file_of_a_card_of_trixie_may_be_saved_by_notepad(
    pi: Callable[[str], Machine], monkeypatch: pytest.MonkeyPatch, ssh_key: tuple[str, str]
) -> None:
    made = pi("trixie")
    boot = cards.boot_of(made)
    cards.provisioned(boot, monkeypatch, *ssh_key, passphrase="another one")
    secret = boot / "network-config"
    secret.write_text(
        secret.read_text().replace("another one", cards.PASSPHRASE.replace("\\", r"\\").replace('"', r"\""))
    )
    for name in ("user-data", "meta-data", "network-config", "cmdline.txt", "config.txt", "wallboard/start.sh"):
        cards.saved_by_notepad(boot / name)
    cards.as_cmdline_says(made)
    # cloud-init has to begin anew, and a machine in a container cannot be watched over a reboot of its own.
    (made.upper / "etc/systemd/system").mkdir(parents=True)
    (made.upper / "etc/systemd/system/reboot.target").symlink_to("/dev/null")
    made.start()
    made.wait_until(lambda: made.read("/boot/firmware/user-data")[0] == "#", "user-data is mended")
    assert not made.exists("/root/firstboot")
    made.reboot()
    is_set_up(made)


def test_what_cloud_init_says_of_the_files(pi: Callable[[str], Machine], monkeypatch: pytest.MonkeyPatch) -> None:
    made = pi("trixie")
    cards.provisioned(cards.boot_of(made), monkeypatch, "--address", "192.0.2.9/24", "--gateway", "192.0.2.1")
    made.start()
    for name, kind in (
        ("user-data", "cloud-config"),
        ("vendor-data", "cloud-config"),
        ("network-config", "network-config"),
    ):
        said = made.run("cloud-init", "schema", "--config-file", f"/boot/firmware/{name}", "--schema-type", kind)
        assert "Valid schema" in said.stdout
        assert "deprecated" not in (said.stdout + said.stderr).lower()
    made.write("/root/wrong", "#cloud-config\nruncmd: 5\n")
    assert made.run("cloud-init", "schema", "--config-file", "/root/wrong", check=False).returncode == 1


NETWORKS = {
    "hidden": ("--wifi", "a", "--wifi-hidden"),
    "wpa3": ("--wifi", "0600", "--wifi-security", "wpa3"),
    "wpa2": ("--wifi", "yes", "--wifi-security", "wpa2"),
    "colon": ("--wifi", 'a: "b" #c'),
    "fixed": ("--wifi", "a", "--address", "192.0.2.9/24", "--gateway", "192.0.2.1", "--dns", "192.0.2.1"),
}
EXPECTED = {
    "hidden": ("ssid=a", "hidden=true", "key-mgmt=wpa-psk"),
    "wpa3": ("ssid=0600", "key-mgmt=sae"),
    "wpa2": ("ssid=yes", "key-mgmt=wpa-psk", "pmf=1"),
    "colon": ('ssid=a: "b" #c',),
    "fixed": ("method=manual", "address1=192.0.2.9/24", "dns=192.0.2.1;"),
}


def test_netplan_makes_of_network_config_what_was_asked_for(
    pi: Callable[[str], Machine], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = pi("trixie")
    made.start()
    for name, options in NETWORKS.items():
        boot = cards.blank(tmp_path / name, trixie=True)
        cards.provisioned(boot, monkeypatch, *options)
        for saved in (False, True):
            if saved:
                cards.saved_by_notepad(boot / "network-config")
            made.sh("rm -rf /root/boot")
            made.put(boot, "/root/boot")
            made.sh(f"sh /root/boot/{name}/wallboard/start.sh /root/boot/{name}")
            wifi = made.sh(f"cat {CONNECTIONS}/wallboard-wifi-*.nmconnection").splitlines()
            assert set(EXPECTED[name]) <= set(wifi), name


def test_a_network_config_that_netplan_refuses_is_told_and_the_board_is_installed(
    pi: Callable[[str], Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = pi("trixie")
    boot = cards.boot_of(made)
    cards.provisioned(boot, monkeypatch)
    (boot / "network-config").write_text("network:\n  version: 2\n  wifis:\n    wlan0: {accespoints: {}}\n")
    cards.as_cmdline_says(made)
    made.start()
    made.wait_until(lambda: made.exists("/root/firstboot"), "firstboot.sh")
    told = made.read("/boot/firmware/wallboard/notes.txt")
    assert "network-config cannot be used" in told
    assert "network-config:4:13: Error in network definition: unknown key 'accespoints'" in told


def test_a_user_data_that_is_no_yaml_is_told_and_the_board_is_installed(
    pi: Callable[[str], Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = pi("trixie")
    boot = cards.boot_of(made)
    cards.provisioned(boot, monkeypatch)
    (boot / "user-data").write_text((boot / "user-data").read_text().replace("  name:", "\tname"))
    made.start()
    made.wait_until(lambda: made.exists("/root/firstboot"), "firstboot.sh")
    assert "does not take all of user-data" in made.read("/boot/firmware/wallboard/notes.txt")


def first_run(made: Machine) -> str:
    """Start it as cmdline.txt says, and wait until it switches itself off, where a Pi starts again; its console."""
    words = [each for each in cmdline.words((cards.boot_of(made) / "cmdline.txt").read_bytes()) if "systemd" in each]
    assert words[0] == 'systemd.run="/bin/sh /boot/firmware/firstrun.sh"'
    command = [*made.command(), *(each.replace("=reboot", "=poweroff") for each in words)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    return done.stdout.decode(errors="replace")


@pytest.mark.parametrize("notepad", [False, True])
def test_a_card_of_bookworm(
    pi: Callable[[str], Machine],
    monkeypatch: pytest.MonkeyPatch,
    ssh_key: tuple[str, str],
    notepad: bool,
) -> None:
    made = pi("bookworm")
    boot = cards.boot_of(made)
    cards.provisioned(boot, monkeypatch, *ssh_key)
    if notepad:
        for name in ("firstrun.sh", "wallboard/start.sh", "wallboard/wallboard-wifi.nmconnection"):
            cards.saved_by_notepad(boot / name)
    said = first_run(made)
    told = (boot / "wallboard/firstrun.txt").read_text() if (boot / "wallboard/firstrun.txt").exists() else said
    assert "is now wallboard-lobby" in told
    assert (boot / "cmdline.txt").read_text() == cards.CMDLINE.rstrip() + " cfg80211.ieee80211_regdom=IL\n"
    assert not (made.upper / "root/firstboot").exists()  # everything else waits for a usual start
    made.start()
    is_set_up(made)
    made.reboot()
    assert made.read("/root/firstboot") == "/boot/firmware\n"
