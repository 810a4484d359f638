"""What a parser's complaint about YAML means to the person who typed it: the place to look at, and what to do there.

A parser notices a mistake where it can make no more sense of the text, which is often a line or a page below it, and
names it in its own terms. So the text around is looked at again: the message names what stands there.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from config.mistakes import Place
from firmware.core.spelling import shown

_UNSPACED = re.compile(r"""\s*(?:- )?([^\s:#'"]+):([^\s:/].*)""")  # `warn:30s`, but neither a URL nor a time alone
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # YAML 1.1, 5.1
_BRACKETS = re.compile(r"""[][{}]|(?<![^\s[{,:])(?:"[^"]*"|'[^']*')|(?<!\S)#.*""")  # or texts and comments
_CLOSING = {"{": "}", "[": "]"}
_QUOTES = ("'", '"')
_NEVER_CLOSED = "the quote that opens here is never closed"


def explain(error: yaml.YAMLError, text: str) -> tuple[Place, str]:
    """The place and the meaning of what the parser says of `text`."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return _forbidden(text)
    problem = f"{error.context or ''} {error.problem or ''}"
    at, since = place_of(error.problem_mark), place_of(error.context_mark)
    lines = text.splitlines()
    if "end of stream" in problem and "quoted" in problem:
        return since, _NEVER_CLOSED
    if "mapping values are not allowed" in problem:
        return _stray_colon(at, lines)
    if "could not find expected ':'" in problem:
        return _no_colon(since, lines)
    if "',' or" in problem:
        return _no_comma(at, since, lines)
    if "flow node" in problem:
        return _no_value(at, lines)
    if "nesting" in problem:
        return at, "nested far too deep: no settings file"
    if "block mapping" in problem or "block collection" in problem or "document start" in problem:
        return _no_key(at, since, lines)
    if "block scalar" in problem:
        sign = _line(lines, since.line)[since.column - 1 : since.column]
        return since, f"'{sign}' does not belong before a value: leave it out; a text that begins with it needs quotes"
    return at, _of_one_character(problem, at, lines)


def place_of(mark: Any) -> Place:
    """PyYAML counts lines and columns from 0 and may know no place."""
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)


def _forbidden(text: str) -> tuple[Place, str]:
    found = _FORBIDDEN.search(text)  # the parser counts to it in bytes or in characters, whichever parser it is
    if found is None:
        return Place(1, 1), "a character in it has no place in a settings file"
    position = found.start()
    place = Place(text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position))
    return place, f"character U+{ord(text[position]):04X} has no place in a settings file: remove it"


def _line(lines: list[str], number: int) -> str:
    return lines[number - 1] if 0 < number <= len(lines) else ""


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _above(number: int, lines: list[str]) -> int:
    """The number of the last line above that says anything; 0 when none does."""
    number -= 1
    while number and (not _line(lines, number).strip() or _line(lines, number).lstrip().startswith("#")):
        number -= 1
    return number


def _stray_colon(at: Place, lines: list[str]) -> tuple[Place, str]:
    """A `key:` where none can be: after another on its line, or on a line that goes on with the one above it."""
    line, number = _line(lines, at.line), _above(at.line, lines)
    above = _line(lines, number)
    if not number or re.search(r":(\s|$)", line[: at.column - 1]):
        return at, "a second ':' in this line: a text with ': ' in it needs quotes around it"
    place = Place(number, _indent(above) + 1)
    if re.search(r":(\s|$)", above):
        here = Place(at.line, _indent(line) + 1)
        return here, f"indented by {_spaces(line)}, but line {number} above it by {_spaces(above)}: align the two"
    return place, _not_a_key(above)


def _no_colon(since: Place, lines: list[str]) -> tuple[Place, str]:
    line = _line(lines, since.line)
    return Place(since.line, _indent(line) + 1), _not_a_key(line)


def _not_a_key(line: str) -> str:
    """What keeps a line from being `key: value`."""
    unspaced = _UNSPACED.match(line)
    if unspaced:
        key, value = unspaced.groups()
        return f"the space after ':' is missing; did you mean {shown(f'{key}: {value}')}?"
    key, sign, value = line.strip().partition("=")
    if sign:
        return f"'=' where a ':' belongs; did you mean {shown(f'{key.strip()}: {value.strip()}')}?"
    return f"{shown(line.strip())} has no ':', expected a line like  key: value"


def _no_comma(at: Place, since: Place, lines: list[str]) -> tuple[Place, str]:
    """Within brackets: they are not closed where the lines go back to the indent of their own line, or end."""
    opening, line = _line(lines, since.line), _line(lines, at.line)
    bracket = opening[since.column - 1 : since.column]
    closing = _CLOSING.get(bracket, "}")
    if at.line > len(lines) or (at.line > since.line and _indent(line) <= _indent(opening)):
        if opening[since.column :].count('"') % 2:
            return Place(since.line, opening.rindex('"') + 1), _NEVER_CLOSED
        return since, _open_bracket(bracket)
    before = line[: at.column - 1].rstrip()
    if line[: at.column - 1].endswith(_QUOTES) and line[at.column - 1 :][:1].isalnum():
        return at, _text_goes_on(before[-1], line)
    if at.line > since.line and re.fullmatch(r"\s*[^\s:]*", before):
        number = _above(at.line, lines)
        return Place(number, len(_line(lines, number).rstrip()) + 1), "a ',' is missing at the end of this line"
    return at, f"a ',' or the closing '{closing}' is missing before this"


def _no_value(at: Place, lines: list[str]) -> tuple[Place, str]:
    """Within brackets, where a value should come: another sign, or the end of the file."""
    found = _line(lines, at.line)[at.column - 1 : at.column]
    if found:
        return at, f"a value is missing before this '{found}'"
    opened: list[tuple[Place, str]] = []
    for number, line in enumerate(lines, 1):
        for sign in _BRACKETS.finditer(line):
            if sign[0] in "[{":
                opened.append((Place(number, sign.start() + 1), sign[0]))
            elif sign[0] in "]}" and opened:
                opened.pop()
    if not opened:
        return at, "a value is missing at the end of the file"
    place, bracket = opened[-1]
    return place, _open_bracket(bracket)


def _open_bracket(bracket: str) -> str:
    return f"the '{bracket}' that opens here is never closed, expected a '{_CLOSING.get(bracket, '}')}'"


def _no_key(at: Place, since: Place, lines: list[str]) -> tuple[Place, str]:
    """In a section: a bracket too many, text after a closing quote, or an indent that fits no line above."""
    line = _line(lines, at.line)
    found = line[at.column - 1 : at.column]
    if found in ("]", "}"):
        unparted = re.match(r"\s*([\w-]+)\s*[{[]", line)
        if unparted:  # its brackets are letters to YAML, up to the ':' within them
            return Place(at.line, _indent(line) + 1), f"the ':' after {unparted[1]!r} is missing"
        return at, f"a '{found}' too many"
    before = line[: at.column - 1].rstrip()
    if before.endswith(_QUOTES):
        return at, _text_goes_on(before[-1], line)
    if line.lstrip().startswith("- ") or "'-' indicator" in line:
        return at, "a '-' among keys: a list stands below a key of its own, all its lines with '- '"
    if _line(lines, since.line).lstrip().startswith("- ") and before == "":
        return at, f"a key among the '- ' lines that begin in line {since.line}: indent it, or give it no list above"
    number = _above(at.line, lines)
    there = _spaces(_line(lines, number))
    return at, f"indented by {_spaces(line)}, which fits no line above it: line {number} has {there}"


def _text_goes_on(quote: str, line: str) -> str:
    """After a quote within a text, as in "צה"ל"."""
    other = "'" if quote == '"' else '"'
    hebrew = ", or write ״" if quote == '"' and re.search("[א-ת]", line) else ""
    return f"the {quote} before this ends the text: a text with {quote} in it stands between {other}…{other}{hebrew}"


def _of_one_character(problem: str, at: Place, lines: list[str]) -> str:
    line = _line(lines, at.line)
    found = line[at.column - 1 : at.column]
    if found == "\t" or "tab character" in problem:
        return "a tab: indent with spaces"
    if "anchor" in problem or "alias" in problem:
        return "a text that begins with '&' or '*' needs quotes around it"
    if "escape" in problem:
        return "a \\ within \"double quotes\" is a sign of its own: put the text in 'single quotes'"
    if "cannot start any token" in problem:
        return f"a text that begins with '{found}' needs quotes around it"
    return f"cannot be understood from here on ({problem.strip()})"


def _spaces(line: str) -> str:
    count = _indent(line)
    return "1 space" if count == 1 else f"{count} spaces" if count else "no space"
