"""Views of the pages that do not depend on how many queues a panel shows: the centre, the clock, notices, tests."""

from firmware.core.scenes import a_tile, changed, queues_view, stale, with_fields
from firmware.core.showing_centre import Centre
from firmware.core.view import CENTRE, CLOCK, DARK, IDENTIFY, SELF_TEST, Notice, Tile, View

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

_RUNNING = "The cafeteria is closed today; lunch is served in the meeting room on the second floor from 12:30"
_RUNNING_HEBREW = "הינש המוקב תובישיה רדחב תשגומ םיירהצ תחורא ,םויה הרוגס הירטפקה"


def a_page(kind: int, **changes: "Any") -> View:
    """A page of another kind than the queues'."""
    view = queues_view((), local_min=581)
    return changed(changed(view, kind=kind, date="2026-11-23"), **changes)


def centre_page(tile: Tile, **changes: "Any") -> View:
    """The page of the whole centre."""
    return a_page(CENTRE, centre=Centre(tile, 264, 231, 12, 13, 360), **changes)


def _centre_scenes() -> "list[tuple[str, View]]":
    everybody = a_tile("@all", (11, 47), 860, "4/23", rtl=False, next_breach_s=313)
    warn = with_fields(everybody, severity=1, oldest_s=250, next_breach_s=110, why=(0, 1, 0, 0, 1))
    urgent = with_fields(
        everybody, severity=2, waiting=19, oldest_s=345, sla=710, agents_free=0, next_breach_s=15, why=(2, 2, 2, 0, 2)
    )
    found = [
        ("centre_calm", centre_page(everybody)),
        ("centre_nobody", centre_page(with_fields(everybody, waiting=0, oldest_s=None, next_breach_s=None))),
        ("centre_warn", centre_page(warn)),
        ("centre_warn_second_phase", centre_page(with_fields(warn, phase=1))),
        ("centre_critical", centre_page(urgent)),
        ("centre_critical_second_phase", centre_page(with_fields(urgent, phase=1))),
        ("centre_acknowledged", centre_page(with_fields(urgent, acked=True))),
        ("centre_pages", centre_page(everybody, page=3, pages=4)),
        ("centre_latin", centre_page(with_fields(everybody, label="Whole centre"))),
        ("centre_hebrew", centre_page(with_fields(everybody, label="דקומה לכ", rtl=True))),
        ("centre_no_data", centre_page(stale(everybody, 3))),
    ]
    for fault in ("PBX", "BRIDGE", "LINK"):
        name = "centre_" + fault.lower()
        found.append((name + "_dim", centre_page(stale(urgent, 1), fault=fault, fault_min=0)))
        found.append((name + "_dashes", centre_page(stale(urgent, 2), fault=fault, fault_min=12)))
    return found


def page_scenes() -> "list[tuple[str, View]]":
    """(name, view) of all of them."""
    found = _centre_scenes()
    found += [
        ("clock", a_page(CLOCK)),
        ("clock_hebrew", a_page(CLOCK, rtl=True)),
        ("clock_muted", a_page(CLOCK, muted=True)),
        ("clock_unknown", a_page(CLOCK, local_min=None, date=None)),
        ("notice", a_page(CLOCK, notice=Notice("Staff meeting 14:30", False))),
        ("notice_hebrew", a_page(CLOCK, notice=Notice("14:30 העשב תווצ תבישי", True))),
        ("notice_running", a_page(CLOCK, notice=Notice(_RUNNING, False), scroll=150)),
        ("notice_running_hebrew", a_page(CLOCK, notice=Notice(_RUNNING_HEBREW, True), scroll=150)),
        ("identify", a_page(IDENTIFY, text="hall-1")),
        ("dark", a_page(DARK, brightness=0)),
    ]
    found += [("self_test_%d" % step, a_page(SELF_TEST, page=step, text="hall-1 0.1.0")) for step in range(6)]
    return found
