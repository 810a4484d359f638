"""A View → pixels. Pure: the same view gives the same pixels on every canvas.

What must read from 10 m in a second: how many wait (the largest figure), how long the first of them has waited, and
whether that is fine. Labels tell who and are white; green, amber and red belong to figures. The count has the colour of
the queue's severity, every other figure that of its own: a red one is why. Severity is told by shape, too: by the mark
on the left edge (none, half, full height; broken once acknowledged), by a critical queue's name on a plate, and by
blinking, slow or fast, between two phases that both read. Stale figures are small print, struck out and without a
colour of severity, under a blue band that names the fault, and give way to dashes.
"""

from firmware.core import layout
from firmware.core.canvas import AMBER, BLACK, DIM, GREY, LINE, RED
from firmware.core.font import Fonts, Pen
from firmware.core.tile import draw_tile
from firmware.core.tile_alarm import CRITICAL
from firmware.core.view import CENTRE, CLOCK, IDENTIFY, QUEUES, SELF_TEST

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.core.canvas import Canvas
    from firmware.core.font import Font
    from firmware.core.view import View


class Screen:
    """The pages of a panel of `width` × `height` LEDs. `load_font(name)`: a font of firmware/fonts; each is loaded when
    it is first drawn with. Raises layout.LayoutError when there are no pages of this size.
    """

    def __init__(self, width: int, height: int, load_font: "Callable[[str], Font]") -> None:
        self.width = width
        self.height = height
        self._layout = layout.choose(width, height)
        self._fonts = Fonts(load_font)

    def slots(self, n_queues: int) -> int:
        """How many queues are shown at once when a board has `n_queues`."""
        return self._layout.slots(n_queues)

    def scroll_px(self, text: str, rtl: bool) -> int:
        """LEDs that a notice moves until it has run through once; 0 when it fits and stands still."""
        from firmware.core import page_clock

        return page_clock.scroll_px(self._fonts, self.width, self.height, text, rtl)

    def draw(self, canvas: "Canvas", view: "View") -> None:
        """Draw the whole panel anew."""
        canvas.fill(BLACK)
        if view.kind == QUEUES:
            self._queues(canvas, view)
        elif view.kind == CENTRE:
            from firmware.core import page_centre  # a board pays for the pages that it shows

            page_centre.draw(canvas, self._fonts, view)
        elif view.kind == CLOCK:
            from firmware.core import page_clock

            page_clock.draw(canvas, self._fonts, view)
        elif view.kind in (IDENTIFY, SELF_TEST):
            from firmware.core import page_service

            page_service.draw(canvas, self._fonts, view)
        if view.pages > 1 and view.fault is None:
            _pages(canvas, view)

    def _queues(self, canvas: "Canvas", view: "View") -> None:
        page = self._layout.page(len(view.tiles), view.fault is not None)
        if page.band is not None:
            from firmware.core import band

            band.draw(Pen(canvas, self._fonts, 0, 0), page.band, page.band_fonts, view)
        for box in page.lines:
            canvas.rect(box.x, box.y, box.w, box.h, DIM if box.w == 1 else LINE)  # side by side, figures would be one
        for place, (x, y, face) in enumerate(page.tiles):
            if place < len(view.tiles):
                draw_tile(Pen(canvas, self._fonts, x, y), face, view.tiles[place], view.muted and place == 0)
            elif place == 0:
                from firmware.core import page_idle

                page_idle.draw(Pen(canvas, self._fonts, x, y), face, view.local_min)


def _pages(canvas: "Canvas", view: "View") -> None:
    """A scroll bar in the last column: where the page stands among the others, and which of them have a breach that
    is not on this one. So even the smallest panel never hides one.
    """
    canvas.rect(canvas.width - 1, 0, 1, canvas.height, DIM)
    for page, severity in enumerate(view.away):
        if severity:
            _segment(canvas, page, view.pages, RED if severity == CRITICAL else AMBER)
    _segment(canvas, view.page, view.pages, GREY)  # white would be a letter more of the name beside it


def _segment(canvas: "Canvas", page: int, pages: int, ink: int) -> None:
    top = canvas.height * page // pages
    canvas.rect(canvas.width - 1, top, 1, max(canvas.height * (page + 1) // pages - top, 2), ink)
