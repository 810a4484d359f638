"""The units under the real systemd: they verify, are hardened, start, are watched, and log within bounds."""

from __future__ import annotations

import json
import platform
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hw.deb.packages import CHECKOUT
from tests.deb import prepared, trees
from tests.deb.debs import Debs
from tests.deb.prepared import UNITS
from tests.deb.rig import CommandError, Machine

pytestmark = pytest.mark.debian

# What `systemd-analyze security` may say at most, in tenths, and all that it may find fault with.
LIMITS = {"wallboard-bridge": 12, "wallboard": 32}
NEEDED = {  # to reach a PBX and a broker anywhere; systemd and the journal; a root of its own would need all of Python
    "PrivateNetwork=",
    "RestrictAddressFamilies=~AF_(INET|INET6)",
    "RestrictAddressFamilies=~AF_UNIX",
    "IPAddressDeny=",
    "RootDirectory=/RootImage=",
    "DeviceAllow=",  # that of the real-time clock, read only, which ProtectClock= itself allows
    "UMask=",  # the service's group may read
}
NEEDED_FOR_PINS = {
    "User=/DynamicUser=",
    "PrivateUsers=",
    "PrivateDevices=",
    "CapabilityBoundingSet=~CAP_SYS_RAWIO",
    "CapabilityBoundingSet=~CAP_SYS_(NICE|RESOURCE)",
    "CapabilityBoundingSet=~CAP_SET(UID|GID|PCAP)",
    "CapabilityBoundingSet=~CAP_(DAC_*|FOWNER|IPC_OWNER)",
    "CapabilityBoundingSet=~CAP_(CHOWN|FSETID|SETFCAP)",
    "CapabilityBoundingSet=~CAP_KILL",
    "RestrictRealtime=",
    "SystemCallFilter=~@privileged",
    "SystemCallFilter=~@resources",
    "ProcSubset=",  # which Pi it is stands in /proc
    "SupplementaryGroups=",  # these two do not matter for root
    "RemoveIPC=",
}
Layer = Callable[[str], Path]
EXAMPLES = CHECKOUT / "hw/deb/examples"
BOUND_BYTES = 36 << 20  # SystemMaxUse, and a file that is being begun
LOG_ONLY = """\
site: main
pbx: {type: queue_log, queue_log: /var/log/asterisk/queue_log}
mqtt: {url: "mqtt://127.0.0.1"}
thresholds: thresholds.yaml
journal: /var/lib/wallboard-bridge/bridge.journal
"""


@pytest.fixture(scope="module")
def layer_of(tree_of: Callable[[str], Path], debs: Debs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Layer]:
    """What installing and configuring both packages has written to a release."""
    made: dict[str, Path] = {}

    def layer(suite: str) -> Path:
        if suite not in made:
            made[suite] = prepared.prepare(tree_of(suite), debs, tmp_path_factory.mktemp(suite))
        return made[suite]

    yield layer
    for each in made.values():
        shutil.rmtree(each.parent)


@pytest.fixture
def installed(
    request: pytest.FixtureRequest, tree_of: Callable[[str], Path], layer_of: Layer, tmp_path: Path
) -> Iterator[Machine]:
    """A booted machine with both programs, configured and not started; trixie, or what `request.param` says."""
    suite = getattr(request, "param", trees.SUITES[0])
    machine = Machine(tree_of(suite), tmp_path / "machine", layer_of(suite))
    machine.start()
    yield machine
    machine.close()


on_each_release = pytest.mark.parametrize("installed", trees.SUITES, indirect=True)


@on_each_release
def test_the_units_verify(installed: Machine) -> None:
    told = installed.run("systemd-analyze", "verify", *(f"/usr/lib/systemd/system/{unit}.service" for unit in UNITS))
    newer = ("'RestartSteps'", "'RestartMaxDelaySec'")  # than the systemd of Debian 12, which passes over them
    others = [line for line in told.stderr.splitlines() if not any(name in line for name in newer)]
    assert others == []
    assert "trixie" not in installed.read("/etc/os-release") or told.stderr == ""


