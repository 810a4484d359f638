"""One AMI session from the outside: bytes and time in, events and bytes out. No socket, no clock.

What is said with the PBX stands in the table of `ami_dialogue`; here frames are told apart and time is kept. Queue
events that come before the first list are passed on at once: by contract their handlers are idempotent.
"""

from __future__ import annotations

from host_bridge.pbx.ami_dialogue import SYSTEM_SIGNALS, Dialogue, State
from host_bridge.pbx.ami_events import TRANSLATIONS, AmiFrameError
from host_bridge.pbx.ami_list import LIST_EVENTS, Lists
from host_bridge.pbx.ami_ping import Pulse
from host_bridge.pbx.ami_wire import AmiParser, AmiWireError, Frame, can_carry, encode_action
from host_bridge.pbx.events import Event, Joined, QueueEntered

INTERESTING = frozenset(TRANSLATIONS) | frozenset(SYSTEM_SIGNALS) | LIST_EVENTS
"""The only AMI events that are looked at."""

_WAITS_FOR = {
    State.BANNER: "sent no AMI banner (is it the AMI port, and TLS on both sides or on none?)",
    State.CHALLENGE: "did not answer Challenge",
    State.LOGIN: "did not answer Login",
}
_LOGGED_IN = (State.BOOTING, State.SYNCING, State.UP)


