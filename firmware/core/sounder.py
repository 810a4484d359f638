"""When the buzzer sounds: on a rise, again every `repeat` while something critical is not acknowledged.

Never in quiet hours, never longer than `longest` in one go, however many alarms rise in it, and no longer than there is
an alarm to sound for. One buzzer serves all queues, so the repeat is the board's, not each alarm's.
"""

from firmware.core.pattern import sound
from firmware.core.rules import CRITICAL

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from firmware.core.alarm import Alarm

PAUSE_MS = 1000  # of silence, and what comes then is another sound


class Sounder:
    """What the buzzer plays. Times are the board's ms."""

    def __init__(self) -> None:
        self._repeat_ms = 60_000
        self._longest_ms = 5000
        self._edges: "tuple[int, ...]" = ()  # moments at which it goes on, off, on, …, off
        self._began_ms = 0  # when this sounding began
        self._pause_ms = 0  # when it has been silent for long enough
        self._severity = 0  # of what it plays
        self._critical_ms: "int | None" = None  # when it last sounded for what is critical; None: it owes a sound
        self._quiet = False
        self._repeats = False  # a critical alarm with a sound stands, and nobody has acknowledged it

    def set(self, repeat_ms: int, longest_ms: int) -> None:
        """The site's settings: between two sounds of what is critical, and the longest sound."""
        self._repeat_ms = repeat_ms
        self._longest_ms = longest_ms

    def update(self, now_ms: int, rises: "list[Alarm]", loud: "list[Alarm]", quiet: bool) -> None:
        """`loud`: the alarms that fire on true figures and are not acknowledged; `rises`: those that have just risen.

        Both are in order of importance: of several sounds of one severity, the first is played.
        """
        highest = max([alarm.severity for alarm in loud]) if loud else 0
        self._quiet = quiet
        if quiet and self._sounds_critical(now_ms):
            self._critical_ms = None  # it is cut off, and to be heard when it may
        if quiet or highest < self._severity:
            self._edges = ()
        if not self.playing(now_ms):
            self._severity = 0
        critical = [alarm for alarm in loud if alarm.severity == CRITICAL and _name(alarm) != "none"]
        self._repeats = bool(critical) and self._longest_ms > 0
        for alarm in rises:
            if alarm.severity == CRITICAL and _name(alarm) != "none" and not self._sounds_critical(now_ms):
                self._critical_ms = None  # a rise that cannot be heard now is not to wait for the repeat of another
            if not quiet:
                self._play(alarm, now_ms)
        if not quiet and self._repeats and now_ms >= self._due_ms():
            self._play(critical[0], now_ms)

    def beep(self, now_ms: int) -> None:
        """A short sound that somebody asked for, unless something plays already or it is to be quiet."""
        if not self.playing(now_ms) and not self._quiet:
            self._edges = tuple([now_ms + edge for edge in sound("short", self._longest_ms)])
            self._began_ms = now_ms
            self._pause_ms = now_ms + PAUSE_MS

    def playing(self, now_ms: int) -> bool:
        """A sound is not over yet."""
        return bool(self._edges) and now_ms < self._edges[-1]

    def on(self, now_ms: int) -> bool:
        """The buzzer's pin at this moment."""
        passed = 0
        for edge in self._edges:
            if edge <= now_ms:
                passed += 1
        return passed % 2 == 1

    def next_ms(self, now_ms: int, quiet: bool) -> "int | None":
        """When on() or update() has something to do by time alone."""
        for edge in self._edges:
            if edge > now_ms:
                return edge
        return max(self._due_ms(), now_ms) if self._repeats and not quiet else None

    def _sounds_critical(self, now_ms: int) -> bool:
        return self._severity == CRITICAL and self.playing(now_ms)

    def _due_ms(self) -> int:
        """When what is critical is to be heard again; never before a pause."""
        again_ms = 0 if self._critical_ms is None else self._critical_ms + self._repeat_ms
        return max(again_ms, self._pause_ms)

    def _play(self, alarm: "Alarm", now_ms: int) -> None:
        """Sound for an alarm, unless what plays is as important.

        Sounds with no pause between them are one: the limit runs from where the first of them began.
        """
        name = _name(alarm)
        if name == "none" or (self.playing(now_ms) and alarm.severity <= self._severity):
            return
        if now_ms >= self._pause_ms:
            self._began_ms = now_ms
        edges = sound(name, self._longest_ms - (now_ms - self._began_ms))
        if edges:
            self._edges = tuple([now_ms + edge for edge in edges])
            self._severity = alarm.severity
            self._pause_ms = self._edges[-1] + PAUSE_MS
            if alarm.severity == CRITICAL:
                self._critical_ms = now_ms


def _name(alarm: "Alarm") -> str:
    name: str = alarm.rule.sounds[alarm.severity - 1]
    return name
