"""Calls that wait in no queue, and what was heard of them: perhaps evidence for a stay that is known by another id."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from host_bridge.pbx.events import GaveUp

MOST = 10_000  # of a kind, past all that is real: a PBX gone mad must not fill the memory


class Strangers:
    """Forgotten at their Hangup; agents' channels come here too."""

    def __init__(self) -> None:
        self.dropped = 0  # the oldest forgotten, past MOST
        self._heard: OrderedDict[str, GaveUp | None] = OrderedDict()  # calls that asked to hang up, or gave up
        self._entered: OrderedDict[str, str] = OrderedDict()  # call → queue it is about to join

    def __len__(self) -> int:
        return len(self._heard) + len(self._entered)

    def asked(self, call: str) -> None:
        """A HangupRequest."""
        self._put(self._heard, call, self._heard.get(call))

    def gave_up(self, event: GaveUp) -> None:
        """A QueueCallerAbandon of a call that is known in no line."""
        self._put(self._heard, event.call, event)

    def take(self, call: str) -> tuple[bool, GaveUp | None]:
        """Whether anything was heard of this call, and its Abandon; it is known from now on."""
        if call not in self._heard:
            return False, None
        return True, self._heard.pop(call)

    def entered(self, call: str, queue: str) -> None:
        """The dialplan ran Queue() for this call."""
        self._put(self._entered, call, queue)

    def take_entered(self, call: str) -> str | None:
        """The queue that this call was about to join, or None."""
        return self._entered.pop(call, None)

    def forget(self, call: str) -> None:
        """Its channel is gone."""
        self._heard.pop(call, None)
        self._entered.pop(call, None)

    def clear(self) -> None:
        """Events were missed: what was heard may be of the past."""
        self._heard.clear()
        self._entered.clear()

    def _put(self, kept: OrderedDict[str, Any], call: str, what: object) -> None:
        kept[call] = what
        if len(kept) > MOST:
            kept.popitem(last=False)
            self.dropped += 1
