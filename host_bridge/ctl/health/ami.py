"""A short talk with the PBX's AMI as the bridge's user: log in, ask what one may, time it, and hear what comes.

The bridge's own parser and its own list of actions, and one action more: ListCommands, which needs no permission,
changes nothing and tells what this user could do. Waits are bounded; what did not come is absent in `Heard`.
"""

from __future__ import annotations

import hashlib
import socket
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from host_bridge.pbx.ami_dialogue import EVENT_CLASSES
from host_bridge.pbx.ami_link import AmiSettings
from host_bridge.pbx.ami_wire import AmiParser, AmiWireError, Frame, encode_action

ANSWER_S = 4.0  # a wrong login is answered after one second
PINGS = 20
LIST_COMMANDS = b"Action: ListCommands\r\nActionID: commands\r\n\r\n"
NO_CLASS = "<none>"  # as ListCommands writes that an action needs no permission


class AmiTalkError(ConnectionError):
    """The talk has ended early: what happened, and what to `do`."""

    do = "is it the AMI port, TLS on both sides or on none, and does Asterisk answer (asterisk -rx 'core show uptime')?"


@dataclass
class Heard:
    """What the PBX said. None: it did not answer, or told nothing of it.

    `refused`: what it said to the login. `refusals`: action → what it said. `commands`: action → classes of write that
    allow it, "" when it needs none. `shift_ms`: the PBX's clock minus ours. `stamped`: events carry a time.
    """

    banner: str = ""
    refused: str | None = None
    booted: bool = False
    commands: dict[str, str] | None = None
    queues: list[str] | None = None
    refusals: dict[str, str] = field(default_factory=dict)
    pings_ms: list[float] = field(default_factory=list)
    shift_ms: int | None = None
    events: Counter[str] = field(default_factory=Counter)
    strays: Counter[str] = field(default_factory=Counter)
    classes: set[str] = field(default_factory=set)
    stamped: bool | None = None
    seconds: float = 0.0


def talk(sock: socket.socket, settings: AmiSettings, listen_s: float) -> Heard:
    """The whole talk. Raises AmiTalkError when the PBX hangs up, or is no PBX."""
    return _Talk(sock).whole(settings, listen_s)


