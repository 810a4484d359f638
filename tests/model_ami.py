"""The manager interface of a model PBX, in bytes: it says what Asterisk 22 says, and answers what the bridge asks.

`ModelPbx` makes events and keeps the truth; here they become frames (shapes as in tests/captures), and QueueStatus
lists what is true at the moment of asking. Nothing in here knows how the bridge reads them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from host_bridge.pbx import events as ev
from tests.model_pbx import ModelPbx

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
CHANNEL = {
    "Channel": "Local/caller@phones-00000000;1",
    "CallerIDNum": "<unknown>",
    "CallerIDName": "Event: Hangup Uniqueid: 1.1 Queue: q1",  # a caller may choose his name
    "ConnectedLineName": "Ren\\351",
    "Context": "callers",
}
_CHANNEL_LINES = "".join(f"{key}: {value}\r\n" for key, value in CHANNEL.items())


def frame(first: str, **fields: object) -> bytes:
    """One frame."""
    return "\r\n".join([first, *(f"{key}: {value}" for key, value in fields.items()), "\r\n"]).encode()


class ModelAmi:
    """One manager session after the other. `stamps`: timestampevents = yes."""

    def __init__(self, pbx: ModelPbx, *, stamps: bool = True, said_twice: Callable[[], bool] = lambda: False) -> None:
        self.booted_ms = pbx.now_ms - 3_600_000
        self.out = bytearray()
        """Said and not yet taken by the network."""
        self._pbx = pbx
        self._stamps = stamps
        self._said_twice = said_twice
        self.lag_ms = 0
        """How long an event is on its way inside of the PBX, where a list that has it already overtakes it."""
        self._heard = b""
        self._on_its_way: list[tuple[int, ev.Event]] = []  # since when
        self._is_open = self._is_logged_in = False

    def connect(self) -> None:
        """A client is there: the PBX speaks first. What happened while nobody listened is told to nobody."""
        self._pbx.take()
        self._on_its_way.clear()
        self._heard = b""
        self._is_open, self._is_logged_in = True, False
        self.out[:] = BANNER

    def cut(self) -> None:
        """The line is gone, with what was on it."""
        self.out.clear()
        self._pbx.take()
        self._on_its_way.clear()
        self._is_open = False

    def say(self) -> None:
        """Put what happened into the bytes to come; with nobody logged in it is lost."""
        now_ms = self._pbx.now_ms
        self._on_its_way += ((now_ms, event) for event in self._pbx.take())
        is_heard = self._is_open and self._is_logged_in
        while self._on_its_way and now_ms >= self._on_its_way[0][0] + self.lag_ms:
            _, event = self._on_its_way.pop(0)
            if is_heard:
                for _ in range(2 if _may_be_said_twice(event) and self._said_twice() else 1):
                    self.out += self._frame(event)

    @property
    def says_at_ms(self) -> int | None:
        """When the next event that is on its way will be said."""
        return self._on_its_way[0][0] + self.lag_ms if self._on_its_way else None

    def say_shutdown(self) -> None:
        """An orderly stop."""
        self.say()
        self.out += frame("Event: Shutdown", Privilege="system,all", Shutdown="Cleanly", Restart="True")

    def say_reload(self) -> None:
        """`queue reload`."""
        self.say()
        self.out += frame("Event: Reload", Privilege="system,all", Module="app_queue.so", Status=0)

    def hear(self, data: bytes) -> None:
        """Take actions and answer them."""
        if not self._is_open:
            return
        *actions, self._heard = (self._heard + data).split(b"\r\n\r\n")
        for action in actions:
            fields = dict(line.split(": ", 1) for line in action.decode().split("\r\n"))
            self.say()
            self.out += self._answer(fields)

    def _answer(self, asked: dict[str, str]) -> bytes:
        ident = asked.get("ActionID", "")
        action = asked["Action"]
        if action == "Challenge":
            return frame("Response: Success", ActionID=ident, Challenge="212245859")
        if action == "Login":
            uptime_s = (self._pbx.now_ms - self.booted_ms) // 1000
            self._is_logged_in = True
            booted = frame("Event: FullyBooted", Privilege="system,all", Uptime=uptime_s, LastReload=uptime_s)
            return frame("Response: Success", ActionID=ident, Message="Authentication accepted") + booted
        if action == "Ping":
            return frame("Response: Success", ActionID=ident, Ping="Pong", Timestamp=self._stamp(self._pbx.now_ms))
        if action == "QueueStatus":
            return self._list(ident, asked.get("Queue"))
        raise AssertionError(f"a reader must not send {action}")

    def _list(self, ident: str, only: str | None) -> bytes:
        data = frame("Response: Success", ActionID=ident, EventList="start", Message="Queue status will follow")
        pbx_s = (self._pbx.now_ms + self._pbx.epoch_ms) // 1000
        queues = self._pbx.snapshot(*([only] if only in self._pbx.lines else [])).queues
        for queue in queues if only is None or only in self._pbx.lines else ():
            data += frame(
                "Event: QueueParams",
                Queue=queue.queue,
                Calls=queue.calls,
                Completed=queue.completed,
                Abandoned=queue.abandoned,
                ActionID=ident,
            )
            for member in queue.members:
                data += frame(
                    "Event: QueueMember",
                    Queue=queue.queue,
                    Name=member.name,
                    Location=member.interface,
                    InCall=int(member.in_call),
                    Status=member.status,
                    Paused=int(member.paused),
                    ActionID=ident,
                )
            for caller in queue.callers:
                joined_s = (caller.joined_ms + self._pbx.epoch_ms) // 1000
                data += frame(
                    "Event: QueueEntry",
                    Queue=queue.queue,
                    Position=caller.position,
                    Uniqueid=caller.call,
                    CallerIDName=CHANNEL["CallerIDName"],
                    Wait=pbx_s - joined_s,
                    ActionID=ident,
                )
        return data + frame("Event: QueueStatusComplete", ActionID=ident, EventList="Complete", ListItems=0)

    def _stamp(self, at_ms: int) -> str:
        return f"{(at_ms + self._pbx.epoch_ms) / 1000:.6f}"

    def _frame(self, event: ev.Event) -> bytes:
        name, fields = _FRAMES[type(event)](event)
        stamp = f"Timestamp: {self._stamp(event.at_ms)}\r\n" if self._stamps else ""
        body = "\r\n".join([f"{key}: {value}" for key, value in fields.items()])
        return f"Event: {name}\r\nPrivilege: agent,all\r\n{stamp}{_CHANNEL_LINES}{body}\r\n\r\n".encode()


def _may_be_said_twice(event: ev.Event) -> bool:
    """Not what has meaning by its place alone: a Leave under an unknown id, a talk without one."""
    return not isinstance(event, ev.Left) and not (isinstance(event, ev.Completed) and not event.call)


def _call(event: Any) -> dict[str, object]:
    """A completed call whose channel is gone has no ids at all."""
    return {"Uniqueid": event.call, "Linkedid": event.call} if event.call else {}


def _member(event: ev.MemberChanged) -> dict[str, object]:
    return {
        "Queue": event.queue,
        "MemberName": event.name,
        "Interface": event.interface,
        "InCall": int(event.in_call),
        "Status": event.status,
        "Paused": int(event.paused),
    }


def _ring(event: ev.Rang | ev.NotAnswered) -> dict[str, object]:
    """Of a member whose name is not UTF-8 Asterisk leaves these out."""
    return {"Queue": event.queue, "Interface": event.interface, "MemberName": "Dana"} if event.interface else {}


# Any: each line takes its own kind of event, which a dict by type cannot say
_FRAMES: dict[type, Callable[[Any], tuple[str, dict[str, object]]]] = {
    ev.QueueEntered: lambda e: (
        "Newexten",
        {"Uniqueid": e.call, "Linkedid": e.call, "Application": "Queue", "AppData": f"{e.queue},t,,,60"},
    ),
    ev.Joined: lambda e: (
        "QueueCallerJoin",
        {"Uniqueid": e.call, "Linkedid": e.journey, "Queue": e.queue, "Position": e.position, "Count": e.count},
    ),
    ev.Left: lambda e: (
        "QueueCallerLeave",
        {**_call(e), "Queue": e.queue, "Position": e.position, "Count": e.count},
    ),
    ev.GaveUp: lambda e: (
        "QueueCallerAbandon",
        {**_call(e), "Queue": e.queue, "Position": e.position, "OriginalPosition": 1, "HoldTime": e.hold_s},
    ),
    ev.Rang: lambda e: ("AgentCalled", {**_call(e), "DestUniqueid": "9.9", **_ring(e)}),
    ev.NotAnswered: lambda e: ("AgentRingNoAnswer", {**_call(e), **_ring(e), "RingTime": e.ring_ms}),
    ev.Connected: lambda e: (
        "AgentConnect",
        {
            **_call(e),
            "DestUniqueid": "9.9",
            "Queue": e.queue,
            "Interface": e.interface,
            "HoldTime": e.hold_s,
            "RingTime": e.ring_s,
        },
    ),
    ev.Completed: lambda e: (
        "AgentComplete",
        {
            **_call(e),
            "Queue": e.queue,
            "Interface": e.interface,
            "HoldTime": e.hold_s,
            "TalkTime": e.talk_s,
            "Reason": e.reason,
        },
    ),
    ev.HangupAsked: lambda e: ("HangupRequest", {**_call(e), "Cause": 16}),
    ev.HungUp: lambda e: ("Hangup", {**_call(e), "Cause": 16, "Cause-txt": "Normal Clearing"}),
    ev.QueueStatusSet: lambda e: ("VarSet", {**_call(e), "Variable": "QUEUESTATUS", "Value": e.status}),
    ev.MemberChanged: lambda e: ("QueueMemberStatus", _member(e)),
    ev.MemberRemoved: lambda e: ("QueueMemberRemoved", {"Queue": e.queue, "Interface": e.interface}),
}
