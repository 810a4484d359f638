"""Messages in, whatever they are: read by topic and schema, and handed to what the board knows.

Nothing that arrives raises: what cannot be used is counted in `problems`, and told of, see told.py.
"""

from firmware.core import check_records, messages
from firmware.core.payload import MAX_BYTES, SMALL, USUAL_BYTES, WireError, read
from firmware.core.printable import one_line
from firmware.core.topics import parts_of

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from firmware.core.anteroom import Anteroom
    from firmware.core.knowledge import Knowledge
    from firmware.core.told import Told

_SORTS = ("bridge", "site", "notice", "board", "rules", "queue", "ack")  # first parts of topics


class Intake:
    """The way in of one site's messages."""

    def __init__(self, site: str, known: "Knowledge") -> None:
        self.problems = 0
        self._name = site
        self._known = known
        # What a board that hears no nonsense never loads, made when it is needed.
        self._told: "Told | None" = None
        self._anteroom: "Anteroom | None" = None
        for line in known.odd_rules:
            self._tell("rules rule", "", line, 0)

    def receive(self, topic: str, payload: bytes, retained: bool, now_ms: int) -> None:
        """Take one message of the board's subscriptions."""
        sort = ""
        try:
            parts = parts_of(self._name, topic)
            if parts[0] in _SORTS:
                sort = parts[0]
            self._take(parts, topic, payload, retained, now_ms)
        except WireError as error:
            self._tell(sort + " " + error.kind, topic, str(error), now_ms)
        except MemoryError:  # a small board and a large centre
            self._anteroom = None
            self._tell("memory", "", "no memory left for a message", now_ms)

    def link(self) -> None:
        """The board's own connection has come or gone: with each, the broker sends what it keeps."""
        self._anteroom = None

    def tick(self, now_ms: int) -> None:
        """Give up what waits in vain, and say how much could not be used."""
        if self._anteroom is not None:
            for line in self._anteroom.expire(now_ms):
                self._tell("unlisted", "", line, now_ms)
        if self._told is not None:
            self._told.tick(now_ms)

    def lines(self) -> "list[str]":
        """What went wrong since the last call, for the log."""
        return [] if self._told is None else self._told.lines()

    def _take(self, parts: "tuple[str, ...]", topic: str, payload: bytes, retained: bool, now_ms: int) -> None:
        sort = parts[0]
        known = self._known
        if parts == ("bridge", "state"):
            known.take_bridge(read(messages.BRIDGE, payload, USUAL_BYTES), retained, now_ms)
        elif parts == ("site",):
            if payload and known.take_site(read(messages.site(), payload, MAX_BYTES)) and self._anteroom is not None:
                for held_topic, held in self._anteroom.take(known.inventory.lists):
                    self.receive(held_topic, held, True, now_ms)
        elif parts == ("notice",):
            from firmware.core import messages_rare  # a small board may never hear one

            known.take_notice(read(messages_rare.notice(), payload, USUAL_BYTES) if payload else None)
        elif sort == "board" and len(parts) == 3:
            from firmware.core import messages_rare

            known.commands.append(messages_rare.read_command(payload, retained))
        elif (len(parts) == 2 and sort in ("rules", "queue")) or (len(parts) == 3 and sort == "ack"):
            for part in parts[1:]:
                if check_records.read(messages.ID, part, wire=True)[1]:
                    raise WireError("no id of a queue or a rule", "id")
            if not known.inventory.lists(parts[1]):
                self._wait(parts[1], topic, payload, now_ms)
            elif payload:
                self._take_of_queue(parts, payload, now_ms)
            else:
                known.take_back(parts, now_ms)
        else:
            raise WireError("no topic that a board listens to", "topic")

    def _take_of_queue(self, parts: "tuple[str, ...]", payload: bytes, now_ms: int) -> None:
        """Figures, rules or an acknowledgement. Read first: what cannot be read makes no queue known."""
        if parts[0] == "queue":
            self._known.take_snapshot(parts[1], read(messages.QUEUE, payload, USUAL_BYTES), now_ms)
        elif parts[0] == "ack":
            ack = read(messages.ack(), payload, USUAL_BYTES)
            self._known.inventory.get(parts[1]).take_ack(parts[2], ack, now_ms)
        else:
            for line in self._known.take_rules(parts[1], read(messages.rules(), payload, USUAL_BYTES)):
                self._tell("rules rule", "", line, now_ms)

    def _wait(self, queue: str, topic: str, payload: bytes, now_ms: int) -> None:
        """The site does not list the queue, or not yet."""
        if self._anteroom is None:
            from firmware.core import anteroom

            self._anteroom = anteroom.Anteroom(anteroom.SMALL_BYTES if SMALL else anteroom.MOST_BYTES)
        for line in self._anteroom.put(queue, topic, payload, now_ms):
            self._tell("unlisted", "", line, now_ms)

    def _tell(self, kind: str, topic: str, text: str, now_ms: int) -> None:
        """Count what could not be used, and say so if there is the memory for it."""
        self.problems += 1
        try:
            if self._told is None:
                from firmware.core.told import Told

                self._told = Told()
            self._told.add(kind, one_line(topic, 100) + ": " + text if topic else text, now_ms)
        except MemoryError:
            pass
