"""Views to judge the screen by: goldens, previews and the README's picture draw these. Labels are in display order."""

from firmware.core.showing_centre import Centre
from firmware.core.view import CENTRE, CLOCK, DARK, IDENTIFY, QUEUES, SELF_TEST, Notice, Tile, View

_SUPPORT = "תינכט הכימת"  # as the bridge sends it: reversed, so that a left-to-right pen draws it rightly
_SALES = "תוריכמ"
_LONG = "תורבחו םייקסע תוחוקל תוריש"
_MIXED = "VIP 24 תוריכמ"
_RUNNING = "The cafeteria is closed today; lunch is served in the meeting room on the second floor from 12:30"
_RUNNING_HEBREW = "הינש המוקב תובישיה רדחב תשגומ םיירהצ תחורא ,םויה הרוגס הירטפקה"
_FIELDS = (
    "id label rtl waiting oldest_s sla sla_target agents_free agents_in severity acked phase life"
    " next_breach_s approx open"  # of Tile
).split()


def _with(tile: Tile, **changes: object) -> Tile:
    return Tile(*[changes.get(name, value) for name, value in zip(_FIELDS, tile)])  # noqa: B905 - absent there


def _tile(label: str, calls: "tuple[int, int | None]", sla: "int | None", agents: str, **changes: object) -> Tile:
    """A live tile; `calls` is (waiting, oldest_s), `agents` is free/in, `changes` are any other fields."""
    rtl = not (label[0] < "\u0590" and label[-1] < "\u0590")
    free, logged_in = agents.split("/")
    tile = Tile(
        label, label, rtl, calls[0], calls[1], sla, 800, int(free), int(logged_in), 0, False, 0, 0, None, False, True
    )
    return _with(tile, **changes)


def queues_view(
    tiles: "tuple[Tile, ...]",
    page: int = 0,
    pages: int = 1,
    fault: "str | None" = None,
    local_min: "int | None" = None,
) -> View:
    """A page of queues, and nothing else to tell."""
    return View(QUEUES, tiles, None, page, pages, fault, None, local_min, None, None, 0, False, 100, "")


def _view(tiles: "tuple[Tile, ...]", page: int = 0, pages: int = 1, fault: "str | None" = None) -> View:
    return queues_view(tiles, page, pages, fault, 581)


_CALM = _tile(_SALES, (1, 12), 930, "3/5")
_NOBODY = _tile(_SUPPORT, (0, None), 960, "4/6")
_WARN = _tile(_SUPPORT, (3, 38), 840, "1/6", severity=1)
_CRITICAL = _tile(_SUPPORT, (7, 102), 710, "0/6", severity=2)
_TWELVE = _tile(_MIXED, (12, 605), 640, "0/5", severity=2)

