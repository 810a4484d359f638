"""What the services can do and cannot: Python is run in the sandbox of each unit, and a stand-in of the LED library."""

from __future__ import annotations

import platform
import re
from collections.abc import Callable

import pytest

from hw.deb.packages import CHECKOUT
from tests.deb import prepared
from tests.deb.rig import Machine

pytestmark = pytest.mark.debian

EXAMPLES = CHECKOUT / "hw/deb/examples"


@pytest.fixture
def probe(installed: Machine) -> Callable[[str, str], dict[str, str]]:
    """Runs Python statements, one a name, in the sandbox of a unit: what each came to, "done" or the error."""

    def run(unit: str, script: str) -> dict[str, str]:
        installed.write("/srv/probe.py", _PROBE + script)
        installed.write("/root/private", "private\n")
        text = installed.read(f"/usr/lib/systemd/system/{unit}.service")
        for old, new in (
            ("ExecStart=.*", "ExecStart=/usr/bin/python3 /srv/probe.py"),
            ("Type=.*", "Type=oneshot"),
            ("LogNamespace=.*", "StandardOutput=file:/srv/told"),
            ("Restart.*|StartLimit.*|WatchdogSec.*", ""),
        ):
            text = re.sub(f"^(?:{old})$", new, text, flags=re.MULTILINE)
        installed.write("/etc/systemd/system/probe.service", text)
        installed.run("systemctl", "daemon-reload")
        installed.run("systemctl", "start", "probe")
        return dict(line.split(": ", 1) for line in installed.read("/srv/told").splitlines())

    return run


_PROBE = """
import ctypes, os, socket, subprocess, sys, time
libc = ctypes.CDLL(None, use_errno=True)
def check(result):
    if result: raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
def attempt(name, what):
    try:
        what(); print(f"{name}: done")
    except OSError as error:
        print(f"{name}: {error.strerror}")
"""
_EVERYBODY = """
attempt("bind", lambda: socket.socket().bind(("127.0.0.1", 5038)))
attempt("bind udp", lambda: socket.socket(type=socket.SOCK_DGRAM).bind(("0.0.0.0", 0)))
attempt("listen", lambda: socket.socket().listen())
attempt("raw", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
attempt("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
attempt("write /etc", lambda: open("/etc/wallboard/thresholds.yaml", "a"))
attempt("write /usr", lambda: open("/usr/bin/new", "w"))
attempt("home", lambda: open("/root/private").read())
attempt("state", lambda: open(os.environ["STATE_DIRECTORY"] + "/probe", "w"))
attempt("resolve", lambda: socket.getaddrinfo("localhost", 1))
attempt("program", lambda: subprocess.run(["true"], check=True))
"""
REFUSED = {
    "bind": "Operation not permitted",
    "bind udp": "Operation not permitted",
    "listen": "Operation not permitted",
    "raw": "Operation not permitted",
    "netlink": "Address family not supported by protocol",
    "write /usr": "Read-only file system",
    "home": "Permission denied",
    "state": "done",
    "resolve": "done",
    "program": "done",
}


def test_what_the_bridge_can_do_in_its_sandbox(probe: Callable[[str, str], dict[str, str]]) -> None:
    more = """
attempt("nice", lambda: os.setpriority(os.PRIO_PROCESS, 0, -5))
attempt("chown", lambda: os.chown(os.environ["STATE_DIRECTORY"] + "/probe", 0, 0))
"""
    told = probe("wallboard-bridge", _EVERYBODY + more)
    assert told == {
        **REFUSED,
        "write /etc": "Permission denied",
        "nice": "Operation not permitted",
        "chown": "Operation not permitted",
    }


def test_what_the_board_can_do_in_its_sandbox_before_it_gives_up_root(
    probe: Callable[[str, str], dict[str, str]],
) -> None:
    """All that the LED library does, and no more: lib/gpio.cc, lib/thread.cc and lib/led-matrix.cc, May 2026."""
    more = """
attempt("secret", lambda: open("/etc/wallboard/mqtt.secret").read())
attempt("real time", lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(99)))
attempt("affinity", lambda: os.sched_setaffinity(0, os.sched_getaffinity(0)))
attempt("no real time", lambda: os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0)))
attempt("which Pi", lambda: open("/proc/cpuinfo").read())
attempt("hand over", lambda: os.chown(os.environ["STATE_DIRECTORY"] + "/probe", 1, 1, follow_symlinks=False))
child = os.fork()
if child == 0:
    os.setgroups([1]); os.setgid(1); os.setuid(1)
    time.sleep(60)
attempt("end a driver", lambda: (time.sleep(0.5), os.kill(child, 9)))
attempt("new device", lambda: os.mknod("/tmp/memory", 0o020600, os.makedev(1, 1)))
attempt("kernel log", lambda: open("/dev/kmsg"))
attempt("mount", lambda: check(libc.mount(b"tmpfs", b"/tmp", b"tmpfs", 0, None)))
attempt("namespace", lambda: check(libc.unshare(0x20000)))
attempt("reboot", lambda: check(libc.reboot(0)))
attempt("clock", lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()))
"""
    allowed = ("secret", "real time", "affinity", "no real time", "which Pi", "hand over", "end a driver")
    refused = ("new device", "mount", "namespace", "reboot", "clock")
    assert probe("wallboard", _EVERYBODY + more) == {
        **REFUSED,
        "write /etc": "Read-only file system",
        "home": "No such file or directory",
        "kernel log": "No such file or directory",
        **dict.fromkeys(allowed, "done"),
        **dict.fromkeys(refused, "Operation not permitted"),
    }


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the emulator is in the package for PCs alone")
def test_the_emulator_opens_its_port_with_its_example_alone_and_no_other(
    installed: Machine, probe: Callable[[str, str], dict[str, str]]
) -> None:
    installed.write("/etc/wallboard/board.yaml", prepared.BOARD.replace("image, path: /run/wallboard", "emulator"))
    installed.run("systemctl", "start", "wallboard", check=False)
    here = "/usr/share/doc/wallboard-board/examples/emulator.conf"
    installed.wait_until(lambda: f"opens no port; {here} lets this one" in installed.log("wallboard"), "what to do", 5)
    for unit in ("wallboard", "probe"):
        installed.sh(f"mkdir /etc/systemd/system/{unit}.service.d; cp {here} /etc/systemd/system/{unit}.service.d")
    installed.sh("systemctl daemon-reload; systemctl restart wallboard")
    assert "<title>" in installed.sh(
        "python3 -c 'import urllib.request; print(urllib.request.urlopen(\"http://127.0.0.1:8888\").read().decode())'"
    )
    assert installed.sh("ss -H -ltn | awk '{print $4}'") == "127.0.0.1:8888"
    installed.run("systemctl", "stop", "wallboard")
    script = """
ends = [socket.socket() for _ in range(2)]
ends[0].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # the page was closed just now
attempt("bind", lambda: ends[0].bind(("127.0.0.1", 8888)))
attempt("listen", lambda: ends[0].listen())
attempt("another", lambda: ends[1].bind(("127.0.0.1", 8889)))
attempt("IPv6", lambda: socket.socket(socket.AF_INET6).bind(("::1", 8888)))
"""
    refused = "Operation not permitted"
    assert probe("wallboard", script) == {"bind": "done", "listen": "done", "another": refused, "IPv6": refused}


