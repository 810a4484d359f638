"""The choice of a panel's driver; each is imported only when it is used, for their libraries are large."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.pi.panel import PanelError

if TYPE_CHECKING:
    import logging

    from firmware.pi.panel import Panel, PanelSettings


def open_panel(panel: PanelSettings, title: str, log: logging.Logger) -> Panel:
    """The panel that the settings name; they have passed check(). `title` is for people. Raises PanelError."""
    if panel.driver == "image":
        from firmware.pi.panel_image import ImagePanel  # noqa: PLC0415

        assert panel.path is not None
        return ImagePanel(panel.width, panel.height, panel.path)
    if panel.driver == "emulator":
        try:
            from firmware.pi.panel_emulator import EmulatorPanel  # noqa: PLC0415

            return EmulatorPanel(panel, title, log)
        except ImportError as error:  # RGBMatrixEmulator, or tornado, which it brings along
            raise PanelError(
                f"panel.driver: 'emulator' needs the package RGBMatrixEmulator ({error}): "
                "install led-wallboard[demo], or take driver 'image'"
            ) from None
    from firmware.pi.panel_rgbmatrix import open_rgbmatrix  # noqa: PLC0415

    return open_rgbmatrix(panel)
