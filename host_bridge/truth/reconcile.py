"""A day's figures twice, by queue_log and by the bridge's own records, and the stays behind each difference.

What is claimed is checked: a difference counts as explained only when the bridge's figure becomes queue_log's once
every stay with an explanation is put right. Two mistakes that cancel each other out are told too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from host_bridge.truth.figures import Tally
from host_bridge.truth.outcomes import End, Estimate, Outcome, Record, Talk
from host_bridge.truth.reconcile_pairs import UNEXPLAINED, Discrepancy, Gap, Span, Why, discrepancies
from host_bridge.truth.service_level import ServiceLevel

COUNTED = (
    "offered",
    "answered",
    "abandoned",
    "short_abandoned",
    "overflowed",
    "exited",
    "removed",
    "unresolved",
    "rejected",
    "transferred",
)
FIGURES = (*COUNTED, "sla", "sla_of", "avg_wait_ms", "longest_ms", "aht_ms")
"""What is compared, in the order of the table; sla_target is a setting."""


class Reason(NamedTuple):
    """Why a figure differs, and the calls behind it; `gap`: of Why.GAP."""

    why: Why
    stays: tuple[str, ...] = ()
    gap: Gap | None = None

    @property
    def explained(self) -> bool:
        """False when it names the stays but not a cause that is nobody's mistake."""
        return self.why not in UNEXPLAINED


class Difference(NamedTuple):
    """A figure that queue_log and `side` ("bridge", "perf", "perf2") do not have alike; None: not known there."""

    figure: str
    side: str
    queue_log: int | None
    other: int | None
    explained: bool
    reasons: tuple[Reason, ...]

    @property
    def by(self) -> int | None:
        """How much more the other side has; None when one of the two is not known."""
        return None if self.queue_log is None or self.other is None else self.other - self.queue_log


class Evidence(NamedTuple):
    """All records of one queue on both sides, those around the day too; `bridge` None: no journal was given."""

    log: Sequence[Record]
    bridge: Sequence[Record] | None
    covered: Span  # what queue_log tells about
    gaps: Sequence[Gap]  # when the bridge did not see the PBX


def figures(records: Iterable[Record], level: ServiceLevel, *, of_log: bool) -> dict[str, int]:
    """The ended-stay figures of DESIGN 5; one that is not known is absent, as `rejected` is in queue_log.

    All records count, whatever the level's window: what a rolling window showed is nowhere kept.
    """
    tally = Tally(None)
    for record in records:
        if isinstance(record, End | Talk | Estimate):
            tally.add(record)
    found = tally.figures(level)
    if of_log:
        del found["rejected"]  # a caller who is not let in leaves no line
    return found


def compare(evidence: Evidence, day: Span, level: ServiceLevel) -> list[Difference]:
    """The differences between the bridge and queue_log on a day, in the order of FIGURES."""
    if evidence.bridge is None:
        return []
    log = [record for record in evidence.log if record.at_ms in day]
    bridge = [record for record in evidence.bridge if record.at_ms in day]
    found = discrepancies(evidence.bridge, evidence.log, day, evidence.covered, evidence.gaps)
    theirs, ours = figures(log, level, of_log=True), figures(bridge, level, of_log=False)
    righted = figures(_righted(bridge, found, day), level, of_log=False)
    touched = [(each, _touched(each, level, day)) for each in found]

    differences: list[Difference] = []
    for figure in FIGURES:
        behind = [each for each, touches in touched if figure in touches]
        if figure == "longest_ms":
            behind = [each for each in behind if _is_longest(each, theirs, ours)]
        known = theirs.get(figure, 0 if figure == "rejected" else None)
        cancelled = figure in COUNTED and any(not each.explained for each in behind)
        if known == ours.get(figure) and not cancelled:
            continue
        explained = not cancelled and righted.get(figure) == known
        reasons = tuple(_reasons(behind))
        if not explained and all(reason.explained for reason in reasons):
            reasons += (Reason(Why.UNACCOUNTED),)
        differences.append(Difference(figure, "bridge", theirs.get(figure), ours.get(figure), explained, reasons))
    return differences


def _righted(bridge: Iterable[Record], found: Iterable[Discrepancy], day: Span) -> Iterator[Record]:
    """The bridge's records of the day, with queue_log's in the place of those whose difference has a good reason."""
    wrong = {id(each.bridge) for each in found if each.explained and each.bridge is not None}
    yield from (record for record in bridge if id(record) not in wrong)
    for each in found:
        if each.explained and each.log is not None and each.log.at_ms in day:
            yield each.log


def _touched(each: Discrepancy, level: ServiceLevel, day: Span) -> Collection[str]:
    """The figures that this one stay changes: those which differ when there is nothing else."""
    alone = replace(level, min_calls=1)
    one, other = (
        figures([side] if side is not None and side.at_ms in day else [], alone, of_log=False)
        for side in (each.bridge, each.log)
    )
    return {figure for figure in FIGURES if one.get(figure) != other.get(figure)}


def _is_longest(each: Discrepancy, theirs: dict[str, int], ours: dict[str, int]) -> bool:
    """Whether it is the longest wait of one of the sides."""
    return any(
        isinstance(side, End) and side.outcome is not Outcome.UNRESOLVED and side.wait_ms == of_day.get("longest_ms")
        for side, of_day in ((each.log, theirs), (each.bridge, ours))
    )


def _reasons(behind: Iterable[Discrepancy]) -> Iterator[Reason]:
    """One reason a cause and gap, with its calls in the order of their time."""
    calls: dict[tuple[Why, Gap | None], dict[str, None]] = {}
    for each in sorted(behind, key=lambda each: (each.log or each.bridge or Estimate("", 0, 0, 0)).at_ms):
        stays = calls.setdefault((each.why, each.gap), {})
        if each.call:
            stays[each.call] = None
    for (why, gap), stays in calls.items():
        yield Reason(why, tuple(stays), gap)
