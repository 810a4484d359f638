from firmware.core import wire

HEARTBEAT = {"v": 1, "started": 1000, "online": True, "pbx": "up", "now": 5000, "seq": 3}


def refused(call, *arguments):
    """The text of the WireError that a call must raise."""
    try:
        call(*arguments)
    except wire.WireError as error:
        return str(error)
    raise AssertionError("taken: %r" % (arguments,))


def changed(**fields):
    message = dict(HEARTBEAT)
    message.update(fields)
    return wire.dumps(message)


def test_topics():
    assert wire.topic("main", "queue", "support") == "wallboard/main/queue/support"
    assert wire.parts_of("main", "wallboard/main/ack/support/wait") == ("ack", "support", "wait")
    for name in ("wallboard/other/site", "wallboard/main", "wallboard/mainx/site", "", "$SYS/x"):
        assert "expected a topic that begins with wallboard/main/" in refused(wire.parts_of, "main", name)


def test_queue_names_as_ids_and_back():
    for name, encoded in (
        ("support", "support"),
        ("0600", "0600"),
        ("תמיכה טכנית", "תמיכה טכנית"),
        ("a/b+c#d%e@f", "a%2Fb%2Bc%23d%25e%40f"),
        ("@all", "%40all"),
        ("a\x00b", "a%00b"),
        ("tab\there", "tab%09here"),
        ("100%25", "100%2525"),
        ("", ""),
    ):
        assert wire.encode_id(name) == encoded
        assert wire.decode_id(encoded) == name


def test_ids_of_other_programs():
    assert wire.decode_id("a%2fb") == "a/b"
    assert wire.decode_id("100%") == "100%"
    assert wire.decode_id("%4") == "%4"
    assert wire.decode_id("%zz") == "%zz"
    assert "no UTF-8" in refused(wire.decode_id, "%ff")


def test_a_payload_is_compact_utf8():
    assert wire.dumps({"v": 1}) == b'{"v":1}'
    assert wire.dumps({"label": "תמ"}) == '{"label":"תמ"}'.encode()
    assert wire.loads(wire.dumps({"v": 1, "list": [1, {"a": -2}], "text": 'a"\\\n'})) == {
        "v": 1,
        "list": [1, {"a": -2}],
        "text": 'a"\\\n',
    }


def test_nobody_sends_a_number_that_is_not_whole():
    for message in ({"v": 1, "sla": 0.8}, {"v": 1, "a": [{"b": 1.0}]}):
        assert "not whole" in refused(wire.dumps, message)
        assert "not whole" in refused(wire.loads, str(message).replace("'", '"').encode())


def test_hostile_payloads():
    for payload in (
        b"",
        b"\xff\xfe",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"17",
        b"{}",
        b'{"v":"1"}',
        b'{"v":true}',
        b'{"v":0}',
        b'{"v":1,"a":NaN}',
        b'{"v":1,"a":1e999}',
        b'{"v":1,"a":' + b"[" * 9 + b"]" * 9 + b"}",
        b'{"v":1,"a":' + b"[" * 1500,
        b'{"v":1,"a":' + b'{"a":' * 300 + b"1" + b"}" * 301,
    ):
        assert "\n" not in refused(wire.loads, payload)


def test_a_payload_that_is_too_long():
    class Long:
        def __len__(self):
            return 256 * 1024 + 1

    assert "262145 bytes" in refused(wire.loads, Long())


def test_a_higher_version_is_refused_aloud():
    assert refused(wire.loads, b'{"v":2}') == "v is 2, this board knows 1: update it"
    assert "update it" in refused(wire.read, wire.QUEUE, b'{"v":99999999999999999999999}')


def test_a_message_by_its_schema():
    clean = wire.read(wire.BRIDGE, changed(of_a_later_version=[1]))
    assert (clean["now"], clean["quiet"], clean["local"]) == (5000, False, None)
    assert "of_a_later_version" not in clean


def test_a_message_that_breaks_its_schema():
    assert refused(wire.read, wire.BRIDGE, changed(pbx="sideways")) == (
        "pbx: 'sideways', expected one of: up, down, syncing"
    )
    for field, value in (("online", 1), ("now", "5000"), ("now", -1), ("seq", "1"), ("started", [])):
        assert field in refused(wire.read, wire.BRIDGE, changed(**{field: value}))
    assert "online: missing" in refused(wire.read, wire.BRIDGE, b'{"v":1,"started":1}')
    assert "(and 2 more)" in refused(wire.read, wire.QUEUE, b'{"v":1,"ts":-1,"waiting":-1,"started":1,"sla":1001}')


def test_null_is_what_is_not_known():
    clean = wire.read(wire.QUEUE, b'{"v":1,"started":1,"ts":5,"waiting":null,"open":null,"label":null}')
    assert (clean["waiting"], clean["open"], clean["label"]) == (None, True, None)
    assert "ts: missing" in refused(wire.read, wire.QUEUE, b'{"v":1,"started":1,"ts":null}')


def test_the_last_will_tells_no_time():
    assert wire.read(wire.BRIDGE, b'{"v":1,"started":7,"online":false}')["now"] is None


def test_nobody_makes_a_board_flash_faster_than_three_times_a_second():
    site = {"v": 1, "started": 1, "queues": [], "blink": {"warn": 500, "critical": 3001}}
    assert refused(wire.read, wire.SITE, wire.dumps(site)).startswith("blink.critical: 3001")
    site["blink"] = {"critical": 3000}
    assert wire.read(wire.SITE, wire.dumps(site))["blink"] == {"warn": 500, "critical": 3000}
