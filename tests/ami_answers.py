"""What a PBX says to an AMI session, and a session led to each of its states."""

from __future__ import annotations

from host_bridge.pbx.ami_dialogue import State
from host_bridge.pbx.ami_session import AmiSession
from host_bridge.pbx.events import Event

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
PBX_S = 1_795_323_800  # the PBX's clock, epoch s, at the bridge's 0
FULLY_BOOTED = b"Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: %d\r\nLastReload: 5\r\n\r\n"


def frame(first: str, **fields: object) -> bytes:
    lines = [first, *(f"{key}: {value}" for key, value in fields.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def ok(action_id: str, **fields: object) -> bytes:
    return frame("Response: Success", ActionID=action_id, **fields)


def pong(now_ms: int) -> bytes:
    return ok("ping-1", Ping="Pong", Timestamp=f"{PBX_S + now_ms / 1000:.6f}")


def list_of(action_id: str, queues: dict[str, list[tuple[str, int]]]) -> bytes:
    """A QueueStatus list: queue → (call, Wait in s) of its callers; one member each."""
    data = ok(action_id, EventList="start", Message="Queue status will follow")
    for queue, callers in queues.items():
        data += frame(
            "Event: QueueParams", Queue=queue, Calls=len(callers), Completed=3, Abandoned=1, ActionID=action_id
        )
        data += frame(
            "Event: QueueMember",
            Queue=queue,
            Name="Bob",
            Location="Local/102@agents/n",
            InCall=0,
            Status=1,
            Paused=0,
            ActionID=action_id,
        )
        for position, (call, wait_s) in enumerate(callers, 1):
            data += frame(
                "Event: QueueEntry",
                Queue=queue,
                Position=position,
                Uniqueid=call,
                CallerIDNum="555",
                CallerIDName='Joe "Q"',
                Wait=wait_s,
                ActionID=action_id,
            )
    return data + frame("Event: QueueStatusComplete", ActionID=action_id, EventList="Complete")


def actions(session: AmiSession) -> list[dict[str, str]]:
    """What the session has to send, and sends no second time."""
    sent = session.outgoing().decode()
    assert session.outgoing() == b""
    return [dict(line.split(": ", 1) for line in text.split("\r\n")) for text in sent.split("\r\n\r\n")[:-1]]


def reach(state: State, session: AmiSession, now_ms: int = 0) -> list[Event]:
    """Lead a session from a new connection to a state; return what it yielded on the way."""
    events: list[Event] = []
    session.connected(now_ms)
    for upto, data in (
        (State.CHALLENGE, BANNER),
        (State.LOGIN, ok("challenge-1", Challenge="840415273")),
        (State.BOOTING, ok("login-1", Message="Authentication accepted")),
        (State.SYNCING, pong(now_ms)),
        (State.UP, None),
    ):
        if session.state is state:
            break
        if data is None:  # the list's ActionID differs from connection to connection
            data = list_of(actions(session)[-1]["ActionID"], {"sales": []})
        events += session.receive(data, now_ms)
        assert session.state is upto
    assert session.state is state
    session.outgoing()
    return events


def up(**options: object) -> AmiSession:
    session = AmiSession("wallboard", "secret", **options)  # type: ignore[arg-type]
    reach(State.UP, session)
    return session


def joined(pbx_ms: int) -> bytes:
    stamp = f"{PBX_S + pbx_ms / 1000:.6f}"
    return frame("Event: QueueCallerJoin", Timestamp=stamp, Uniqueid="1", Linkedid="1", Queue="q", Position=1, Count=1)
