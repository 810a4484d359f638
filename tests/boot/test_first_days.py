"""A board's first days, from a card that a technician provisioned to its repair: one story, told in order.

The card is filled by the real `wallboardctl provision`, with the real package for arm64; the Pi is emulated (pi.py),
the broker, the bridge and the certificates are real. `make test-boot` prints what was seen and keeps the pictures.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.boot import image
from tests.boot.card import Card, stock
from tests.boot.pi import Pi, PiError
from tests.boot.site import SITE, Centre
from tests.debian_tree import RigError

pytestmark = pytest.mark.boot
BOARD = "lobby"
PICTURE = "/run/wallboard/frames/latest.png"
OUT = Path(os.environ.get("WALLBOARD_BOOT_OUT", "build/boot")).absolute()
FIRST_BOOT_S, UP_S = 900.0, 420.0


def tell(text: str) -> None:
    """For whoever runs make test-boot."""
    print(f"\n[{time.strftime('%H:%M:%S')}] {text}", flush=True)


class Days:
    """What the story is about: the centre, the card, and the Pi that it is in."""

    def __init__(self, folder: Path) -> None:
        base = image.build(tell)
        self.folder = folder
        self.centre = Centre(folder / "centre")
        self.card = Card(base, folder)
        stocked = folder / "stock"
        stocked.mkdir()
        stock(stocked)
        for name in ("user-data", "meta-data", "network-config"):  # as on the stock card: comments alone
            (stocked / name).write_text("# see the documentation\n")
        self.card.fill(stocked)
        self.pi = Pi(self.card, folder)

    def package(self, version: str) -> Path:
        """The board's package for arm64, built anew from this checkout."""
        tell(f"Building the board's package {version} for arm64 …")
        out = self.folder / "dist"
        out.mkdir(exist_ok=True)
        options = ("--package", "wallboard-board", "--arch", "arm64", "--version", version, "--out", str(out))
        _do(sys.executable, "-m", "hw.deb.build", "--fast", *options)
        return out / f"wallboard-board_{version}_arm64.deb"

    def provision(self, package: Path, *more: str) -> None:
        """The card in a laptop: `wallboardctl provision`."""
        laptop = self.folder / "bootfs"
        shutil.rmtree(laptop, ignore_errors=True)
        self.card.take(laptop)
        before = {each.relative_to(laptop) for each in laptop.rglob("*") if each.is_file()}
        command = [
            *(sys.executable, "-m", "host_bridge.ctl", "provision", "--board", BOARD, "--out", str(laptop)),
            *("--site", SITE, "--broker", self.centre.url, "--pki", str(self.centre.pki), "--driver", "image"),
            *("--panel", "128x64", "--buzzer", "none", "--deb", str(package), *more),
        ]
        tell(_do(*command))
        after = {each.relative_to(laptop) for each in laptop.rglob("*") if each.is_file()}
        self.card.forget(*map(str, before - after))
        self.card.fill(laptop)

    def picture(self, name: str) -> Path:
        """The panel as it is lit now, kept under OUT."""
        encoded = self.pi.run(f"base64 {PICTURE}")
        OUT.mkdir(parents=True, exist_ok=True)
        path = OUT / f"{name}.png"
        path.write_bytes(base64.b64decode(encoded))
        tell(f"The panel: {path}")
        return path

    def show(self, what: str, command: str) -> str:
        """Run a command in the Pi, and print what it says."""
        said = self.pi.run(command)
        tell(f"{what}:\n{said}")
        return said

    def close(self) -> None:
        self.pi.kill()
        self.centre.close()


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Days]:
    folder = tmp_path_factory.mktemp("boot")
    try:
        made = Days(folder)
    except RigError as problem:
        pytest.skip(str(problem))
    yield made
    for console in folder.glob("console-*.txt"):
        OUT.mkdir(parents=True, exist_ok=True)
        shutil.copy(console, OUT)
    made.close()
    if not os.environ.get("WALLBOARD_BOOT_KEEP"):
        shutil.rmtree(folder, ignore_errors=True)  # 2 GB


