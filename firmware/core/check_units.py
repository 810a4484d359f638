"""The kinds of scalars with a unit: durations, shares, frequencies."""

from firmware.core.check_kinds import Scalar
from firmware.core.units import decimal, duration, duration_text, scaled


class Duration(Scalar):
    """`90s`, `6m`, `1h30m`, `500ms` → ms, from `lo` to `hi` ms."""

    def expected(self) -> str:
        return "a duration like 90s, 6m or 1h30m, from %s to %s" % (duration_text(self.lo), duration_text(self.hi))

    def parse(self, text: str) -> "int | None":
        return duration(text)

    def hint(self, text: str) -> str:
        from firmware.core.check_hints import did_you_mean, of_duration

        return did_you_mean(of_duration(text, self.lo, self.hi))


class Share(Scalar):
    """`80%`, `99.5%` → permille, from `lo` to `hi`."""

    def __init__(self, lo: int = 0, hi: int = 1000) -> None:
        self.lo = lo
        self.hi = hi

    def expected(self) -> str:
        return "a share like 80%%, from %s%% to %s%%" % (scaled(self.lo, 10), scaled(self.hi, 10))

    def parse(self, text: str) -> "int | None":
        return decimal(text[:-1].rstrip(), 1) if text.endswith("%") else None

    def hint(self, text: str) -> str:
        from firmware.core.check_hints import did_you_mean, of_share

        return did_you_mean(of_share(text, self.lo, self.hi))


class Frequency(Scalar):
    """`0.5hz`, `1hz` → mHz, from `lo` to `hi`."""

    def expected(self) -> str:
        return "a frequency like 0.5hz, from %shz to %shz" % (scaled(self.lo, 1000), scaled(self.hi, 1000))

    def parse(self, text: str) -> "int | None":
        return decimal(text[:-2].rstrip(), 3) if text.lower().endswith("hz") else None

    def hint(self, text: str) -> str:
        from firmware.core.check_hints import did_you_mean, of_frequency

        return did_you_mean(of_frequency(text, self.lo, self.hi))
