"""What a board costs: processor, memory, a redraw and its start, beside a loop that redraws 30 frames a second.

    python -m tests.bench.bench_board

The real `wallboard` with all its processes (128×64, two queues, one of them critical and blinking) and a plain loop of
RGBMatrixEmulator's DrawText take turns in one run. Processor time and memory (PSS: what a process has for itself and
its share of what it has in common with others) are those of all processes of a board together.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from firmware.core.scenes import scenes
from firmware.core.screen import Screen
from firmware.pi.canvas_pillow import PillowCanvas, load_font
from tests.bench.drawtext_board import FRAMES_A_SECOND, DrawText
from tests.brokers import Broker
from tests.wallboard_process import FakeBridge, Process

ROOT = Path(__file__).parent.parent.parent
TURNS, TURN_S = 3, 8.0
STARTS = 5
BEAT_S = 2.0
CPU_PERCENT, CPU_RATIO, REDRAW_MS, MEMORY_MIB, START_S = 0.5, 10.0, 0.5, 45.0, 4.0  # DESIGN section 8
HEAP = "128k"
SPREAD_BYTES = 512  # of what happens to be in use at one frame and at another
RULE = {
    "id": "wait",
    "hold_ms": 5000,
    "levels": [{"severity": "critical", "all": [{"metric": "waiting", "op": ">=", "value": 5}]}],
}


def main() -> int:
    """Print all figures; return 0 when every budget is kept, else 1."""
    print("A board of 128x64 with one blinking tile, beside a DrawText loop of 30 frames/s")
    with Broker() as broker:
        kept = [_running(broker), _start(broker)]
    kept += [_redraw(), _small_board()]
    return 0 if all(kept) else 1


def _running(broker: Broker) -> bool:
    with tempfile.TemporaryDirectory() as name:
        bridge = _bridge(broker)
        boards = {}
        for driver in ("emulator", "image"):
            (folder := Path(name, driver)).mkdir()
            boards[driver] = Process(folder, broker.port, driver=driver)
        peer = subprocess.Popen([sys.executable, "-m", "tests.bench.drawtext_board"], cwd=ROOT)
        pids = {"DrawText": peer.pid, **{driver: board.process.pid for driver, board in boards.items()}}
        try:
            _beat_for(bridge, 5.0)
            shares: dict[str, list[float]] = {lane: [] for lane in pids}
            for _ in range(TURNS):
                for lane, pid in pids.items():
                    before_s, start_s = _cpu_s(pid), time.monotonic()
                    _beat_for(bridge, TURN_S)
                    shares[lane].append((_cpu_s(pid) - before_s) / (time.monotonic() - start_s) * 100)
            memory_mib = _pss_mib(pids["image"])
            processes = len(_tree(pids["image"]))
        finally:
            peer.kill()
            peer.wait()
            for board in boards.values():
                board.end()
            bridge.close()
    cpu = {lane: statistics.median(found) for lane, found in shares.items()}
    print(f"  processor   DrawText at {FRAMES_A_SECOND}/s on RGBMatrixEmulator {cpu['DrawText']:.2f} %")
    for driver, over in (("emulator", "RGBMatrixEmulator"), ("image", "PNG files")):
        print(f"              wallboard on {over} {cpu[driver]:.2f} %, {cpu['DrawText'] / cpu[driver]:.1f} x less")
    print(f"  memory      wallboard on PNG files {memory_mib:.1f} MiB in {processes} processes")
    return _say(
        f"on the same library {CPU_PERCENT} % and {CPU_RATIO:.0f} x less than the loop, memory {MEMORY_MIB:.0f} MiB",
        cpu["emulator"] <= CPU_PERCENT and cpu["DrawText"] >= CPU_RATIO * cpu["emulator"] and memory_mib <= MEMORY_MIB,
    )


def _start(broker: Broker) -> bool:
    """From the process's start to the first frame that shows a live figure."""
    times = []
    for _ in range(STARTS):
        with tempfile.TemporaryDirectory() as name:
            bridge = _bridge(broker)
            board = Process(Path(name), broker.port)
            try:
                while not _is_live(board):
                    if time.monotonic_ns() - board.start_ns > 20e9:
                        raise RuntimeError("no live figure within 20 s of the board's start")
                    if bridge.now() % 1000 < 20:
                        bridge.beat()
                    time.sleep(0.02)
                times.append((time.monotonic_ns() - board.start_ns) / 1e9)
            finally:
                board.end()
                bridge.close()
    print(f"  start       to the first true figure: median {statistics.median(times):.2f} s of {STARTS}")
    return _say(f"start {START_S:.0f} s", statistics.median(times) <= START_S)