def test_1_the_first_boot_installs_with_no_internet_and_an_unset_clock(days: Days) -> None:
    days.provision(days.package("0.1.0"))
    began = time.monotonic()
    days.pi.start()
    try:
        days.pi.wait_off(FIRST_BOOT_S)
    except PiError:
        tell(days.pi.run("cat /boot/firmware/wallboard/report.txt; journalctl -b --no-pager | tail -100"))
        raise
    report = days.card.read("wallboard/report.txt")
    tell(f"The first boot took {time.monotonic() - began:.0f} s. report.txt:\n{report}")
    assert report.splitlines()[-1] == "OK"
    on_the_card = days.card.names()
    tell("On the card: " + " ".join(sorted(on_the_card)))
    secret = {name for name in on_the_card if name.endswith((".key", ".secret", "network-config", ".nmconnection"))}
    assert not secret
    assert "wallboard/MANIFEST" not in on_the_card
    assert {"isolcpus=domain,managed_irq,3", "cloud-init=disabled"} <= set(days.card.read("cmdline.txt").split())
    config = days.card.read("config.txt").split()
    assert "dtparam=audio=off" in config
    assert "dtparam=watchdog=on" in config
    assert "\ndtparam=audio=on" not in days.card.read("config.txt")


def test_2_it_comes_up_protected_and_publishes_its_state(days: Days) -> None:
    days.centre.open()
    days.pi.start()
    began = time.monotonic()
    told = days.centre.wait_for_board(BOARD, UP_S, online=True)
    tell(f"The board is online {time.monotonic() - began:.0f} s after the power, and says: {told}")
    run = days.pi.run
    # `degraded` would be a unit that failed.
    assert days.show("The system", "systemctl is-system-running --wait; systemctl --failed").startswith("running")
    days.show("What is mounted", "findmnt --real")
    assert run("findmnt -n -o FSTYPE /") == "overlay"
    assert run("touch /mnt/card/etc/x 2>&1 || echo read-only").endswith("read-only")
    assert run("touch /boot/firmware/x 2>&1 || echo read-only").endswith("read-only")
    assert run("findmnt -n -o SOURCE /var/lib/wallboard") == "/dev/mmcblk0p3[/wallboard]"
    assert run("cat /sys/devices/system/cpu/isolated") == "3"
    assert run("systemctl show -p RuntimeWatchdogUSec --value; ls /dev/watchdog0").split() == ["15s", "/dev/watchdog0"]
    assert run("cat /etc/hostname").strip() == f"wallboard-{BOARD}"
    assert run("stat -c '%a %U' /etc/wallboard/board.key") == "600 wallboard"
    assert run("stat -c %a /etc/wallboard/board.yaml") == "644"
    assert run("modprobe -n -v snd_bcm2835 2>&1; grep -h . /etc/modprobe.d/wallboard.conf").endswith("snd_bcm2835")
    listening = days.show("What listens", "ss -Hltnup || true")
    assert not re.search(r"^(tcp|udp)\s+\S+\s+\S+\s+\S+\s+(?!127\.|\[::1\])\S+:(?!68\b|546\b)\d+", listening, re.M)
    days.show(
        "The start", "systemd-analyze; systemd-analyze critical-chain wallboard.service; free -m; df -h / /mnt/state"
    )


def test_3_the_self_test_was_shown_and_then_the_figures(days: Days) -> None:
    def page() -> object:
        return days.centre.board(BOARD).get("page")

    deadline = time.monotonic() + UP_S
    while days.pi.run("test -e /var/lib/wallboard/self-test && echo there || echo gone") != "gone":
        assert time.monotonic() < deadline, f"the self-test does not end: {days.centre.board(BOARD)}"
        time.sleep(2)
    told = days.centre.wait_for_board(BOARD, UP_S, fault=None)
    assert _blue(days.picture("lit")) < 100
    tell(f"It shows {page()!r}: {told}")