@on_each_release
@pytest.mark.parametrize("unit", UNITS)
def test_the_units_are_hardened(installed: Machine, unit: str) -> None:
    installed.run("systemd-analyze", "security", f"--threshold={LIMITS[unit]}", "--no-pager", unit)
    found = json.loads(installed.run("systemd-analyze", "security", "--json=short", unit).stdout)
    faults = {each["name"] for each in found if not each["set"]}
    assert faults <= NEEDED | (NEEDED_FOR_PINS if unit == "wallboard" else set())


@on_each_release
def test_both_are_ready_though_nobody_answers_and_come_back_after_kill_and_reboot(installed: Machine) -> None:
    installed.run("systemctl", "enable", "--now", *UNITS)
    for unit in UNITS:
        assert installed.show(unit, "ActiveState") == "active"
    installed.wait_until(
        lambda: "PBX down" in installed.show(UNITS[0], "StatusText"), "what the bridge does", timeout=10
    )
    for unit in UNITS:
        process = installed.show(unit, "MainPID")
        installed.run("kill", "-KILL", process)
        installed.wait_until(lambda u=unit, p=process: installed.show(u, "MainPID") not in {p, "0"}, f"{unit} again")
        installed.wait_for(unit)
    installed.reboot()
    for unit in UNITS:
        installed.wait_for(unit)
        assert "Traceback" not in installed.log(unit)


def test_from_queue_log_to_the_panel_with_no_port_open_on_the_way(installed: Machine) -> None:
    """The log is the PBX's, for its group alone to read; the bridge has been put into that group."""
    installed.sh(
        "addgroup --quiet --system asterisk; adduser --quiet wallboard-bridge asterisk;"
        "install -d -m 0750 -g asterisk /var/log/asterisk;"
        "install -m 0640 -g asterisk /dev/null /var/log/asterisk/queue_log;"
        'echo "$(date +%s)|1.1|support|NONE|ENTERQUEUE||31|1" >> /var/log/asterisk/queue_log'
    )
    installed.write("/etc/wallboard/bridge.yaml", LOG_ONLY)
    installed.beside("mosquitto", "-p", "1883")
    installed.run("systemctl", "start", *UNITS)
    installed.wait_until(
        lambda: installed.show("wallboard", "StatusText").startswith("live"),
        "a live board",
        20,
        lambda: installed.log("wallboard-bridge") + installed.log("wallboard"),
    )
    installed.wait_until(
        lambda: installed.show("wallboard-bridge", "StatusText").startswith("main: PBX up since"), "its status", 5
    )
    listening = installed.sh("ss -H -ltnup | grep -v mosquitto || true").splitlines()
    assert [line for line in listening if ":1883" not in line] == []
    owners = installed.sh("ps -o user= -C wallboard | sort -u").split()
    assert owners == ["wallboard"]  # with driver image none of its processes stays root
    assert installed.sh("stat -c %U /run/wallboard/latest.png") == "wallboard"


def test_one_that_hangs_is_killed_and_its_journal_survives(installed: Machine) -> None:
    installed.run("systemctl", "start", *UNITS)
    before = {unit: installed.show(unit, "MainPID") for unit in UNITS}
    installed.run("kill", "-STOP", *before.values())
    for unit in UNITS:
        is_new = f"systemctl show -p NRestarts --value {unit} | grep -qx 1"
        installed.sh(f"timeout 60 sh -c 'until {is_new}; do sleep 0.2; done'", timeout=70)
        installed.wait_for(unit)
        log = installed.log(unit)
        assert "Watchdog timeout (limit 20s)" in log
        assert "most recent call first" in log  # where each thread was
    assert len(installed.sh("pgrep -f bin/wallboard\\ --config").split()) == 3  # the one before has left none
    assert "set aside" not in installed.log("wallboard-bridge")
    assert "1 " in installed.run("wallboardctl", "rules", "--config", "/etc/wallboard/bridge.yaml").stdout


