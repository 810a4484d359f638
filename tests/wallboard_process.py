"""A real `wallboard` process with driver image, and a bridge that publishes what DESIGN 5 says; for tests."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from PIL import Image

from firmware.core.scenes import queues_view
from firmware.core.screen import Screen
from firmware.core.view import Tile, View
from firmware.pi.canvas_pillow import PillowCanvas, load_font
from tests.waiting import wait_until

CONFIG = """\
site: main
board: b1
mqtt: {{url: "mqtt://127.0.0.1:{port}"}}
panel: {{driver: {driver}, rows: {height}, cols: {width}, path: frames, port: {page_port}}}
state_file: state.json
pages: {pages}
"""


class Process:
    """`wallboard --config` in `folder`; its stderr is in `folder`/stderr."""

    def __init__(  # noqa: PLR0917 - most tests have the same panel
        self,
        folder: Path,
        port: int,
        width: int = 128,
        height: int = 64,
        more: str = "",
        driver: str = "image",
        pages: str = "[queues]",
        page_port: int = 0,
    ) -> None:
        self.folder = folder
        config = folder / "board.yaml"
        panel = {"width": width, "height": height, "driver": driver, "pages": pages, "page_port": page_port}
        config.write_text(self.settings(CONFIG.format(port=port, **panel) + more), "utf-8")
        self.start_ns = time.monotonic_ns()
        with (folder / "stderr").open("ab") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "firmware.pi", "--config", str(config)], stderr=stderr, env={**os.environ}
            )

    def settings(self, text: str) -> str:
        """What stands in board.yaml."""
        return text

    def frame(self) -> Image.Image | None:
        """What the panel shows; None before the first frame."""
        try:
            return Image.open(io.BytesIO((self.folder / "frames" / "latest.png").read_bytes())).convert("RGB")
        except FileNotFoundError:
            return None

    def lines(self) -> list[str]:
        """What it said on stderr."""
        return (self.folder / "stderr").read_text("utf-8").splitlines()

    def shows(self, *views: View) -> bool:
        """The panel shows exactly one of these views."""
        frame = self.frame()
        return frame is not None and any(frame.tobytes() == drawn(view, frame.size).tobytes() for view in views)

    def cpu_s(self) -> float:
        """Seconds of processor time so far, its threads' too."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def helpers(self) -> list[int]:
        """The processes beside it: the nurse, and the driver of the panel, its child."""
        nurses = _children(self.process.pid)
        return [*nurses, *(each for nurse in nurses for each in _children(nurse))]

    def end(self) -> None:
        """Kill it if it still runs, and wait until nobody writes into its folder any more."""
        helpers = self.helpers()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        wait_until(lambda: not any(map(alive, helpers)), otherwise="a process beside the board has outlived it")


def alive(pid: int) -> bool:
    """There is such a process, and it has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def drawn(view: View, size: tuple[int, int]) -> Image.Image:
    """The pixels of a view."""
    canvas = PillowCanvas(*size)
    Screen(*size, load_font).draw(canvas, view)
    return canvas.image()


def tile(queue: str, **figures: Any) -> Tile:
    """A live tile of the queue, as Bridge.queue() publishes it."""
    values: dict[str, Any] = {
        "label": queue, "rtl": False, "waiting": 0, "oldest_s": None, "sla": 930, "sla_target": 800,
        "agents_free": 2, "agents_in": 3, "severity": 0, "acked": False, "phase": 0, "life": 0,
        "next_breach_s": None, "approx": False, "open": True,
        "why": _why(**figures),
    }  # fmt: skip
    return Tile(id=queue, **{**values, **figures})


def _why(severity: int = 0, oldest_s: int | None = None, **_: Any) -> tuple[int, ...]:
    """That the count, and the wait where there is one, are what the alarm is about."""
    return severity, severity if oldest_s is not None else 0, 0, 0, 0


def view(*tiles: Tile, fault: str | None = None) -> View:
    """A view of one page."""
    return queues_view(tiles, fault=fault)


class FakeBridge:
    """Publishes as the bridge does, and hears what boards say. Its clock is the real one; heartbeats are the test's."""

    def __init__(self, port: int) -> None:
        self.started = time.time_ns() // 1_000_000
        self._start_ns = time.monotonic_ns()
        self._seq = 0
        self.heard: list[tuple[str, Any, bool]] = []
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.client.on_message = self._hear
        self.client.connect("127.0.0.1", port)
        self.client.subscribe("wallboard/main/board/#", 1)
        self.client.loop_start()

    def now(self) -> int:
        return self.started + (time.monotonic_ns() - self._start_ns) // 1_000_000

    def beat(self, pbx: str = "up") -> None:
        self._seq += 1
        self._publish("bridge/state", online=True, pbx=pbx, now=self.now(), seq=self._seq, quiet=False)

    def site(self, *queues: str) -> None:
        listed = [{"id": each, "label": each, "label_visual": each, "rtl": False} for each in queues]
        self._publish("site", queues=listed, blink={"warn": 500, "critical": 1000}, repeat_ms=60000, longest_ms=5000)

    def rules(self, queue: str, *rules: dict[str, Any]) -> None:
        self._publish(f"rules/{queue}", rules=list(rules))

    def queue(self, queue: str, **figures: Any) -> None:
        snapshot = {
            "ts": self.now(), "open": True, "label": queue, "label_visual": queue, "rtl": False, "waiting": 0,
            "sla": 930, "sla_target": 800, "agents_in": 3, "agents_free": 2, **figures,
        }  # fmt: skip
        self._publish(f"queue/{queue}", **snapshot)

    def publish_command(self, **command: Any) -> None:
        """To board b1, not retained."""
        payload = json.dumps({"v": 1, **command})
        self.client.publish("wallboard/main/board/b1/command", payload, qos=1).wait_for_publish(5)

    def states(self) -> list[dict[str, Any]]:
        """What board b1 said of itself, oldest first."""
        return [payload for topic, payload, _ in self.heard if topic == "wallboard/main/board/b1/state"]

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def _publish(self, topic: str, **message: Any) -> None:
        payload = json.dumps({"v": 1, "started": self.started, **message})
        self.client.publish(f"wallboard/main/{topic}", payload, qos=1, retain=True).wait_for_publish(5)

    def _hear(self, client: mqtt.Client, data: Any, message: mqtt.MQTTMessage) -> None:
        self.heard.append((message.topic, json.loads(message.payload or b"null"), message.retain))
