"""Which queues share the panel now: those in breach stay in front, the rest take turns."""

TURN_MS = 6000


def choose(severities: "list[int]", slots: int, clock_ms: int) -> "tuple[list[int], int, int]":
    """(places of the queues to show, page, pages) for queues in configured order, `severities` 0 to 2 each.

    Queues in breach take the first slots and stay, critical before warn; the slots that are left rotate through the
    others every TURN_MS. More in breach than there are slots: they rotate among themselves, the critical ones first.
    """
    turn = clock_ms // TURN_MS
    breached = [place for wanted in (2, 1) for place in range(len(severities)) if severities[place] == wanted]
    others = [place for place in range(len(severities)) if severities[place] == 0]
    if len(breached) >= slots:
        return _chunk(breached, slots, turn)
    shown, page, pages = _chunk(others, slots - len(breached), turn)
    return breached + shown, page, pages


def _chunk(places: "list[int]", size: int, turn: int) -> "tuple[list[int], int, int]":
    pages = max(-(-len(places) // size), 1)
    page = turn % pages
    return places[page * size : (page + 1) * size], page, pages
