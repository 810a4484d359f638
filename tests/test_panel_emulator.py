"""Driver emulator: the page and its frames over real HTTP, on loopback alone, and what it leaves as it found it."""

from __future__ import annotations

import asyncio
import http.client
import importlib.util
import io
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image

if importlib.util.find_spec("RGBMatrixEmulator") is None:  # importing it would leave a file in the working directory
    pytest.skip("RGBMatrixEmulator (an extra: demo) is not installed", allow_module_level=True)
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from firmware.core import layout, scenes
from firmware.pi.panel import PanelError, PanelSettings
from firmware.pi.panel_emulator import EmulatorPanel
from tests.wallboard_process import drawn

LOG = logging.getLogger("t")
SCENES = dict(scenes.scenes(layout.choose(128, 64).slots(2)))
CALM, CRITICAL = (drawn(SCENES[name], (128, 64)) for name in ("calm", "critical"))


def settings(port: int = 0) -> PanelSettings:
    return PanelSettings("emulator", 64, 64, chain=2, port=port)


@pytest.fixture
def panel() -> Iterator[EmulatorPanel]:
    it = EmulatorPanel(settings(), 'Floor "2" <b>', LOG)
    yield it
    it.close()


def get(panel: EmulatorPanel, path: str, host: str | None = None) -> tuple[int, bytes]:
    port = urlsplit(panel.url).port
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": host or f"127.0.0.1:{port}"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_the_frame_is_what_was_shown(panel: EmulatorPanel) -> None:
    for image in (CALM, CRITICAL):
        panel.show(image)
        status, png = get(panel, "/frame.png")
        assert status == 200
        assert Image.open(io.BytesIO(png)).tobytes() == image.tobytes()


def test_the_page_shows_what_people_see_whatever_makes_it() -> None:
    """Colours that are swapped and a bent chain are matters of the real modules."""
    made = PanelSettings(
        "emulator", 32, 64, chain=4, pixel_mapper="U-mapper", led_rgb_sequence="BGR", multiplexing=1,
        row_address_type=5, panel_type="FM6126A", limit_refresh_rate_hz=120, port=0,
    )  # fmt: skip
    panel = EmulatorPanel(made, "", LOG)
    panel.show(CRITICAL)
    status, png = get(panel, "/frame.png")
    panel.close()
    assert status == 200
    assert Image.open(io.BytesIO(png)).tobytes() == CRITICAL.tobytes()


def test_the_page_has_its_title_and_size(panel: EmulatorPanel) -> None:
    status, page = get(panel, "/")
    assert status == 200
    assert b"<title>Floor &quot;2&quot; &lt;b></title>" in page
    assert b"const COLUMNS = 128, ROWS = 64;" in page
    assert b"{{" not in page


def test_it_listens_on_loopback_alone_and_serves_no_foreign_name(panel: EmulatorPanel) -> None:
    port = urlsplit(panel.url).port
    assert port is not None
    assert get(panel, "/", "localhost:1")[0] == 200
    assert get(panel, "/", "evil.example")[0] == 404
    assert get(panel, "/frame.png", "evil.example")[0] == 404
    listening = [
        line.split()[1]
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/self/net/{table}").read_text().splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[1].endswith(f":{port:04X}")
    ]
    assert listening == [f"0100007F:{port:04X}"]


def frames_of(panel: EmulatorPanel, *shown: Image.Image, origin: str | None = None) -> list[bytes]:
    """What a page gets from its connection on, while `shown` are shown one after the other."""

    async def page() -> list[bytes]:
        url = f"ws{panel.url.removeprefix('http')}frames"
        request = HTTPRequest(url, headers={"Origin": origin} if origin else {})
        socket_to = await asyncio.wait_for(websocket_connect(request), 5)
        got = [await asyncio.wait_for(socket_to.read_message(), 5)]
        for image in shown:
            panel.show(image)
            got.append(await asyncio.wait_for(socket_to.read_message(), 5))
        with pytest.raises(TimeoutError):  # nothing changes: nothing is sent
            panel.show(shown[-1])
            await asyncio.wait_for(socket_to.read_message(), 0.3)
        socket_to.close()
        return [each for each in got if isinstance(each, bytes)]

    return asyncio.run(page())


def test_a_page_gets_the_present_frame_and_then_each_change_once(panel: EmulatorPanel) -> None:
    panel.show(CALM)
    got = [Image.open(io.BytesIO(each)).tobytes() for each in frames_of(panel, CRITICAL, CALM)]
    assert got == [CALM.tobytes(), CRITICAL.tobytes(), CALM.tobytes()]


def test_a_foreign_page_gets_no_frames(panel: EmulatorPanel) -> None:
    with pytest.raises(Exception, match="403"):
        frames_of(panel, CALM, origin="http://evil.example")


def test_a_page_that_does_not_read_holds_nothing_up(panel: EmulatorPanel) -> None:
    port = urlsplit(panel.url).port
    with socket.create_connection(("127.0.0.1", port)) as page:
        page.sendall(
            f"GET /frames HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        began = time.monotonic()
        for number in range(500):
            panel.show((CALM, CRITICAL)[number % 2])
        assert time.monotonic() - began < 5
        assert get(panel, "/frame.png")[0] == 200


def test_it_leaves_signals_the_folder_and_the_event_loop_policy_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    policy = type(asyncio.get_event_loop_policy())
    panel = EmulatorPanel(settings(), "", LOG)
    panel.close()
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
    assert type(asyncio.get_event_loop_policy()) is policy
    assert os.listdir(tmp_path) == []  # noqa: PTH208
    assert Path.cwd() == tmp_path


def test_closing_ends_the_thread_and_frees_the_port(panel: EmulatorPanel) -> None:
    port = urlsplit(panel.url).port
    assert port is not None
    began = time.monotonic()
    panel.close()
    assert time.monotonic() - began < 0.5
    assert not [each for each in threading.enumerate() if each.name == "emulator-page"]
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=1)


def test_a_port_that_is_taken_is_one_line(panel: EmulatorPanel) -> None:
    port = urlsplit(panel.url).port
    assert port is not None
    with pytest.raises(PanelError, match=rf"^panel.port: 127.0.0.1:{port} cannot be used \(Address already in use\)"):
        EmulatorPanel(settings(port), "", LOG)


def test_it_says_where_to_look(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    panel = EmulatorPanel(settings(), "", LOG)
    panel.close()
    assert [record.getMessage() for record in caplog.records] == [f"the panel is at {panel.url}"]
