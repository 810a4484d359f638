"""A clean Debian with the real systemd as its first process, booted for one test and gone after it.

    def test_it(machine: Machine) -> None:        # fixture of conftest.py: trixie, booted, no network but loopback
        machine.put(Path("dist/some.deb"), "/root")
        machine.run("dpkg", "-i", "/root/some.deb")         # raises with what it said; check=False to look yourself
        machine.wait_for("wallboard-bridge.service")        # active, or CommandError with its log
        assert machine.show("wallboard-bridge", "NRestarts") == "0"
        machine.reboot()                                    # an orderly one; kill() and start() is a power cut
        assert machine.read("/etc/wallboard/bridge.yaml") == …
        broker = machine.beside("mosquitto", "-p", "1883")  # a program of this host in the machine's network

The tree (trees.py) is the lower layer of an overlay, the test's folder the upper: a machine costs a second and leaves
the tree as it was. What is written to `machine.upper / "etc/…"` before start() is there at boot. Mounts and processes
live in namespaces of their own, and the kernel ends them when this process ends, whatever it dies of.

Logs: `machine.log("wallboard-bridge")`. A test of both releases asks for `any_machine`, one that boots itself for
`new_machine(suite)`.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.deb.container import boot_command, leader
from tests.debian_tree import RigError

BOOT_S, HALT_S = 60.0, 40.0
POWER_OFF = signal.SIGRTMIN + 4  # what systemd as the first process takes for `systemctl poweroff`
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "TERM": "dumb",
    "DEBIAN_FRONTEND": "noninteractive",
    "SYSTEMD_PAGER": "",
    "SYSTEMD_COLORS": "0",
}


class CommandError(AssertionError):
    """A command in the machine failed, or a unit did; the message has what it said."""


class Machine:
    """One Debian system: `tree` is read only, all that it writes goes to `folder` (a new one, not in memory).

    `layer`: what another machine of the same tree has written, its `upper`, to begin with; read only too.
    """

    def __init__(self, tree: Path, folder: Path, layer: Path | None = None) -> None:
        self.upper = folder / "upper"
        self.options: tuple[str, ...] = ()  # more of systemd-nspawn: --bind-ro=HOST/FOLDER:WHERE …
        self.cmdline: tuple[str, ...] = ()  # words for its systemd, which finds them on a real kernel's command line
        self._lower = ":".join(map(str, [layer, tree] if layer else [tree]))  # as overlayfs takes it
        self._folder = folder
        self._container: subprocess.Popen[bytes] | None = None
        self._leader = 0  # its first process, as this host numbers it
        self._beside: list[subprocess.Popen[bytes]] = []
        for each in (self.upper, folder / "work"):
            each.mkdir(parents=True)

    def start(self, settled: bool = True) -> None:
        """Boot, and wait until all that starts at boot has been started, or, not `settled`, until the first is.

        RigError when it does not come up.
        """
        console = self._folder / "console"
        with console.open("ab") as out:
            # The kernel kills it when we die, and with it the first process of its namespace, and so all the others.
            self._container = subprocess.Popen(
                [*self.command(), *self.cmdline],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,  # Ctrl-C is for pytest, which then shuts down in order
            )
        deadline = time.monotonic() + BOOT_S
        while not self._is_up(settled):
            if self._container.poll() is not None or time.monotonic() > deadline:
                self.kill()
                words = " | ".join(console.read_text(errors="replace").strip().splitlines()[-5:])
                raise RigError(f"systemd did not come up in a container here: {words or 'no word why'}")
            time.sleep(0.05)

    def command(self) -> list[str]:
        """What boots it, in the foreground; words for its systemd may follow."""
        return boot_command(self._lower, self._folder, self.options)

    def stop(self) -> None:
        """Shut down as `systemctl poweroff` does, and wait; harmless when it is off."""
        self._end_beside()
        if self._container is not None and self._container.poll() is None and self._leader:
            os.kill(self._leader, POWER_OFF)
            try:
                self._container.wait(HALT_S)
            except subprocess.TimeoutExpired as slow:
                told = self.run("systemctl", "list-jobs", check=False).stdout.strip()
                self.kill()
                raise RigError(
                    f"the machine did not shut down within {HALT_S:.0f} s; what it waited for: {told}"
                ) from slow
        self.kill()

    def kill(self) -> None:
        """Cut the power: everything in it ends at once."""
        self._end_beside()
        if self._container is not None:
            self._container.kill()
            self._container.wait()
        self._container, self._leader = None, 0

    def reboot(self) -> None:
        """Shut down in order and boot again; what was written stays."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Shut down and remove all that it wrote."""
        try:
            self.stop()
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def run(
        self, *command: str, check: bool = True, send: str | bytes | None = None, user: str = "", timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as root, or as `user`; `send` is its standard input. CommandError with what it said."""
        as_user = ["runuser", "-u", user, "--"] if user else []
        try:
            done = subprocess.run(
                [*self._enter("--all"), *as_user, *command],
                input=send.encode() if isinstance(send, str) else send or b"",
                capture_output=True,
                timeout=timeout,
                check=False,
                env=ENVIRONMENT,
                cwd="/",
            )
        except subprocess.TimeoutExpired as slow:
            told = (slow.stdout or b"") + (slow.stderr or b"")
            raise CommandError(
                f"{' '.join(command)}: not done within {timeout:g} s\n{told.decode(errors='replace')}"
            ) from None
        told = subprocess.CompletedProcess(
            command, done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        )
        if check and done.returncode != 0:
            raise CommandError(f"{' '.join(command)}: exit code {done.returncode}\n{told.stdout}{told.stderr}")
        return told

    def sh(self, script: str, check: bool = True, timeout: float = 60) -> str:
        """What a shell script says on standard output, without the last line's end."""
        return self.run("sh", "-euc", script, check=check, timeout=timeout).stdout.rstrip("\n")

    def beside(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a program of this host in the machine's network (its loopback); it ends with the machine."""
        started = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *self._enter("--net"), *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._beside.append(started)
        return started

    def put(self, source: Path, folder: str, mode: str = "") -> None:
        """Copy a file or a folder into `folder` in the machine, which is made; owned by root, `mode` as chmod's."""
        self.run("mkdir", "-p", folder)
        packed = ["tar", "--create", "--owner=0", "--group=0", *([f"--mode={mode}"] if mode else [])]
        with tempfile.TemporaryFile() as tape:
            subprocess.run([*packed, f"--directory={source.parent}", source.name], stdout=tape, check=True)
            tape.seek(0)
            unpack = ("tar", "--extract", f"--directory={folder}")
            subprocess.run([*self._enter("--all"), *unpack], stdin=tape, check=True, env=ENVIRONMENT)

    def write(self, path: str, text: str, mode: str = "0644") -> None:
        """Write a file as root."""
        self.run("sh", "-euc", 'mkdir -p "${1%/*}"; cat > "$1"; chmod "$2" "$1"', "sh", path, mode, send=text)

    def read(self, path: str) -> str:
        """A file's text; CommandError when there is none."""
        return self.run("cat", path).stdout

    def exists(self, path: str) -> bool:
        """There is something of this name, be it a broken link."""
        return self.run("sh", "-c", 'test -e "$1" || test -L "$1"', "sh", path, check=False).returncode == 0

    def show(self, unit: str, item: str) -> str:
        """One of a unit's properties as `systemctl show` names them: ActiveState, MainPID, NRestarts …"""
        return self.run("systemctl", "show", "--value", "-p", item, unit).stdout.strip()

    def wait_for(self, unit: str, state: str = "active", timeout: float = 60) -> None:
        """Until the unit's ActiveState is `state`; CommandError with its status and log when it fails or is late."""

        def arrived() -> bool:
            return self.show(unit, "ActiveState") in {state, "failed"}

        self.wait_until(arrived, f"{unit} {state}", timeout, lambda: self.log(unit))
        if self.show(unit, "ActiveState") != state:
            raise CommandError(f"{unit} failed ({self.show(unit, 'Result')}):\n{self.log(unit)}")

    def wait_until(
        self, true: Callable[[], object], what: str, timeout: float = 60, words: Callable[[], str] = str
    ) -> None:
        """Ask until `true()` is; CommandError naming `what` was waited for, with `words()`, when it is late."""
        deadline = time.monotonic() + timeout
        while not true():
            if time.monotonic() > deadline:
                raise CommandError(f"not within {timeout:.0f} s: {what}\n{words()}")
            time.sleep(0.1)

    def log(self, unit: str) -> str:
        """What the unit and systemd about it wrote to the journal, in every namespace, oldest first."""
        command = ("journalctl", "--namespace=*", "--no-pager", "--output=short-monotonic", "--quiet", "-u", unit)
        return self.run(*command, check=False).stdout

    def _is_up(self, settled: bool) -> bool:
        """Find the first process, and ask it; `degraded` is up too: what failed is the test's matter."""
        assert self._container is not None
        self._leader = leader(self._container.pid)
        if not self._leader:
            return False
        wait = ["--wait"] if settled else []
        told = self.run("systemctl", "is-system-running", *wait, check=False, timeout=BOOT_S).stdout.strip()
        return told in {"running", "degraded", *([] if settled else ["starting"])}

    def _enter(self, *spaces: str) -> list[str]:
        if not self._leader:
            raise RigError("the machine is off")
        return ["nsenter", f"--target={self._leader}", *spaces, "--"]

    def _end_beside(self) -> None:
        for each in self._beside:
            each.kill()
            each.wait()
        self._beside.clear()
