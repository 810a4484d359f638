"""A page of documentation that is carried out: its commands are run, its edits are made, and what it says is compared.

Three kinds of fenced blocks are steps; everything else is for people alone.

- `bash`: a script, to be pasted into a shell as it stands; a `text` block next below is what it prints.

- `console`: lines that begin with `$ ` are commands (one that ends in a backslash goes on in the next line), the lines
  below each what it prints. `…` stands for any text within a line, and alone in a line for any number of lines.
- `diff`: an edit of the file that the heading of the block names (`--- practice/thresholds.yaml`): lines that begin
  with a space or `-` are in the file, one below the other, and stay or go; those with `+` come.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_FENCE = re.compile(r"^```(console|diff|bash)\n(.*?)^```$(?:\s*^```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE)
ANY = "…"
CHECKOUT = Path(__file__).parents[1]


class Command(NamedTuple):
    """A line to run, and what it is said to print. `line`: of the page, from 1."""

    line: int
    command: str
    says: tuple[str, ...]


class Script(NamedTuple):
    """Lines to run in one shell. `says`: what they print, None where the page does not tell."""

    line: int
    script: str
    says: tuple[str, ...] | None


class Edit(NamedTuple):
    """A change of a file: `before`, lines of it, become `after`."""

    line: int
    file: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def steps(page: str) -> Iterator[Command | Script | Edit]:
    """The steps of a page, in its order. Raises ValueError for a block that is none."""
    for block in _FENCE.finditer(page):
        first = page.count("\n", 0, block.start()) + 2
        lines = block[2].splitlines()
        if block[1] == "diff":
            yield _edit(first, lines)
        elif block[1] == "bash":
            yield Script(first, block[2], None if block[3] is None else tuple(block[3].splitlines()))
        else:
            yield from _commands(first, lines)


def apply(edit: Edit, folder: Path) -> None:
    """Make the edit. AssertionError when its lines are not in the file, or more than once."""
    path = folder / edit.file
    lines = path.read_text("utf-8").split("\n")
    found = [at for at in range(len(lines)) if tuple(lines[at : at + len(edit.before)]) == edit.before]
    assert len(found) == 1, f"line {edit.line}: these lines are {len(found)} times in {edit.file}: {edit.before}"
    lines[found[0] : found[0] + len(edit.before)] = edit.after
    path.write_text("\n".join(lines), "utf-8")


def agrees(says: tuple[str, ...], printed: list[str]) -> bool:
    """Whether what was printed is what the page says."""
    pattern = ""
    for line in says:
        if line.strip() == ANY:
            pattern += r"(?:[^\n]*\n)*"
        else:
            pattern += re.escape(line.rstrip()).replace(ANY, r"[^\n]*") + r"[^\S\n]*\n"
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed)) is not None


def bring_wallboardctl(folder: Path) -> None:
    """`wallboardctl`, found by its name in what shell() runs: that of this checkout."""
    program = folder / "bin" / "wallboardctl"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m host_bridge.ctl "$@"\n')
    program.chmod(0o755)


def shell(command: str, folder: Path) -> list[str]:
    """The lines that a command prints, in a terminal of 100 columns."""
    path = os.pathsep.join([str(folder / "bin"), os.environ["PATH"], str(Path(sys.executable).parent)])
    environ = {**os.environ, "PATH": path, "PYTHONPATH": str(CHECKOUT), "COLUMNS": "100"}
    done = subprocess.run(
        command, shell=True, cwd=folder, env=environ, text=True, timeout=180, check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return done.stdout.splitlines()


def carry_out(step: Command | Edit, folder: Path) -> None:
    """Run or make a step. AssertionError when a command prints something else than the page says."""
    if isinstance(step, Edit):
        apply(step, folder)
        return
    said = shell(step.command, folder)
    printed = "\n".join(said)
    assert agrees(step.says, said), f"line {step.line}: $ {step.command}\nprinted\n{printed}"


def _edit(first: int, lines: list[str]) -> Edit:
    head, *body = lines
    if not head.startswith("--- ") or any(line[:1] not in (" ", "-", "+") for line in body):
        raise ValueError(f"line {first}: a diff begins with `--- FILE`, and its lines with a space, - or +")
    before = tuple(line[1:] for line in body if line[0] != "+")
    return Edit(first, head[4:], before, tuple(line[1:] for line in body if line[0] != "-"))


def _commands(first: int, lines: list[str]) -> Iterator[Command]:
    command, says, began = "", [], first
    continues = False
    for number, line in enumerate(lines, first):
        if continues:
            command = command[:-1].rstrip() + " " + line.strip()
        elif line.startswith("$ "):
            if command:
                yield Command(began, command, tuple(says))
            command, says, began = line[2:], [], number
        elif not command:
            raise ValueError(f"line {number}: a console block begins with a command: `$ …`")
        else:
            says.append(line)
            continue
        continues = command.endswith("\\")
    yield Command(began, command, tuple(says))
