from firmware.core.check import Bool, Either, Field, Int, Kind, ListOf, MapOf, OneOf, Record, Share, Text, read
from firmware.core.check_kinds import MAX_OF_A_FILE, MAX_PROBLEMS

PANEL = Record(
    (
        Field("rows", Int(8, 64), required=True, doc="LEDs from top to bottom"),
        Field("driver", OneOf(("image", "emulator", "rgbmatrix")), default="image"),
        Field("brightness", Share(), default=1000),
    )
)
BOARD = Record((Field("site", Text(20), required=True), Field("panel", PANEL), Field("queues", ListOf(Text(9)))))


def messages(schema, value, wire=False):
    return [".".join([str(part) for part in path]) + ": " + text for path, text in read(schema, value, wire)[1]]


def test_a_record_has_all_its_fields():
    clean, problems = read(BOARD, {"site": "main", "panel": {"rows": "32", "brightness": "50%"}})
    assert problems == []
    panel = {"rows": 32, "driver": "image", "brightness": 500}
    assert clean == {"site": "main", "panel": panel, "queues": None}


def test_every_problem_at_once_with_its_path():
    wrong = {"panel": {"rows": "7", "driver": "emulater", "colour": "red", "brigthness": "1%"}, "queues": ["a", ["b"]]}
    assert messages(BOARD, wrong) == [
        "site: missing, expected text of 1 to 20 characters",
        "panel.rows: '7', expected a whole number from 8 to 64",
        "panel.driver: 'emulater', expected one of: image, emulator, rgbmatrix; did you mean 'emulator'?",
        "panel.brigthness: unknown key; did you mean 'brightness'? Others here: rows, driver",
        "panel.colour: unknown key, expected one of: rows, driver, brightness",
        "queues.1: a list, expected text of 1 to 9 characters",
    ]


def test_a_missing_key_is_told_with_what_it_is_for():
    assert messages(PANEL, {}) == ["rows: missing, expected a whole number from 8 to 64 (LEDs from top to bottom)"]


def test_an_empty_section_is_a_section_and_an_empty_scalar_is_nothing():
    assert read(Record((Field("a", Int(), default=3),)), "") == ({"a": 3}, [])
    assert read(MapOf(Int()), "") == ({}, [])
    assert messages(Record((Field("a", Int(1, 2)),)), {"a": ""}) == ["a: nothing, expected a whole number from 1 to 2"]
    assert len(messages(PANEL, "", wire=True)) == 1


def test_a_message_is_typed_and_its_unknown_keys_are_ignored():
    clean, problems = read(PANEL, {"rows": 32, "brightness": 250, "new in version 2": [1]}, wire=True)
    assert (clean, problems) == ({"rows": 32, "driver": "image", "brightness": 250}, [])
    assert messages(PANEL, {"rows": "32"}, wire=True) == ["rows: '32', expected a whole number from 8 to 64"]
    assert messages(Record((Field("a", Bool()),)), {"a": "yes"}, wire=True) == ["a: 'yes', expected yes or no"]


def test_the_wrong_shape():
    for value, shown in (
        ([], "a list"),
        ("x", "'x'"),
        (None, "nothing"),
        (3, "3"),
        (True, "yes"),
        (10**30, "a number"),
    ):
        found = messages(PANEL, value)
        assert len(found) == 1
        assert found[0].startswith(": " + shown), found
    assert messages(ListOf(Int()), {"a": "1"}) == [": a section, expected a list of a whole number, 0 or more"]
    assert messages(MapOf(Int()), []) == [": a list, expected a section of names, each with a whole number, 0 or more"]


def test_names_that_people_choose():
    schema = MapOf(Int(), key=Text(5, without="/"), most=2)
    assert read(schema, {"a": "1", "b": "2"}) == ({"a": 1, "b": 2}, [])
    assert messages(schema, {"a/b": "1"}) == ["a/b: 'a/b', expected text of 1 to 5 characters without /"]
    assert messages(schema, {"a": "1", "b": "2", "c": "3"}) == [": 3 names, expected at most 2"]


def test_lists_have_a_length():
    assert messages(ListOf(Int(), least=1, most=2), []) == [": 0 items, expected 1 to 2"]
    assert messages(ListOf(Int(), least=1, most=2), ["1", "2", "3"]) == [": 3 items, expected 1 to 2"]


def test_either_tells_of_the_kind_that_was_meant():
    schema = Either(Share(), OneOf(("off",)), Record((Field("warn", Share()),)))
    assert read(schema, "off") == ("off", [])
    assert read(schema, {"warn": "5%"}) == ({"warn": 50}, [])
    assert messages(schema, {"wran": "5%"}) == ["wran: unknown key; did you mean 'warn'?"]
    assert messages(schema, "of") == [
        ": 'of', expected a share like 80%, from 0% to 100% or 'off' or a section with warn"
    ]


def test_more_problems_than_anybody_reads():
    value = {}
    for number in range(300):
        value["key%d" % number] = "1"
    assert len(read(PANEL, value)[1]) == MAX_OF_A_FILE
    wrong = [{"rows": 1} for _ in range(300)]
    assert len(read(ListOf(PANEL), wrong, True)[1]) == MAX_PROBLEMS


def test_a_kind_of_ones_own():
    class Even(Kind):
        def expected(self):
            return "an even number"

        def read(self, value, path, problems):
            number = Int().read(value, path, problems)
            if number is not None and number % 2:
                self.refuse(value, path, problems, "; did you mean '%d'?" % (number + 1))
                return None
            return number

    assert read(Even(), "4") == (4, [])
    assert messages(Record((Field("n", Even()),)), {"n": "3"}) == ["n: '3', expected an even number; did you mean '4'?"]
