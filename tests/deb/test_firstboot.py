"""First boot with the real dpkg, users and modes, on a machine that is killed, is full, or was given a bad card.

The packages are small stand-ins; the real ones are installed by the other tests here and, by first boot, in tests/boot.
"""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from hw import firstboot
from tests.deb.rig import Machine

pytestmark = pytest.mark.debian
BOOT = "/boot/firmware"
CMDLINE = "console=serial0,115200 root=PARTUUID=1-02 rootwait\n"
# A restart would end the container: it is noted instead. Everything else of systemctl is the real one's.
NO_RESTART = (
    '#!/bin/sh\ncase " $* " in *" reboot "*) date >> /root/restarts ;; *) exec /usr/bin/systemctl "$@" ;; esac\n'
)
POSTINST = """#!/bin/sh
set -e
id wallboard > /dev/null 2>&1 || useradd --system --user-group --no-create-home --home-dir /var/lib/wallboard wallboard
mkdir -p /var/lib/wallboard /opt/wallboard
%s
chown wallboard: /var/lib/wallboard
"""


class Card:
    """The boot partition, as `wallboardctl provision` leaves it, in a folder that is put into the machine."""

    def __init__(self, folder: Path, machine: Machine) -> None:
        self.folder, self.machine = folder / "firmware", machine
        self.given = self.folder / "wallboard"
        self.given.mkdir(parents=True)
        (self.folder / "cmdline.txt").write_text(CMDLINE)
        (self.folder / "config.txt").write_text("dtparam=audio=on\n")
        for name, content in firstboot.contents().items():
            (self.given / name).write_bytes(content)
        (self.given / "board.yaml").write_text("board: lobby\n")
        (self.given / "board.key").write_text("secret\n")
        (self.given / "SECRETS").write_text("wallboard/board.key\n")
        machine.write("/usr/local/sbin/systemctl", NO_RESTART, "0755")

    def package(self, version: str, does: str = "", **fields: str) -> Path:
        """A stand-in for the board's package, whose postinst also `does` something."""
        for old in self.given.glob("*.deb"):
            old.unlink()
        tree = self.folder.parent / f"package-{version}"
        (tree / "DEBIAN").mkdir(parents=True)
        control = {
            "Package": "wallboard-board",
            "Version": version,
            "Architecture": "all",
            "Maintainer": "a test <test@example.com>",
            "Description": "stand-in",
            **fields,
        }
        (tree / "DEBIAN/control").write_text("".join(f"{key}: {value}\n" for key, value in control.items()))
        (tree / "DEBIAN/postinst").write_text(POSTINST % does)
        (tree / "DEBIAN/postinst").chmod(0o755)
        made = self.given / f"wallboard-board_{version}_all.deb"
        subprocess.run(["dpkg-deb", "--root-owner-group", "-b", tree, made], check=True, capture_output=True)
        return made

    def insert(self) -> None:
        """MANIFEST over all that nobody may edit, and the card into the machine."""
        exact = sorted({*firstboot.NAMES, *(each.name for each in self.given.glob("*.deb"))})
        sums = (f"{hashlib.sha256((self.given / name).read_bytes()).hexdigest()}  {name}\n" for name in exact)
        (self.given / "MANIFEST").write_text("".join(sums))
        self.machine.put(self.folder, "/boot")

    def start(self, **more: str) -> str:
        """First boot; the report's last line."""
        self.machine.run("rm", "-rf", "/run/wallboard-provisioning")
        script = f"sh {BOOT}/wallboard/firstboot.sh {BOOT}"
        self.machine.run("env", *(f"{key}={value}" for key, value in more.items()), "sh", "-c", script, check=False)
        return self.report().splitlines()[-1]

    def report(self) -> str:
        return self.machine.read(f"{BOOT}/wallboard/report.txt").replace("\r", "")


