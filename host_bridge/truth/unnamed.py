"""Calls with a member whose name is not UTF-8: Asterisk cannot say his name, and leaves out all that stands beside it.

AgentConnect and AgentComplete then come without Queue, Interface, HoldTime, TalkTime and Reason (seen on Asterisk 16.28
and 22: queue_agent_blob fails in app_queue.c). The call's id is left; queue and seconds are found by it.
"""

from __future__ import annotations

from host_bridge.pbx.events import Completed, Connected
from host_bridge.truth.stay import Stay

MOST_TALKS = 1_000  # of such members at once: more are a PBX that makes calls up, and the oldest are forgotten


class Unnamed:
    """What such a frame leaves out. Seconds are rounded: Asterisk's own are differences of whole clock seconds."""

    def __init__(self) -> None:
        self._talks: dict[str, Connected] = {}
        self._hung_up: set[str] = set()

    def connected(self, event: Connected, stay: Stay | None) -> Connected:
        """The answer of that open `stay`; unchanged, and of no queue, when there is none."""
        if stay is None:
            return event
        found = event._replace(queue=stay.queue, hold_s=_seconds(event.at_ms - stay.joined_ms))
        self._talks[event.call] = found
        if len(self._talks) > MOST_TALKS:
            self._forget(next(iter(self._talks)))
        return found

    def completed(self, event: Completed) -> Completed:
        """The end of a talk that began so; unchanged, and of no queue, when none is known.

        When the caller's channel was gone first, the id is missing too: the end is that of the first who hung up.
        """
        call = event.call or next((call for call in self._talks if call in self._hung_up), "")
        began = self._talks.get(call)
        if began is None:
            return event
        self._forget(call)
        talk_s = _seconds(event.at_ms - began.at_ms)
        return event._replace(queue=began.queue, call=call, hold_s=began.hold_s, talk_s=talk_s)

    def hung_up(self, call: str) -> None:
        """A caller's channel is gone; its AgentComplete may come before or after."""
        if call in self._talks:
            self._hung_up.add(call)

    def clear(self) -> None:
        """Events were missed, or the PBX started anew."""
        self._talks.clear()
        self._hung_up.clear()

    def _forget(self, call: str) -> None:
        del self._talks[call]
        self._hung_up.discard(call)


def _seconds(ms: int) -> int:
    return max(0, ms + 500) // 1000
