"""`python -m host_bridge.demo.pbx`: the demo's PBX by itself, an AMI server on loopback that plays a busy day.

Point any AMI reader at it. It prints one line with its address, and stops at SIGINT or SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import time
from pathlib import Path

from host_bridge.demo import queue_log
from host_bridge.demo.ami_server import HOST, DemoPbx
from host_bridge.demo.calibration import BUSY_DAY, CLOSES_H, HOUR_MS, OPENS_H
from host_bridge.demo.centre import Centre

USERNAME = "wallboard"
SECRET = "demo-on-loopback"
SPEED = 6.0
SEED = 450
HOUR = 10.0
WARM_MS = 900_000
"""The PBX has been up for so long, by the centre's time, when the first client can see it: calls are under way."""


def main(arguments: list[str] | None = None) -> int:
    """Run until stopped; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        secret = SECRET if options.secret_file is None else options.secret_file.read_text("utf-8").strip()
        log = None if options.queue_log is None else queue_log.QueueLog(options.queue_log)
    except OSError as problem:
        print(f"demo PBX: {problem.filename}: {problem.strerror}", file=sys.stderr)
        return 2
    try:
        return asyncio.run(_serve(options, secret, log))
    finally:
        if log is not None:
            log.close()


async def _serve(options: argparse.Namespace, secret: str, log: queue_log.QueueLog | None) -> int:
    epoch_ns = time.time_ns() - time.monotonic_ns()

    def clock() -> int:
        return (epoch_ns + time.monotonic_ns()) // 1_000_000  # a PBX's clock that never steps

    start_ms = clock() - int(WARM_MS / options.speed)
    hour = options.hour - WARM_MS / HOUR_MS
    hour += 0 if hour >= OPENS_H else CLOSES_H - OPENS_H
    centre = Centre(options.seed, start_ms, speed=options.speed, hour=hour, load=options.load)
    if log is not None:
        log.write([queue_log.started(start_ms)])
    pbx = DemoPbx(centre, clock, options.username, secret, log=log)
    pbx.live()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        port = await pbx.start(options.port)
    except OSError as problem:
        print(
            f"demo PBX: port {options.port} of {HOST}: {os.strerror(problem.errno or 0)}; try another --port",
            file=sys.stderr,
        )
        return 1
    print(f"demo PBX: AMI on {HOST}:{port}, user {options.username}, speed {options.speed:g}", flush=True)
    living = asyncio.create_task(pbx.run())
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait((living, stopped), return_when=asyncio.FIRST_COMPLETED)
    if living.done():
        living.result()
    living.cancel()
    await pbx.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m host_bridge.demo.pbx", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port of 127.0.0.1; any free one unless given")
    parser.add_argument("--username", default=USERNAME, help="AMI user (%(default)s)")
    parser.add_argument("--secret-file", type=Path, help=f"file with the AMI secret; {SECRET!r} unless given")
    parser.add_argument("--queue-log", type=Path, help="append queue_log lines to this file")
    parser.add_argument("--speed", type=factor, default=SPEED, help="how much faster than life (%(default)s)")
    parser.add_argument(
        "--hour", type=hour_of_day, default=HOUR, help="hour of the centre's day to start at (%(default)s)"
    )
    parser.add_argument("--load", type=factor, default=BUSY_DAY, help="calls, 1 is a mean day (%(default)s)")
    parser.add_argument("--seed", type=int, default=SEED, help="the same seed gives the same day (%(default)s)")
    return parser


def factor(text: str) -> float:
    """Read an argument that multiplies something. Raises ArgumentTypeError or ValueError."""
    value = float(text)
    if not 0.1 <= value <= 1000:
        raise argparse.ArgumentTypeError(f"{text} is not between 0.1 and 1000")
    return value


def hour_of_day(text: str) -> float:
    """Read an hour in which the centre is open. Raises ArgumentTypeError or ValueError."""
    value = float(text)
    if not OPENS_H <= value < CLOSES_H:
        raise argparse.ArgumentTypeError(f"{text}: the centre's day goes from {OPENS_H} to {CLOSES_H}")
    return value


if __name__ == "__main__":
    sys.exit(main())