class AmiSession:
    """One object lives through all connections to one PBX.

    `queues`: those to read, None for all. A PBX that answers nothing for `deadline_ms` is down; it is pinged every
    `ping_ms`, and its whole list is taken every `poll_ms`. Times are ms of the bridge's steady clock.
    """

    def __init__(
        self,
        username: str,
        secret: str,
        *,
        queues: frozenset[str] | None = None,
        ping_ms: int = 2_000,
        deadline_ms: int = 5_000,
        poll_ms: int = 15_000,
    ) -> None:
        self.dropped = 0
        """Frames that could not be understood and were left out, over all connections."""
        self._deadline_ms = deadline_ms
        self._passed = None if queues is None else queues | {""}
        self._pulse = Pulse(ping_ms, deadline_ms)
        self._lists = Lists(poll_ms, 2 * deadline_ms)
        self._dialogue = Dialogue(username, secret, queues, self._pulse, self._lists)
        self._parser = AmiParser(INTERESTING)

    @property
    def state(self) -> State:
        """Where the session stands."""
        return self._dialogue.state

    @property
    def wants_close(self) -> str | None:
        """The reason for which the connection should be closed, None while it is fine."""
        return self._dialogue.wants_close

    @property
    def refused(self) -> bool:
        """Whether it was the login that failed: trying again soon would only hammer the PBX."""
        return self._dialogue.refused

    @property
    def problem(self) -> str:
        """What a person should know or do about this PBX; "" when all is well."""
        return "; ".join(self._dialogue.problems.values())

    @property
    def heard_ms(self) -> int:
        """When the last byte came, or the connection began, in ms of the bridge's clock."""
        return self._pulse.heard_ms

    @property
    def shift_ms(self) -> int | None:
        """The PBX's clock (ms since 1970) minus the bridge's; None until this connection's first Pong."""
        offset_ms = self._pulse.offset_ms
        return None if offset_ms is None else -offset_ms

    def connected(self, now_ms: int) -> None:
        """The transport is open; the PBX speaks first."""
        self._parser = AmiParser(INTERESTING)
        self._dialogue.start(now_ms)

    def receive(self, data: bytes, now_ms: int) -> list[Event]:
        """Take what came from the transport, in pieces of any size; return the events in it, in their order."""
        dialogue, pulse, passed = self._dialogue, self._pulse, self._passed
        if dialogue.state in (State.CLOSED, State.FAILED):
            return []
        pulse.heard_ms = now_ms
        try:
            frames = self._parser.feed(data)
        except AmiWireError as error:
            return dialogue.fail(str(error), now_ms)
        events: list[Event] = []
        if dialogue.state is State.BANNER and self._parser.banner is not None:
            events += dialogue.signal("banner", Frame("", b""), now_ms)
        for frame in frames:
            translate = TRANSLATIONS.get(frame.event)
            try:
                if translate is None:
                    events += self._control(frame, now_ms)
                    if dialogue.wants_close is not None:
                        return events  # what a PBX says after its goodbye is not read any more
                    continue
                event = translate(frame, pulse.at_ms(frame, now_ms))
            except AmiFrameError as error:
                self.dropped += 1
                dialogue.problems["dropped"] = f"frames of the PBX left out: {self.dropped}, the last because {error}"
                continue
            if event is None:
                continue
            # The dialplan spells a queue as it likes, and a caller whom another queue rejects must be known as such.
            if passed is None or isinstance(event, QueueEntered) or getattr(event, "queue", "") in passed:
                events.append(event)
        if not dialogue.joins_come:
            dialogue.joins_come = any(isinstance(event, Joined) for event in events)
        dialogue.ask_if_due(now_ms)
        return events

    def closed(self, reason: str, now_ms: int) -> list[Event]:
        """The transport is gone. `reason` is for people; one that the session itself gave earlier stands."""
        dialogue = self._dialogue
        events = [] if dialogue.state is State.FAILED else dialogue.fail(reason, now_ms)
        dialogue.state = State.CLOSED
        return events

    def outgoing(self) -> bytes:
        """Return the bytes to send now, each once."""
        data = bytes(self._dialogue.outgoing)
        self._dialogue.outgoing.clear()
        return data

    def ask_status(self, queue: str | None, now_ms: int) -> None:
        """Ask for the list of one queue, or of all (None), as soon as no other list is under way."""
        if self.state is State.UP:  # before that the whole list is coming anyway
            self._lists.ask(queue if queue is not None and can_carry("Queue", queue) else None)
            self._dialogue.ask_if_due(now_ms)

    def log_off(self) -> None:
        """Put a civil end among the outgoing bytes, if anybody is logged in."""
        if self.state in _LOGGED_IN:
            self._dialogue.outgoing += encode_action("Logoff")

    def next_timer_ms(self) -> int | None:
        """When `on_timer` is due; None when there is nothing to wait for. Any other call may move it."""
        dialogue = self._dialogue
        if dialogue.state in _WAITS_FOR:
            return dialogue.since_ms + self._deadline_ms
        if dialogue.state not in _LOGGED_IN:
            return None
        if dialogue.state is State.BOOTING:
            return self._pulse.next_ms()
        return min(self._pulse.next_ms(), self._lists.next_ms())

    def on_timer(self, now_ms: int) -> list[Event]:
        """Do what is due by time alone. Called early it does nothing."""
        dialogue = self._dialogue
        waits_for = _WAITS_FOR.get(dialogue.state)
        if waits_for is not None and now_ms >= dialogue.since_ms + self._deadline_ms:
            return dialogue.fail(f"the PBX {waits_for} within {self._deadline_ms} ms", now_ms)
        if dialogue.state not in _LOGGED_IN:
            return []
        if self._pulse.is_dead(now_ms):
            return dialogue.fail(f"the PBX has answered nothing for {now_ms - self._pulse.heard_ms} ms", now_ms)
        if self._lists.is_stuck(now_ms):
            return dialogue.fail("the PBX did not finish its QueueStatus list", now_ms)
        if self._pulse.ping_is_due(now_ms):
            dialogue.ping(now_ms)
        dialogue.ask_if_due(now_ms)
        return []

    def _control(self, frame: Frame, now_ms: int) -> list[Event]:
        """Take a frame that is no queue event: a part of a list, or a signal for the table."""
        if frame.event in LIST_EVENTS:
            current = self._lists.belongs(frame, now_ms)
            if current is None:
                return []
            if frame.event == "QueueStatusComplete":
                return self._dialogue.signal("list done", frame, now_ms)
            current.add(frame, now_ms, self._pulse.offset_ms)
            return []
        if frame.event:
            return self._dialogue.signal(SYSTEM_SIGNALS[frame.event], frame, now_ms)
        kind, _, _ = frame.get("ActionID").partition("-")
        outcome = "answered" if frame.response == "Success" else "refused"
        return self._dialogue.signal(f"{kind} {outcome}", frame, now_ms)
