"""What the panel shows at one moment: `board` fills it, `screen` draws it. Equal views need no redraw."""

from collections import namedtuple

# One queue. label: in display order; waiting, oldest_s (whole seconds), sla and sla_target (permille), agents_free and
# agents_in: integers, or None when not known; severity: 0 none, 1 warn, 2 critical; acked: somebody has acknowledged;
# phase: 0, or 1 in the second phase of blinking; life: 0 live, 1 ageing under a fault, 2 too old (dashes), 3 no data.
Tile = namedtuple(
    "Tile", "id label rtl waiting oldest_s sla sla_target agents_free agents_in severity acked phase life"
)

# tiles: those of this page, in order of places; page of pages, from 0; fault: None, "PBX", "BRIDGE" or "LINK";
# local_min: minutes since local midnight, or None.
View = namedtuple("View", "tiles page pages fault local_min")
