from firmware.core.check import Bool, Int, OneOf, Text, read


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
