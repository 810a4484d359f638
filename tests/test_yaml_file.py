"""The reader of settings files: text stays text, every mistake is one line with its place."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.yaml_file import ConfigError, Place, dotted, load, parse
from firmware.core.check import Field, Int, Record, Text


def errors(text: str | bytes) -> list[str]:
    """All mistakes that the reader itself finds."""
    with pytest.raises(ConfigError) as caught:
        parse(text.encode() if isinstance(text, str) else text, "f.yaml").refuse([])
    return caught.value.errors


def test_every_scalar_stays_text() -> None:
    file = parse(b"a: 0600\nb: on\nc: 1:30\nd: [2026-09-12, .5, 'x']\ne:\n", "f.yaml")
    assert file.data == {"a": "0600", "b": "on", "c": "1:30", "d": ["2026-09-12", ".5", "x"], "e": ""}
    file.refuse([])


def test_byte_order_marks_crlf_and_direction_marks_do_no_harm() -> None:
    plain = parse("queues:\n  600:\n    label: תמיכה\n".encode(), "f").data
    marked = "\u200fqueues:\r\n  \u202a600\u202c:\r\n    label: \u200fתמיכה\u200f\r\n"
    assert parse(codecs.BOM_UTF8 + marked.encode(), "f").data == plain
    assert parse(marked.encode("utf-16"), "f").data == plain


def test_an_empty_file_is_an_empty_mapping() -> None:
    assert parse(b"", "f").data == {}
    assert parse(b"# nothing yet\n", "f").data == {}


def test_places_are_those_a_person_looks_for() -> None:
    file = parse(b"site: x\nbuzzer:\n  gpio: 18\nquiet: {every: [a, b]}\nlist:\n  - one\n  - two: 2\n", "f.yaml")
    assert file.place(("site",)) == Place(1, 7)
    assert file.place(("buzzer",)) == Place(2, 1)  # a section: its name
    assert file.place(("buzzer", "gpio")) == Place(3, 9)
    assert file.place(("buzzer", "gpio"), key=True) == Place(3, 3)
    assert file.place(("buzzer", "absent", "deeper")) == Place(2, 1)
    assert file.place(("quiet", "every", 1)) == Place(4, 20)
    assert file.place(("list", 1, "two")) == Place(7, 10)
    assert file.place(("nowhere",)) == Place(1, 1)


def test_all_mistakes_come_at_once_in_the_order_of_the_lines() -> None:
    file = parse(b"a: 1\nb: 2\nb: 3\nc: 4\n", "f.yaml")
    with pytest.raises(ConfigError) as caught:
        file.refuse([(("c",), "4 is odd"), (("a",), "unknown key 'a'"), ((), "too short")])
    assert caught.value.errors == [
        "f.yaml:1:1: a: unknown key 'a'",
        "f.yaml:1:1: too short",
        "f.yaml:3:1: b: given twice, first in line 2: keep one",
        "f.yaml:4:4: c: 4 is odd",
    ]
    assert str(caught.value).count("\n") == 3


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\na: 2\n", "f.yaml:2:1: a: given twice, first in line 1: keep one"),
        ("q:\n  x: {m: 1, m: 2}\n", "f.yaml:2:13: q.x.m: given twice, first in line 2: keep one"),
        ("b: {x:3}\n", "f.yaml:1:5: b.x:3: the space after ':' is missing; did you mean 'x: 3'?"),
        ("a {b: 1}\n", "f.yaml:1:1: a {b: the ':' after 'a' is missing"),
        ("a:{b: 1}\n", "f.yaml:1:1: a:{b: the space after ':' is missing"),
        ("? [a]\n: 1\n", "f.yaml:2:3: a key must be plain text"),
    ],
)
def test_mistakes_of_keys(text: str, line: str) -> None:
    assert errors(text) == [line]


@pytest.mark.parametrize(
    ("text", "start", "hint"),
    [
        ("a:\n\tb: 1\n", "f.yaml:2:1: ", "a tab: indent with spaces"),
        ("a:\n  b: 1\n\tc: 1\n", "f.yaml:3:1: ", "a tab: indent with spaces"),
        ("a: b: c\n", "f.yaml:1:5: ", "a text with ': ' in it needs quotes"),
        ("a:\n  b: 1\n c: 2\n", "f.yaml:3:2: ", "indented by 1 space, which fits no line above it: line 2 has 2"),
        ("a: 1\n  b: 2\n", "f.yaml:2:3: ", "indented by 2 spaces, but line 1 above it by no space: align the two"),
        ("a: 1\nb: 'x\nc: 2\n", "f.yaml:2:4: ", "the quote that opens here is never closed"),
        ("a: [1, 2\nb: 3\n", "f.yaml:1:4: ", "the '[' that opens here is never closed, expected a ']'"),
        ("a:\n  - {b: 1\n", "f.yaml:2:5: ", "the '{' that opens here is never closed, expected a '}'"),
        ("a: {b: 1 c: 2}\n", "f.yaml:1:11: ", "a ',' or the closing '}' is missing before this"),
        ("a: {b: 1,\n    c: 2\n    d: 3}\n", "f.yaml:2:9: ", "a ',' is missing at the end of this line"),
        ("x: 1\na {b: {c: 1}}\n", "f.yaml:2:1: ", "the ':' after 'a' is missing"),
        ("a: {b: 1}}\n", "f.yaml:1:10: ", "a '}' too many"),
        ("a:1\nb: 2\n", "f.yaml:1:1: ", "the space after ':' is missing; did you mean 'a: 1'?"),
        ("a: 1\nb:2\nc: 3\n", "f.yaml:2:1: ", "the space after ':' is missing; did you mean 'b: 2'?"),
        ("a = 1\nb: 2\n", "f.yaml:1:1: ", "'=' where a ':' belongs; did you mean 'a: 1'?"),
        ("a: 1\nb\nc: 3\n", "f.yaml:2:1: ", "'b' has no ':', expected a line like  key: value"),
        (
            'a: "צה"ל"\n',
            "f.yaml:1:8: ",
            'the " before this ends the text: a text with " in it stands',
        ),
        ('a: {b: "צה"ל"}\n', "f.yaml:1:12: ", "stands between '…', or write ״"),
        ('a: {b: "x" c: 1}\n', "f.yaml:1:12: ", "a ',' or the closing '}' is missing before this"),
        ("a:\n\xa0\xa0b: 1\n", "f.yaml:2:1: ", "a no-break space, which is none to YAML"),
        ("a: {b: [1, 2], c: 3,\n", "f.yaml:1:4: ", "the '{' that opens here is never closed, expected a '}'"),
        ("a: [\"]\", '[', x,  # ]\n", "f.yaml:1:4: ", "the '[' that opens here is never closed, expected a ']'"),
        ("a: {b: [1,", "f.yaml:1:8: ", "the '[' that opens here is never closed"),
        ("a: {b: ]}\n", "f.yaml:1:8: ", "a value is missing before this ']'"),
        ("a: {b:\xa01}\n", "f.yaml:1:5: ", "a no-break space, which is none to YAML"),
        ("a: >60s\n", "f.yaml:1:4: ", "'>' does not belong before a value: leave it out"),
        ('a: {b: "x}\nc: "y"\n', "f.yaml:1:8: ", "the quote that opens here is never closed"),
        ("a: %x\n", "f.yaml:1:4: ", "a text that begins with '%' needs quotes"),
        ("a: &\n", "f.yaml:1:5: ", "a text that begins with '&' or '*' needs quotes"),
        ('a: "C:\\dir"\n', "f.yaml:1:7: ", "put the text in 'single quotes'"),
        ("a:\n  - b\n  c: 1\n", "f.yaml:3:3: ", "a key among the '- ' lines that begin in line 2"),
        ("a:\n  c: 1\n  - b\n", "f.yaml:3:3: ", "a '-' among keys"),
        ("%A x\n" * 20 + "---\na: 1\n", "f.yaml:17:1: ", "begins with '%'"),
        ("a: *sales\n", "f.yaml:1:4: ", "'*sales' names nothing above it"),
        ("a: !!int 3\n", "f.yaml:1:4: ", "settings need none"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2:1: ", "a second document"),
        ("a: \x07\n", "f.yaml:1:4: ", "U+0007 has no place"),
        ("שם: שלום\nb: x\x80\n", "f.yaml:2:5: ", "U+0080 has no place"),
        ("À\x80", "f.yaml:1:2: ", "U+0080 has no place"),
        ("a: ok\nb: x\x80\n", "f.yaml:2:5: ", "U+0080 has no place"),
        ("[" * 40 + "]" * 40, "f.yaml:1:33: ", "nested deeper than 32"),
        ("[" * 100_000, "f.yaml:1:", "nested far too deep"),  # read to its end it took minutes
    ],
)
def test_what_is_no_yaml_is_told_with_its_place(text: str, start: str, hint: str) -> None:
    (line,) = errors(text)
    assert line.startswith(start)
    assert hint in line
    assert "\n" not in line


def test_bytes_that_are_no_text() -> None:
    assert errors("a: 1\nשם: ".encode() + b"\xe9\n") == ["f.yaml:2:5: not UTF-8 text: save the file as UTF-8"]


@pytest.mark.parametrize(
    ("begins", "what"),
    [
        (b"PK\x03\x04\x14\x00", "a file of Word, Excel or zip"),
        (b"{\\rtf1\\ansi timezone: Asia/Jerusalem}", "formatted text (RTF)"),
        (b"\x1f\x8b\x08\x00", "a packed file (gzip)"),
    ],
)
def test_files_of_other_programs(begins: bytes, what: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(begins, "f.yaml")
    (line,) = caught.value.errors
    assert line == f"f.yaml:1:1: this is {what} and no plain text: a settings file is saved as text, in UTF-8"


def test_aliases_repeat_and_do_not_explode() -> None:
    assert parse(b"a: &x {b: 1}\nc: *x\n", "f").data == {"a": {"b": "1"}, "c": {"b": "1"}}
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    bomb += "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    assert errors(bomb) == ["f.yaml: more than 50000 values (aliases counted): no settings file"]
    assert "names nothing above it" in errors("a: &x [*x]\n")[0]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"missing\.yaml: cannot be read: No such file or directory"):
        load(tmp_path / "missing.yaml")
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(tmp_path)
    big = tmp_path / "big.yaml"
    big.write_bytes(b"#" * ((1 << 20) + 1))
    with pytest.raises(ConfigError, match="larger than 1 MiB"):
        load(big)
    big.write_bytes(b"a: 1\n")
    assert load(big).data == {"a": "1"}
    assert load(big, "short name").line(("a",), "no") == "short name:1:4: a: no"


def test_a_schema_types_it_and_unknown_keys_are_told_at_the_key() -> None:
    schema = Record((Field("port", Int(1, 65535), required=True), Field("host", Text(20), default="pbx")))
    assert parse(b"port: '5038'\n", "f.yaml").typed(schema) == {"port": 5038, "host": "pbx"}
    with pytest.raises(ConfigError) as caught:
        parse(b"prot: 5038\nhost: a\nhost: b\n", "f.yaml").typed(schema)
    assert caught.value.errors == [
        "f.yaml:1:1: prot: unknown key; did you mean 'port'? Others here: host",
        "f.yaml:3:1: host: given twice, first in line 2: keep one",
    ]


@given(st.binary(max_size=200) | st.text(alphabet="ab:-[]{}&*!#'\"\n \t,|>%@\u200f", max_size=60).map(str.encode))
def test_noise_is_read_or_refused_and_never_breaks(data: bytes) -> None:
    try:
        parse(data, "f.yaml").refuse([])
    except ConfigError as error:
        assert error.errors
        assert all(line.startswith("f.yaml") for line in error.errors)


def test_paths_as_people_write_them() -> None:
    assert dotted(("queues", "600", "every", 0, "x")) == "queues.600.every[0].x"
    assert dotted(("a\nb\u202e",)) == "a?b?"  # a key cannot break or reorder a line of the log


def test_what_yaml_calls_nothing_is_nothing_unless_it_is_quoted() -> None:
    data = parse(b"a: ~\nb: null\nc: [Null, 'NULL', \"~\"]\nd: nullify\nnull: e\n", "f.yaml").data
    assert data == {"a": "", "b": "", "c": ["", "NULL", "~"], "d": "nullify", "null": "e"}
