"""By how much the PBX's own counters rose in a gap: of calls that ended while nobody looked.

Between the loss of the line, or the start of the bridge, and the first whole list since. What is heard before that list
comes is none of it, and what an event tells only after the list may be in it. An answer that is on its way inside of
the PBX while the first list is made is counted twice: by the list, and by its event some ms later. Only the agent's
InCall in that list could tell, which nothing looks at. An Abandon in a list that still has its caller is counted twice
only if the line is lost once more before his Leave: then he looks like any other who is missing.
"""

from __future__ import annotations

from host_bridge.truth.counters import Counters, Missed, less, missed
from host_bridge.truth.live import PbxCounters


class GapCounters:
    """The counters of each queue before and after the gap that is open."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._before: dict[str, PbxCounters] = {}
        self._heard: dict[str, PbxCounters] = {}  # … and what events told from the login to the first whole list
        self._after: dict[str, PbxCounters] | None = None  # by that list
        self._rose: dict[str, Missed] = {}  # in gaps before this one that were never closed, less what is told since

    @property
    def queues(self) -> tuple[str, ...] | None:
        """The queues of the first whole list since the gap began; None: it has not come."""
        return None if self._after is None else tuple(self._after)

    def begin(self) -> None:
        """Nobody looks from now on; what rose in a gap that was not closed is kept."""
        self._rose = self.rose()
        self._before, self._heard, self._after = self._now(), {}, None
        self._counters.awaits_list = True
        self._note_uncounted()

    def before_list(self) -> None:
        """A whole list is about to be taken over; all that was heard until now is none of what was missed."""
        if self._after is None:
            now = self._now()
            self._heard = {queue: less(now[queue], self._before[queue]) for queue in now.keys() & self._before.keys()}
            self._counters.awaits_list = False

    def listed(self) -> None:
        """A whole list was taken over: the first since the gap tells how it left the PBX."""
        if self._after is None:
            self._after = self._now()
            self._note_uncounted()

    def restarted(self) -> None:
        """The PBX started anew within the gap."""
        self._before = {queue: PbxCounters(queue, 0, 0, 0) for queue in self._before}
        self._note_uncounted()

    def told(self, queue: str) -> None:
        """One who gave up in the gap is counted otherwise."""
        answered, abandoned = self._rose.get(queue, Missed(0, 0))
        self._rose[queue] = Missed(answered, abandoned - 1)
        self._note_uncounted()

    def rose(self) -> dict[str, Missed]:
        """By how much they rose, of each queue listed. One that is new, or unknown before, tells nothing.

        Fewer than none rose as long as one is told and the list that has him is still to come.
        """
        rose = dict(self._rose)
        for queue, after in (self._after or {}).items():
            answered, abandoned = rose.get(queue, Missed(0, 0))
            if queue in self._before:
                more = missed(self._before[queue], less(after, self._heard[queue]))
                answered, abandoned = answered + more.answered, abandoned + more.abandoned
            rose[queue] = Missed(answered, abandoned)
        return rose

    def close(self) -> None:
        """All of it is counted now."""
        self._after = None
        self._rose = {}
        self._counters.uncounted = {}

    def _now(self) -> dict[str, PbxCounters]:
        return {each.queue: each for each in self._counters.heard()}

    def _note_uncounted(self) -> None:
        self._counters.uncounted = self.rose()