def test_a_wrong_configuration_waits_for_a_person_and_says_where(installed: Machine) -> None:
    for unit, file in (("wallboard-bridge", "bridge"), ("wallboard", "board")):
        path = f"/etc/wallboard/{file}.yaml"
        right = installed.read(path)
        installed.write(path, right.replace("site: main", "siet: main"))
        with pytest.raises(CommandError):
            installed.run("systemctl", "start", unit)
        assert installed.show(unit, "ActiveState") == "failed"
        assert (installed.show(unit, "ExecMainStatus"), installed.show(unit, "NRestarts")) == ("2", "0")
        line = f"{path}:1:1: siet: unknown key; did you mean 'site'?"
        installed.wait_until(lambda u=unit, li=line: li in installed.log(u), f"{line} in the log", 5)
        installed.write(path, right)
        installed.run("systemctl", "start", unit)


def test_thresholds_that_are_saved_are_seen_and_an_undo_too(installed: Machine) -> None:
    file, save = "/etc/wallboard/thresholds.yaml", prepared.THRESHOLDS.replace("30s", "40s")
    installed.run("systemctl", "start", "wallboard-bridge")

    def in_force(text: str) -> None:
        command = ("wallboardctl", "rules", "--config", "/etc/wallboard/bridge.yaml")
        installed.wait_until(
            lambda: (
                f"warn: {text}" in installed.read(file) and "is just so" in installed.run(*command, check=False).stdout
            ),
            f"{text} in force",
            10,
            lambda: installed.log("wallboard-bridge"),
        )

    in_force("30s")
    installed.write(file, save)  # in place
    in_force("40s")
    installed.write(f"{file}.new", save.replace("40s", "50s"))
    installed.run("mv", f"{file}.new", file)  # as editors do
    in_force("50s")
    for expected in ("40s", "30s"):
        told = installed.run("wallboardctl", "rules", "--undo", "--config", "/etc/wallboard/bridge.yaml").stdout
        assert "it is in force" in told
        in_force(expected)
    installed.run("systemctl", "stop", "wallboard-bridge")
    installed.run("wallboardctl", "rules", "--to", "3", "--config", "/etc/wallboard/bridge.yaml")
    installed.run("systemctl", "start", "wallboard-bridge")
    in_force("50s")
    assert installed.sh("find /var/lib/wallboard-bridge ! -user wallboard-bridge") == ""
    assert "cannot" not in installed.log("wallboard-bridge").replace("cannot be reached", "")


def test_the_journal_is_of_their_own_and_bounded(installed: Machine) -> None:
    installed.run("systemctl", "start", "wallboard-bridge")
    own = "journalctl --quiet --no-pager --output=cat -u wallboard-bridge"
    errors = f"{own} --namespace=wallboard -p err"
    installed.wait_until(lambda: "broker 127.0.0.1:1883: down" in installed.sh(errors), "a line of its own", 5)
    assert "broker" not in installed.sh(own)
    installed.sh("mount -t tmpfs -o size=2g tmpfs /var/log/journal; systemctl restart systemd-journald@wallboard")
    _flood(installed)
    kept = installed.sh("journalctl --namespace=wallboard --quiet --no-pager -t flood | wc -l")
    assert 1_000 <= int(kept) <= 5_000  # of 400,000 lines
    _flood(installed, "-p", "LogRateLimitBurst=1000000")
    used = int(installed.sh("du -sb /var/log/journal/*.wallboard | cut -f1"))
    assert 16 << 20 < used <= BOUND_BYTES
    assert "flood" not in installed.sh("journalctl --quiet --no-pager -t flood")


def _flood(machine: Machine, *more: str) -> None:
    """120 MB of lines that compress badly, in the namespace of the wallboard."""
    run = ("systemd-run", "--quiet", "--wait", "-p", "LogNamespace=wallboard", "-p", "SyslogIdentifier=flood", *more)
    machine.run(*run, "sh", "-c", "base64 -w 300 /dev/urandom | head -c 120000000", timeout=120)


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
    pass

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
