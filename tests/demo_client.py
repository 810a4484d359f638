"""What a client of the demo's PBX asks, and how it reads the answers."""

from __future__ import annotations

from host_bridge.demo.ami_talk import AmiTalk
from host_bridge.pbx.ami_wire import AmiParser, Frame

START_MS = 1_800_000_000_250
USER, SECRET, CHALLENGE = "wallboard", "a secret of the demo's", "378091977"


def all_frames(data: bytes) -> list[Frame]:
    return AmiParser().feed(data)


def ask(action: str, **fields: str) -> bytes:
    lines = [f"Action: {action}", *(f"{key}: {value}" for key, value in fields.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def said(talk: AmiTalk, data: bytes, now_ms: int = START_MS) -> bytes:
    return b"".join(answer.data for answer in talk.receive(data, now_ms))