class _Talk:
    def __init__(self, sock: socket.socket) -> None:
        self.heard = Heard()
        self._sock = sock
        self._parser = AmiParser()
        self._frames: list[Frame] = []

    def whole(self, settings: AmiSettings, listen_s: float) -> Heard:
        heard = self.heard
        if not self._until(lambda: self._parser.banner is not None, ANSWER_S):
            raise AmiTalkError(f"it sends no AMI banner within {ANSWER_S:.0f} s")
        heard.banner = self._parser.banner or ""
        if not self._log_in(settings):
            return heard
        began = time.monotonic()
        commands = self._ask(LIST_COMMANDS, "commands")
        if commands is not None and commands.response == "Success":
            heard.commands = dict(map(_command, commands.lines()[2:]))
        heard.queues = self._queues("QueueSummary", "QueueSummary")
        first = (heard.queues or [""])[0]
        self._queues("QueueStatus", "QueueParams", **({"Queue": first} if first else {}))
        for _ in range(PINGS):
            if not self._ping():
                break
        self._until(lambda: False, max(listen_s - (time.monotonic() - began), 0.0))
        heard.seconds = time.monotonic() - began
        self._send(encode_action("Logoff"))
        return heard

    def _log_in(self, settings: AmiSettings) -> bool:
        challenge = self._ask(encode_action("Challenge", ActionID="challenge", AuthType="MD5"), "challenge")
        if challenge is None:
            raise AmiTalkError(f"it does not answer Challenge within {ANSWER_S:.0f} s")
        if challenge.response != "Success":
            self.heard.refused = challenge.get("Message")
            return False
        digest = hashlib.md5((challenge.get("Challenge") + settings.secret).encode(), usedforsecurity=False).hexdigest()
        fields = {"AuthType": "MD5", "Username": settings.username, "Key": digest, "Events": EVENT_CLASSES}
        answer = self._ask(encode_action("Login", ActionID="login", **fields), "login")
        if answer is None:
            raise AmiTalkError(f"it does not answer the login within {ANSWER_S:.0f} s")
        if answer.response != "Success":
            self.heard.refused = answer.get("Message") or "no reason given"
        return answer.response == "Success"

    def _queues(self, action: str, event: str, **fields: str) -> list[str] | None:
        """The queues of a list; None, with the refusal noted, when it is not given."""
        answer = self._ask(encode_action(action, ActionID=action, **fields), action)
        if answer is None or answer.response != "Success":
            self.heard.refusals[action] = (answer.get("Message") if answer else "") or "no answer"
            return None
        names: list[str] = []

        def done() -> bool:
            for frame in self._take(action):
                if frame.event == event:
                    names.append(frame.get("Queue"))
                elif frame.event == f"{action}Complete":
                    return True
            return False

        if not self._until(done, ANSWER_S):
            self.heard.refusals[action] = "its list has no end"
        return names

    def _ping(self) -> bool:
        sent_s, sent = time.time(), time.monotonic()
        answer = self._ask(encode_action("Ping", ActionID="ping"), "ping")
        if answer is None or answer.response != "Success":
            return False
        took_s = time.monotonic() - sent
        self.heard.pings_ms.append(took_s * 1000)
        try:
            self.heard.shift_ms = round((float(answer.get("Timestamp")) - sent_s - took_s / 2) * 1000)
        except ValueError:
            pass
        return True

    def _ask(self, action: bytes, action_id: str) -> Frame | None:
        """Send an action; its answer, None when none comes in time."""
        self._send(action)
        found: list[Frame] = []

        def answered() -> bool:
            found.extend(frame for frame in self._take(action_id, answers=True))
            return bool(found)

        return found[0] if self._until(answered, ANSWER_S) else None

    def _take(self, action_id: str, *, answers: bool = False) -> list[Frame]:
        """The frames that answer a question, out of what came; answers or the events of a list."""
        mine = [each for each in self._frames if each.get("ActionID") == action_id and bool(each.response) == answers]
        self._frames = [each for each in self._frames if each not in mine]
        return mine

    def _send(self, data: bytes) -> None:
        try:
            self._sock.settimeout(ANSWER_S)
            self._sock.sendall(data)
        except OSError as error:
            raise AmiTalkError(f"the connection broke: {error.strerror or error}") from None

    def _until(self, true: Callable[[], bool], timeout_s: float) -> bool:
        """Read until `true()`; False when that is not so in time."""
        end = time.monotonic() + timeout_s
        while not true():
            left_s = end - time.monotonic()
            if left_s <= 0:
                return False
            self._sock.settimeout(left_s)
            try:
                data = self._sock.recv(65_536)
            except TimeoutError:
                return true()
            except OSError as error:
                raise AmiTalkError(f"the connection broke: {error.strerror or error}") from None
            if not data:
                raise AmiTalkError("it closes the connection")
            try:
                frames = self._parser.feed(data)
            except AmiWireError as error:
                raise AmiTalkError(str(error)) from None
            for frame in frames:
                if frame.event and not frame.get("ActionID"):
                    self._hear(frame)
                else:
                    self._frames.append(frame)
        return True

    def _hear(self, frame: Frame) -> None:
        """An event that nobody asked for: what it proves."""
        heard = self.heard
        heard.classes.update(set(frame.get("Privilege").split(",")) - {"all", ""})
        if frame.event == "FullyBooted":  # said to each that logs in, without a time
            heard.booted = True
            return
        heard.events[frame.event] += 1
        heard.stamped = bool(frame.get("Timestamp"))
        if not wanted(frame):
            heard.strays[frame.event] += 1


def wanted(frame: Frame) -> bool:
    """Whether a filter of manager.wallboard.conf lets it through: the older form tells less apart than the newer."""
    if frame.event == "VarSet":
        return frame.get("Variable") == "QUEUESTATUS"
    if frame.event == "Newexten":
        return frame.get("Application").startswith("Queue")
    return frame.event.startswith(("Queue", "Agent", "Hangup", "FullyBooted", "Reload", "Shutdown"))


def _command(line: tuple[str, str]) -> tuple[str, str]:
    """`Hangup: Hangup channel.  (Priv: system,call,all)` → Hangup, "system,call"."""
    name, text = line
    classes = text.rpartition("(Priv: ")[2].rstrip(")")
    return name, "" if classes == NO_CLASS else classes.removesuffix(",all")
