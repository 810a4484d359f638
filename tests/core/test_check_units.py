from firmware.core.check import Duration, Frequency, Share, read
from firmware.core.units import duration_text


def value(kind, text):
    """The clean value, or None when there is a problem."""
    clean, problems = read(kind, text)
    assert (clean is None) == (len(problems) == 1), (text, clean, problems)
    return clean


def problem(kind, text):
    return read(kind, text)[1][0][1]


def test_durations():
    kind = Duration(0, 86_400_000)
    for text, ms in (("90s", 90_000), ("6m", 360_000), ("1h30m", 5_400_000), ("500ms", 500), ("0s", 0)):
        assert value(kind, text) == ms
    for text, ms in (("1h 5s", 3_605_000), ("1M 500MS", 60_500), ("90m", 5_400_000)):
        assert value(kind, text) == ms
    for text in ("30", "1.5s", "s", "5h1h", "1s1m", "1d", "-5s", "1m30", "", "9999h", "٣s", "1:30", "m5", True):
        assert value(kind, text) is None
    assert problem(Duration(1000, 90_000), "30") == (
        "'30', expected a duration like 90s, 6m or 1h30m, from 1s to 1m30s; did you mean '30s'?"
    )


def test_a_hint_is_never_refused_in_its_turn():
    assert problem(Duration(60_000, 86_400_000), "30").endswith("from 1m to 24h; did you mean '30m'?")
    assert problem(Duration(60_000, 86_400_000), "99999").endswith("from 1m to 24h")
    assert problem(Duration(0, 1_000), "30").endswith("from 0s to 1s")


def test_durations_are_ms_on_the_wire():
    assert read(Duration(0, 5000), 4000, wire=True) == (4000, [])
    assert len(read(Duration(0, 5000), "4s", wire=True)[1]) == 1
    assert len(read(Duration(0, 5000), 5001, wire=True)[1]) == 1


def test_durations_as_text():
    for ms, text in ((0, "0s"), (90_000, "1m30s"), (3_600_000, "1h"), (5_400_500, "1h30m500ms")):
        assert duration_text(ms) == text
        assert value(Duration(0, 10_000_000), text) == ms


def test_shares():
    for text, permille in (("80%", 800), ("99.5%", 995), ("0%", 0), ("100%", 1000), ("7 %", 70)):
        assert value(Share(), text) == permille
    for text in ("80", "0.8", "%", "101%", "99.55%", "-1%", "8.%", ".5%", "80%%", "٨٠%"):
        assert value(Share(), text) is None
    assert problem(Share(0, 995), "80") == "'80', expected a share like 80%, from 0% to 99.5%; did you mean '80%'?"


def test_frequencies():
    for text, mhz in (("0.5hz", 500), ("1Hz", 1000), ("2.125 hz", 2125)):
        assert value(Frequency(1, 3000), text) == mhz
    for text in ("1", "3.001hz", "hz", "0hz", "1khz", "0.0001hz"):
        assert value(Frequency(1, 3000), text) is None
    assert problem(Frequency(1, 3000), "2") == (
        "'2', expected a frequency like 0.5hz, from 0.001hz to 3hz; did you mean '2hz'?"
    )
