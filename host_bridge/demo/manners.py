"""How the demo's PBX is set up, and the odds that the bank's records do not tell: plausible guesses, all in one place.

Times are the centre's own.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Reason = Literal["caller", "agent", "transfer"]


class Manner(NamedTuple):
    """One queue."""

    extension: str
    """What is dialled for it in the context CALLERS."""
    longest: int
    """Callers who find so many in line are turned away."""
    timeout_s: int
    overflows_to: str | None
    """Where a caller goes who waited for `timeout_s`; None is a recorded message, then the end."""
    passes_to: str
    """The queue to which its agents pass a caller on."""


MANNERS = {
    "service": Manner("6001", 20, 900, None, "securities"),
    "sales": Manner("6002", 10, 240, "service", "service"),
    "securities": Manner("6003", 10, 600, None, "service"),
    "support": Manner("6004", 6, 600, None, "service"),
}

SERVICE_LEVEL_S = 20
"""`servicelevel` of queues.conf."""
RING_TIMEOUT_MS = 15_000
LET_RING_ODDS = 0.01
AUTO_PAUSE = "Auto-Pause"
"""Asterisk's own word for an agent who let the phone ring (autopause=all)."""
AUTO_PAUSE_MS = 45_000
AGENT_ENDS_ODDS = 0.3
PASSED_ON_ODDS = 0.04
PASSED_TO_QUEUE_ODDS = 0.5
"""Of those passed on; the others go to somebody outside the centre."""
OUTSIDE_TALK_MS = 120_000

KEY = "1"
KEY_ODDS = 0.12
"""Of those whose patience ends after KEY_FROM_MS: the key leaves a number to call back."""
KEY_FROM_MS = 20_000
MESSAGE_MS = 6_000
"""How long a recorded message lasts before the PBX hangs up."""

CALLERS = "from-trunk"
"""The context of the dialplan in which Queue() runs."""
KEY_CONTEXT = "leave-a-number"
OUTSIDE = ("200", "outside")
"""Extension and context."""