def _redraw() -> bool:
    """One whole frame, from a view to an image and from texts to a swap, in turns."""
    screen, canvas, peer = Screen(128, 64, load_font), PillowCanvas(128, 64), DrawText()
    views = [view for _, view in scenes(screen.slots(99))]
    ours: list[float] = []
    theirs: list[float] = []

    def draw() -> None:
        for view in views:
            start_ns = time.perf_counter_ns()
            screen.draw(canvas, view)
            canvas.image(view.brightness)
            ours.append((time.perf_counter_ns() - start_ns) / 1e6)

    draw()
    ours.clear()  # fonts and masks are made once
    for _ in range(5):
        draw()
        for _ in views:
            start_ns = time.perf_counter_ns()
            peer.frame()
            theirs.append((time.perf_counter_ns() - start_ns) / 1e6)
    mine, other = statistics.median(ours), statistics.median(theirs)
    print(f"  redraw      wallboard {mine:.3f} ms   DrawText {other:.3f} ms   {other / mine:.1f} x less")
    return _say(f"redraw {REDRAW_MS} ms", mine <= REDRAW_MS)


def _small_board() -> bool:
    """The portable core under MicroPython, 64×32, in a heap of 128 KiB."""
    beside = Path(sys.executable).with_name("micropython")
    found = str(beside) if beside.exists() else shutil.which("micropython")
    if found is None:
        print("  small board not measured: no micropython here")
        return True
    done = subprocess.run(
        [found, "-X", f"heapsize={HEAP}", "tests/bench/pico_frames.py"],
        cwd=ROOT,
        env={**os.environ, "MICROPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        print(f"  small board failed in {HEAP}: {done.stdout}{done.stderr}")
        return _say("10,000 frames in 128k", False)
    early, late, frame_us, problems = map(int, done.stdout.split())
    print(f"  small board 64x32 in MicroPython, heap {HEAP}: {frame_us} us a frame")
    print(f"              {late} bytes in use after 10,000 frames, {late - early:+d} since the 1,000th")
    return _say("10,000 frames in 128k without growth", late - early <= SPREAD_BYTES and problems == 0)


def _bridge(broker: Broker) -> FakeBridge:
    """Two queues, one of them critical; it must be fed with beats."""
    bridge = FakeBridge(broker.port)
    bridge.site("sales", "support")
    bridge.rules("sales", RULE)
    bridge.rules("support")
    bridge.queue("sales", waiting=7, oldest_ms=102_000)
    bridge.queue("support", waiting=0)
    bridge.beat()
    return bridge


def _beat_for(bridge: FakeBridge, seconds: float) -> None:
    end_s = time.monotonic() + seconds
    while (left_s := end_s - time.monotonic()) > 0:
        bridge.beat()
        time.sleep(min(BEAT_S, left_s))


def _is_live(board: Process) -> bool:
    """Red figures: the tile of the queue in breach."""
    frame = board.frame()
    return frame is not None and (255, 30, 20) in {colour for _, colour in frame.getcolors(4096) or []}


def _tree(pid: int) -> list[int]:
    """The process and all that it has started."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def _cpu_s(pid: int) -> float:
    """Of all its threads: schedstat counts in ns, where stat has ticks of 10 ms."""
    tasks = [task for each in _tree(pid) for task in Path(f"/proc/{each}/task").iterdir()]
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def _pss_mib(pid: int) -> float:
    total_kib = 0
    for each in _tree(pid):
        lines = Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()
        total_kib += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total_kib / 1024


def _say(budget: str, kept: bool) -> bool:
    print(f"              budget {budget}: {'kept' if kept else 'MISSED'}")
    return kept


if __name__ == "__main__":
    raise SystemExit(main())
