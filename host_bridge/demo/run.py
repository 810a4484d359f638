"""`make run`: a demo PBX, the bridge with its own broker, and a board in the browser, all on loopback.

The bridge and the board are those of production, with settings files as a real site has them; only the PBX is the
demo's, and with --pbx it is a real one. `make practice` is the same at life's speed, in a folder whose thresholds.yaml
a supervisor may change.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NoReturn

from host_bridge.demo import run_files
from host_bridge.demo.family import Family
from host_bridge.demo.pbx import HOUR, SECRET, SEED, SPEED, USERNAME, factor, hour_of_day
from host_bridge.demo.run_files import Panel, Pbx
from host_bridge.demo.run_watch import RunWatch

FINE, FAILED = 0, 1
HOST = "127.0.0.1"
PAGE_PORT = 8888
LIFE = 1.0
LIT_WITHIN_S = 30.0
READY_WITHIN_S = 15.0
AMI_PORT = 5038
BELOW_EPHEMERAL = (20_000, 32_000)
"""Below net.ipv4.ip_local_port_range, whose ports the next outgoing connection of anybody may take."""
_OWN_PBX = "make run PBX=… AMI_USER=… AMI_SECRET_FILE=…"
_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class RunError(RuntimeError):
    """It cannot go on; the text is one line for a person."""


def main(arguments: list[str] | None = None) -> int:
    """Run until stopped; return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    _refuse_half_a_pbx(parser, options)
    if options.practice is not None:
        options.folder, options.speed = options.practice, LIFE
    own = options.folder is not None
    try:
        folder = (options.folder if own else Path(tempfile.mkdtemp(prefix="led-wallboard-"))).absolute()
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        parser.error(
            f"{'--folder' if options.practice is None else '--practice'}: {problem.filename}: {problem.strerror}"
        )
    stopped: list[int] = []
    for number in _STOPS:
        signal.signal(number, lambda number, _frame: stopped.append(number))
    family = Family(None if own else folder)
    try:
        _run(options, folder, family, stopped)
    except (RunError, OSError) as problem:
        what = _not_written(problem) if isinstance(problem, OSError) else str(problem)
        print(f"\nmake run: {what}. Stopping everything.", file=sys.stderr, flush=True)
        return FAILED
    finally:
        family.stop()
    print("\nStopped: nothing is left running.", flush=True)
    return FINE


