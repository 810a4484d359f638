"""The frame of a board that has fallen silent."""

from __future__ import annotations

from firmware.core.screen import Screen
from firmware.pi.canvas_pillow import load_font
from firmware.pi.lost import lost_frame


def test_it_is_no_brighter_than_the_panel_may_be() -> None:
    screen = Screen(128, 64, load_font)
    whole, dimmed = lost_frame(screen).getextrema(), lost_frame(screen, 40).getextrema()
    assert [each[1] for each in dimmed] == [each[1] * 40 // 100 for each in whole]
