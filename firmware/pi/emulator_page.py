"""The page that shows the emulated panel: a small web server on loopback, in a thread of its own.

It sends one PNG a frame, one pixel an LED (some 1,500 bytes), and only when the frame has changed; the page draws the
round LEDs, as large as its window. A slow page skips frames, it is never sent an old one. Between frames an empty
message says that the last one is still true: a page that hears nothing shows no figures any more, for a process that is
stopped or hangs keeps its sockets open. tornado comes with RGBMatrixEmulator.
"""

from __future__ import annotations

import asyncio
import errno
import io
import threading
from importlib.resources import files
from typing import Any

from PIL import Image
from tornado.httpserver import HTTPServer
from tornado.iostream import StreamClosedError
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from firmware.pi.panel import PanelError

HOST = "127.0.0.1"
EXAMPLE = "/usr/share/doc/wallboard-board/examples/emulator.conf"  # of the package
# Names under which a browser may ask: a foreign site whose name resolves to 127.0.0.1 is turned away.
_OUR_NAMES = r"(127\.0\.0\.1|localhost)"
_CLOSE_TIMEOUT_S = 0.5
_PULSE_S = 2  # the page gives up after three of them


class EmulatorPage:
    """Serves `url` until close(). All methods belong to the thread that made it."""

    def __init__(self, width: int, height: int, port: int, title: str) -> None:
        """Listen on `port` (0: any free one). Raises PanelError when it is taken."""
        self.size = (width, height)
        self.title = title
        self.frame = bytes(3 * width * height)
        self.clients: set[_Frames] = set()
        try:
            sockets = bind_sockets(port, HOST)
        except OSError as error:
            what = "stop what uses it, or set another port"
            if error.errno == errno.EPERM:
                what = f"a board that is a service opens no port; {EXAMPLE} lets this one"
            raise PanelError(f"panel.port: {HOST}:{port} cannot be used ({error.strerror or error}): {what}") from None
        self.url = f"http://{HOST}:{sockets[0].getsockname()[1]}/"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, args=(sockets,), name="emulator-page", daemon=True)
        self._thread.start()

    def show(self, frame: bytes) -> None:
        """Show an RGB frame of the page's size, three bytes an LED."""
        if frame != self.frame:
            self.frame = frame
            if self.clients:  # one that comes just now is sent the present frame when it opens
                self._loop.call_soon_threadsafe(self._tell)

    def close(self) -> None:
        """Stop serving. Open pages show an unlit panel, and say so."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CLOSE_TIMEOUT_S)

    def png(self) -> bytes:
        """The present frame as a PNG."""
        png = io.BytesIO()
        Image.frombytes("RGB", self.size, self.frame).save(png, "PNG", compress_level=1)
        return png.getvalue()

    def _serve(self, sockets: list[Any]) -> None:
        asyncio.set_event_loop(self._loop)
        application = Application(websocket_ping_interval=20)
        mine = {"page": self}
        application.add_handlers(
            _OUR_NAMES, [("/", _Page, mine), ("/frame.png", _Frame, mine), ("/frames", _Frames, mine)]
        )
        HTTPServer(application).add_sockets(sockets)
        self._loop.run_forever()
        # Connections are cut by the process's end or here; a page waits for neither, it sees the end of its socket.
        for client in list(self.clients):
            client.stream_close()
        for each in sockets:
            each.close()

    def _tell(self) -> None:
        for client in self.clients:
            client.changed.set()


class _Handler(RequestHandler):
    def initialize(self, page: EmulatorPage) -> None:
        self.page = page

    def set_default_headers(self) -> None:
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")


class _Page(_Handler):
    def get(self) -> None:
        width, height = self.page.size
        html = files("firmware.pi").joinpath("emulator_page.html").read_bytes()
        # tornado's own template language would need the file's folder; three values need none.
        for name, value in (("TITLE", _escaped(self.page.title)), ("WIDTH", str(width)), ("HEIGHT", str(height))):
            html = html.replace(b"{{%s}}" % name.encode(), value.encode())
        self.finish(html)


class _Frame(_Handler):
    def get(self) -> None:
        self.set_header("Content-Type", "image/png")
        self.finish(self.page.png())


class _Frames(WebSocketHandler):
    """Sends a page its frames. tornado's check_origin lets in pages of this very server alone."""

    def initialize(self, page: EmulatorPage) -> None:
        self.page = page
        self.changed = asyncio.Event()

    def open(self, *_: str, **__: str) -> None:
        self.set_nodelay(True)
        self.page.clients.add(self)
        self.changed.set()
        self._sending = asyncio.ensure_future(self._send())  # not here: until this returns nothing of the page is read

    async def _send(self) -> None:
        try:
            while True:
                try:
                    await asyncio.wait_for(self.changed.wait(), _PULSE_S)
                except TimeoutError:
                    await self.write_message("")
                else:
                    self.changed.clear()
                    await self.write_message(self.page.png(), binary=True)
        except (WebSocketClosedError, StreamClosedError):
            self.on_close()

    def on_message(self, message: str | bytes) -> None:
        """A page has nothing to say."""

    def on_close(self) -> None:
        self.page.clients.discard(self)
        self._sending.cancel()

    def stream_close(self) -> None:
        """Cut the connection without the handshake that a stopped loop would not carry out."""
        if self.ws_connection is not None:
            self.ws_connection._abort()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