def _refuse_half_a_pbx(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Somebody who forgot one of the three would take the demo's figures for those of the real PBX."""
    if options.pbx is None:
        for name in ("ami_user", "ami_secret_file"):
            if getattr(options, name) is not None:
                parser.error(f"--{name.replace('_', '-')} without --pbx ({_OWN_PBX})")
        if options.practice is not None and options.folder is not None:
            parser.error("--practice has a folder of its own: leave out --folder")
        return
    if options.practice is not None:
        parser.error("--practice is with the demo's PBX: leave out --pbx")
    if options.ami_user is None or options.ami_secret_file is None:
        parser.error(f"a real PBX needs --ami-user and --ami-secret-file ({_OWN_PBX})")
    try:
        options.ami_secret_file.open("rb").close()
    except OSError as problem:
        parser.error(f"--ami-secret-file: {options.ami_secret_file} cannot be read: {problem.strerror}")


def _not_written(problem: OSError) -> str:
    return f"{problem.filename} cannot be written: {problem.strerror}" if problem.filename else str(problem.strerror)


def _run(options: argparse.Namespace, folder: Path, family: Family, stopped: list[int]) -> None:
    """Start everything and stay until a signal came. Raises RunError, and OSError for a file it cannot write."""
    pbx = _demo_pbx(options, folder, family, stopped) if options.pbx is None else _real_pbx(options)
    if pbx is None:
        return
    panel = Panel(options.driver, _free_port(PAGE_PORT))
    mqtt_port = _free_port()
    practice = options.practice is not None
    if practice:
        run_files.write_past(folder, dt.datetime.now().astimezone().date())
    bridge, board = run_files.write(folder, pbx, mqtt_port, panel, practice=practice)
    family.start("the bridge", "host_bridge", "--config", str(bridge))
    watch = RunWatch(mqtt_port)
    board_runs = told = False
    patience_until = time.monotonic() + LIT_WITHIN_S
    try:
        while not stopped:
            watch.look(0.1)
            if ended := family.ended():
                raise RunError(f"{ended}; what it said stands above")
            if watch.connected and not board_runs:  # not before: it would say that there is no broker
                family.start("the board", "firmware.pi", "--config", str(board))
                board_runs = True
            if watch.lit and not told:
                print(_where(options, folder, pbx, panel), flush=True)
                told = True
            if not told and time.monotonic() > patience_until:
                print(
                    f"Not lit yet: {watch.problem or 'the board shows nothing so far'}. Ctrl-C stops it all.",
                    flush=True,
                )
                patience_until += LIT_WITHIN_S
    finally:
        watch.close()


def _demo_pbx(options: argparse.Namespace, folder: Path, family: Family, stopped: list[int]) -> Pbx | None:
    """Start the demo's PBX and return where it is; None when a signal came first. Raises RunError."""
    secret_file = folder / "ami.secret"
    secret_file.touch(0o600)
    secret_file.write_text(f"{SECRET}\n", "utf-8")
    process = family.start(
        "the demo's PBX", "host_bridge.demo.pbx",
        "--secret-file", str(secret_file), "--queue-log", str(folder / "queue_log"),
        "--speed", str(options.speed), "--seed", str(options.seed), "--hour", str(options.hour),
        stdout=subprocess.PIPE,
    )  # fmt: skip
    line = _first_line(process, stopped)
    if stopped:
        return None
    port = line.partition(f" {HOST}:")[2].partition(",")[0]
    if not port.isdigit():
        raise RunError(f"the demo's PBX did not start ({family.ended() or line.strip() or 'it said nothing'})")
    return Pbx(HOST, int(port), USERNAME, secret_file, options.speed)


def _first_line(process: subprocess.Popen[bytes], stopped: list[int]) -> str:
    assert process.stdout is not None
    until = time.monotonic() + READY_WITHIN_S
    while not stopped and time.monotonic() < until:
        if select.select([process.stdout], [], [], 0.1)[0]:
            return process.stdout.readline().decode("utf-8", "replace")
    return ""


def _real_pbx(options: argparse.Namespace) -> Pbx:
    host, port = options.pbx
    return Pbx(host, port, options.ami_user, options.ami_secret_file.absolute(), None)


def _where(options: argparse.Namespace, folder: Path, pbx: Pbx, panel: Panel) -> str:
    place = f"http://{HOST}:{panel.port}/" if panel.driver == "emulator" else str(folder / "frames" / "latest.png")
    what = (
        f"a demo PBX plays a busy day {options.speed:g} times as fast as life"
        if pbx.speed is not None
        else f"the queues of {pbx.host}:{pbx.port}"
    )
    lines = [f"The board is lit: {place}   ({what})"]
    if options.practice is not None:
        lines.append(f"Change {options.practice / run_files.THRESHOLDS}, save it, and see the board follow;")
        lines.append(
            f"{options.practice / run_files.PAST} has the days before. config/SUPERVISORS.md leads through it."
        )
    lines.append("Ctrl-C stops everything.")
    return "".join(f"\n  {line}" for line in lines) + "\n"


def _free_port(wanted: int | None = None) -> int:
    """That port of 127.0.0.1 if nobody has it, else any free one that no outgoing connection can come to have."""
    tries = [random.randrange(*BELOW_EPHEMERAL) for _ in range(50)]
    for port in tries if wanted is None else [wanted, *tries]:
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise RunError(f"no free port on {HOST}")


class _Parser(argparse.ArgumentParser):
    """One line a mistake: whoever typed `make run` has never seen the usage that argparse would print before it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"make run: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m host_bridge.demo.run", description=__doc__)
    parser.add_argument("--pbx", metavar="HOST[:PORT]", type=pbx_address, help="a real PBX instead of the demo's")
    parser.add_argument("--ami-user", metavar="NAME", help="its AMI user, as in manager.conf")
    parser.add_argument("--ami-secret-file", metavar="FILE", type=Path, help="file with that user's secret")
    parser.add_argument("--driver", choices=("emulator", "image"), default="emulator", help="where the board shows")
    parser.add_argument("--folder", metavar="DIR", type=Path, help="keep settings, queue_log and frames there")
    parser.add_argument(
        "--practice", metavar="DIR", type=Path, help="like --folder, at speed 1; thresholds.yaml in it stays as it is"
    )
    parser.add_argument("--speed", type=factor, default=SPEED, help="how much faster than life (%(default)s)")
    parser.add_argument("--seed", type=int, default=SEED, help="the same seed gives the same day (%(default)s)")
    parser.add_argument(
        "--hour", type=hour_of_day, default=HOUR, help="hour of the demo's day to start at (%(default)s)"
    )
    return parser


def pbx_address(text: str) -> tuple[str, int]:
    """(host, port) of `host`, `host:port`, `[v6 address]:port` or a bare v6 address. Raises ArgumentTypeError."""
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]") or (":" in host and not host.startswith("[")):
        host, port = text, str(AMI_PORT)
    if not port.isdecimal() or not 0 < int(port) < 65_536:
        raise argparse.ArgumentTypeError(f"{port!r} is no port")
    return host.strip("[]"), int(port)


if __name__ == "__main__":
    sys.exit(main())
