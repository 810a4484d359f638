"""`make run` as a person starts it: a lit board, on loopback alone, and nothing left whatever ends it."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import io
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from PIL import Image

from firmware.core.canvas import AMBER, COLOURS, GREEN, GREY, RED, TINT_AMBER, TINT_RED, WHITE
from firmware.pi import settings as board_settings
from host_bridge import settings as bridge_settings
from host_bridge import thresholds
from host_bridge.demo import run_files
from host_bridge.demo.ami_server import HOST
from host_bridge.demo.family import PATIENCE_S, Family, guard
from host_bridge.demo.manners import MANNERS
from host_bridge.demo.pbx import SECRET, USERNAME
from host_bridge.demo.run import pbx_address
from tests.waiting import wait_until

ROOT = Path(__file__).parent.parent
LIT_S = 40.0  # on a machine that is busy with other tests; 3 s alone
GONE_S = 20.0
BREACH_S = 60.0

Process = tuple[int, str]  # process id, and when it began: an id may come again


def colour(ink: int) -> tuple[int, int, int]:
    rgb = COLOURS[ink]
    return rgb >> 16, rgb >> 8 & 255, rgb & 255


BREACHED = {colour(ink) for ink in (AMBER, RED, TINT_AMBER, TINT_RED)}


class Run:
    """One `python -m host_bridge.demo.run`; what it prints is read by a thread, so that it never waits for us."""

    def __init__(self, *arguments: str) -> None:
        self.began = time.monotonic()
        self.output: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "host_bridge.demo.run", *arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_lit(self) -> str:
        """Return where the board can be seen."""
        wait_until(lambda: "The board is lit: " in self.text() or self.process.poll() is not None, LIT_S)
        found = re.search(r"The board is lit: (\S+)", self.text())
        assert found, self.text()
        return found[1]

    def text(self) -> str:
        return "".join(self.output)

    def end(self, number: int) -> int:
        """Send a signal to it alone and return its exit code."""
        self.process.send_signal(number)
        code = self.process.wait(GONE_S)
        self._reader.join(GONE_S)
        return code

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line.decode())


@contextlib.contextmanager
def running(*arguments: str) -> Iterator[Run]:
    run = Run(*arguments)
    try:
        yield run
    finally:
        if run.process.poll() is None:
            run.end(signal.SIGTERM)


# Linux's /proc


def stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the state on; None for a process that is gone, or dead and not yet read."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields


def family_of(pid: int) -> set[Process]:
    """A process and all that it, and its children, started."""
    stats = {int(each.name): stat(int(each.name)) for each in Path("/proc").iterdir() if each.name.isdigit()}
    members, grown = {pid}, True
    while grown:
        more = {child for child, fields in stats.items() if fields and int(fields[1]) in members}
        grown = not more <= members
        members |= more
    return {(each, fields[19]) for each in members if (fields := stats.get(each))}


def alive(processes: set[Process]) -> set[Process]:
    return {each for each in processes if (fields := stat(each[0])) and fields[19] == each[1]}


def listening(processes: set[Process]) -> set[str]:
    """The addresses on which they accept TCP connections, as /proc/net/tcp writes them."""
    sockets = set()
    for pid, _ in processes:
        with contextlib.suppress(OSError):
            for link in Path(f"/proc/{pid}/fd").iterdir():
                with contextlib.suppress(OSError):
                    sockets.add(str(link.readlink()))
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text("ascii").splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                found.add(fields[1])
    return found


def colours(image: Image.Image) -> set[tuple[int, ...]]:
    return {rgb for _, rgb in image.convert("RGB").getcolors(256)}


# The whole


def test_a_lit_board_with_moving_numbers_and_a_breach_within_a_minute_on_loopback_alone(tmp_path: Path) -> None:
    with running("--driver", "image", "--folder", str(tmp_path)) as run:
        latest = Path(run.wait_lit())
        assert latest == tmp_path / "frames" / "latest.png"
        processes = family_of(run.process.pid)
        assert len(processes) >= 6  # itself, the guard, PBX, bridge, broker, board
        ports = listening(processes)
        assert len(ports) >= 2  # AMI and MQTT
        assert {each.rpartition(":")[0] for each in ports} == {"0100007F"}  # 127.0.0.1, in network order
        frames: set[bytes] = set()
        breached = calm = False
        while time.monotonic() < run.began + BREACH_S and not (breached and calm and len(frames) > 10):
            with Image.open(latest) as image:
                assert image.size == (128, 64)
                shown = colours(image)
                frames.add(image.tobytes())
            assert shown & {colour(GREEN), colour(WHITE), colour(GREY)}  # grey: the clock, when nobody waits
            if shown & BREACHED:
                breached = True
            else:
                calm = True
            time.sleep(0.1)
        assert breached
        assert calm
        assert len(frames) > 10
        assert run.end(signal.SIGINT) == 0
        assert "nothing is left running" in run.text()
        assert alive(processes) == set()
        with Image.open(latest) as image:
            assert colours(image) == {(0, 0, 0)}  # the board went dark in good order
    log = (tmp_path / "queue_log").read_text("utf-8")
    assert "|QUEUESTART|" in log
    assert log.count("|ENTERQUEUE|") == sum(log.count(f"|{end}|") for end in ("CONNECT", "ABANDON", "EXITWITHTIMEOUT",
                                                                              "EXITWITHKEY"))  # fmt: skip
    assert "Traceback" not in run.text()


def test_the_page_in_the_browser_is_lit_and_gone_after_sigterm() -> None:
    with running() as run:
        where = run.wait_lit()
        processes = family_of(run.process.pid)
        assert {each.rpartition(":")[0] for each in listening(processes)} == {"0100007F"}
        assert re.fullmatch(rf"http://{re.escape(HOST)}:\d+/", where)
        with urllib.request.urlopen(f"{where}frame.png", timeout=5) as answer:
            image = Image.open(io.BytesIO(answer.read()))
        assert image.size == (128, 64)
        assert colours(image) & {colour(WHITE), colour(GREY)}
        folders = temporary_folders(processes)
        assert folders
        assert run.end(signal.SIGTERM) == 0
        assert alive(processes) == set()
        assert not any(folder.exists() for folder in folders)


def test_kill_9_leaves_nothing_behind() -> None:
    with running("--driver", "image") as run:
        run.wait_lit()
        processes = family_of(run.process.pid)
        folders = temporary_folders(processes)
        assert folders
        assert run.end(signal.SIGKILL) == -signal.SIGKILL
        wait_until(lambda: not alive(processes), GONE_S)
        wait_until(lambda: not any(folder.exists() for folder in folders), GONE_S)


def test_a_closed_terminal_ends_it_too() -> None:
    with running("--driver", "image") as run:
        run.wait_lit()
        processes = family_of(run.process.pid)
        assert run.end(signal.SIGHUP) == 0
        assert alive(processes) == set()


def temporary_folders(processes: set[Process]) -> set[Path]:
    """The folders that stand in the command lines: there the settings are."""
    found = set()
    for pid, _ in processes:
        line = Path(f"/proc/{pid}/cmdline").read_bytes().decode()
        found |= {Path(each) for each in re.findall(r"[^\0]*/led-wallboard-\w+", line)}
    return found


def test_a_part_that_dies_is_named_and_ends_it_all(tmp_path: Path) -> None:
    with running("--driver", "image", "--folder", str(tmp_path)) as run:
        run.wait_lit()
        processes = family_of(run.process.pid)
        (bridge,) = [pid for pid, _ in processes if b"bridge.yaml" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        os.kill(bridge, signal.SIGKILL)
        assert run.process.wait(GONE_S) == 1
        run._reader.join(GONE_S)
        assert "make run: the bridge ended by SIGKILL" in run.text()
        wait_until(lambda: not alive(processes), GONE_S)


def test_a_real_pbx_is_read_with_the_same_bridge_and_board(tmp_path: Path) -> None:
    """The demo's PBX stands for the real one: it is started apart, and found by its address."""
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n")
    pbx = subprocess.Popen([sys.executable, "-m", "host_bridge.demo.pbx"], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert pbx.stdout is not None
        found = re.search(rf"{re.escape(HOST)}:(\d+)", pbx.stdout.readline().decode())
        assert found
        asked = ("--pbx", f"{HOST}:{found[1]}", "--ami-user", USERNAME, "--ami-secret-file", str(secret))
        with running(*asked, "--driver", "image") as run:
            run.wait_lit()
            assert f"the queues of {HOST}:{found[1]}" in run.text()
            assert run.end(signal.SIGINT) == 0
        assert pbx.poll() is None  # it is not ours to stop
        pbx.send_signal(signal.SIGTERM)
        assert pbx.wait(GONE_S) == 0
    finally:
        if pbx.poll() is None:
            pbx.kill()
            pbx.wait()
        if pbx.stdout is not None:
            pbx.stdout.close()


def ran(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--pbx", "192.0.2.1"), "a real PBX needs --ami-user and --ami-secret-file"),
        (("--pbx", "192.0.2.1", "--ami-user", "a", "--ami-secret-file", "no/such/file"), "no/such/file cannot be read"),
        (("--pbx", "192.0.2.1:many", "--ami-user", "a", "--ami-secret-file", __file__), "'many' is no port"),
        (("--pbx", "192.0.2.1", "--ami-user", "a", "--ami-secret-file", "/"), "/ cannot be read: Is a directory"),
        (("--ami-user", "a"), "--ami-user without --pbx"),
        (("--ami-secret-file", __file__), "--ami-secret-file without --pbx"),
        (("--speed", "0"), "0 is not between"),
        (("--hour", "3"), "from 7 to 24"),
        (("--folder", __file__), "test_demo_run.py"),
        (("--practice", __file__), "--practice: "),
        (("--practice", "a", "--folder", "b"), "leave out --folder"),
        (("--practice", "a", "--pbx", "h", "--ami-user", "a", "--ami-secret-file", __file__), "leave out --pbx"),
    ],
)
def test_wrong_usage_is_one_clear_line(arguments: tuple[str, ...], says: str) -> None:
    done = ran("host_bridge.demo.run", *arguments)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("make run: ") and says in line


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("pbx.example.com", ("pbx.example.com", 5038)),
        ("pbx.example.com:5039", ("pbx.example.com", 5039)),
        ("[2001:db8::1]:5039", ("2001:db8::1", 5039)),
        ("[2001:db8::1]", ("2001:db8::1", 5038)),
        ("2001:db8::1", ("2001:db8::1", 5038)),  # its last part is no port
    ],
)
def test_a_pbx_is_named_as_people_write_it(text: str, address: tuple[str, int]) -> None:
    assert pbx_address(text) == address


