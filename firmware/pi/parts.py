"""What the board's shell joins, as it sees each: the link, the panel, the buzzer, the state file, what comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from PIL import Image

    from firmware.core.board import Board
    from firmware.core.screen import Screen
    from firmware.pi.front import Front


class Sender(Protocol):
    """The side of the broker link that sends."""

    @property
    def discarded(self) -> int:
        """Messages that were too large, or too many, to be heard."""

    @property
    def address(self) -> str:
        """This machine's own, on the side of the broker; "" when it is not known."""

    def publish(self, topic: str, payload: bytes) -> bool: ...

    def close(self, last: bytes) -> None: ...


class Light(Protocol):
    """The panel, see panel_link.PanelLink."""

    frames: int
    held: int
    restarts: int
    problem: str  # why its LEDs are dark, for people; "" while they are not

    def show(self, image: Image.Image) -> None: ...

    def tend(self, now_ms: int) -> int: ...


class Sound(Protocol):
    """The buzzer, see buzzer_process.BuzzerLink."""

    def sound(self, on: bool, now_ms: int) -> int | None: ...


class Keeper(Protocol):
    """Where the last good rules are kept."""

    def save(self, stored: dict[str, Any]) -> None: ...


class Parts(NamedTuple):
    """What the shell joins; see the module of each. `front`: None where nothing may come before the board's pages."""

    board: Board
    screen: Screen
    panel: Light
    buzzer: Sound
    link: Sender
    store: Keeper
    front: Front | None = None
