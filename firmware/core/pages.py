"""Which page the panel shows now: queues in breach stay in front, the rest and the other pages take turns."""

from firmware.core.view import CENTRE, CLOCK, QUEUES

TURN_MS = 6000


def queue_pages(severities: "list[int]", slots: int) -> "list[list[int]]":
    """Pages of the places of queues in configured order, `severities` 0 to 2 each; one page at least.

    Queues in breach take the first slots and stay, critical before warn; the slots that are left rotate through the
    others. More in breach than there are slots: the critical ones stay, and the warned rotate in what is left; where
    none is left, a page of warned ones comes after each round of the critical.
    """
    critical, warned, calm = [
        [place for place in range(len(severities)) if severities[place] == each] for each in (2, 1, 0)
    ]
    if len(critical) + len(warned) < slots:
        return _rounds(critical + warned, calm, slots)
    return _rounds(critical, warned, slots)


def away(severities: "list[int]", chunks: "list[list[int]]", page: int) -> "tuple[int, ...]":
    """Of each of the pages the worst severity that `page` does not show; () when nothing is in breach elsewhere."""
    worst = [max([0] + [severities[place] for place in chunk if place not in chunks[page]]) for chunk in chunks]
    return tuple(worst) if max(worst) else ()


def kinds(
    wanted: "tuple[str, ...]", n_pages: int, alarm: "tuple[bool, bool]", idle: "tuple[bool, bool]"
) -> "list[int]":
    """The turns of one round, as View.kind; QUEUES stands once for each of `n_pages`.

    `wanted`: names of pages (board.PAGES); `alarm`: one fires on a queue, one on the whole centre; `idle`: nobody waits
    anywhere, there is a notice. An alarm has the panel to itself, a queue's before the centre's: a queue in breach is
    always in view. What has least to say comes only when all is calm: the clock when nobody waits, the whole centre
    then too, or when it sums what no page shows at once.
    """
    turns = []
    queues, centre = alarm
    nobody, notice = idle
    if ("queues" in wanted and not (centre and not queues)) or queues:
        turns += [QUEUES] * n_pages
    if "centre" in wanted and not queues and (centre or nobody or n_pages > 1 or "queues" not in wanted):
        turns.append(CENTRE)
    if "clock" in wanted and not queues and not centre and (nobody or notice or not turns):
        turns.append(CLOCK)
    return turns or [QUEUES] * n_pages


def turn_at(lengths_ms: "list[int]", clock_ms: int) -> "tuple[int, int, int]":
    """(index of the turn, ms since it began, ms until it ends) of a round, at a moment of the bridge's clock."""
    past_ms = clock_ms % sum(lengths_ms)
    for index, length_ms in enumerate(lengths_ms):
        if past_ms < length_ms:
            return index, past_ms, length_ms - past_ms
        past_ms -= length_ms
    return 0, 0, lengths_ms[0]


def _rounds(first: "list[int]", rest: "list[int]", slots: int) -> "list[list[int]]":
    """All of `first` in each round, and at its end, beside the last of them if there is room, a piece of `rest`."""
    whole = len(first) // slots * slots
    staying = first[whole:]
    found = []
    for piece in _chunks(rest, slots - len(staying)) or [[]]:
        found += _chunks(first[:whole], slots)
        if staying or piece:
            found.append(staying + piece)
    return found or [[]]


def _chunks(places: "list[int]", size: int) -> "list[list[int]]":
    return [places[start : start + size] for start in range(0, len(places), size)]
