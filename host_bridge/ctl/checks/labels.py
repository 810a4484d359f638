"""Names that no board can show as they are: with letters that its fonts lack, or longer than any panel is wide."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from config.yaml_file import KeyPath, Problem, YamlFile
from firmware.core.font import Fonts, Pen
from firmware.core.label import fit
from firmware.core.label_short import shorten
from firmware.core.layout import SIZES, Face, choose
from firmware.pi.canvas_pillow import load_font
from host_bridge.announce import bidi
from host_bridge.thresholds import Thresholds

_CANVAS: Any = None  # a pen that only measures has none
_LACKING = "\uffff"  # no character at all, so no font has it


def odd_labels(file: YamlFile, thresholds: Thresholds) -> Iterator[Problem]:
    """The labels of queues and groups; without one, a queue's name is shown as it is."""
    for kind, named in (("queues", thresholds.queues), ("groups", thresholds.groups)):
        for name, each in named.items():
            path: KeyPath = (kind, name, "label") if file.has(kind, name, "label") else (kind, name)
            yield from ((path, message) for message in _problems(each.label or name))


@lru_cache(maxsize=1_000)
def _problems(label: str) -> tuple[str, ...]:
    shown, rtl = bidi.visual(label)
    if not shown:
        return ("nothing of this can be drawn",)
    lacking = [char for char in dict.fromkeys(bidi.printable(label)) if _is_lacking(char)]
    if lacking:
        names = ", ".join(f"{char!r}" for char in lacking[:5])
        return (f"the board's fonts have no {names}: it shows a box there",)
    for face in _faces():
        pen = Pen(_CANVAS, _fonts(), 0, 0)
        font, tracking, wide = fit(pen, face.label, face.label_fonts, shown)
        if wide <= face.label.w:
            return ()
    cut = bidi.visual(shorten(font, tracking, shown, face.label.w, rtl))[0]
    return (f"no panel is wide enough for this: the widest shows {cut!r}",)


@cache
def _fonts() -> Fonts:
    return Fonts(load_font)


@cache
def _faces() -> tuple[Face, ...]:
    """The tile of a queue that has the panel for itself, of every size of panel, the widest last."""
    return tuple(choose(*size).page(1, False).tiles[0][2] for size in SIZES)


def _is_lacking(char: str) -> bool:
    names = {name for face in _faces() for name, _ in face.label_fonts}
    return any(_fonts()[name].glyph(char) == _fonts()[name].glyph(_LACKING) for name in names)
