"""A real Asterisk as a child process: started, stopped, killed and frozen at will.

It runs in a chroot of the installed tree (tests/pbx/build.py) inside a mount namespace of its own. The tree is mounted
read-only there and the run's own folder on /mnt, with its settings, logs and queue_log: so any number of them run side
by side, and every mount is gone with the process, also when this one is killed.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import config
from tests.pbx.ami import Ami, AmiError
from tests.pbx.build import RigError, Tree
from tests.ports import free_port

SETTINGS = Path(__file__).parent / "etc"
AGENTS = ("101", "102", "103", "104")
CONTROL = ("control", "control-on-loopback")  # etc/manager.conf
WALLBOARD = ("wallboard", "wallboard-on-loopback")  # the bridge's own user: config/manager.wallboard.conf

# $1 the installed tree, $2 the run's folder. Each `exec` keeps the process id, so that signals reach Asterisk itself.
_ENTER = """
set -e
mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"
mount --bind "$2" "$1/mnt"
mount --rbind /dev "$1/dev"
mount -t proc proc "$1/proc"
mount -t tmpfs tmpfs "$1/tmp"
exec chroot "$1" /usr/sbin/asterisk -f -C /mnt/etc/asterisk.conf
"""


class Asterisk:
    """One Asterisk with the settings of tests/pbx/etc and the shipped AMI user, its manager on 127.0.0.1:`port`."""

    def __init__(self, tree: Tree, folder: Path, queues: str = "") -> None:
        """`tree` is the installed tree, `folder` an empty one that this run writes to, `queues` more for queues.conf.

        Bytes that are not UTF-8 stand in `queues` as surrogates (PEP 383).
        """
        self.tree = tree
        self.folder = folder
        self.port = free_port()
        self.control: Ami
        self._process: subprocess.Popen[bytes] | None = None
        shutil.copytree(SETTINGS, folder / "etc")
        (folder / "etc/manager.d").mkdir()
        (folder / "etc/manager.d/wallboard.conf").write_text(_bridge_user(tree.release.filters))
        (folder / "etc/queues.d").mkdir()
        (folder / "etc/queues.d/more.conf").write_text(queues, encoding="utf-8", errors="surrogateescape")
        (folder / "etc/port.conf").write_text(f"port = {self.port}\n")
        for name in ("run", "log", "lib", "spool"):
            (folder / name).mkdir()

    @property
    def queue_log(self) -> Path:
        """The queue_log that Asterisk writes; it goes on over restarts."""
        return self.folder / "log/queue_log"

    def start(self, timeout: float = 20.0) -> None:
        """Start, wait until it is fully booted, and set every agent idle; RigError with its last words otherwise."""
        enter = ["unshare", "-m", "--propagation", "private", "sh", "-c", _ENTER, "sh"]
        with (self.folder / "console").open("ab") as console:
            # The kernel kills it when we die, whatever we die of.
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *enter, str(self.tree.path), str(self.folder)],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
            )
        deadline = time.monotonic() + timeout
        while True:
            try:
                self.control = Ami(self.port, *CONTROL)
                self.control.wait_for("FullyBooted", timeout=10)
                break
            except (OSError, AmiError) as problem:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RigError(f"Asterisk did not start: {problem}. {self.last_words()}") from problem
                time.sleep(0.1)
        for agent in AGENTS:
            self.control.act("Setvar", Variable=f"DEVICE_STATE(Custom:{agent})", Value="NOT_INUSE")

    def stop(self) -> None:
        """Stop it as an operator does (it says Shutdown on every manager line), and wait; harmless when it is gone."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill it in mid-sentence, as a power cut does, and wait."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Stop it from running: its sockets stay open and answer nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it run on."""
        self._signal(signal.SIGCONT)

    def last_words(self) -> str:
        """The end of what Asterisk wrote to its console and its log, for a failed test to show."""
        texts = []
        for path in (self.folder / "console", self.folder / "log/messages"):
            if path.exists():
                texts += path.read_text(errors="replace").splitlines()[-15:]
        return "Its last words:\n" + "\n".join(texts)

    def _signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _end(self, number: int) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(number)
            self._process.send_signal(signal.SIGCONT)
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None
        if hasattr(self, "control"):
            self.control.close()


def _bridge_user(filters: str) -> str:
    """The shipped file as the owner of this PBX fills it in: the secret, the bridge's host and the form of filters."""
    text = (Path(config.__file__).parent / "manager.wallboard.conf").read_text()
    for key, value in (("secret", WALLBOARD[1]), ("permit", "127.0.0.1/255.255.255.255")):
        text, found = re.subn(rf"^{key} = .*$", f"{key} = {value}", text, flags=re.MULTILINE)
        assert found == 1, f"config/manager.wallboard.conf: {found} lines of {key}, expected one"
    if filters == "old":
        text = re.sub(r"^eventfilter\(.*\n", "", text, flags=re.MULTILINE)
        text, found = re.subn(r"^;(?=eventfilter = )", "", text, flags=re.MULTILINE)
        assert found == 3, f"config/manager.wallboard.conf: {found} filters for older releases, expected three"
    return text