# name, tiles in the order of their places (a small panel shows the first)
_LIVE = (
    ("calm", (_CALM, _tile(_SUPPORT, (2, 9), 880, "2/6"))),
    ("nobody", (_NOBODY, _tile(_SALES, (0, None), 1000, "5/5"))),
    ("warn", (_WARN, _CALM)),
    ("warn_second_phase", (_with(_WARN, phase=1), _CALM)),
    ("critical", (_CRITICAL, _CALM)),
    ("critical_second_phase", (_with(_CRITICAL, phase=1), _CALM)),
    ("acknowledged", (_with(_CRITICAL, acked=True), _with(_WARN, label=_SALES, acked=True))),
    ("twelve", (_TWELVE, _with(_TWELVE, phase=1))),
    ("full", (_tile(_SUPPORT, (140, 7000), 0, "0/6", severity=2), _tile(_SALES, (99, 5999), 1000, "0/5", severity=2))),
    ("long_label", (_tile(_LONG, (4, 61), 790, "1/4"), _tile("International Customer Care", (4, 61), 790, "1/4"))),
    ("latin", (_tile("Support 24", (3, 75), 810, "2/7"), _tile("Billing 010", (0, None), 905, "7/7"))),
    ("no_sla", (_tile(_SUPPORT, (1, 4), None, "2/6"), _tile(_SALES, (0, None), None, "3/5"))),
    ("no_agents", (_tile(_SUPPORT, (5, 185), 500, "0/0", severity=2), _tile(_SALES, (0, None), 900, "0/0"))),
    ("many_agents", (_tile(_SUPPORT, (2, 20), 870, "9/25"), _tile(_SALES, (6, 44), 820, "0/25", severity=1))),
    ("more_agents", (_tile(_SUPPORT, (2, 20), 870, "3/10"), _tile(_SALES, (6, 44), 820, "1/15", severity=1))),
    ("foreign_label", (_tile("24 معد", (2, 20), 870, "3/5"), _tile("Доставка", (1, 8), 870, "3/5", rtl=False))),
    (
        "next_breach",
        (
            _tile(_SUPPORT, (4, 318), 820, "0/6", severity=1, next_breach_s=42),
            _tile("Billing", (2, 361), 780, "0/4", severity=2, next_breach_s=0),
        ),
    ),
    ("approx", (_tile(_SALES, (1, 12), 930, "3/5", approx=True), _tile(_SUPPORT, (0, None), 870, "2/6", approx=True))),
    ("closed", (_tile(_SUPPORT, (1, 95), 910, "0/0", open=False), _tile(_SALES, (0, None), 930, "2/5", open=False))),
    ("unknown", (_tile(_SALES, (1, None), None, "0/0", agents_in=None, sla_target=None), _CALM)),
)
# a centre of many queues: as many as a page of the panel shows
_MANY = (
    _CRITICAL, _tile("VIP", (2, 44), 770, "1/4", severity=1), _CALM, _NOBODY, _tile("Billing", (1, 7), 905, "4/7"),
    _tile("תוריש", (3, 21), 880, "2/9"), _tile("תוחוקל רומיש", (0, None), 990, "3/3"),
    _tile("Night", (0, None), None, "1/2"),
)  # fmt: skip
_SINGLE = (
    ("single_calm", _tile(_SUPPORT, (2, 14), 910, "3/8")),
    ("single_nobody", _tile(_SUPPORT, (0, None), 910, "3/8")),
    ("single_warn", _tile("Support 24", (3, 38), 840, "1/25", severity=1)),
    ("single_critical", _with(_TWELVE, label=_SUPPORT)),
    ("single_critical_second_phase", _with(_TWELVE, label=_SUPPORT, phase=1)),
    ("single_over", _tile(_LONG, (140, 5999), 1000, "0/8", severity=2)),
)


def _page(kind: int, **changes: object) -> View:
    """A page of another kind than the queues'."""
    values = {
        "kind": kind, "tiles": (), "centre": None, "page": 0, "pages": 1, "fault": None, "fault_min": None,
        "local_min": 581, "date": "2026-11-23", "notice": None, "scroll": 0, "muted": False, "brightness": 100,
        "text": "",
    }  # fmt: skip
    values.update(changes)
    return View(**values)


def _centre(tile: Tile, **changes: object) -> View:
    return _page(CENTRE, centre=Centre(tile, 264, 231, 12, 13, 360), **changes)


