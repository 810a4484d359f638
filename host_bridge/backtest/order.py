"""In which order queues are told of: as thresholds.yaml lists them, then the others by name, q9 before q10.

The others come from the log in the order in which they were called, where nobody finds one among two hundred.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from host_bridge.thresholds import Thresholds


def in_order(queues: Iterable[str], thresholds: Thresholds) -> list[str]:
    """Queues of the PBX, by name."""
    rank = {queue: number for number, queue in enumerate(thresholds.queues)}
    return sorted(queues, key=lambda queue: (rank.get(queue, len(rank)), _natural(queue), queue))


def _natural(name: str) -> list[tuple[int, int, str]]:
    """What names are sorted by: numbers by their value and before letters, whatever the case."""
    parts = re.findall(r"\d+|\D+", name.casefold())
    digits = [part.lstrip("0") for part in parts]
    return [
        (0, len(number), number) if part[0].isdecimal() else (1, 0, part)
        for part, number in zip(parts, digits, strict=True)
    ]
