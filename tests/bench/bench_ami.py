"""AMI bytes to frames, to events, to queue state: events per second on one core, beside two peers in the same run.

    python -m tests.bench.bench_ami

The bytes are the live events of the recorded Asterisk 22 capture, over and over, each round with ids of its own. All
take turns, so that a busy machine slows each alike; the figures are medians. Peers: panoramisk and, where installed,
asterisk-ami; both put every field of every frame into a dict. Ours is measured so as well, for the sake of fairness,
but the budget (DESIGN section 8) is for what the bridge does: it finds the frames and looks up the fields it needs.
"""

from __future__ import annotations

import io
import logging
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path

from panoramisk.ami_protocol import AMIProtocol  # type: ignore[import-untyped]

from host_bridge.pbx.ami_session import INTERESTING, AmiSession
from host_bridge.pbx.ami_wire import AmiParser
from host_bridge.truth.service_level import ServiceLevel
from host_bridge.truth.truth import Truth

try:
    from asterisk.ami import AMIClient  # type: ignore[import-untyped]
except ImportError:
    AMIClient = None

CAPTURE = Path(__file__).parents[1] / "captures" / "asterisk22_all_outcomes.ami"
BANNER = b"Asterisk Call Manager/11.0.0\r\n"
READ_SIZE = 1 << 16
REPEATS = 60
ROUNDS = 9

PARSE_OVER_PANORAMISK = 2.5
PARSE_OVER_ASTERISK_AMI = 1.5
STATE_EVENTS_S = 80_000

LOGIN = (
    BANNER,
    b"Response: Success\r\nActionID: challenge-1\r\nChallenge: 1\r\n\r\n",
    b"Response: Success\r\nActionID: login-1\r\n\r\n",
    b"Response: Success\r\nActionID: ping-1\r\nPing: Pong\r\n\r\n",
    b"Response: Success\r\nActionID: list-1\r\nEventList: start\r\n\r\n",
    b"Event: QueueStatusComplete\r\nActionID: list-1\r\nEventList: Complete\r\n\r\n",
)


def stream() -> tuple[list[bytes], int]:
    """Return the bytes in pieces as read from a socket, and how many events they hold."""
    frames = CAPTURE.read_bytes().removeprefix(BANNER).split(b"\r\n\r\n")
    live = [part for part in frames if b"\r\nPrivilege: " in part and b"Event: Shutdown" not in part]
    once = b"".join(part + b"\r\n\r\n" for part in live)
    data = b"".join(once.replace(b"1795323", b"%07d" % (1_795_323 + number)) for number in range(REPEATS))
    return [data[at : at + READ_SIZE] for at in range(0, len(data), READ_SIZE)], len(live) * REPEATS


def panoramisk(pieces: list[bytes]) -> int:
    """Its protocol object as it is, with a manager that takes each message and does nothing."""
    protocol = AMIProtocol()
    protocol.connection_made(None)
    protocol.encoding = "utf8"
    protocol.version = "11.0.0"
    protocol.factory = manager = _Manager()
    for piece in pieces:
        protocol.data_received(piece)
    return manager.messages


def asterisk_ami(pieces: list[bytes]) -> int:
    """Its client as it is, on a socket that hands out what it asks for, with a listener that does nothing."""
    count = 0

    def took(**_: object) -> None:
        nonlocal count
        count += 1

    client = AMIClient()
    client.finished = threading.Event()
    client._socket = _Socket(BANNER + b"".join(pieces))
    client.add_event_listener(on_event=took)
    client.listen()
    return count


def every_field_to_a_dict(pieces: list[bytes]) -> int:
    """Our parser with every field of every frame in a dict: like for like with the peers."""
    parser = AmiParser()
    parser.feed(BANNER)
    return sum(len([frame.fields() for frame in parser.feed(piece)]) for piece in pieces)


def frames_alone(pieces: list[bytes]) -> int:
    """Our parser: frames of interest told apart, their fields still to be looked up."""
    parser = AmiParser(INTERESTING)
    parser.feed(BANNER)
    return sum(len(parser.feed(piece)) for piece in pieces) + parser.skipped


def parse(pieces: list[bytes]) -> int:
    """What the bridge reads: bytes to the session's events, their fields looked up and their numbers checked."""
    session = _session()
    for now_ms, piece in enumerate(pieces, 2000):
        session.receive(piece, now_ms)
    return 0


def parse_and_state(pieces: list[bytes]) -> int:
    """Bytes to queue state: what the bridge does with each event before it publishes."""
    session = _session()
    truth = Truth(lambda _queue: ServiceLevel(), None)
    apply = truth.apply
    for now_ms, piece in enumerate(pieces, 2000):
        for event in session.receive(piece, now_ms):
            apply(event, now_ms)
    return 0


class _Manager:
    """What panoramisk's protocol expects of its owner."""

    save_stream = None
    forgetable_actions = ()

    def __init__(self) -> None:
        self.messages = 0

    def dispatch(self, _message: object) -> None:
        self.messages += 1


class _Socket(io.BytesIO):
    """A socket to read from."""

    def recv(self, size: int) -> bytes:
        return self.read(size)


def _session() -> AmiSession:
    session = AmiSession("wallboard", "secret")
    session.connected(0)
    for piece in LOGIN:
        session.receive(piece, 0)
    assert session.state == "up"
    return session


def measure() -> dict[str, float]:
    """Return the median events/s of each contestant, by its function's name."""
    pieces, events = stream()
    contestants: list[Callable[[list[bytes]], int]] = [panoramisk]
    contestants += [asterisk_ami] if AMIClient is not None else []
    contestants += [frames_alone, every_field_to_a_dict, parse, parse_and_state]
    rates: dict[str, list[float]] = {each.__name__: [] for each in contestants}
    for _ in range(ROUNDS):
        for each in contestants:
            started = time.perf_counter()
            counted = each(pieces)
            rates[each.__name__].append(events / (time.perf_counter() - started))
            assert counted in (0, events), f"{each.__name__} saw {counted} of {events} events"
    return {name: statistics.median(rate) for name, rate in rates.items()}


def main() -> int:
    """Print the table; return 0 when every budget is kept, 1 when one is not."""
    logging.disable(logging.CRITICAL)  # panoramisk formats each message for its debug log otherwise
    pieces, events = stream()
    size = sum(map(len, pieces)) // events
    rates = measure()
    print(f"AMI reader: {events:,} events of {size} bytes on average, medians of {ROUNDS} rounds, events/s on one core")
    for name, rate in rates.items():
        print(f"  {name.replace('_', ' '):26} {rate:10,.0f}   {rate / rates['panoramisk']:5.2f} x panoramisk")
    budgets = [
        ("parse over panoramisk", rates["parse"] / rates["panoramisk"], PARSE_OVER_PANORAMISK),
        ("parse and state together, events/s", rates["parse_and_state"], STATE_EVENTS_S),
    ]
    if "asterisk_ami" in rates:
        budgets.append(("parse over asterisk-ami", rates["parse"] / rates["asterisk_ami"], PARSE_OVER_ASTERISK_AMI))
    else:
        print("  asterisk-ami is not installed (pip install asterisk-ami): not compared")
    kept = True
    for name, got, least in budgets:
        kept = kept and got >= least
        print(f"  budget {name}: {got:,.2f}, at least {least:,}: {'kept' if got >= least else 'MISSED'}")
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
