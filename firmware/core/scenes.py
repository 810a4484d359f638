"""Views to judge the screen by: goldens, previews and the README's picture draw these. Labels are in display order."""

from firmware.core.view import QUEUES, Tile, View

_SUPPORT = "תינכט הכימת"  # as the bridge sends it: reversed, so that a left-to-right pen draws it rightly
_SALES = "תוריכמ"
_LONG = "תורבחו םייקסע תוחוקל תוריש"
_MIXED = "VIP 24 תוריכמ"
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
    ("unknown", (_tile(_SALES, (1, None), None, "0/0", agents_in=None, sla_target=None), _CALM)),
)
_SINGLE = (
    ("single_calm", _tile(_SUPPORT, (2, 14), 910, "3/8")),
    ("single_nobody", _tile(_SUPPORT, (0, None), 910, "3/8")),
    ("single_warn", _tile("Support 24", (3, 38), 840, "1/25", severity=1)),
    ("single_critical", _with(_TWELVE, label=_SUPPORT)),
    ("single_critical_second_phase", _with(_TWELVE, label=_SUPPORT, phase=1)),
    ("single_over", _tile(_LONG, (140, 5999), 1000, "0/8", severity=2)),
)


def scenes(slots: int) -> "list[tuple[str, View]]":
    """(name, view) of every scene for a panel that shows at most `slots` queues at once."""
    found = [(name, _view(tiles[:slots])) for name, tiles in _LIVE]
    found.append(("pages", _view((_CRITICAL, _NOBODY)[:slots], 1, 4)))
    if slots > 1:
        found += [(name, _view((tile,))) for name, tile in _SINGLE]
    for fault in ("PBX", "BRIDGE", "LINK"):
        for life, name in ((1, "dim"), (2, "dashes")):
            tiles = (_with(_CRITICAL, life=life), _with(_CALM, life=life))
            found.append((fault.lower() + "_" + name, _view(tiles[:slots], fault=fault)))
    if slots > 1:
        found.append(("single_pbx_dim", _view((_with(_TWELVE, life=1),), fault="PBX")))
        found.append(("single_bridge_dashes", _view((_with(_TWELVE, life=2),), fault="BRIDGE")))
    no_data = (_with(_CALM, life=3), _with(_WARN, life=3))[:slots]
    found.append(("no_data", _view(no_data)))
    found.append(("no_data_bridge", _view(no_data, fault="BRIDGE")))
    found.append(("no_queues", _view(())))
    found.append(("no_queues_link", _view((), fault="LINK")))
    return found
