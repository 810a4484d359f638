"""Mutated AMI frames by the million, made of the recorded captures: what a broken or hostile PBX may send.

    python -m tests.fuzz_ami SEED FRAMES

Each frame goes through the parser in reads of random size, and what comes out is translated and, now and then, looked
at in every other way a frame can be. Nothing but the readers' own errors may come of it. The last line is for
the test: how many frames, how they fared, and the process's memory in KiB after a tenth
of them and at its highest.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from host_bridge.pbx.ami_events import TRANSLATIONS, AmiFrameError
from host_bridge.pbx.ami_list import LIST_EVENTS, QueueList
from host_bridge.pbx.ami_session import INTERESTING
from host_bridge.pbx.ami_wire import AmiParser, AmiWireError, Frame

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
END = b"\r\n\r\n"
CAPTURES = sorted((Path(__file__).parent / "captures").glob("*.ami"))
READ_SIZES = (1, 7, 64, 1024, 16_384, 65_536)
CAP = 1 << 16  # a sixteenth of the real one, so that frames do run past it

TOKENS = (
    b"\r\n",
    b"\r\n\r\n",
    b"\r",
    b"\n",
    b"\0",
    b": ",
    b":",
    b"Event: QueueCallerJoin",
    b"Event: Shutdown\r\n",
    b"Response: ",
    b"\r\nQueue: ",
    b"\r\nUniqueid: ",
    b"\r\nPosition: -1\r\n",
    b"99999999999999999999999999",
    b"1e309",
    b"nan",
    b"-0",
    b"\xff\xfe\xe9",
    b"\xf0\x9f\x98",  # three bytes of a character of four
    "٣१".encode(),  # digits that int() takes, and no PBX sends
    b"1_000",
    b"%s%n",
    b"A" * 3_000,
)

Mutation = Callable[[random.Random, bytes], bytes]


def frames_of_captures() -> list[bytes]:
    """Every different frame of the captures, without its end; each event at most twenty times."""
    by_kind: dict[bytes, list[bytes]] = {}
    for path in CAPTURES:
        for raw in path.read_bytes().removeprefix(BANNER).split(END):
            of_kind = by_kind.setdefault(raw.partition(b"\r\n")[0], [])
            if raw and raw not in of_kind and len(of_kind) < 20:
                of_kind.append(raw)
    return [raw for of_kind in by_kind.values() for raw in of_kind]


def _flip(noise: random.Random, raw: bytes) -> bytes:
    at = noise.randrange(len(raw))
    return b"%b%c%b" % (raw[:at], noise.randrange(256), raw[at + 1 :])


def _cut_out(noise: random.Random, raw: bytes) -> bytes:
    at = noise.randrange(len(raw))
    return raw[:at] + raw[at + noise.randrange(1, 40) :]


def _cut_off(noise: random.Random, raw: bytes) -> bytes:
    return raw[: noise.randrange(len(raw))]


def _put_in(noise: random.Random, raw: bytes) -> bytes:
    at = noise.randrange(len(raw))
    return raw[:at] + noise.choice(TOKENS) + raw[at:]


def _change_value(noise: random.Random, raw: bytes) -> bytes:
    lines = raw.split(b"\r\n")
    at = noise.randrange(len(lines))
    lines[at] = lines[at].partition(b": ")[0] + b": " + noise.choice(TOKENS)
    return b"\r\n".join(lines)


def _change_lines(noise: random.Random, raw: bytes) -> bytes:
    """One line away, doubled, or elsewhere."""
    lines = raw.split(b"\r\n")
    line = lines.pop(noise.randrange(len(lines)))
    for _ in range(noise.randrange(3)):
        lines.insert(noise.randrange(len(lines) + 1), line)
    return b"\r\n".join(lines)


def _rename(noise: random.Random, raw: bytes) -> bytes:
    """The fields of one event under the name of another."""
    return b"Event: %b\r\n%b" % (noise.choice(_NAMES), raw.partition(b"\r\n")[2])


def _noise(noise: random.Random, raw: bytes) -> bytes:
    return noise.randbytes(noise.randrange(200))


_NAMES = [name.encode() for name in sorted(INTERESTING)]
_MUTATIONS: tuple[Mutation, ...] = (
    _flip,
    _cut_out,
    _cut_off,
    _put_in,
    _change_value,
    _change_lines,
    _rename,
    _noise,
)


def mutated(noise: random.Random, frames: list[bytes], *, oversize: bool) -> bytes:
    """One frame of the captures with one to three things wrong, its end mostly there; `oversize`: some far too long."""
    raw = noise.choice(frames)
    for _ in range(noise.choice((1, 1, 2, 3))):
        raw = noise.choice(_MUTATIONS)(noise, raw or b"\0")
    if oversize and noise.random() < 0.001:
        raw += b"A" * noise.choice((CAP // 2, 2 * CAP))
    return raw if noise.random() < 0.02 else raw + END


def pieces(noise: random.Random, data: bytes) -> Iterator[bytes]:
    """`data` as a socket might give it."""
    at = 0
    while at < len(data):
        size = noise.choice(READ_SIZES)
        yield data[at : at + size]
        at += size


class Fared:
    """What became of the frames."""

    def __init__(self) -> None:
        self.frames = 0  # sent
        self.seen = 0  # given by the parser
        self.events = 0  # read, and understood
        self.refused = 0  # read, and a number in it was none
        self.broken = 0  # connections given up for what they said

    def __str__(self) -> str:
        return f"frames {self.frames} seen {self.seen} events {self.events} refused {self.refused} broken {self.broken}"


def look_at(frame: Frame, fared: Fared) -> None:
    """Do with a frame what the session does, and whatever else a frame can."""
    fared.seen += 1
    if fared.seen % 16 == 0 and frame.fields() != {key: frame.all(key)[0] for key, _ in frame.lines()}:
        raise AssertionError(f"a field is not the first of its lines: {frame.lines()}")
    if frame.response and frame.event:
        raise AssertionError("no frame is an event and an answer")
    try:
        if frame.event in TRANSLATIONS:
            fared.events += TRANSLATIONS[frame.event](frame, 0) is not None
        elif frame.event in LIST_EVENTS:
            QueueList("list-1", None).add(frame, 1_000, 0)
    except AmiFrameError:
        fared.refused += 1


def run(seed: int, count: int, tenth: Callable[[int], None] = lambda number: None) -> Fared:
    """Send `count` mutated frames; `tenth` is called after each tenth of them, with its number."""
    noise = random.Random(seed)
    frames = frames_of_captures()
    fared = Fared()
    parser = AmiParser(INTERESTING, CAP)
    parser.feed(BANNER)
    block = 100
    for number in range(count // block):
        fared.frames += block
        oversize = number >= count // block * 9 // 10  # they end the connection, and a new one would hide a leak
        for piece in pieces(noise, b"".join([mutated(noise, frames, oversize=oversize) for _ in range(block)])):
            try:
                for frame in parser.feed(piece):
                    look_at(frame, fared)
            except AmiWireError:
                fared.broken += 1
                parser = AmiParser(None if noise.random() < 0.1 else INTERESTING, CAP)
                parser.feed(BANNER)
        if (number + 1) % max(count // block // 10, 1) == 0:
            tenth((number + 1) // max(count // block // 10, 1))
    return fared


def memory_kib(process: int | str = "self") -> int:
    """A process's memory now. Raises OSError when there is none of that id."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def main(seed: int, count: int) -> None:
    """Run and tell."""
    memory: list[int] = []
    fared = run(seed, count, lambda number: memory.append(memory_kib()))
    print(f"{fared} memory {memory[0]} {max(memory)}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
