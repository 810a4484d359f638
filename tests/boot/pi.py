"""A Raspberry Pi in emulation: qemu's aarch64 machine with the card in an SD slot, a watchdog and a clock at 1970.

The test plays the Pi's firmware: at each start it reads cmdline.txt from the card's boot partition and starts the
kernel with those words. A restart of the machine ends qemu (-no-reboot), so that this happens each time, as on a Pi.
"""

from __future__ import annotations

import os
import select
import socket
import subprocess
import time
from pathlib import Path

from tests.boot.card import Card

BOOT_S, COMMAND_S = 420.0, 180.0


class PiError(AssertionError):
    """The machine did not do what was waited for; the message has the end of its console."""


class Pi:
    """One machine with `card` in it; `network` False is a cable that nobody plugged in."""

    def __init__(self, card: Card, folder: Path) -> None:
        self.card, self._folder = card, folder
        self._qemu: subprocess.Popen[bytes] | None = None
        self._shell: socket.socket | None = None
        self._starts = 0

    @property
    def console(self) -> str:
        """What the kernel and systemd said since the last start."""
        return (self._folder / f"console-{self._starts}.txt").read_text(errors="replace")

    def start(self, network: bool = True) -> None:
        """Put the power on."""
        assert self._qemu is None or self._qemu.poll() is not None
        self._starts += 1
        words = self.card.read("cmdline.txt").split("\n")[0].strip()
        if "root=" not in words:
            raise PiError(f"the firmware finds no root in cmdline.txt: {words!r}")
        socket_path = self._folder / "shell.sock"
        socket_path.unlink(missing_ok=True)
        command = [
            *("qemu-system-aarch64", "-machine", "virt", "-cpu", "cortex-a72", "-smp", "4", "-m", "1024"),
            *("-accel", "tcg,thread=multi", "-nographic", "-no-reboot", "-monitor", "none"),
            *("-kernel", str(self.card.base.kernel), "-initrd", str(self.card.base.initrd)),
            *("-append", f"{words} console=ttyAMA0 systemd.log_color=0 systemd.show_status=1"),
            *("-drive", f"if=none,id=card,format=raw,file={self.card.path}"),
            *("-device", "sdhci-pci", "-device", "sd-card,drive=card"),
            *("-device", "i6300esb", "-action", "watchdog=reset", "-rtc", "base=1970-01-02T00:00:00"),
            *("-device", "virtio-serial-pci", "-chardev", f"socket,id=shell,path={socket_path},server=on,wait=off"),
            *("-device", "virtserialport,chardev=shell,name=test"),
            *("-serial", f"file:{self._folder / f'console-{self._starts}.txt'}"),
            *(("-nic", "user,model=virtio-net-pci") if network else ("-nic", "none")),
        ]
        self._qemu = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *command],
            stdin=subprocess.DEVNULL,
            stdout=(self._folder / "qemu.log").open("ab"),
            stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + 20
        while not socket_path.exists():
            if self._qemu.poll() is not None or time.monotonic() > deadline:
                raise PiError(f"qemu did not start: {(self._folder / 'qemu.log').read_text()[-500:]}")
            time.sleep(0.05)
        self._shell = socket.socket(socket.AF_UNIX)
        self._shell.connect(str(socket_path))

    def run(self, script: str, timeout: float = COMMAND_S) -> str:
        """What a shell script says in the machine, as root; raises with it when its exit code is not 0."""
        assert self._shell is not None
        mark = f"done-{time.monotonic_ns()}"
        deadline = time.monotonic() + timeout
        # Said again until somebody listens: the shell is started by udev, some time into the boot.
        said = b""
        ask = f"echo ready-{mark}\n".encode()
        self._shell.sendall(ask)
        asked = time.monotonic()
        while f"ready-{mark}".encode() not in said:
            said += self._hear(deadline, f"a shell (for: {script})")
            if time.monotonic() > asked + 10:
                self._shell.sendall(ask)
                asked = time.monotonic()
        self._shell.sendall(f"( {script}\n) </dev/null 2>&1; echo {mark}-$?-\n".encode())
        said = b""
        while f"\n{mark}-".encode() not in b"\n" + said or not said.rstrip().endswith(b"-"):
            said += self._hear(deadline, script)
        text, _, tail = ("\n" + said.decode(errors="replace")).rpartition(f"\n{mark}-")
        text = "\n".join(line for line in text.strip("\n").splitlines() if line != f"ready-{mark}")
        code = tail.strip().strip("-")
        if code != "0":
            raise PiError(f"{script}: exit code {code}\n{text}")
        return text

    def wait_off(self, timeout: float = BOOT_S) -> None:
        """Until the machine restarts or goes off by itself."""
        assert self._qemu is not None
        try:
            self._qemu.wait(timeout)
        except subprocess.TimeoutExpired:
            raise PiError(f"it did not restart within {timeout:.0f} s:\n{self.console[-2000:]}") from None
        self._close()

    def kill(self) -> None:
        """Pull the plug."""
        if self._qemu is not None:
            self._qemu.kill()
            self._qemu.wait()
        self._close()

    def _hear(self, deadline: float, what: str) -> bytes:
        assert self._shell is not None
        ready, _, _ = select.select([self._shell], [], [], 1.0)
        if ready:
            heard = self._shell.recv(65536)
            if not heard:
                raise PiError(f"it went off while it was asked for {what}:\n{self.console[-2000:]}")
            return heard
        if time.monotonic() > deadline:
            raise PiError(f"no answer: {what}\n{self.console[-2000:]}")
        return b""

    def _close(self) -> None:
        if self._shell is not None:
            self._shell.close()
            self._shell = None
        os.sync()
