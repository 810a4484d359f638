"""The PBX's side of one AMI connection, sans I/O: requests in, answers out, as Asterisk 22 words them.

Every answer and refusal here was taken from a real Asterisk 22 with a user who may read and not write. Where that lets
such a user act all the same (QueueReset, QueueReload, QueueWithdrawCaller and their like), this one refuses.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from typing import NamedTuple

from host_bridge.demo.centre import Centre
from host_bridge.demo.frames import Pairs, frame, stamp
from host_bridge.demo.lists import queue_status, queue_summary

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
CLASSES = frozenset({"system", "agent", "call", "dialplan"})
"""What the user may read (`read =` in manager.conf)."""
REFUSAL_MS = 1_000
"""Asterisk sleeps so long before it refuses a login."""

_LINE_CAP = 1024
_LINES_CAP = 128
# Actions that Asterisk 22 knows and this user may not: what needs a class it has not, and what this PBX keeps from all.
_FORBIDDEN = frozenset({
    "atxfer", "blindtransfer", "command", "corestatus", "coresettings", "coreshowchannels", "dbget", "dbput",
    "devicestatelist", "filter", "getconfig", "getvar", "hangup", "localoptimizeaway", "moduleload",
    "originate", "queueadd", "queuechangeprioritycaller", "queuelog", "queuememberringinuse", "queuepause",
    "queuepenalty", "queuereload", "queueremove", "queuereset", "queuerule", "queuewithdrawcaller", "redirect",
    "reload", "setvar", "status", "updateconfig", "userevent", "waitevent",
})  # fmt: skip


class Answer(NamedTuple):
    """Bytes to send, `after_ms` from now; `close` ends the connection behind them."""

    data: bytes
    after_ms: int = 0
    close: bool = False


class AmiTalk:
    """One client. `challenge` is what its MD5 login has to answer."""

    def __init__(self, centre: Centre, username: str, secret: str, challenge: str) -> None:
        self.logged_in = False
        self._centre = centre
        self._username = username
        self._secret = secret
        self._challenge = challenge
        self._challenged = False
        self._mask: frozenset[str] = frozenset()
        self._rest = b""
        self._request: dict[str, str] = {}
        self._request_lines = 0
        self._actions: dict[str, Callable[[Pairs, int], Iterator[Answer]]] = {
            "ping": self._ping,
            "queuestatus": self._queue_status,
            "queuesummary": self._queue_summary,
            "events": self._events,
            "listcommands": self._list_commands,
            "login": self._again,
        }

    def wants(self, kind: str) -> bool:
        """Whether events of this class are to be sent."""
        return kind in self._mask

    def receive(self, data: bytes, now_ms: int) -> list[Answer]:
        """Take bytes as they come; return the answers to the requests that they complete, up to one that closes."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._rest = self._rest[:_LINE_CAP]  # a longer line is cut, without a word
        answers: list[Answer] = []
        for raw in lines:
            line = raw[:_LINE_CAP].rstrip(b"\r").decode("utf-8", "replace")
            if line:
                key, _, value = line.partition(":")
                if self._request_lines < _LINES_CAP:
                    self._request.setdefault(key.strip().lower(), value.strip())
                    self._request_lines += 1
                continue
            answers += self._answer(now_ms)
            self._request, self._request_lines = {}, 0
            if answers and answers[-1].close:
                break
        return answers

    def _answer(self, now_ms: int) -> Iterator[Answer]:
        ident: Pairs = [("ActionID", self._request["actionid"])] if self._request.get("actionid") else []
        action = self._request.get("action", "")
        name = action.lower()
        if not action:
            yield self._error("Missing action in request", ident)
        elif name == "logoff":
            yield Answer(frame("Response", "Goodbye", [*ident, ("Message", "Thanks for all the fish.")]), close=True)
        elif name == "challenge":
            yield self._challenge_answer(ident)
        elif not self.logged_in:
            yield from self._login(ident, now_ms) if name == "login" else [self._error("Permission denied", ident)]
        elif name in self._actions:
            yield from self._actions[name](ident, now_ms)
        elif name in _FORBIDDEN:
            yield self._error("Permission denied", ident)
        else:
            hint = f"Invalid/unknown command: {action}. Use Action: ListCommands to show available commands."
            yield self._error(hint, ident)

    @staticmethod
    def _error(message: str, ident: Pairs) -> Answer:
        return Answer(frame("Response", "Error", [*ident, ("Message", message)]))

    def _challenge_answer(self, ident: Pairs) -> Answer:
        if self._request.get("authtype", "").lower() != "md5":
            return self._error("Must specify AuthType", ident)
        self._challenged = True
        return Answer(frame("Response", "Success", [*ident, ("Challenge", self._challenge)]))

    def _login(self, ident: Pairs, now_ms: int) -> Iterator[Answer]:
        if not self._is_right():
            yield self._error("Authentication failed", ident)._replace(after_ms=REFUSAL_MS, close=True)
            return
        self.logged_in = True
        self._mask = _mask(self._request.get("events", "on")) or frozenset()
        yield Answer(frame("Response", "Success", [*ident, ("Message", "Authentication accepted")]))
        if self.wants("system"):
            uptime_s = (now_ms - self._centre.start_ms) // 1000
            booted = [("Uptime", uptime_s), ("LastReload", uptime_s), ("Status", "Fully Booted")]
            yield Answer(frame("Event", "FullyBooted", [("Privilege", "system,all"), *booted]))

    def _is_right(self) -> bool:
        if self._request.get("authtype", "").lower() == "md5":
            right = hashlib.md5((self._challenge + self._secret).encode(), usedforsecurity=False).hexdigest()
            given, knows = self._request.get("key", ""), self._challenged
        else:
            right, given, knows = self._secret, self._request.get("secret", ""), True
        named = self._request.get("username", "") == self._username
        return named and knows and hmac.compare_digest(given.encode(), right.encode())

    def _again(self, ident: Pairs, _now_ms: int) -> Iterator[Answer]:
        yield Answer(frame("Response", "Success", [*ident, ("Message", "Already authenticated")]))

    def _ping(self, ident: Pairs, now_ms: int) -> Iterator[Answer]:
        yield Answer(frame("Response", "Success", [*ident, ("Ping", "Pong"), ("Timestamp", stamp(now_ms))]))

    def _events(self, ident: Pairs, _now_ms: int) -> Iterator[Answer]:
        mask = _mask(self._request.get("eventmask", ""))
        if mask is None:
            yield self._error("Invalid event mask", ident)
            return
        self._mask = mask
        yield Answer(frame("Response", "Success", [*ident, ("Events", "On" if mask else "Off")]))

    def _list_commands(self, ident: Pairs, _now_ms: int) -> Iterator[Answer]:
        """What this user may do, all without a permission; a real one lists the 15 more that we refuse."""
        known = {
            "Challenge": "Generate Challenge for MD5 Auth.", "Events": "Control Event Flow.",
            "ListCommands": "List available manager commands.", "Login": "Login Manager.", "Logoff": "Logoff Manager.",
            "Ping": "Keepalive command.", "QueueStatus": "Show queue status.", "QueueSummary": "Show queue summary.",
        }  # fmt: skip
        listed = [(name, f"{what}  (Priv: <none>)") for name, what in known.items()]
        yield Answer(frame("Response", "Success", [*ident, *listed]))

    def _queue_status(self, ident: Pairs, now_ms: int) -> Iterator[Answer]:
        only, member = self._request.get("queue", ""), self._request.get("member", "")
        yield Answer(queue_status(self._centre, now_ms, only, member, ident))

    def _queue_summary(self, ident: Pairs, now_ms: int) -> Iterator[Answer]:
        yield Answer(queue_summary(self._centre, now_ms, self._request.get("queue", ""), ident))


def _mask(text: str) -> frozenset[str] | None:
    """Return the classes that an event mask names, of those the user may read; None for a mask that names nothing."""
    if text.lower() in ("on", "true", "yes", "1", "all", "-1"):
        return CLASSES
    if text.lower() in ("off", "false", "no", "0"):
        return frozenset()
    named = frozenset(part.strip().lower() for part in text.split(","))
    return named & CLASSES if named & CLASSES or "all" in named else None
