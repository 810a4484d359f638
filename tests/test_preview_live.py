"""A preview beside the real thing: an AMI peer, a bridge, a broker and a board as processes, and every LED equal."""

from __future__ import annotations

import time
from pathlib import Path

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.brokers import Broker, broker  # noqa: F401 - a fixture
from tests.test_chain import Chain, chain  # noqa: F401 - a fixture
from tests.test_preview import ctl
from tests.test_preview_show import as_dots, gif_frames, leds
from tests.waiting import wait_until

PITCH_PX = 4
LOOK_S = 2.5


def snapshots(port: int, callers: int) -> str:
    """What `mosquitto_sub -v -t 'wallboard/main/queue/#'` prints, once so many callers wait in support."""
    heard: dict[str, str] = {}
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda _client, _data, message: heard.update({message.topic: message.payload.decode()})
    client.connect("127.0.0.1", port)
    client.subscribe("wallboard/main/queue/#", 1)
    client.loop_start()
    try:
        wait_until(lambda: f'"waiting":{callers}' in heard.get("wallboard/main/queue/support", ""))
        wait_until(lambda: len(heard) == 3)
    finally:
        client.disconnect()
        client.loop_stop()
    return "".join(f"{topic} {payload}\n" for topic, payload in heard.items())


def test_every_led_is_that_of_a_live_board(chain: Chain, broker: Broker, tmp_path: Path) -> None:  # noqa: F811
    """The figures of the bridge's own messages; the GIF's every frame against what the panel's driver was given."""
    for _ in range(3):
        chain.peer.join("support")
    time.sleep(2.2)  # past the warning
    state = tmp_path / "now.txt"
    state.write_text(snapshots(broker.port, 3), "utf-8")
    live: dict[bytes, bytes] = {}
    end_s = time.monotonic() + LOOK_S
    while time.monotonic() < end_s:
        frame = chain.board.frame()
        if frame is not None:
            live[frame.tobytes()] = as_dots(frame).tobytes()
        time.sleep(0.02)
    out = tmp_path / "preview.gif"
    files = ("--thresholds", str(tmp_path / "thresholds.yaml"), "--board", str(tmp_path / "board.yaml"))
    words = ("--state", str(state), "--out", str(out), "--seconds", "8", "--pitch", str(PITCH_PX))
    assert ctl(*files, *words, "--at", "2026-11-22 10:15") == 0
    previewed = {leds(picture, PITCH_PX).tobytes() for picture, _ in gif_frames(out)}
    assert len(live) >= 4, "seconds pass, and it blinks"
    assert set(live.values()) <= previewed
