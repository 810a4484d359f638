"""A real browser without a window, for what people see: Chromium, told what to do over its DevTools protocol.

with Browser() as browser:
    browser.open("http://127.0.0.1:8888/", (1280, 800))
    assert browser.value("document.title") == "Floor 2"
"""

from __future__ import annotations

import asyncio
import base64
import io
import itertools
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from PIL import Image
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tests.waiting import wait_until

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
LEDS = """(() => {
  const small = new OffscreenCanvas(COLUMNS, ROWS), pen = small.getContext("2d");
  pen.drawImage(frame, 0, 0);
  return Array.from(pen.getImageData(0, 0, COLUMNS, ROWS).data).filter((_, index) => index % 4 < 3);
})()"""
"""Gives what an emulated panel shows, as [red, green, blue, …] of each LED from the top left on."""
_ANSWER_S = 30.0
_MOST_BYTES = 1 << 26  # of an answer: a screenshot is in one


class Browser:
    """One page of one Chromium. A context manager; the test is skipped where there is none."""

    def __enter__(self) -> Browser:
        if CHROMIUM is None:
            pytest.skip("Chromium is not installed (on Debian: sudo apt install chromium)")
        self._folder = tempfile.TemporaryDirectory(prefix="wallboard-browser-", ignore_cleanup_errors=True)
        command = [CHROMIUM, "--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
        command += ["--remote-debugging-port=0", f"--user-data-dir={self._folder.name}"]
        if os.geteuid() == 0:
            command.append("--no-sandbox")  # Chromium has none for root
        self._process = subprocess.Popen([*command, "about:blank"], stderr=subprocess.DEVNULL)
        self._loop = asyncio.new_event_loop()
        self._numbers = itertools.count(1)
        try:
            told = Path(self._folder.name) / "DevToolsActivePort"
            wait_until(lambda: told.exists() and told.read_text().count("\n") == 1, _ANSWER_S, "no Chromium")
            port, path = told.read_text().split()
            self._socket = self._loop.run_until_complete(_connected(f"ws://127.0.0.1:{port}{path}"))
            self._session: str | None = None
            page = self._call("Target.createTarget", url="about:blank")["targetId"]
            self._session = self._call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def window(self, size: tuple[int, int], ratio: float = 1) -> None:
        """Make the window's inside so large, in CSS pixels, each of `ratio` pixels of the screen."""
        width, height = size
        self._call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=ratio, mobile=False
        )

    def open(self, url: str, size: tuple[int, int] = (1280, 800), ratio: float = 1) -> None:
        """Go to a page in a window of `size`, and wait until it is loaded."""
        self.window(size, ratio)
        error = self._call("Page.navigate", url=url).get("errorText")
        assert not error, f"{url}: {error}"
        wait_until(
            lambda: self.value("document.readyState") == "complete" and self.value("location.href") != "about:blank"
        )

    def value(self, script: str) -> Any:
        """What an expression of JavaScript gives in the page. AssertionError when it throws."""
        answer = self._call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, f"{script}: {answer['exceptionDetails']}"
        return answer["result"].get("value")

    def look(self) -> Image.Image:
        """What is seen in the window."""
        png = base64.b64decode(self._call("Page.captureScreenshot", format="png")["data"])
        return Image.open(io.BytesIO(png)).convert("RGB")

    def printed(self) -> bytes:
        """What its menu prints, as PDF: A4 upright, unless the page says otherwise."""
        answer = self._call("Page.printToPDF", paperWidth=210 / 25.4, paperHeight=297 / 25.4, preferCSSPageSize=True)
        return base64.b64decode(answer["data"])

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        asked: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if self._session is not None:
            asked["sessionId"] = self._session

        async def answered() -> dict[str, Any]:
            await self._socket.write_message(json.dumps(asked))
            async with asyncio.timeout(_ANSWER_S):
                while True:
                    said = await self._socket.read_message()
                    assert said is not None, "Chromium has ended"
                    answer: dict[str, Any] = json.loads(said)
                    if answer.get("id") == number:
                        assert "error" not in answer, f"{method}: {answer['error']}"
                        result: dict[str, Any] = answer["result"]
                        return result

        return self._loop.run_until_complete(answered())

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._loop.close()
        self._folder.cleanup()


async def _connected(url: str) -> WebSocketClientConnection:
    return await websocket_connect(url, max_message_size=_MOST_BYTES)
