"""What the bridge does at this moment, in one line for people: `systemctl status wallboard-bridge` shows it."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple


class Boards(NamedTuple):
    """How many boards are known to be there, and how many to be gone."""

    online: int
    offline: int


class Status:
    """Remembers since when the PBX and the broker are as they are. Pure: times are the site's, and come in."""

    def __init__(self, site: str) -> None:
        self._site = site
        self._since: dict[str, tuple[str, dt.datetime]] = {}

    def line(
        self, now: dt.datetime, *, pbx: str, is_broker_up: bool, queues: int, boards: Boards | None, problem: str
    ) -> str:
        """`pbx` as bridge/state has it; `boards` None: not all have had the time to speak; `problem` "" is fine."""
        parts = [self._link("PBX", pbx, now), self._link("broker", "up" if is_broker_up else "down", now)]
        parts.append(_count(queues, "queue"))
        if boards is not None:
            gone = f" ({boards.offline} more offline)" if boards.offline else ""
            parts.append(_count(boards.online, "board") + gone)
        return f"{self._site}: {', '.join(parts)}{'; ' if problem else ''}{problem}"

    def _link(self, name: str, state: str, now: dt.datetime) -> str:
        before, since = self._since.get(name, ("", now))
        if state != before:
            since = now
            self._since[name] = state, now
        day = "" if since.date() == now.date() else f"{since:%Y-%m-%d} "
        return f"{name} {state} since {day}{since:%H:%M}"


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"
