"""What is said between the bridge and an AMI, as one table: (state, signal) → what to do, next state.

    closed → banner → challenge → login → booting → syncing → up

`booting` asks the PBX for its clock (Ping); FullyBooted may come, but a user without class `system` never gets it,
so nothing waits for it. `syncing` takes the first whole QueueStatus list; from `up` on the list is asked for again
and again, since events alone are never exact.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from enum import StrEnum

from host_bridge.pbx.ami_events import number
from host_bridge.pbx.ami_list import Lists
from host_bridge.pbx.ami_ping import Pulse
from host_bridge.pbx.ami_wire import Frame, encode_action
from host_bridge.pbx.events import Event, LinkDown, LinkUp, Restarted

EVENT_CLASSES = "system,call,agent,dialplan"
"""Asked for at login, so that a user who may read everything is not sent everything."""

SYSTEM_SIGNALS = {"FullyBooted": "booted", "Reload": "reloaded", "Shutdown": "shutdown"}
"""Events of the PBX itself → signals of the table."""

_BOOT_SLACK_MS = 500
"""How late a FullyBooted may come to be read."""

_NO_EVENTS = (
    "the PBX lists new callers but sends no queue events: its AMI user needs read = agent, "
    "and event filters that let Queue and Agent events through"
)


class State(StrEnum):
    """Where a dialogue stands."""

    CLOSED = "closed"
    BANNER = "banner"
    CHALLENGE = "challenge"
    LOGIN = "login"
    BOOTING = "booting"
    SYNCING = "syncing"
    UP = "up"
    FAILED = "failed"


class Dialogue:
    """The state of one connection and of what outlives it: whether the PBX of before is still the same.

    `queues` are those to read, None for all. Times are ms of the bridge's steady clock.
    """

    def __init__(self, username: str, secret: str, queues: frozenset[str] | None, pulse: Pulse, lists: Lists) -> None:
        self.state = State.CLOSED
        self.since_ms = 0
        """When the answer that the state waits for was asked for."""
        self.wants_close: str | None = None
        self.refused = False
        self.problems: dict[str, str] = {}
        self.outgoing = bytearray()
        self.pulse = pulse
        self.lists = lists
        self.joins_come = False
        """Whether this connection has brought a Joined event yet."""
        self._username = username
        self._secret = secret
        self._queues = queues
        self._was_up = False
        self._was_heard = False  # logged in: events come from then on, before the list
        self._boot_told = False
        self._last_contact_ms: int | None = None
        self._booted_ms: int | None = None
        self._said_goodbye = False
        self._up_ms = 0

    def start(self, now_ms: int) -> None:
        """The transport is open: forget what belonged to the connection before."""
        self.outgoing.clear()
        self.problems.clear()
        self.pulse.start(now_ms)
        self.lists.start(now_ms)
        self.refused = self.joins_come = self._was_up = self._was_heard = self._boot_told = False
        self.wants_close = None
        self.state, self.since_ms = State.BANNER, now_ms

    def signal(self, signal: str, frame: Frame, now_ms: int) -> list[Event]:
        """Take one signal and the frame it came with; return the events to yield."""
        row = TABLE.get((self.state, signal))
        if row is None:  # nothing to do: "list answered", for one, only announces the list
            return []
        act, self.state = row
        return act(self, frame, now_ms)

    def fail(self, reason: str, now_ms: int) -> list[Event]:
        """This connection is of no use any more; `reason` is for people."""
        if self._was_up or self._boot_told:
            self._last_contact_ms = self.pulse.heard_ms
        self.state = State.FAILED
        self.wants_close = reason
        was_heard, self._was_up, self._was_heard = self._was_heard, False, False
        return [LinkDown(reason, now_ms)] if was_heard else []

    def ping(self, now_ms: int) -> None:
        """Ask for a sign of life and for the PBX's clock."""
        self._send("Ping", "ping-1")
        self.pulse.pinged(now_ms)

    def ask_if_due(self, now_ms: int) -> None:
        """Send the QueueStatus that is due, if any."""
        if self.state in (State.SYNCING, State.UP):
            question = self.lists.question(now_ms)
            if question is not None:
                fields = {} if question.asked is None else {"Queue": question.asked}
                self._send("QueueStatus", question.action_id, **fields)

    def _send(self, action: str, action_id: str, **fields: str) -> None:
        self.outgoing += encode_action(action, ActionID=action_id, **fields)

    # The acts of the table: each takes the frame that gave the signal and returns the events to yield.

    def challenge(self, _frame: Frame, now_ms: int) -> list[Event]:
        """The banner was right: begin the login."""
        self.since_ms = now_ms
        self._send("Challenge", "challenge-1", AuthType="MD5")
        return []

    def login(self, frame: Frame, now_ms: int) -> list[Event]:
        """Answer the challenge. AMI knows no better digest than MD5; it keeps the secret itself off the wire."""
        self.since_ms = now_ms
        key = hashlib.md5((frame.get("Challenge") + self._secret).encode(), usedforsecurity=False).hexdigest()
        self._send("Login", "login-1", AuthType="MD5", Username=self._username, Key=key, Events=EVENT_CLASSES)
        return []

    def login_refused(self, frame: Frame, now_ms: int) -> list[Event]:
        """A wrong name or secret, which time does not mend; unless the PBX is on its way down, and refuses everyone."""
        said = _said(frame)
        if "shutting down" in said:  # "Asterisk is shutting down", main/manager.c, process_message
            return self._goodbye("the PBX is shutting down", now_ms)
        self.refused = True
        return self.fail(f"the PBX refused the login of user {self._username!r}: {said}", now_ms)

    def logged_in(self, _frame: Frame, now_ms: int) -> list[Event]:
        """Ask the PBX for its clock. One that has said goodbye since is another one by now."""
        self._was_heard = True
        self.ping(now_ms)
        if not self._said_goodbye:
            return []
        self._said_goodbye = False
        self._last_contact_ms = None  # told once: FullyBooted has nothing to add
        return [Restarted(now_ms)]

    def pong(self, frame: Frame, now_ms: int) -> list[Event]:
        """The PBX lives, and told its time; the first pong opens the way to the first list."""
        self.pulse.pong(frame, now_ms)
        return []

    def ping_refused(self, frame: Frame, now_ms: int) -> list[Event]:
        """Asterisk answers any action so while it shuts down."""
        return self._goodbye(f"the PBX refused Ping: {_said(frame)}", now_ms)

    def booted(self, frame: Frame, now_ms: int) -> list[Event]:
        """Tell a restart from a gap: the PBX is up for less time than we were without it, and booted anew since.

        Uptime is whole seconds since the end of the boot, so the boot was in the second before `booted_ms`. The second
        condition is for a PBX that was lost in its first second: its Uptime alone would fit a restart as well.
        """
        self._boot_told = True
        self.lists.ask(None)  # a list from before this may be half
        last_contact_ms, self._last_contact_ms = self._last_contact_ms, None
        if not frame.get("Uptime"):
            return []
        booted_ms = now_ms - number(frame, "Uptime") * 1000
        last_boot_ms, self._booted_ms = self._booted_ms, booted_ms
        if last_contact_ms is None or booted_ms <= last_contact_ms:
            return []
        if last_boot_ms is not None and booted_ms - 1000 - _BOOT_SLACK_MS < last_boot_ms:
            return []
        return [Restarted(now_ms)]

    def reloaded(self, _frame: Frame, _now_ms: int) -> list[Event]:
        """Queues and members may have come or gone without a word."""
        self.lists.ask(None)
        return []

    def list_refused(self, frame: Frame, now_ms: int) -> list[Event]:
        """A PBX that is still starting does not know QueueStatus yet."""
        self.lists.refused(now_ms)
        self.problems["list"] = f"the PBX refused QueueStatus (is app_queue loaded?): {_said(frame)}"
        return []

    def list_done(self, _frame: Frame, now_ms: int) -> list[Event]:
        """Yield the snapshot; the first one, which is whole, brings the link up."""
        done = self.lists.finish()
        self.problems.pop("list", None)
        if done.asked is None and self._queues is not None:
            self.problems.pop("queues", None)
            missing = ", ".join(sorted(self._queues.difference(done.names)))
            if missing:
                known = ", ".join(sorted(done.names)[:8]) or "none"
                self.problems["queues"] = f"the PBX has no queue {missing}; it has {known}"
        snapshot = done.snapshot(now_ms, self._queues)
        self.problems.pop("events", None)
        if self._was_up:
            new = any(caller.joined_ms > self._up_ms + 2_000 for queue in snapshot.queues for caller in queue.callers)
            if new and not self.joins_come:
                self.problems["events"] = _NO_EVENTS
            return [snapshot]
        self._was_up, self._up_ms = True, now_ms
        return [snapshot, LinkUp(now_ms)]

    def shut_down(self, frame: Frame, now_ms: int) -> list[Event]:
        """The PBX says goodbye itself."""
        again = frame.get("Restart") == "True"
        return self._goodbye("the PBX is restarting" if again else "the PBX is shutting down", now_ms)

    def _goodbye(self, reason: str, now_ms: int) -> list[Event]:
        self._said_goodbye = self._was_up or self._said_goodbye
        return self.fail(reason, now_ms)


