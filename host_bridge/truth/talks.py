"""Which call an agent talks to: AgentComplete comes without a call id in some 3 to 8 of a hundred."""

from __future__ import annotations


class Talks:
    """Conversations that go on, by queue and interface. An agent with ringinuse can have several."""

    def __init__(self) -> None:
        self._talks: dict[tuple[str, str], dict[str, int]] = {}  # (queue, interface) → call → hold_s
        self._hung_up: set[str] = set()
        self._calls: set[str] = set()

    def begin(self, queue: str, interface: str, call: str, hold_s: int) -> bool:
        """A conversation began; False when it is known already, so that nothing is counted twice.

        An older one of this agent whose caller has hung up is over, though its AgentComplete was lost.
        """
        talks = self._talks.setdefault((queue, interface), {})
        if call in talks:
            return False
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

    def hung_up(self, call: str) -> None:
        """A caller's channel is gone; its AgentComplete may come before or after."""
        if call in self._calls:
            self._hung_up.add(call)

    def clear(self) -> None:
        """Events were missed: a call found now could be the wrong one."""
        self._talks.clear()
        self._calls.clear()
        self._hung_up.clear()

    def __contains__(self, call: str) -> bool:
        return call in self._calls

    def __len__(self) -> int:
        return len(self._calls)

    def _forget(self, talks: dict[str, int], call: str) -> None:
        del talks[call]
        self._calls.discard(call)
        self._hung_up.discard(call)
