"""Views to judge the screen by: goldens, previews and the README's pictures draw these. Labels are in display order."""

from firmware.core import pages
from firmware.core.view import QUEUES, Tile, View

SUPPORT = "תינכט הכימת"  # as the bridge sends it: reversed, so that a left-to-right pen draws it rightly
SALES = "תוריכמ"
LONG = "תורבחו םייקסע תוחוקל תוריש"
_MIXED = "VIP 24 תוריכמ"
_FIELDS = (
    "id label rtl waiting oldest_s sla sla_target agents_free agents_in severity acked phase life"
    " next_breach_s approx open why"  # of Tile
).split()
_VIEW_FIELDS = (  # of View
    "kind tiles centre page pages fault fault_min local_min date notice scroll muted brightness text rtl away"
).split()
_NO_WHY = (0, 0, 0, 0, 0)


def with_fields(tile: Tile, **changes: object) -> Tile:
    """The tile with other fields."""
    return Tile(*[changes.get(name, value) for name, value in zip(_FIELDS, tile)])  # noqa: B905 - absent there


def stale(tile: Tile, life: int) -> Tile:
    """The tile as it is under a fault: nothing fires."""
    return with_fields(tile, severity=0, life=life, why=_NO_WHY, next_breach_s=None)


def a_tile(label: str, calls: "tuple[int, int | None]", sla: "int | None", agents: str, **changes: object) -> Tile:
    """A live tile; `calls` is (waiting, oldest_s), `agents` is free/in, `changes` are any other fields."""
    rtl = not (label[0] < "\u0590" and label[-1] < "\u0590")
    free, logged_in = agents.split("/")
    tile = Tile(
        label, label, rtl, calls[0], calls[1], sla, 800, int(free), int(logged_in), 0, False, 0, 0, None, False, True,
        _NO_WHY,
    )  # fmt: skip
    return with_fields(tile, **changes)


def queues_view(
    tiles: "tuple[Tile, ...]",
    page: int = 0,
    pages: int = 1,
    fault: "str | None" = None,
    local_min: "int | None" = None,
) -> View:
    """A page of queues, and nothing else to tell."""
    return View(QUEUES, tiles, None, page, pages, fault, None, local_min, None, None, 0, False, 100, "", False, ())


def _view(tiles: "tuple[Tile, ...]", page: int = 0, pages: int = 1, fault: "str | None" = None) -> View:
    return queues_view(tiles, page, pages, fault, 581)


CALM = a_tile(SALES, (1, 12), 930, "3/5")
_NOBODY = a_tile(SUPPORT, (0, None), 960, "4/6")
WARN = a_tile(SUPPORT, (3, 38), 840, "1/6", severity=1, why=(1, 1, 0, 0, 0))
CRITICAL = a_tile(SUPPORT, (7, 102), 710, "0/6", severity=2, why=(2, 2, 2, 0, 0))
LONG_WAIT = a_tile(_MIXED, (12, 605), 640, "0/5", severity=2, why=(2, 2, 2, 0, 0))