def test_4_the_state_survives_a_power_cut_and_the_board_speaks_without_a_network(days: Days) -> None:
    days.show("Its state", "ls -la /var/lib/wallboard")
    # Pulled out in the midst of writing.
    days.pi.run("(while :; do date > /var/lib/wallboard/x; sync; done) >/dev/null 2>&1 &")
    days.pi.run(
        "cd /var/lib/wallboard; echo survives > y; sync; echo gone > /etc/gone; dd if=/dev/zero of=z bs=1M count=8"
    )
    days.pi.kill()
    days.centre.wait_for_board(BOARD, 120, online=False)
    days.pi.start(network=False)
    deadline = time.monotonic() + UP_S
    while days.pi.run("systemctl is-active wallboard || true") != "active":
        assert time.monotonic() < deadline, days.pi.console[-2000:]
        time.sleep(2)
    assert days.pi.run("cat /var/lib/wallboard/y; ls /etc/gone 2>&1 | tail -n 1").split()[0] == "survives"
    assert "No such file" in days.pi.run("ls /etc/gone 2>&1 || true")
    days.show(
        "After a power cut",
        "dmesg | grep -i -E 'wallboard-init|EXT4|recover'; date; systemctl is-system-running; systemctl --failed",
    )
    days.pi.run(
        f"cd {PICTURE.rpartition('/')[0]} && for i in $(seq 60); do test -e latest.png && exit 0; sleep 1; done; exit 1"
    )
    time.sleep(5)
    lost = days.picture("no-link")
    assert _blue(lost) > 100, "a blue band names who is lost"
    boots = days.show("Its log", "journalctl --namespace=wallboard --list-boots --no-pager -q")
    assert len(boots.splitlines()) >= 2, "the log of the start before the power cut is there"


def test_5_a_kernel_that_hangs_is_started_again_by_the_watchdog(days: Days) -> None:
    began = time.monotonic()
    with pytest.raises(PiError):
        days.pi.run("sync; echo 0 > /proc/sys/kernel/panic; echo c > /proc/sysrq-trigger", 10)
    days.pi.wait_off(240)
    assert "Kernel panic" in days.pi.console
    tell(f"The watchdog started it again {time.monotonic() - began:.0f} s after its kernel had crashed.")


def test_6_a_state_that_cannot_be_mended_is_made_anew_and_said(days: Days) -> None:
    days.card.destroy_state()
    days.pi.start()
    days.centre.wait_for_board(BOARD, UP_S, online=True)
    assert days.pi.run("findmnt -n -o SOURCE /var/lib/wallboard") == "/dev/mmcblk0p3[/wallboard]"
    said = days.show("A state that was destroyed", "dmesg | grep wallboard-init; systemctl --failed --no-legend")
    assert "begins from nothing" in said
    days.pi.kill()


def test_7_a_newer_package_on_the_card_is_installed_and_the_board_is_protected_again(days: Days) -> None:
    days.provision(days.package("0.1.1"), "--hostname", "hall")
    days.pi.start()
    days.pi.wait_off(FIRST_BOOT_S)
    tell(f"report.txt:\n{days.card.read('wallboard/report.txt')}")
    assert days.card.read("wallboard/report.txt").splitlines()[-1] == "OK"
    days.pi.start()
    days.centre.wait_for_board(BOARD, UP_S, online=True, version="0.1.1")
    assert days.pi.run("findmnt -n -o FSTYPE /") == "overlay"
    assert days.pi.run("cat /etc/hostname").strip() == "hall"


def test_8_somebody_who_logs_in_can_change_the_system(days: Days) -> None:
    assert days.pi.run("wallboard-writable --status").startswith("protected")
    days.show("wallboard-writable", "wallboard-writable sh -c 'echo kept > /etc/kept; id'")
    assert days.pi.run("cat /mnt/card/etc/kept") == "kept"
    assert days.pi.run("touch /mnt/card/etc/x 2>&1 || echo read-only").endswith("read-only")
    with pytest.raises(PiError):
        days.pi.run("wallboard-writable --on; sleep 60")
    days.pi.wait_off()
    days.pi.start()
    assert days.pi.run("findmnt -n -o FSTYPE /; cat /etc/kept; wallboard-writable --status").split() == [
        "ext4",
        "kept",
        "writable",
    ]


def _blue(picture: Path) -> int:
    """How many LEDs are lit in blue."""
    with Image.open(picture) as opened:
        assert opened.size == (128, 64)
        data = opened.convert("RGB").tobytes()
    return sum(blue > 40 and blue > 1.5 * max(red, green) for red, green, blue in zip(*[iter(data)] * 3, strict=True))


def _do(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr
