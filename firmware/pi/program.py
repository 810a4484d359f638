"""`wallboard --config board.yaml`: one LED board on a Raspberry Pi, or on a desktop with the emulator."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

from PIL import Image

from config.log import set_up
from config.systemd import Systemd, is_unit
from config.version import version
from config.yaml_file import ConfigError
from firmware.core import wire
from firmware.core.board import Board, Setup
from firmware.core.screen import Screen
from firmware.pi import buzzer_process, machine, panel_link, panel_process, settings
from firmware.pi.button import Button
from firmware.pi.buzzer import Buzzer, open_buzzer
from firmware.pi.canvas_pillow import load_font
from firmware.pi.drivers import Meanwhile, open_panel
from firmware.pi.front import FILE, Front, Outside
from firmware.pi.identity import identity
from firmware.pi.inbox import Inbox, Waker
from firmware.pi.link import Link
from firmware.pi.lost import lost_frame
from firmware.pi.nursery import Helper, Nursery
from firmware.pi.panel import Panel, PanelError
from firmware.pi.parts import Parts
from firmware.pi.privileges import give_up, hand_over
from firmware.pi.selftest.plan import plan_of
from firmware.pi.selftest.way import Broker
from firmware.pi.store import Store
from firmware.pi.wallboard import Wallboard

FINE, FAILED, WRONG, RESTART = 0, 1, 2, 3
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
PANEL_WAIT_MS = 3000  # for the panel's first word; a driver that takes longer comes up while the board runs
THERMOMETER = Path("/sys/class/thermal/thermal_zone0/temp")

DESCRIPTION = """\
Shows the call queues of one site on an LED panel and sounds a buzzer, from what a wallboard-bridge publishes over MQTT.

Everything about the board stands in board.yaml; config/board.example.yaml is a commented example, and
`wallboardctl check board.yaml` checks one. On a desktop, `driver: emulator` shows the panel in the browser.
"""
EPILOG = """\
Exit codes: 0 stopped by SIGTERM or Ctrl-C, 1 failed (the panel cannot be used), 2 wrong usage or wrong configuration,
3 somebody sent the command `restart` (under systemd, and when it had to be started as root; elsewhere it starts itself
again).
An unreachable broker is no reason to exit: the panel names the fault, and the board goes on trying. A panel driver that
crashes or hangs is started again. Where rgbmatrix's library is missing (and, as a service, whatever keeps the panel
dark) one line says what to do; until that is done the board runs without its LEDs, and its state names the problem.