def test_a_folder_that_takes_no_files_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "ami.secret").mkdir()
    done = ran("host_bridge.demo.run", "--folder", str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"make run: {tmp_path / 'ami.secret'} cannot be written: Is a directory. Stopping everything."
    )
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--secret-file", "no/such/file"), 2, "no/such/file: No such file"),
        (("--queue-log", "no/such/folder/queue_log"), 2, "queue_log: No such file"),
        (("--hour", "24"), 2, "from 7 to 24"),
        (("--speed", "fast"), 2, "invalid"),
    ],
)
def test_wrong_usage_of_the_pbx_alone_is_one_clear_line(arguments: tuple[str, ...], code: int, says: str) -> None:
    done = ran("host_bridge.demo.pbx", *arguments)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    assert says in done.stderr.splitlines()[-1]


def test_a_taken_port_is_named() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = str(taken.getsockname()[1])
        done = ran("host_bridge.demo.pbx", "--port", port)
    assert done.returncode == 1
    assert done.stderr == f"demo PBX: port {port} of {HOST}: Address already in use; try another --port\n"


# The parts of it


@pytest.mark.parametrize("speed", [6.0, 40.0, None])
@pytest.mark.parametrize("driver", ["emulator", "image"])
def test_the_settings_are_right_by_the_programs_own_rules(tmp_path: Path, speed: float | None, driver: str) -> None:
    secret = tmp_path / "a secret: 'quoted'"
    secret.write_text("s\n")
    pbx = run_files.Pbx("127.0.0.1", 5038, "wall: board", secret, speed)
    bridge, board = run_files.write(tmp_path, pbx, 12_345, run_files.Panel(driver, 8888))
    read = bridge_settings.load(bridge)
    assert (read.ami.username, read.ami.secret, read.embedded_port) == ("wall: board", "s", 12_345)
    limits = thresholds.load(read.thresholds)
    rules = limits.queue("service").rules
    assert [rule["id"] for rule in rules] == ["wait", "waiting"]
    shown = board_settings.load(board)
    assert (shown.panel.width, shown.panel.height, shown.panel.driver) == (128, 64, driver)
    assert shown.state_file == tmp_path / "board-state.json"
    warn_ms = rules[0]["levels"][0]["all"][0]["value"]
    assert warn_ms == {6.0: 10_000, 40.0: 2_000, None: 30_000}[speed]
    if speed is not None:
        assert {limits.queue(queue).label for queue in MANNERS} == set(run_files.LABELS.values())


