from firmware.core.printable import one_line, unprintable


def test_one_line_for_a_log():
    assert one_line("a\nb\x00c\u202ed", 40) == "a?b?c?d"
    assert one_line("abcdef", 6) == "abcdef"
    assert one_line("abcdefg", 6) == "abcde…"
    assert one_line("תמיכה", 40) == "תמיכה"


def test_what_no_log_and_no_label_may_hold():
    for char in "\x00\x1f\x7f\x85\x9f\u061c\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069\ufeff":
        assert unprintable(char), hex(ord(char))
    for char in " ~\xa0אש₪…٣é\u2010":
        assert not unprintable(char), hex(ord(char))