def _said(frame: Frame) -> str:
    return frame.get("Message") or "no reason given"


TABLE: dict[tuple[State, str], tuple[Callable[[Dialogue, Frame, int], list[Event]], State]] = {
    (State.BANNER, "banner"): (Dialogue.challenge, State.CHALLENGE),
    (State.CHALLENGE, "challenge answered"): (Dialogue.login, State.LOGIN),
    (State.CHALLENGE, "challenge refused"): (Dialogue.login_refused, State.FAILED),
    (State.LOGIN, "login answered"): (Dialogue.logged_in, State.BOOTING),
    (State.LOGIN, "login refused"): (Dialogue.login_refused, State.FAILED),
    (State.BOOTING, "booted"): (Dialogue.booted, State.BOOTING),
    (State.BOOTING, "ping answered"): (Dialogue.pong, State.SYNCING),
    (State.BOOTING, "ping refused"): (Dialogue.ping_refused, State.FAILED),
    (State.BOOTING, "shutdown"): (Dialogue.shut_down, State.FAILED),
    (State.SYNCING, "booted"): (Dialogue.booted, State.SYNCING),
    (State.SYNCING, "ping answered"): (Dialogue.pong, State.SYNCING),
    (State.SYNCING, "ping refused"): (Dialogue.ping_refused, State.FAILED),
    (State.SYNCING, "reloaded"): (Dialogue.reloaded, State.SYNCING),
    (State.SYNCING, "list refused"): (Dialogue.list_refused, State.SYNCING),
    (State.SYNCING, "list done"): (Dialogue.list_done, State.UP),
    (State.SYNCING, "shutdown"): (Dialogue.shut_down, State.FAILED),
    (State.UP, "booted"): (Dialogue.booted, State.UP),
    (State.UP, "ping answered"): (Dialogue.pong, State.UP),
    (State.UP, "ping refused"): (Dialogue.ping_refused, State.FAILED),
    (State.UP, "reloaded"): (Dialogue.reloaded, State.UP),
    (State.UP, "list refused"): (Dialogue.list_refused, State.UP),
    (State.UP, "list done"): (Dialogue.list_done, State.UP),
    (State.UP, "shutdown"): (Dialogue.shut_down, State.FAILED),
}
"""A signal is an action with its outcome, or an event of the PBX itself. FAILED waits for the transport's end."""