@pytest.fixture
def card(machine: Machine, tmp_path: Path) -> Card:
    return Card(tmp_path, machine)


def test_settings_and_secrets_get_their_owners_and_the_machine_restarts(card: Card) -> None:
    card.package("1.0")
    card.insert()
    assert card.start() == "OK", card.report()
    machine = card.machine
    assert machine.run(
        "stat", "-c", "%n %a %U", *(f"/etc/wallboard/board.{end}" for end in ("yaml", "key"))
    ).stdout == ("/etc/wallboard/board.yaml 644 root\n/etc/wallboard/board.key 600 wallboard\n")
    assert machine.sh("dpkg-query -W -f '${db:Status-Abbrev}${Version}' wallboard-board") == "ii 1.0"
    assert machine.sh("stat -c %U /mnt/state/wallboard/self-test") == "wallboard"
    assert machine.sh("wc -l < /root/restarts") == "1"
    assert not machine.exists(f"{BOOT}/wallboard/board.key")
    assert machine.sh("systemd-analyze cat-config systemd/system.conf | grep ^RuntimeWatchdogSec | tail -n 1") == (
        "RuntimeWatchdogSec=15"
    )
    machine.run("systemctl", "daemon-reload")  # in place of the restart
    assert machine.show("apt-daily.timer", "LoadState") == "masked"
    assert machine.sh("systemd-analyze verify wallboard-first-boot.service 2>&1 || true") == ""


def test_power_that_goes_while_dpkg_configures_the_package(card: Card) -> None:
    card.package("1.0", "test -e /root/cut || { touch /root/cut; kill -9 $PPID; kill -9 $$; }")
    card.insert()
    assert card.start().startswith("FAILED: wallboard-board 1.0 could not be installed")
    assert card.start() == "OK", card.report()
    assert card.machine.sh("dpkg --audit") == ""


def test_a_package_for_another_system_says_so_and_the_machine_stays_as_it_was(card: Card) -> None:
    card.package("1.0", Depends="python3 (>= 99)")
    card.insert()
    told = card.start()
    assert told.startswith("FAILED: wallboard-board 1.0 could not be installed:")
    assert "python3 (>= 99)" in told
    assert not card.machine.exists("/root/restarts")
    assert card.machine.read(f"{BOOT}/cmdline.txt") == CMDLINE
    # The card is mended, and a later start installs it.
    card.package("1.1")
    card.insert()
    assert card.start() == "OK", card.report()


def test_a_full_card_is_told_in_megabytes(card: Card) -> None:
    card.package("1.0")
    card.insert()
    card.machine.run("mount", "-t", "tmpfs", "-o", "size=10M", "tmpfs", "/opt")
    told = card.start()
    assert told.startswith("FAILED: the card is full: 10 MB free and 20 MB needed."), told


def test_a_newer_card_for_a_protected_board(card: Card) -> None:
    card.package("1.0")
    card.insert()
    assert card.start() == "OK"
    card.package("1.1")
    (card.given / "board.yaml").write_text("board: hall\n")
    (card.folder / "cmdline.txt").write_text(card.machine.read(f"{BOOT}/cmdline.txt"))
    card.insert()
    assert "it is still working" in card.start(WALLBOARD_PROTECTED="yes")
    assert "init=" not in card.machine.read(f"{BOOT}/cmdline.txt")
    assert card.start() == "OK", card.report()
    assert card.machine.sh("dpkg-query -W -f '${Version}' wallboard-board") == "1.1"
    assert card.machine.read("/etc/wallboard/board.yaml") == "board: hall\n"


def test_a_version_that_was_not_healthy_is_in_the_report(card: Card) -> None:
    card.package("1.0", "echo '1.0 was refused: it died; 0.9 is in use again' > /opt/wallboard/board.rolled-back")
    card.insert()
    assert card.start() == "OK"
    assert "NOTE: 1.0 was refused: it died; 0.9 is in use again" in card.report()
