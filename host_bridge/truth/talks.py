"""Which call an agent talks to: AgentComplete comes without a call id in some 3 to 8 of a hundred."""

from __future__ import annotations

from host_bridge.pbx.events import Completed

MAX_TALKS = 20_000  # at once, past all that is real: a PBX gone mad must not fill the memory
REPEAT_MS = 3_000  # the same AgentComplete again within so long is told twice


class Talks:
    """Conversations that go on, by queue and interface. An agent with ringinuse can have several."""

    def __init__(self) -> None:
        self.dropped = 0  # conversations forgotten, past MAX_TALKS
        self._talks: dict[tuple[str, str], dict[str, int]] = {}  # (queue, interface) → call → hold_s
        self._hung_up: set[str] = set()
        self._calls: set[str] = set()
        self._last: dict[tuple[str, str], tuple[Completed, str]] = {}  # what ended last, and its call

    def begin(self, queue: str, interface: str, call: str, hold_s: int) -> bool:
        """A conversation began; False when it is known already, so that nothing is counted twice.

        An older one of this agent whose caller has hung up is over, though its AgentComplete was lost.
        """
        talks = self._talks.get((queue, interface), {})
        if call in talks:
            return False
        if len(self._calls) >= MAX_TALKS:
            self.dropped += len(self._calls)
            self.clear()
        talks = self._talks.setdefault((queue, interface), {})
        for over in [other for other in talks if other in self._hung_up]:
            self._forget(talks, over)
        talks[call] = hold_s
        self._calls.add(call)
        return True

    def end(self, queue: str, interface: str, call: str, hold_s: int) -> str:
        """A conversation ended; gives its call, found by queue and interface when `call` is "", or "".

        Among several, the one whose caller has hung up already (that is why the id is missing) and whose
        HoldTime is the same goes first.
        """
        talks = self._talks.get((queue, interface), {})
        if not call and talks:
            call = min(talks, key=lambda other: (talks[other] != hold_s, other not in self._hung_up))
        if call in talks:
            self._forget(talks, call)
        if not talks:
            self._talks.pop((queue, interface), None)
        return call

    def is_repeat(self, event: Completed) -> bool:
        """Whether this very end was told just before; an agent who still talks has another one to end."""
        agent = event.queue, event.interface
        if agent not in self._last or (not event.call and agent in self._talks):
            return False
        last, call = self._last[agent]
        return (
            (last.talk_s, last.hold_s) == (event.talk_s, event.hold_s)
            and abs(last.at_ms - event.at_ms) <= REPEAT_MS
            and (call == event.call or not (call and event.call))
        )

    def note_end(self, event: Completed, call: str) -> None:
        """Remember what ended last, for `is_repeat`."""
        if len(self._last) >= MAX_TALKS:
            self._last.clear()
        self._last[event.queue, event.interface] = event, call

    def hung_up(self, call: str) -> None:
        """A caller's channel is gone; its AgentComplete may come before or after."""
        if call in self._calls:
            self._hung_up.add(call)

    def clear(self) -> None:
        """Events were missed: a call found now could be the wrong one."""
        self._talks.clear()
        self._calls.clear()
        self._hung_up.clear()
        self._last.clear()

    def __contains__(self, call: str) -> bool:
        return call in self._calls

    def __len__(self) -> int:
        return len(self._calls)

    def _forget(self, talks: dict[str, int], call: str) -> None:
        del talks[call]
        self._calls.discard(call)
        self._hung_up.discard(call)