# name, tiles in the order of their places (a small panel shows the first)
_LIVE = (
    ("calm", (CALM, a_tile(SUPPORT, (2, 9), 880, "2/6"))),
    ("nobody", (_NOBODY, a_tile(SALES, (0, None), 1000, "5/5"))),
    ("warn", (WARN, CALM)),
    ("warn_second_phase", (with_fields(WARN, phase=1), CALM)),
    ("critical", (CRITICAL, CALM)),
    ("critical_second_phase", (with_fields(CRITICAL, phase=1), CALM)),
    ("acknowledged", (with_fields(CRITICAL, acked=True), with_fields(WARN, label=SALES, acked=True))),
    ("warn_acknowledged", (with_fields(WARN, acked=True), CALM)),
    ("why_service_level", (a_tile("Support", (1, 8), 780, "2/6", severity=1, why=(0, 0, 1, 0, 0)), CALM)),
    ("why_agents", (a_tile(SALES, (2, 21), 850, "0/4", severity=2, why=(0, 0, 0, 2, 0)), CALM)),
    ("why_wait", (a_tile("Support", (1, 75), 905, "1/6", severity=2, why=(0, 2, 0, 0, 0)), CALM)),
    ("none_free", (a_tile(SALES, (2, 9), 905, "0/4"), _NOBODY)),
    ("long_wait", (LONG_WAIT, with_fields(LONG_WAIT, phase=1))),
    (
        "full",
        (
            a_tile(SUPPORT, (140, 7000), 0, "0/6", severity=2, why=(2, 2, 2, 2, 0)),
            a_tile(SALES, (99, 5999), 1000, "0/5", severity=2, why=(2, 2, 0, 0, 0)),
        ),
    ),
    ("latin", (a_tile("Support 24", (3, 75), 810, "2/7"), a_tile("Billing 010", (0, None), 905, "7/7"))),
    ("no_sla", (a_tile(SUPPORT, (1, 4), None, "2/6"), a_tile(SALES, (0, None), None, "3/5"))),
    (
        "no_agents",
        (
            a_tile(SUPPORT, (5, 185), 500, "0/0", severity=2, why=(2, 2, 0, 2, 0)),
            a_tile(SALES, (0, None), 900, "0/0"),
        ),
    ),
    (
        "many_agents",
        (
            a_tile(SUPPORT, (2, 20), 870, "9/25"),
            a_tile(SALES, (6, 44), 820, "0/25", severity=1, why=(1, 1, 0, 0, 0)),
        ),
    ),
    (
        "more_agents",
        (a_tile(SUPPORT, (2, 20), 870, "3/10"), a_tile(SALES, (6, 44), 820, "1/15", severity=1, why=(1, 0, 0, 0, 0))),
    ),
    (
        "next_breach",
        (
            a_tile(SUPPORT, (4, 318), 820, "0/6", severity=1, next_breach_s=42, why=(0, 1, 0, 0, 1)),
            a_tile("Billing", (2, 361), 780, "0/4", severity=2, next_breach_s=0, why=(0, 2, 0, 0, 2)),
        ),
    ),
    (
        "next_breach_label",
        (
            a_tile(SUPPORT, (4, 323), 820, "0/6", severity=1, next_breach_s=37, why=(0, 1, 0, 0, 1)),
            a_tile("Billing", (2, 290), 780, "0/4", next_breach_s=70),
        ),
    ),
    (
        "approx",
        (a_tile(SALES, (1, 12), 930, "3/5", approx=True), a_tile(SUPPORT, (0, None), 870, "2/6", approx=True)),
    ),
    ("closed", (a_tile(SUPPORT, (1, 95), 910, "0/0", open=False), a_tile(SALES, (0, None), 930, "2/5", open=False))),
    ("unknown", (a_tile(SALES, (1, None), None, "0/0", agents_in=None, sla_target=None), CALM)),
    ("label_long", (a_tile(LONG, (4, 61), 790, "1/4"), a_tile("International Customer Care", (4, 61), 790, "1/4"))),
    ("label_gershayim", (a_tile('ל"וח דקומ', (2, 20), 870, "3/5"), a_tile("₪ הייבג", (1, 8), 870, "3/5"))),
    ("label_brackets", (a_tile("(VIP) תוריש", (2, 20), 870, "3/5"), a_tile("Desk [north]", (1, 8), 870, "3/5"))),
    (
        "label_mixed",
        (
            a_tile("Premium Gold 24/7 תיקסע הכימת", (2, 20), 870, "3/5"),
            a_tile("Support תיקסע הכימת", (1, 8), 870, "3/5", rtl=False),
        ),
    ),
    ("label_foreign", (a_tile("24 معد", (2, 20), 870, "3/5"), a_tile("客服 Доставка", (1, 8), 870, "3/5", rtl=False))),
)
# a centre of twelve queues
TWELVE = (
    CRITICAL, a_tile("VIP", (2, 44), 770, "1/4", severity=1, why=(0, 1, 1, 0, 0)), CALM, _NOBODY,
    a_tile("Billing", (1, 7), 905, "4/7"), a_tile("תוריש", (3, 21), 880, "2/9"),
    a_tile("תוחוקל רומיש", (0, None), 990, "3/3"), a_tile("Night", (0, None), None, "1/2"),
    a_tile('ל"וח', (1, 3), 910, "2/4"), a_tile("Returns", (0, None), 960, "1/3"), a_tile("היבג", (2, 15), 850, "0/3"),
    a_tile("Cards", (0, None), 930, "2/5"),
)  # fmt: skip
_SINGLE = (
    ("single_calm", a_tile(SUPPORT, (2, 14), 910, "3/8")),
    ("single_nobody", a_tile(SUPPORT, (0, None), 910, "3/8")),
    ("single_none_free", a_tile("Support", (2, 14), 910, "0/8")),
    ("single_warn", a_tile("Support 24", (3, 38), 840, "1/25", severity=1, why=(1, 1, 0, 0, 0))),
    ("single_critical", with_fields(LONG_WAIT, label=SUPPORT)),
    ("single_critical_second_phase", with_fields(LONG_WAIT, label=SUPPORT, phase=1)),
    ("single_acknowledged", with_fields(LONG_WAIT, label=SUPPORT, acked=True)),
    ("single_over", a_tile(LONG, (140, 5999), 1000, "0/8", severity=2, why=(2, 2, 0, 0, 0))),
    (
        "single_next_breach",
        a_tile(SUPPORT, (4, 318), 820, "1/6", severity=1, next_breach_s=42, why=(0, 1, 0, 0, 1)),
    ),
)


