"""What the panel shows at one moment: `board` fills it, `screen` draws it. Equal views need no redraw.

Nothing in here is text to be read by a program, and nothing needs a clock: all counting has been done.
"""

from collections import namedtuple

# View.kind: the page. QUEUES: tiles; CENTRE: the whole centre; CLOCK: the time, with a notice if there is one;
# SELF_TEST: the colours and the board's own name, step by step; IDENTIFY: its name; DARK: nothing, it is night.
QUEUES, CENTRE, CLOCK, SELF_TEST, IDENTIFY, DARK = 0, 1, 2, 3, 4, 5

# One queue. label: in display order; waiting, oldest_s (whole seconds), sla and sla_target (permille), agents_free and
# agents_in: integers, or None when not known; severity: 0 none, 1 warn, 2 critical; acked: somebody has acknowledged;
# phase: 0, or 1 in the second phase of blinking; life: 0 live, 1 ageing under a fault, 2 too old (dashes), 3 no data;
# next_breach_s: whole seconds until the first waiting caller passes the wait limit, None while that is not near;
# approx: a gap was filled by estimate; open: inside its hours; why: the severities, as its rules name the figures, of
# (waiting, oldest_s, sla, agents_free, next_breach_s).
Tile = namedtuple(
    "Tile",
    "id label rtl waiting oldest_s sla sla_target agents_free agents_in severity acked phase life"
    " next_breach_s approx open why",
)

# A text for everybody, in display order.
Notice = namedtuple("Notice", "text rtl")

# tiles: those of this page, in order of places (kind QUEUES); centre: a showing_centre.Centre or None (kind CENTRE);
# page of pages, from 0: in kind SELF_TEST its step; fault: None, "PBX", "BRIDGE" or "LINK", and fault_min: whole
# minutes since the figures were last true, or None; local_min: minutes since local midnight, or None; date:
# "2026-11-23" or None; notice: a Notice or None (kind CLOCK), scroll: LEDs that its text has moved since its turn
# began; muted: the buzzer is; brightness: percent, 0 to 100; text: the board's name (IDENTIFY), or its name and version
# (SELF_TEST); rtl: the site reads from right to left; away: of each page the severity, 0 to 2, of what it has in breach
# that this one does not show and nobody has acknowledged, () when there is nothing of the kind.
View = namedtuple(
    "View",
    "kind tiles centre page pages fault fault_min local_min date notice scroll muted brightness text rtl away",
)
