from firmware.core.check import Duration, Frequency, Int, Share, read
from firmware.core.check_hints import of_duration, of_frequency, of_int, of_share

HOUR = 3_600_000


def test_durations_as_people_try_them():
    tries = ("30", "30 sec", "30seconds", "2 minutes", "2min", "1 hour", "1:30", "1.5m", "45 שניות", "2 דקות")
    meant = [of_duration(text, 0, HOUR) for text in tries]
    assert meant == ["30s", "30s", "30s", "2m", "2m", "1h", "1m30s", "1m30s", "45s", "2m"]
    for text in ("", "soon", "-5s", "30x", "9999", ":", "1:", "1.2.3s", "1.55m"):
        assert of_duration(text, 0, HOUR) == "", text
    assert of_duration("30", 60_000, HOUR) == "30m"


def test_shares_as_people_try_them():
    tries = ("80", "%80", "80 percent", "0.8", "0.925", "92,5%", "80 %", "80 אחוז")
    assert [of_share(text, 0, 1000) for text in tries] == ["80%", "80%", "80%", "80%", "92.5%", "92.5%", "80%", "80%"]
    for text in ("", "high", "800", "-5%", "80s", "1.2.3"):
        assert of_share(text, 0, 1000) == "", text


def test_numbers_and_frequencies():
    assert [of_int(text, 1, 9) for text in ("3s", "3 callers", "+3", "3", "12x", "three", "", "0")] == ["3"] * 3 + [
        ""
    ] * 5
    assert [of_frequency(text, 100, 3000) for text in ("1", "0,5", "9", "fast")] == ["1hz", "0.5hz", "", ""]


def test_a_hint_is_right_itself():
    for kind in (Duration(1_000, HOUR), Share(1, 1000), Int(1, 100), Frequency(100, 3000)):
        for text in ("3", "30", "1:30", "0.8", "3s", "2 min", "80%", "%80", "1.5m", "5hz", "0", "99999", "1e3", "٣"):
            (_, problems) = read(kind, text)
            for _, message in problems:
                if "did you mean '" in message:
                    meant = message.split("did you mean '")[1].split("'")[0]
                    assert read(kind, meant)[1] == [], (text, meant)
