"""The one line of what the bridge does: what is up or down, since when on the site's clock, and how many of each."""

from __future__ import annotations

import datetime as dt

from host_bridge.status import Boards, Status

MORNING = dt.datetime(2026, 11, 22, 8, 0)


def test_it_tells_since_when_each_link_is_as_it_is() -> None:
    status = Status("main")

    def told(minutes: int, pbx: str, is_broker_up: bool, queues: int, boards: Boards | None = None) -> str:
        now = MORNING + dt.timedelta(minutes=minutes)
        return status.line(
            now, pbx=pbx, is_broker_up=is_broker_up, queues=queues, boards=boards, problem="no journal" * (queues > 9)
        )

    assert told(0, "syncing", False, 0) == "main: PBX syncing since 08:00, broker down since 08:00, 0 queues"
    assert told(3, "up", False, 1, Boards(1, 0)) == (
        "main: PBX up since 08:03, broker down since 08:00, 1 queue, 1 board"
    )
    assert told(20 * 60, "up", True, 12, Boards(3, 1)) == (
        "main: PBX up since 2026-11-22 08:03, broker up since 04:00, 12 queues, 3 boards (1 more offline); no journal"
    )
