"""The choice of a panel's driver; each is imported only when it is used, for their libraries are large."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from config.installed import how_to_get
from firmware.pi.panel import NoLibraryError, PanelError
from firmware.pi.privileges import give_up, hand_over

if TYPE_CHECKING:
    import logging
    from pathlib import Path

    from firmware.pi.panel import Panel, PanelSettings


class Meanwhile(NamedTuple):
    """What to do while the LEDs cannot be had: show the frames as pictures in `folder`, so that the board is alive, and
    says over MQTT what it lacks. `always`: whatever the reason, for nobody sits there who would read it; else only
    where the library is missing, which takes long to mend.
    """

    folder: Path
    always: bool


def open_panel(panel: PanelSettings, title: str, log: logging.Logger, meanwhile: Meanwhile | None = None) -> Panel:
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
                f"{how_to_get('RGBMatrixEmulator')}, or take driver 'image'"
            ) from None
    from firmware.pi.panel_rgbmatrix import open_rgbmatrix  # noqa: PLC0415

    try:
        return open_rgbmatrix(panel)
    except PanelError as error:
        if meanwhile is None or not (meanwhile.always or isinstance(error, NoLibraryError)):
            raise
        from firmware.pi.panel_image import ImagePanel  # noqa: PLC0415

        hand_over(meanwhile.folder, panel.user)  # the library would have given up root
        give_up(panel.user)
        image = ImagePanel(panel.width, panel.height, meanwhile.folder)
        image.problem = f"{error}. Until then the panel is dark, and its picture in {meanwhile.folder}/latest.png"
        return image
