"""The peer of the frame benchmark: the least that can show what the bare forwarder sends.

    python -m tests.bench.bare_board MQTT_PORT FOLDER

Each message becomes a number in a picture file, replaced atomically as the board's own `image` driver does it; the
same line goes to stdout: monotonic ns, and the two counts.
"""

from __future__ import annotations

import socket
import sys
import time
from pathlib import Path

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from PIL import Image, ImageDraw


def main(port: int, folder: Path) -> None:
    """Show until killed."""
    counts = {"left": "0", "right": "0"}

    def on_message(_client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        queue = message.topic.rsplit("/", 1)[1]
        counts[queue] = message.payload.split(b"\r\nCount: ", 1)[1].split(b"\r\n", 1)[0].decode()
        image = Image.new("RGB", (128, 64))
        draw = ImageDraw.Draw(image)
        for place, count in enumerate(counts.values()):
            draw.text((4, 4 + 32 * place), count, fill=(255, 0, 0))
        image.save(folder / "next.png", "PNG", compress_level=1)
        (folder / "next.png").replace(folder / "latest.png")
        print(time.monotonic_ns(), *counts.values(), flush=True)

    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_socket_open = lambda _client, _data, sock: sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.on_connect = lambda client, *_: client.subscribe("forwarded/+", qos=1)
    client.on_message = on_message
    client.connect("127.0.0.1", port)
    client.loop_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
