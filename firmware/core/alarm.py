"""One rule of one queue as a state machine. The table says it all; what the columns mean stands below it.

Current severity is one thing, announced severity another: the tile follows the first, the buzzer sounds when the first
rises above the second. All is a function of what was seen and when; no clock, no message, no sound in here.
"""

from firmware.core.rules import changes_ms, held_ms, holds

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from firmware.core.rules import Figures, Rule

OK, PENDING, FIRING, CLEARING = 0, 1, 2, 3
NAMES = ("OK", "PENDING", "FIRING", "CLEARING")

UNKNOWN = 0  # the figures are stale: they neither raise nor clear, and time stands still
CLOSED = 1  # outside the queue's hours
CALM = 2  # no level holds, and the figures are past `clear`
OVER = 3  # calm for `hold`
NEAR = 4  # no level holds, but one that fired is not yet past its `clear`
HOLDS = 5  # a level holds, but none for `for` yet
DUE = 6  # a level has held for `for`

TABLE = (
    # UNKNOWN CLOSED CALM      OVER      NEAR    HOLDS    DUE
    (OK, OK, OK, OK, OK, PENDING, FIRING),  # from OK
    (PENDING, OK, OK, OK, OK, PENDING, FIRING),  # from PENDING
    (FIRING, OK, CLEARING, OK, FIRING, FIRING, FIRING),  # from FIRING
    (CLEARING, OK, CLEARING, OK, FIRING, FIRING, FIRING),  # from CLEARING
)


class Alarm:
    """state: as in the table; severity: of the tile, 0 (none) but in FIRING and CLEARING; times in the board's ms.

    A firing `rose_ms` to its announced severity: an acknowledgement from before that is not for it. It is the moment at
    which the figures say that the threshold was passed, so that all boards, and one that has just started, agree on it.
    """

    def __init__(self, rule: "Rule") -> None:
        self.rule = rule
        self.state = OK
        self.severity = 0
        self.announced = 0
        self.rose_ms = 0
        self._since: "list[int | None]" = [None] * len(rule.levels)  # each level holds since
        self._seen_ms: "int | None" = None  # when figures were last seen; a level without `since` did not hold then
        self._calm_since: "int | None" = None
        self._below_since: "int | None" = None  # severity below the announced one
        self._unknown_since: "int | None" = None

    def change(self, rule: "Rule") -> None:
        """Go on with another definition of the same rule: what fires is judged by it from now on.

        A level that is new did not hold before, whatever the figures were: nobody can have acknowledged it.
        """
        known = {}
        for index, level in enumerate(self.rule.levels):
            known[level.severity, level.all] = self._since[index]
        self.rule = rule
        self._since = [known.get((level.severity, level.all)) for level in rule.levels]

    def step(self, now_ms: int, figures: "Figures | None") -> bool:
        """Advance to `now_ms`; `figures` are None when they are stale. True when it rose: to be announced."""
        if figures is None:
            if self._unknown_since is None:
                self._unknown_since = now_ms
            return False
        if self._unknown_since is not None:
            self._thaw(now_ms - self._unknown_since)
            self._unknown_since = None
        due = self._look(now_ms, figures)
        self._seen_ms = now_ms
        seen = self._seen(now_ms, figures, due)
        self.state = TABLE[self.state][seen]
        self.severity = self._severity(figures, due)
        if self.severity == 0:
            self.announced = 0
        return self._announce(now_ms)

    def next_ms(self, now_ms: int, figures: "Figures | None") -> "int | None":
        """When step() has something to do by time alone; None while only a message can change it."""
        if figures is None or not figures.open:
            return None
        times = [changes_ms(level.all, figures) for level in self.rule.levels]
        times += [None if since is None else since + self.rule.for_ms for since in self._since]
        if self.severity:
            times += [changes_ms(level.clear, figures) for level in self.rule.levels]
            for since in (self._calm_since, self._below_since):
                times.append(None if since is None else since + self.rule.hold_ms)
        coming = [at for at in times if at is not None and at > now_ms]
        return min(coming) if coming else None

    def _look(self, now_ms: int, figures: "Figures") -> int:
        """Note which levels hold, and since when; the highest severity that has held for `for`, 0 for none.

        The figures tell since when, but for what they cannot know: that the queue was closed, that a caller was not yet
        counted. What was seen not to hold has not held since before that.
        """
        due = 0
        for index, level in enumerate(self.rule.levels):
            if not figures.open or not holds(level.all, figures):
                self._since[index] = None
                continue
            since = self._since[index]
            if since is None:
                since = figures.at_ms - held_ms(level.all, figures)
                if self._seen_ms is not None:
                    since = max(since, self._seen_ms + 1)
                since = self._since[index] = min(since, now_ms)
            if now_ms - since >= self.rule.for_ms:
                due = level.severity
        return due

    def _seen(self, now_ms: int, figures: "Figures", due: int) -> int:
        """The column of the table."""
        column = CALM
        if not figures.open:
            column = CLOSED
        elif due:
            column = DUE
        elif [since for since in self._since if since is not None]:
            column = HOLDS
        elif self._kept(figures):
            column = NEAR
        if column != CALM or not self.severity:
            self._calm_since = None
            return column
        if self._calm_since is None:
            self._calm_since = now_ms
        return OVER if now_ms - self._calm_since >= self.rule.hold_ms else CALM

    def _kept(self, figures: "Figures") -> int:
        """The highest severity, of those up to the current one, that has not let go; 0 for none."""
        kept = 0
        for level in self.rule.levels:
            if level.severity <= self.severity and holds(level.clear, figures):
                kept = level.severity
        return kept

    def _severity(self, figures: "Figures", due: int) -> int:
        if self.state not in (FIRING, CLEARING):
            return 0
        # The lowest level lets go last. Not above what it was: only a level that is due makes it rise.
        lowest: int = min(self.rule.levels[0].severity, self.severity)
        return lowest if self.state == CLEARING else max(due, self._kept(figures), lowest)

    def _announce(self, now_ms: int) -> bool:
        """Whether the severity rose above what was announced; after `hold` below it, the lower one is the announced.

        A level that holds again, but not yet for `for`, is not below: short dips are one alarm, not many.
        """
        since = None  # when the higher of the two began to hold
        for index, level in enumerate(self.rule.levels):
            if level.severity == max(self.severity, self.announced):
                since = self._since[index]
        if self.severity > self.announced:
            self._below_since = None
            self.announced = self.severity
            if since is not None:
                self.rose_ms = since + self.rule.for_ms
            return True
        if self.severity == self.announced or since is not None:
            self._below_since = None
        elif self._below_since is None:
            self._below_since = now_ms
        if self._below_since is not None and now_ms - self._below_since >= self.rule.hold_ms:
            self.announced = self.severity
            self._below_since = None
        return False

    def _thaw(self, frozen_ms: int) -> None:
        """Move what was being timed past a time in which nothing was known."""
        self._since = [None if since is None else since + frozen_ms for since in self._since]
        if self._calm_since is not None:
            self._calm_since += frozen_ms
        if self._below_since is not None:
            self._below_since += frozen_ms
