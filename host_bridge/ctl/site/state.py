"""What a site says of itself, as wallboardctl hears it: bridge, boards, queues, acknowledgements, notice.

Pure: messages in, with the ms of this machine's steady clock. What cannot be read is `error` in a board's state; of all
else it is as if it had not come. What is not known is absent, as on the wire.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from firmware.core import wire

FRESH_MS = 6_000  # a bridge that is alive speaks every 2 s; boards too believe it for so long
Message = dict[str, Any]


class Queue(NamedTuple):
    """A queue or group that boards show: its `id` on the wire, `name` on the PBX or `@group`, `label` for people."""

    id: str
    name: str
    label: str

    @property
    def titled(self) -> str:
        """The name, and the label where that is another."""
        plain = self.label in ("", self.name, self.name.removeprefix("@"))
        return self.name if plain else f"{self.name} ({self.label})"


class SiteState:
    """All that came. `bridge` None: none has ever connected. Boards by their id; acknowledgements by (queue, rule)."""

    def __init__(self) -> None:
        self.count = 0
        """Messages taken."""
        self.bridge: Message | None = None
        self.boards: dict[str, Message] = {}
        self.told: dict[str, Message] = {}
        """What the bridge says of each board: since when it is online or not, and of twins."""
        self.queues: list[Queue] = []
        self.acks: dict[tuple[str, str], Message] = {}
        self.rules: dict[str, list[str]] = {}
        """The names of each queue's rules."""
        self.notice: Message | None = None
        """With `said`: so many of its characters are somebody's, the rest is the bridge's own."""
        self.notices = 0
        """How many times the notice was told live."""
        self.forgotten: set[str] = set()
        """Boards whose retained state somebody has cleared while we listened."""
        self.heard: dict[str, int] = {}
        """How many times each board has spoken live."""
        self._beat: tuple[int, int, int | None] | None = None  # ms here, `now` and `local` of the last live heartbeat

    def take(self, parts: tuple[str, ...], payload: bytes, retained: bool, now_ms: int) -> None:
        """Take one message."""
        self.count += 1
        try:
            if parts == ("bridge", "state"):
                self._take_bridge(payload, retained, now_ms)
            elif parts == ("bridge", "boards"):
                self._take_told(payload)
            elif parts == ("site",):
                self._take_site(payload)
            elif parts == ("notice",):
                self._take_notice(payload)
                self.notices += not retained
            elif parts[0] == "rules" and len(parts) == 2:
                message = wire.read(wire.RULES, payload) if payload else {"rules": []}
                self.rules[parts[1]] = [rule["id"] for rule in message["rules"]]
            elif parts[0] == "ack" and len(parts) == 3:
                self._take_ack(parts[1], parts[2], payload)
            elif parts[0] == "board" and len(parts) == 3:
                self._take_board(parts[1], payload, retained)
        except wire.WireError:
            return

    def live(self, now_ms: int) -> bool:
        """The bridge has spoken while we listened, and lately. What is retained proves nothing of the kind."""
        return self._beat is not None and now_ms - self._beat[0] <= FRESH_MS

    def bridge_ms(self, now_ms: int) -> int | None:
        """The bridge's clock; None while the bridge is not alive."""
        return self._beat[1] + now_ms - self._beat[0] if self._beat is not None and self.live(now_ms) else None

    def local_ms(self, now_ms: int) -> int | None:
        """Ms since midnight at the site; None while the bridge is not alive."""
        if self._beat is None or self._beat[2] is None or not self.live(now_ms):
            return None
        return self._beat[2] + now_ms - self._beat[0]

    def every(self) -> dict[str, Message]:
        """All boards by name, those too that the bridge alone knows of: a broker that has started anew forgets."""
        known = set(self.boards) | {name for name, told in self.told.items() if not told.get("online")}
        return {name: self.boards.get(name, {"online": False}) for name in sorted(known - self.forgotten)}

    def online(self) -> list[str]:
        """The boards that the broker holds for connected."""
        return [name for name, state in sorted(self.boards.items()) if state.get("online")]

    def firing(self) -> dict[tuple[str, str], dict[str, Message]]:
        """What fires, (queue, rule) → by board: the alarms that boards show now, the gravest first."""
        found: dict[tuple[str, str], dict[str, Message]] = {}
        for name in self.online():
            for alarm in self.boards[name].get("alarms", ()):
                found.setdefault((alarm["queue"], alarm["rule"]), {})[name] = alarm
        return dict(sorted(found.items(), key=lambda each: (-gravest(each[1].values()), each[0])))

    def queue(self, queue_id: str) -> Queue:
        """The queue of this id; of one that the site does not list, the name is all there is."""
        for each in self.queues:
            if each.id == queue_id:
                return each
        return Queue(queue_id, _name(queue_id), "")

    def _take_bridge(self, payload: bytes, retained: bool, now_ms: int) -> None:
        if not payload:
            self.bridge = self._beat = None
            return
        self.bridge = _known(wire.read(wire.BRIDGE, payload))
        if not self.bridge["online"]:
            self._beat = None
        elif not retained and "now" in self.bridge:
            self._beat = now_ms, self.bridge["now"], self.bridge.get("local")

    def _take_told(self, payload: bytes) -> None:
        boards = wire.loads(payload).get("boards") if payload else []
        told = [each for each in boards if isinstance(each, dict)] if isinstance(boards, list) else []
        self.told = {each["id"]: each for each in told if isinstance(each.get("id"), str)}

    def _take_site(self, payload: bytes) -> None:
        listed = wire.read(wire.SITE, payload)["queues"] if payload else []
        self.queues = [Queue(each["id"], _name(each["id"]), each["label"] or "") for each in listed]

    def _take_notice(self, payload: bytes) -> None:
        self.notice = None
        if payload:
            self.notice = _known(wire.read(wire.NOTICE, payload))
            said = wire.loads(payload).get("said")
            self.notice["said"] = said if type(said) is int else len(self.notice["text"])

    def _take_ack(self, queue: str, rule: str, payload: bytes) -> None:
        self.acks.pop((queue, rule), None)
        if payload:
            self.acks[queue, rule] = _known(wire.read(wire.ACK, payload))

    def _take_board(self, name: str, payload: bytes, retained: bool) -> None:
        if not payload:
            self.boards.pop(name, None)
            self.forgotten.add(name)
            return
        self.forgotten.discard(name)
        self.heard[name] = self.heard.get(name, 0) + (not retained)
        try:
            self.boards[name] = _known(wire.read(wire.BOARD, payload))
        except wire.WireError as error:
            self.boards[name] = {"error": str(error)}


def gravest(alarms: Any) -> int:
    """The highest severity of alarms as on the wire: 1 warn, 2 critical."""
    return max(wire.SEVERITIES.index(alarm["severity"]) + 1 for alarm in alarms)


def _name(queue_id: str) -> str:
    try:
        return wire.decode_id(queue_id)
    except wire.WireError:
        return queue_id


def _known(message: Message) -> Message:
    return {key: value for key, value in message.items() if value is not None}