def test_practice_begins_with_the_example_open_day_and_night_and_keeps_what_a_supervisor_made_of_it(
    tmp_path: Path,
) -> None:
    pbx = run_files.Pbx("127.0.0.1", 5038, "wallboard", tmp_path / "ami.secret", 1.0)
    panel = run_files.Panel("emulator", 8888)
    bridge, _ = run_files.write(tmp_path, pbx, 12_345, panel, practice=True)
    settings = bridge_settings.load(bridge, secrets=False)
    limits = thresholds.load(settings.thresholds)
    assert settings.journal == tmp_path / "bridge.journal"
    assert limits.queue("support").label == "תמיכה טכנית"
    for hour in range(24 * 7):
        at_ms = 1_795_300_000_000 + hour * 3_600_000
        assert all(limits.is_open(queue, at_ms) for queue in MANNERS)
        assert not limits.is_quiet(at_ms)
    modeline = settings.thresholds.read_text("utf-8").split("\n", 1)[0]
    assert (tmp_path / modeline.removeprefix("# yaml-language-server: $schema=")).is_file(), "no help from an editor"
    own = "timezone: UTC\n# mine\n"
    settings.thresholds.write_text(own, "utf-8")
    run_files.write(tmp_path, pbx, 12_346, panel, practice=True)
    assert settings.thresholds.read_text("utf-8") == own
    run_files.write(tmp_path, pbx, 12_346, panel)
    assert settings.thresholds.read_text("utf-8") != own


