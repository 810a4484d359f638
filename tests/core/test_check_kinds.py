from firmware.core.check import Bool, Duration, Frequency, Int, OneOf, Share, Text, read
from firmware.core.units import duration_text


def value(kind, text):
    """The clean value, or None when there is a problem."""
    clean, problems = read(kind, text)
    assert (clean is None) == (len(problems) == 1), (text, clean, problems)
    return clean


def problem(kind, text):
    return read(kind, text)[1][0][1]


def test_whole_numbers():
    for text, number in (("0", 0), ("600", 600), ("0600", 600), (" 7 ", 7), ("-3", -3), (12, 12)):
        assert value(Int(-9, 1000), text) == number
    for text in ("", "x", "1.5", "1e3", "0x10", "1_0", "+1", "٣", "--1", "1:30", "9" * 30, True, 1.0, None, [], {}):
        assert value(Int(), text) is None
    assert value(Int(1, 5), "6") is None
    assert problem(Int(1, 5), 0) == "0, expected a whole number from 1 to 5"
    assert problem(Int(2), "1") == "'1', expected a whole number, 2 or more"


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


def test_yes_and_no():
    for text in ("yes", "true", "on", "Yes", " ON ", True):
        assert value(Bool(), text) is True
    for text in ("no", "false", "off", "OFF", False):
        assert value(Bool(), text) is False
    for text in ("y", "1", "", "oui", 1, 0, None):
        assert value(Bool(), text) is None
    assert problem(Bool(), "flase") == "'flase', expected yes or no; did you mean 'false'?"


def test_text_is_one_printable_line():
    assert value(Text(12), "תמיכה טכנית") == "תמיכה טכנית"
    for text in ("", "x" * 13, "a\nb", "a\x00", "a\x7f", "a\u0085", "\u202eabc", "a\u2028", "\u200f", 5, None):
        assert value(Text(12), text) is None
    assert value(Text(12, without="+#/"), "a/b") is None
    assert problem(Text(9), "a\r\nINJECTED LINE") == "'a??INJECTED LINE', expected text of 1 to 9 characters"


def test_a_message_never_holds_a_long_or_broken_line():
    text = problem(Int(), "\x1b[31m\n" + "x" * 10_000)
    assert len(text) < 100
    assert text.startswith("'?[31m?xxx")


def test_choices():
    kind = OneOf(("answered_of_offered", "answered_of_answered", "abandoned_negative"))
    assert value(kind, "abandoned_negative") == "abandoned_negative"
    assert problem(kind, "answerd_of_ofered").endswith("; did you mean 'answered_of_offered'?")
    assert problem(kind, "Abandoned_Negative").endswith("; did you mean 'abandoned_negative'?")
    assert problem(kind, "none").endswith("abandoned_negative")
    assert problem(OneOf(("off",)), "no") == "'no', expected 'off'"