def page_scenes() -> "list[tuple[str, View]]":
    """(name, view) of the pages that do not depend on how many queues a panel shows."""
    everybody = _tile("@all", (11, 47), 860, "4/23", rtl=False, next_breach_s=313)
    urgent = _with(everybody, severity=2, waiting=19, oldest_s=345, sla=710, agents_free=0, next_breach_s=15)
    found = [
        ("centre_calm", _centre(everybody)),
        ("centre_nobody", _centre(_with(everybody, waiting=0, oldest_s=None, next_breach_s=None))),
        ("centre_warn", _centre(_with(everybody, severity=1, oldest_s=250))),
        ("centre_critical", _centre(urgent)),
        ("centre_critical_second_phase", _centre(_with(urgent, phase=1))),
        ("centre_acknowledged", _centre(_with(urgent, acked=True))),
        ("centre_named", _centre(_with(everybody, label="דקומה לכ", rtl=True))),
        ("centre_pbx_dim", _centre(_with(urgent, severity=0, life=1), fault="PBX", fault_min=0)),
        ("centre_link_dashes", _centre(_with(urgent, severity=0, life=2), fault="LINK", fault_min=12)),
        ("clock", _page(CLOCK)),
        ("clock_muted", _page(CLOCK, muted=True)),
        ("clock_unknown", _page(CLOCK, local_min=None, date=None)),
        ("notice", _page(CLOCK, notice=Notice("Staff meeting 14:30", False))),
        ("notice_hebrew", _page(CLOCK, notice=Notice("14:30 העשב תווצ תבישי", True))),
        ("notice_running", _page(CLOCK, notice=Notice(_RUNNING, False), scroll=150)),
        ("notice_running_hebrew", _page(CLOCK, notice=Notice(_RUNNING_HEBREW, True), scroll=150)),
        ("identify", _page(IDENTIFY, text="hall-1")),
        ("dark", _page(DARK, brightness=0)),
    ]
    found += [("self_test_%d" % step, _page(SELF_TEST, page=step, text="hall-1 0.1.0")) for step in range(6)]
    return found


def queue_scenes(slots: int) -> "list[tuple[str, View]]":
    """(name, view) of the pages of queues, for a panel that shows at most `slots` of them at once."""
    found = [(name, _view(tiles[:slots])) for name, tiles in _LIVE]
    found.append(("pages", _view((_CRITICAL, _NOBODY)[:slots], 1, 4)))
    found.append(("muted", _with_view(_view((_CRITICAL, _CALM)[:slots]), muted=True)))
    if slots > 1:
        found += [(name, _view((tile,))) for name, tile in _SINGLE]
    for count in range(3, slots + 1):
        found.append(("queues_%d" % count, _view(_MANY[:count])))
        found.append(("queues_%d_second_phase" % count, _view((_with(_CRITICAL, phase=1),) + _MANY[1:count])))
        stale = tuple([_with(tile, severity=0, life=2) for tile in _MANY[:count]])
        found.append(("queues_%d_bridge_dashes" % count, _view(stale, fault="BRIDGE")))
    for fault in ("PBX", "BRIDGE", "LINK"):
        for life, name, minutes in ((1, "dim", 0), (2, "dashes", 12)):
            tiles = (_with(_CRITICAL, severity=0, life=life), _with(_CALM, life=life))
            view = _with_view(_view(tiles[:slots], fault=fault), fault_min=minutes)
            found.append((fault.lower() + "_" + name, view))
    if slots > 1:
        found.append(("single_pbx_dim", _view((_with(_TWELVE, severity=0, life=1),), fault="PBX")))
        found.append(("single_bridge_dashes", _view((_with(_TWELVE, severity=0, life=2),), fault="BRIDGE")))
    no_data = (_with(_CALM, life=3), _with(_WARN, severity=0, life=3))[:slots]
    found.append(("no_data", _view(no_data)))
    found.append(("no_data_bridge", _view(no_data, fault="BRIDGE")))
    found.append(("no_queues", _view(())))
    found.append(("no_queues_link", _view((), fault="LINK")))
    return found


def scenes(slots: int) -> "list[tuple[str, View]]":
    """(name, view) of every scene for a panel that shows at most `slots` queues at once."""
    return queue_scenes(slots) + page_scenes()


def _with_view(view: View, **changes: object) -> View:
    names = (
        "kind tiles centre page pages fault fault_min local_min date notice scroll muted brightness text"  # of View
    ).split()
    return View(*[changes.get(name, value) for name, value in zip(names, view)])  # noqa: B905 - absent there