def test_the_days_before_are_made_once(tmp_path: Path) -> None:
    sunday = dt.date(2026, 11, 22)
    run_files.write_past(tmp_path, sunday)
    log = tmp_path / run_files.PAST
    first = log.read_bytes()
    run_files.write_past(tmp_path, sunday + dt.timedelta(days=1))
    assert log.read_bytes() == first
    assert gzip.decompress(first).count(b"|ENTERQUEUE|") > 10_000


def test_a_child_that_will_not_stop_is_killed_and_so_is_what_it_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("host_bridge.demo.family.PATIENCE_S", 0.3)
    (tmp_path / "stubborn.py").write_text(
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(ROOT)]))
    work = tmp_path / "work"
    work.mkdir()
    family = Family(work)
    child = family.start("the stubborn one", "stubborn", stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    processes = family_of(child.pid)
    assert len(processes) == 2
    assert family.ended() == ""
    family.stop()
    assert family.ended() == "the stubborn one ended by SIGKILL"
    wait_until(lambda: not alive(processes), PATIENCE_S)
    assert not work.exists()


def test_the_guard_ends_whom_it_was_told_of(tmp_path: Path) -> None:
    children = [
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
        for _ in range(2)
    ]
    work = tmp_path / "work"
    work.mkdir()
    guard(io.StringIO("".join(f"{child.pid}\n" for child in children)), work)
    assert [child.wait(GONE_S) for child in children] == [-signal.SIGTERM] * 2
    assert not work.exists()
