"""What ended while nobody looked: filled from queue_log, or estimated from the PBX's own counters.

A gap begins when the line to the PBX is lost, or with a bridge that starts anew, and is closed once: by `fill` where
queue_log can be read, else by `estimate`. What is in the ledger stays, as events tell more than queue_log does (ms,
redirects); the log adds what is not in it, and tells how the stays ended of which no event said it. Filling twice
changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from host_bridge.truth.counters import less_what_is_told
from host_bridge.truth.gap_counters import GapCounters
from host_bridge.truth.intake import Intake
from host_bridge.truth.ledger import Ledger
from host_bridge.truth.listed_waits import ListedWaits, Waiting
from host_bridge.truth.merge import AT_MS, JOIN_MS, pair_ends, pair_talks
from host_bridge.truth.outcomes import End, Estimate, JourneyEnd, Outcome, Talk
from host_bridge.truth.stay import Stage, Stay

MARGIN_MS = 60_000  # a dead line is noticed late, and the PBX's clock may have been set
SETTLE_MS = 4 * 3_600_000  # a ghost's caller has hung up by then, and queue_log has said so, or never will


class Filled(NamedTuple):
    """What queue_log told that was not known: records added, ends revised; and how many of both in each queue."""

    added: int
    revised: int
    queues: dict[str, int]

    def __str__(self) -> str:
        better = f", {self.revised} known better" if self.revised else ""
        return f"{self.added} stays and conversations that were not heard{better}"


class Gaps:
    """The gap that waits to be closed, if any, and the means to close it."""

    def __init__(self, ledger: Ledger, intake: Intake) -> None:
        self.is_open = False
        self._ledger = ledger
        self._intake = intake
        self._since_ms: int | None = None  # when the gap began, at the earliest; None: nothing is known before
        self._counters = GapCounters(intake.counters)
        self._listed_ms: int | None = None
        self._fresh_from_ms: int | None = None  # what queue_log cannot have, as it was read before
        self._waits_on: set[tuple[str, str]] = set()  # queue and call: queue_log has the join, and no end yet
        self._listed_waits = ListedWaits((), (), ())
        self._estimated: dict[str, int] = {}  # queue → row of its estimate, as long as no other gap began
        intake.stays.counted_before = self._count_once
        intake.stays.absorb = self._absorb_in_gap

    def begin(self, since_ms: int | None) -> None:
        """Nobody looks from now on. `since_ms`: when that may have begun; None: with all that is kept."""
        if self.is_open:
            if since_ms is not None and self._since_ms is not None:
                since_ms = min(since_ms, self._since_ms)
            else:
                since_ms = None
        self.is_open = True
        self._since_ms = since_ms
        self._listed_ms = None
        self._estimated = {}
        self._counters.begin()

    def before_list(self) -> None:
        """A whole list is about to be taken over."""
        if self.is_open:
            self._counters.before_list()

    def listed(self, at_ms: int) -> None:
        """A whole list was taken over: the first since the gap tells who is left."""
        if self.is_open and self._listed_ms is None:
            self._counters.listed()
            self._listed_ms = at_ms

    def restarted(self) -> None:
        """The PBX started anew within the gap."""
        self._counters.restarted()

    def fill(
        self, ends: Sequence[End], talks: Sequence[Talk], now_ms: int, waiting: Waiting, read_ms: int | None
    ) -> Filled:
        """Merge what queue_log tells, in ms of the bridge's clock, and close the gap. All as in Truth.fill."""
        # What came in the ms of the list may be later than it; what came in that of the reading is hardly later.
        self._fresh_from_ms = self._listed_ms if read_ms is None else read_ms + 1
        waiting = tuple(waiting)
        self._waits_on = {(queue, call) for queue, call, _ in waiting}
        self._listed_waits = ListedWaits(self._intake.stays.book.stays(), ends, waiting)
        gap_ms = None if self._since_ms is None else self._since_ms - MARGIN_MS
        since_ms = max((each for each in (gap_ms, self._ledger.since_ms) if each is not None), default=None)
        changed: Counter[str] = Counter()
        told: list[End] = []
        log_ends = [end for end in ends if self._is_new(end, since_ms)]
        revised, added = self._revise(log_ends, since_ms, now_ms, told, changed)
        for row, estimate in less_what_is_told(self._ledger.estimates(), added):
            self._ledger.revise(row, estimate)
        log_talks = [talk for talk in talks if self._is_new(talk, since_ms)]
        own_talks = [talk for _, talk in self._ledger.all_talks() if since_ms is None or talk.at_ms >= since_ms - AT_MS]
        fresh = self._fresh(own_talks)
        for index in pair_talks(log_talks, own_talks, fresh).first_only:
            self._ledger.add(log_talks[index])
            changed[log_talks[index].queue] += 1
        self._run_clocks(told)
        for stay in self._intake.stays.book.missed():
            if stay.stage is Stage.GONE and stay.verdict() is not Outcome.UNRESOLVED:
                self._intake.stays.give_up(stay, now_ms)
        self._close()
        return Filled(changed.total() - revised, revised, dict(changed))

    def estimate(self, now_ms: int) -> tuple[Estimate, ...]:
        """Count by the PBX's counters what ended in the gap, one record a queue, and close it; () before a list."""
        queues = self._counters.queues
        if queues is None:
            return ()
        stays = self._intake.stays
        estimates: list[Estimate] = []
        rose = self._counters.rose()
        for queue in queues:
            ended = rose[queue].at_least_none()
            unseen = ended.answered + ended.abandoned
            # Those in a line first: one who left may wait for his agent still, and his answer be seen.
            for stay in sorted(stays.book.missed(), key=lambda stay: stay.stage is not Stage.GONE):
                if stay.queue != queue or not stay.gap:
                    continue
                if not stay.gave_up and unseen > 0:
                    unseen -= 1
                    self._absorb(stay, now_ms)
                elif stay.stage is Stage.GONE:
                    stays.give_up(stay, now_ms)
            estimates.append(Estimate(queue, ended.answered, ended.abandoned, now_ms))
        self._close()
        self._estimated = {estimate.queue: self._ledger.add(estimate) for estimate in estimates}
        return tuple(estimates)

    @property
    def missed(self) -> int:
        """How many calls the PBX's counters say ended in the gap; 0 before the first whole list since it began."""
        return sum(sum(rose.at_least_none()) for rose in self._counters.rose().values())

    def settle_from(self, ends: Sequence[End], now_ms: int) -> int:
        """Tell from queue_log how stays ended of which no event said it; gives how many were told."""
        ghosts = dict(self._ledger.unresolved_ends())
        for row in [row for row, end in ghosts.items() if now_ms - end.at_ms > SETTLE_MS]:
            self._ledger.unresolved.discard(row)
        if not ghosts:
            return 0
        places = {(end.queue, end.joined_ms // 1000 + step) for end in ghosts.values() for step in range(-3, 4)}
        near = [end for end in ends if (end.queue, end.joined_ms // 1000) in places]
        if not near:  # as mostly: the whole ledger need not be looked at each second
            return 0
        own = [(row, end) for row, end in self._ledger.all_ends() if (end.queue, end.joined_ms // 1000) in places]
        told: list[End] = []
        # Under another id only one whose join the log has not: of others it may tell before their events are in.
        named = [end._replace(journey=end.journey or end.call) for _, end in own]
        for index, other in pair_ends(near, named).both:
            self._tell(*own[other], near[index], told)
        self._run_clocks(told)
        return len(told)

    def _is_new(self, record: End | Talk, since_ms: int | None) -> bool:
        return self._intake.is_read(record.queue) and (since_ms is None or record.at_ms >= since_ms)

    def _revise(
        self, log_ends: list[End], since_ms: int | None, now_ms: int, told: list[End], changed: Counter[str]
    ) -> tuple[int, list[End]]:
        """Merge the ends; gives how many of the changes were revisions, and which ends were not known at all."""
        stays = self._intake.stays
        kept = [
            (row, end)
            for row, end in self._ledger.all_ends()
            if end.outcome is not Outcome.REJECTED
            and not self._ended_since(end)
            # an unresolved one was last seen then; when he was gone, the log may know better
            and (since_ms is None or end.at_ms >= since_ms - AT_MS or end.outcome is Outcome.UNRESOLVED)
        ]
        open_stays = stays.book.missed()
        known = [end for _, end in kept]
        known += [stay.end(Outcome.UNRESOLVED, now_ms, whole_seconds=False) for stay in open_stays]
        # One of whom but a list told may be in the log under another id, unless the log saw him join under this one.
        named = [end._replace(journey=end.call) if (end.queue, end.call) in self._waits_on else end for end in known]
        pairs = pair_ends(log_ends, named, self._fresh(known))
        revised = 0
        for index, other in pairs.both:
            end = log_ends[index]
            if other < len(kept):
                if self._tell(*kept[other], end, told):
                    revised += 1
                    changed[end.queue] += 1
            elif end.outcome is not Outcome.UNRESOLVED:
                stays.resolve(open_stays[other - len(kept)], end.outcome, end.hold_s, end.at_ms)
                changed[end.queue] += 1
        added: list[End] = []
        live = {(stay.queue, stay.joined_as): stay for stay in self._intake.stays.book.stays()}
        for index in pairs.first_only:
            end = log_ends[index]
            stay = live.get((end.queue, end.call))
            if stay is None or not self._is_on_its_way(stay, end):
                self._ledger.add(end)
                added.append(end)
                changed[end.queue] += 1
        told += added
        return revised, added

    def _fresh(self, own: Sequence[End | Talk]) -> set[int]:
        """Which of these happened after the log was read; of those who were missing in the first list, none."""
        from_ms = self._fresh_from_ms
        if from_ms is None:
            return set()
        return {index for index, each in enumerate(own) if each.at_ms >= from_ms + _is_missing(each)}

    def _ended_since(self, end: End) -> bool:
        """Whether this is the end of a wait that went on when the log was read: no end that the log has is it."""
        if self._fresh_from_ms is None or end.outcome is Outcome.UNRESOLVED:
            return False
        return end.at_ms >= self._fresh_from_ms and (end.queue, end.call) in self._waits_on

    def _is_on_its_way(self, stay: Stay, end: End) -> bool:
        """Whether this end is that of a stay which is open here: its event comes."""
        known = self._listed_waits.is_told_by_events(stay, end)
        if known is not None:
            return known
        if abs(stay.joined_ms - end.joined_ms) > JOIN_MS:
            return False
        return self._listed_ms is None or end.at_ms >= self._listed_ms - AT_MS

    def _tell(self, row: int, ghost: End, end: End, told: list[End]) -> bool:
        """Let the log say how a ghost ended; what any event said stays."""
        if ghost.outcome is not Outcome.UNRESOLVED or end.outcome is Outcome.UNRESOLVED:
            return False
        known = end._replace(call=ghost.call, journey=ghost.journey, joined_ms=ghost.joined_ms)
        self._ledger.revise(row, known)
        told.append(known)
        return True

    def _run_clocks(self, ends: list[End]) -> None:
        """Let the callers' clocks run over what was told late, in its order, but for clocks that had their say."""
        journeys, waiting = self._intake.journeys, self._intake.stays.book.waiting
        stopped: dict[str, list[JourneyEnd]] = {}
        for each in self._ledger.all_journeys() if ends else ():
            stopped.setdefault(each.journey, []).append(each)
        steps: list[tuple[int, int, End]] = []
        for end in ends:
            if not any(_covers(each, end) for name in {end.journey, end.call} for each in stopped.get(name, ())):
                steps += ((end.joined_ms, 1, end), (max(end.at_ms, end.joined_ms), 2, end))
        for at_ms, step, end in sorted(steps):
            journeys.settle(at_ms)
            if step == 2:
                journeys.ended(end)
            elif end.call not in waiting:
                journeys.joined(end.journey, end.call, end.queue, end.joined_ms)

    def _count_once(self, queue: str) -> None:
        """The PBX's counters at the list told of one already whose end is only now."""
        row = self._estimated.get(queue)
        if self.is_open:
            self._counters.told(queue)
        elif row is not None:
            estimate = self._ledger.estimate(row)
            if estimate is not None and estimate.abandoned > 0:
                self._ledger.revise(row, estimate._replace(abandoned=estimate.abandoned - 1))

    def _absorb_in_gap(self, stay: Stay, now_ms: int) -> bool:
        if self.is_open:
            self._absorb(stay, now_ms)
        return self.is_open

    def _absorb(self, stay: Stay, now_ms: int) -> None:
        """What closes the gap counts this stay; how its caller fared is not known."""
        self._intake.stays.book.close(stay)
        self._intake.journeys.ended(
            End(stay.queue, Outcome.UNRESOLVED, 0, 0, now_ms, stay.joined_as, stay.journey, stay.joined_ms)
        )

    def _close(self) -> None:
        self.is_open = False
        self._listed_ms = None
        self._counters.close()


def _covers(stopped: JourneyEnd, end: End) -> bool:
    """Whether a stay lies within the time of a clock that has stopped."""
    began_ms = stopped.at_ms - stopped.wait_ms
    return began_ms - JOIN_MS <= end.joined_ms and end.at_ms <= stopped.at_ms + AT_MS


def _is_missing(record: End | Talk) -> bool:
    """Whether no event told of it: then a list did, and the first one tells of the gap."""
    return isinstance(record, End) and record.outcome is Outcome.UNRESOLVED
