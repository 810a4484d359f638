"""A recorded AMI stream played to the bridge's own session: it asks, and the recording answers.

The recording's lists and pings answered somebody else's questions. So the session is made to ask the same just before
each, and the answers get the ids of its own questions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from host_bridge.pbx.ami_dialogue import State
from host_bridge.pbx.ami_session import AmiSession
from host_bridge.pbx.events import Event

CAPTURES = Path(__file__).parent / "captures"
_ACTION_ID = re.compile(rb"\r\nActionID: ([^\r]*)")
_TIMESTAMP = re.compile(rb"\r\nTimestamp: (\d+)\.(\d{3})")


def replay(name: str) -> Iterator[tuple[Event, int]]:
    """Each event that the session makes of a capture, with the time in ms of the PBX's clock.

    The capture must have been taken with `timestampevents`. AssertionError when the session does not follow.
    """
    banner, stream = (CAPTURES / f"{name}.ami").read_bytes().split(b"\r\n", 1)
    # It pings and looks when the recording does: a ping is always due, a look never.
    session = AmiSession("wallboard", "secret", ping_ms=1, deadline_ms=60_000, poll_ms=3_600_000)
    answers = _Answers(session)
    now_ms = int(_search(_TIMESTAMP, stream)[0]) * 1000
    session.connected(now_ms)
    yield from ((event, now_ms) for event in session.receive(banner + b"\r\n", now_ms))
    for frame in stream.split(b"\r\n\r\n")[:-1]:
        stamp = _TIMESTAMP.search(b"\r\n" + frame)
        if stamp:
            now_ms = max(now_ms, int(stamp[1] + stamp[2]))
        asked = answers.to(b"\r\n" + frame, now_ms)
        if asked is not None:
            yield from ((event, now_ms) for event in session.receive(asked[2:] + b"\r\n\r\n", now_ms))
    assert session.dropped == 0, session.problem
    assert session.state is State.UP or "shutting down" in str(session.wants_close), session.wants_close


class _Answers:
    """What the session has asked and the recording can answer."""

    def __init__(self, session: AmiSession) -> None:
        self._session = session
        self._ids: dict[bytes, bytes] = {}  # the recording's ActionID → ours
        self._asked: dict[str, list[bytes]] = {}  # action → our ids, oldest first

    def to(self, frame: bytes, now_ms: int) -> bytes | None:
        """The frame as an answer to the session's own question; an event as it is; None for what nobody asked."""
        found = _ACTION_ID.search(frame)
        if found is None:
            return frame
        if found[1] not in self._ids:
            ours = self._ask(_action(frame), now_ms)
            if ours is None:
                return None
            self._ids[found[1]] = ours
        return frame.replace(found[0], b"\r\nActionID: " + self._ids[found[1]])

    def _ask(self, action: str, now_ms: int) -> bytes | None:
        self._listen()
        if action == "QueueStatus" and not self._asked.get(action):
            self._session.ask_status(None, now_ms)
        elif action == "Ping" and not self._asked.get(action):
            self._session.on_timer(now_ms)
        self._listen()
        ours = self._asked.get(action)
        return ours.pop(0) if ours else None

    def _listen(self) -> None:
        for action in self._session.outgoing().split(b"\r\n\r\n")[:-1]:
            name = action.partition(b"\r\n")[0].removeprefix(b"Action: ").decode()
            self._asked.setdefault(name, []).append(_search(_ACTION_ID, action)[0])


def _action(frame: bytes) -> str:
    """Which action the first frame of an answer is to."""
    for mark, action in (
        (b"\r\nChallenge: ", "Challenge"),
        (b"\r\nMessage: Authentication accepted", "Login"),
        (b"\r\nPing: Pong", "Ping"),
        (b"\r\nMessage: Queue status will follow", "QueueStatus"),
    ):
        if mark in frame:
            return action
    return "another"


def _search(pattern: re.Pattern[bytes], text: bytes) -> tuple[bytes, ...]:
    found = pattern.search(text)
    assert found is not None, f"{pattern.pattern!r} is nowhere in it"
    return found.groups()
