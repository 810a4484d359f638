from firmware.core.spelling import did_you_mean, nearest

KEYS = ("host", "port", "username", "password_file", "password_env", "tls", "queues", "queue_log")


def test_the_nearest_right_spelling():
    for typed, meant in (
        ("hsot", "host"),
        ("Port", "port"),
        ("user_name", "username"),
        ("pasword_file", "password_file"),
        ("queue", "queues"),
        ("tsl", "tls"),
        ("qeue_log", "queue_log"),
    ):
        assert nearest(typed, KEYS) == meant, typed


def test_what_looks_like_nothing_has_no_spelling():
    for typed in ("", "x", "colour", "secret", "h" * 10_000, "תור"):
        assert nearest(typed, KEYS) is None, typed
    assert nearest("ab", ()) is None
    assert nearest("x", ("y",)) is None


def test_as_a_hint():
    assert did_you_mean("prot", KEYS) == "; did you mean 'port'?"
    assert did_you_mean("zzz", KEYS) == ""
