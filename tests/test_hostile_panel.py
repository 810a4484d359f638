"""What reads well and is extreme, drawn on every panel: nothing raises, and what stands beside it is not touched."""

from __future__ import annotations

import pytest

from firmware.core.layout import SIZES
from firmware.core.screen import Screen
from firmware.pi.canvas_pillow import PillowCanvas, load_font
from tests.core.feeder import Feeder
from tests.core.hostile import rule

MOST = 1 << 53
FIGURES = (
    {"waiting": 10**9, "oldest_ms": MOST, "avg_wait_ms": MOST, "next_breach_ms": MOST, "sla": 1000, "sla_target": 1000},
    {"waiting": 0, "agents_in": 10**9, "agents_free": 10**9, "offered": 10**9, "answered": 10**9, "abandoned": 10**9},
    {
        "waiting": 1,
        "oldest_ms": 0,
        "next_breach_ms": 0,
        "agents_in": 0,
        "agents_free": 10**9,
        "sla": 0,
        "sla_target": 0,
    },
    {"waiting": 10**9, "agents_in": 10**9, "agents_free": 0, "over_limit": 1000, "approx": True, "open": False},
)
LABELS = ("W" * 200, "\U0001f4a9" * 200, "ש" * 200, " " * 200, "ﷺ‌" * 100, "", "a\u0301\u0302" * 60)


def board(width: int, height: int) -> tuple[Feeder, Screen, PillowCanvas]:
    screen = Screen(width, height, load_font)
    feeder = Feeder(screen, pages=("queues", "centre", "clock"))
    feeder.board.link(True, feeder.now)
    feeder.site("a", "b", "@all", wait_limit_ms=MOST, offer_at_ms=0, blink={"warn": 1, "critical": 3000})
    feeder.beat(local=0, date="2026-11-23")
    return feeder, screen, PillowCanvas(width, height)


def draw(feeder: Feeder, screen: Screen, canvas: PillowCanvas, steps: int = 8) -> None:
    """Whatever is to be seen in the next wake-ups."""
    for _ in range(steps):
        screen.draw(canvas, feeder.view())
        feeder.step(feeder.now + 60_000)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_extreme_figures_and_labels(width: int, height: int) -> None:
    feeder, screen, canvas = board(width, height)
    feeder.rules("a", rule(1))
    for figures in FIGURES:
        for label in LABELS:
            for rtl in (False, True):
                for queue in ("a", "@all"):
                    feeder.queue(queue, label=label, label_visual=label, rtl=rtl, **figures)
                feeder.queue("b", waiting=0)
                draw(feeder, screen, canvas, 2)
    assert feeder.board.problems == 0


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_extreme_notices_dates_and_times(width: int, height: int) -> None:
    feeder, screen, canvas = board(width, height)
    for queue in ("a", "b"):
        feeder.queue(queue, waiting=0)
    for text in ("W" * 500, "ש" * 500, " " * 500, "\U0001f4a9" * 500, "a b " * 125, "\u0301" * 500):
        for rtl in (False, True):
            feeder.send(("notice",), {"text": text, "text_visual": text, "rtl": rtl, "until": MOST})
            draw(feeder, screen, canvas)
    feeder.send(("notice",))
    for date in ("9999-99-99", "0000-00-00", "2026-11-2²", "٢٠٢٦-١١-٢٣", "----------", "1-1-1", "2026-13-01", "x"):
        for local in (0, 86_399_999, 26 * 3_600_000):
            feeder.beat(local=local, date=date)
            draw(feeder, screen, canvas, 2)
    assert feeder.board.problems == 0


def test_a_font_keeps_no_more_characters_than_it_has() -> None:
    """Somebody sends labels of new characters for days: each is a box, and none is kept."""
    font = load_font("letters10")
    for code in range(0x20, 0x3000):
        font.measure(chr(code))
    kept = len(font._known)
    for code in range(0x3000, 0x30000):
        if not 0xD800 <= code < 0xE000:
            font.measure(chr(code))
    assert len(font._known) == kept < 1000


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_foreign_name_and_state_of_everything(width: int, height: int) -> None:
    """The self-test, the board's name and a fault over extreme figures."""
    feeder, screen, canvas = board(width, height)
    for queue in ("a", "b", "@all"):
        feeder.queue(queue, label="W" * 200, label_visual="W" * 200, **FIGURES[0])
    for do in ("identify", "test", "mute"):
        feeder.board.receive("wallboard/main/board/wall/command", b'{"v":1,"do":"%s"}' % do.encode(), False, feeder.now)
        draw(feeder, screen, canvas, 30)
    for ms in (6001, 15_000, 3_600_000, 10**12):
        feeder.now += ms
        feeder.board.tick(feeder.now)
        screen.draw(canvas, feeder.view())
    assert feeder.view().fault == "BRIDGE"