def test_an_example_lets_it_reach_the_named_hosts_alone(
    installed: Machine, probe: Callable[[str, str], dict[str, str]]
) -> None:
    installed.sh("ip address add 192.0.2.20/32 dev lo; ip address add 192.0.2.21/32 dev lo")
    installed.put(EXAMPLES / "only-these-hosts.conf", "/etc/systemd/system/probe.service.d")
    script = """
for host in ("127.0.0.1", "192.0.2.20", "192.0.2.21"):
    attempt(host, lambda: socket.create_connection((host, 5), timeout=2))
"""
    answers = {"127.0.0.1": "Connection refused", "192.0.2.20": "Connection refused"}
    told = probe("wallboard", script)
    assert {host: told[host] for host in answers} == answers
    assert told["192.0.2.21"] != "Connection refused"


LIBRARY = '''
"""Does as root what rpi-rgb-led-matrix does, and becomes the user; what it shows goes nowhere."""
import grp, mmap, os, pwd, threading, time
from firmware.pi import panel_rgbmatrix
panel_rgbmatrix.obstacle_on = lambda *_: None  # this is no Raspberry Pi

class RGBMatrixOptions:
    drop_priv_user = "daemon"  # what a library that is new enough knows

class RGBMatrix:
    def __init__(self, options):
        self.width, self.height = options.cols * options.chain_length, options.rows
        with open("/dev/mem", "r+b", buffering=0) as memory:
            self.registers = mmap.mmap(memory.fileno(), 4096)
        threading.Thread(target=self.refresh, daemon=True).start()
        time.sleep(0.2)
        gid = grp.getgrnam(options.drop_priv_group).gr_gid
        os.setresgid(gid, gid, gid)
        uid = pwd.getpwnam(options.drop_priv_user).pw_uid
        os.setresuid(uid, uid, uid)
        with open("/run/wallboard/driven", "a") as told:
            told.write(f"{os.getpid()} {os.getresuid()} {self.policy}\\n")

    def refresh(self):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(99))
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        self.policy = os.sched_getscheduler(0) == os.SCHED_FIFO
        while True:
            time.sleep(1)

    def CreateFrameCanvas(self):
        return self

    def SetImage(self, image, x, y, unsafe):
        pass

    def SwapOnVSync(self, canvas):
        return self
'''


def test_with_the_led_library_only_the_nurse_stays_root_and_a_driver_that_dies_or_hangs_is_back(
    installed: Machine,
) -> None:
    """The library opens the pins as root each time it is started, out of the sandbox's /dev, and becomes the user."""
    installed.write("/opt/wallboard/rgbmatrix/rgbmatrix.py", LIBRARY)
    installed.sh("truncate -s 1M /dev/mem")  # no Pi is harmed
    installed.write("/etc/wallboard/board.yaml", prepared.BOARD.replace("image, path: /run/wallboard", "rgbmatrix"))
    installed.run("systemctl", "start", "wallboard")
    user = installed.run("id", "-u", "wallboard").stdout.strip()
    drivers: list[str] = []
    for signal in ("", "-KILL", "-STOP"):
        if signal:
            installed.run("kill", signal, drivers[-1])
        if signal == "-STOP":
            installed.beside("mosquitto", "-p", "1883")  # the page changes, and so it is seen to hang
        installed.wait_until(
            lambda: len(installed.sh("cat /run/wallboard/driven || true").splitlines()) > len(drivers),
            f"a driver after {signal or 'the start'}",
            15,
            lambda: installed.log("wallboard"),
        )
        driver, is_who = installed.read("/run/wallboard/driven").splitlines()[-1].split(" ", 1)
        assert is_who == f"({user}, {user}, {user}) True"
        drivers.append(driver)
    owners = installed.sh("ps -o user= -C wallboard | sort").split()
    assert owners == ["root", "wallboard", "wallboard"]
    assert installed.show("wallboard", "NRestarts") == "0"
    assert installed.sh("stat -c %U /var/lib/wallboard /run/wallboard").split() == ["wallboard", "wallboard"]