A file `self-test` beside the state file, or the button held at the start, begins the installer's self-test.
"""


def main(argv: list[str] | None = None) -> int:
    """The exit code."""
    start_ns = _now_ns()
    parser = argparse.ArgumentParser(
        prog="wallboard", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", metavar="FILE", type=Path, required=True, help="board.yaml")
    parser.add_argument("--version", action="version", version=version())
    parser.add_argument(
        "--user",
        metavar="NAME",
        help="whom root becomes, with every driver; without it panel.user, with rgbmatrix alone",
    )
    args = parser.parse_args(argv)
    log = set_up("wallboard")
    was_root = os.geteuid() == 0
    try:
        read = settings.load(args.config)
    except ConfigError as error:
        for line in error.errors:
            print(line, file=sys.stderr)
        return WRONG
    for mistake in read.loose:
        log.warning("%s", mistake)
    if not hasattr(os, "pidfd_open"):
        log.error("this system cannot keep a panel's driver running: the board needs Linux 5.3 or newer")
        return FAILED
    try:
        if args.user:
            read = replace(read, panel=replace(read.panel, user=args.user))
            if read.panel.driver != "rgbmatrix":  # which needs root itself; no other has any use for it
                hand_over(read.state_file.parent, args.user)
                give_up(args.user)
        restart = _run(read, start_ns, log)
    except PanelError as error:
        log.error("%s", error)
        return FAILED
    if not restart:
        return FINE
    if not is_unit() and not (was_root and os.geteuid() != 0):  # else only who has started it can give all it needs
        os.execv(sys.executable, sys.orig_argv)
    return RESTART


def _run(read: settings.BoardSettings, start_ns: int, log: logging.Logger) -> bool:
    """Until a signal says stop, or a command restart (True). Raises PanelError."""
    screen = Screen(read.panel.width, read.panel.height, load_font)
    nursery = Nursery(_helpers(read, lost_frame(screen, read.panel.brightness), log), log)
    waker = Waker()

    def clock() -> int:
        return (_now_ns() - start_ns) // 1_000_000

    button = Button(read.button_gpio, waker, clock, log)
    if read.panel.driver == "rgbmatrix":
        hand_over(read.state_file.parent, read.panel.user)
        give_up(read.panel.user)
    stop: list[int] = []
    signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
    for number in STOP_SIGNALS:
        if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
            continue  # started with nohup
        signal.signal(number, lambda number, _frame: stop.append(number))
    store = Store(read.state_file, read.site, read.board, log)
    setup = Setup(read.site, read.board, read.queues, read.pages, read.panel.brightness, read.night, version())
    stored = store.load()
    board = Board(setup, screen, stored)
    inbox = Inbox(waker)
    link = Link(read.mqtt, board.subscriptions(), (board.state_topic, wire.dumps(board.offline())), inbox, log)
    panel = panel_link.PanelLink(nursery, log)
    silence = partial(nursery.kill, buzzer_process.NAME)
    buzzer = buzzer_process.BuzzerLink(nursery.ends.get(buzzer_process.NAME), silence)

    def look() -> Outside:
        broker = Broker(read.mqtt.host, read.mqtt.port, link.up, link.trouble)
        return Outside(machine.network(), broker, machine.undervoltage(), button.dead, buzzer.dead)

    front = Front(plan_of(read), read.site, read.state_file.with_name(FILE), look, log)
    if stored is not None:
        front.know()
    if button.down:
        front.hold()
    wallboard = Wallboard(Parts(board, screen, panel, buzzer, link, store, front), log, _temperature, identity())
    systemd = Systemd()
    started = False
    try:
        waker.wait(PANEL_WAIT_MS, panel)
        panel.tend(0)  # a panel that cannot be had at all is the one line that is said
        link.start()
        started = True
        while not stop:
            now_ms = clock()
            wake_ms = wallboard.step([*inbox.take(), *button.take()], now_ms)
            if wallboard.restart_asked(now_ms):
                break
            wake_ms = min(wake_ms, systemd.tell(now_ms, panel.lit, wallboard.summary))
            waker.wait(wake_ms - clock(), nursery, *([panel] if panel.awaited else []))
    finally:
        systemd.stopping()
        button.close()
        nursery.close()
        if started:
            wallboard.close()
    log.info("stopped by %s", signal.Signals(stop[0]).name if stop else "the command restart")
    return not stop


def _helpers(read: settings.BoardSettings, lost: Image.Image, log: logging.Logger) -> list[Helper]:
    """The processes beside this one: the panel's, and the buzzer's where there is one."""
    title = f"{read.board} · {read.site} · LED wallboard"

    def silent_buzzer() -> Buzzer:
        buzzer = open_buzzer(read.buzzer_gpio, log)
        if read.panel.driver == "rgbmatrix":  # it may have been started as root
            give_up(read.panel.user)
        return buzzer

    own = (
        read.panel.path
        or Path(os.environ.get("RUNTIME_DIRECTORY", "").split(":")[0] or read.state_file.parent) / "frames"
    )
    meanwhile = Meanwhile(own, is_unit())

    def open_here() -> Panel:
        return open_panel(read.panel, title, log, meanwhile)

    helpers = [Helper(panel_link.NAME, lambda end: panel_process.drive(end, open_here, lost))]
    if read.buzzer_gpio is not None:
        helpers.append(Helper(buzzer_process.NAME, lambda end: buzzer_process.drive(end, silent_buzzer)))
    return helpers


def _now_ns() -> int:
    """A clock that never steps, and goes on while the machine sleeps: after an hour of it figures are an hour old."""
    return time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def _temperature() -> int | None:
    """Degrees Celsius of the processor; None where the machine does not tell."""
    try:
        return int(THERMOMETER.read_text("ascii")) // 1000
    except (OSError, ValueError):
        return None