def _turns(tiles: "tuple[Tile, ...]", slots: int, name: str) -> "list[tuple[str, View]]":
    """The first and the last page of so many queues, as the board divides them."""
    severities = [tile.severity for tile in tiles]
    chunks = pages.queue_pages(severities, slots)
    found = []
    for index, suffix in ((0, ""), (len(chunks) - 1, "_last_page"))[: len(chunks)]:
        shown = tuple([tiles[place] for place in chunks[index]])
        view = changed(_view(shown, index, len(chunks)), away=pages.away(severities, chunks, index))
        found.append((name + suffix, view))
    return found


def _stale_scenes(slots: int) -> "list[tuple[str, View]]":
    found = []
    for fault in ("PBX", "BRIDGE", "LINK"):
        for life, name, minutes in ((1, "dim", 0), (2, "dashes", 12)):
            tiles = (stale(CRITICAL, life), stale(CALM, life))
            view = changed(_view(tiles[:slots], fault=fault), fault_min=minutes)
            found.append((fault.lower() + "_" + name, view))
            if slots > 1:
                view = changed(_view((stale(LONG_WAIT, life),), fault=fault), fault_min=minutes)
                found.append(("single_%s_%s" % (fault.lower(), name), view))
    return found


def queue_scenes(slots: int) -> "list[tuple[str, View]]":
    """(name, view) of the pages of queues, for a panel that shows at most `slots` of them at once."""
    found = [(name, _view(tiles[:slots])) for name, tiles in _LIVE]
    found.append(("muted", changed(_view((CRITICAL, CALM)[:slots]), muted=True)))
    if slots > 1:
        found += [(name, _view((tile,))) for name, tile in _SINGLE]
    for count in range(3, slots + 1):
        found.append(("queues_%d" % count, _view(TWELVE[:count])))
        found.append(("queues_%d_second_phase" % count, _view((with_fields(CRITICAL, phase=1),) + TWELVE[1:count])))
        for life, name in ((1, "pbx_dim"), (2, "bridge_dashes")):
            tiles = tuple([stale(tile, life) for tile in TWELVE[:count]])
            found.append(("queues_%d_%s" % (count, name), _view(tiles, fault=name.split("_")[0].upper())))
    found += _turns(TWELVE[2:] + (with_fields(CALM, label="Parts"), _NOBODY), slots, "twelve_calm")
    found += _turns(TWELVE, slots, "twelve_critical")
    found += _stale_scenes(slots)
    no_data = (stale(CALM, 3), stale(WARN, 3))[:slots]
    found.append(("no_data", _view(no_data)))
    if slots > 1:
        found.append(("single_no_data", _view(no_data[:1])))
    found.append(("no_data_bridge", _view(no_data, fault="BRIDGE")))
    found.append(("no_queues", _view(())))
    found.append(("no_queues_link", _view((), fault="LINK")))
    return found


def scenes(slots: int) -> "list[tuple[str, View]]":
    """(name, view) of every scene for a panel that shows at most `slots` queues at once."""
    from firmware.core import scenes_pages

    return queue_scenes(slots) + scenes_pages.page_scenes()


def changed(view: View, **changes: object) -> View:
    """The view with other fields."""
    return View(*[changes.get(name, value) for name, value in zip(_VIEW_FIELDS, view)])  # noqa: B905 - absent there
