"""DESIGN section 1 over the whole tree: who may import whom, and what the portable core may use."""

from pathlib import Path

import pytest

from tests.portable import ROOT, WALLS, import_circle, portable_problems, wall_problems

CORE = sorted((ROOT / "firmware" / "core").rglob("*.py"))
TREE = sorted(
    path for room in WALLS if "/" not in room or room.startswith("firmware/") for path in (ROOT / room).rglob("*.py")
)
# But for the core, whose modules name each other's classes to the type checker alone.
PACKAGES = sorted({path.parent for path in TREE} - {ROOT / "firmware" / "core"})


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_there_is_something_to_read() -> None:
    assert len(CORE) > 15
    assert len(TREE) > 50
    assert {ROOT / "host_bridge", ROOT / "host_bridge" / "truth", ROOT / "firmware" / "pi"} < set(PACKAGES)


@pytest.mark.parametrize("path", CORE, ids=name)
def test_the_core_is_portable(path: Path) -> None:
    assert portable_problems(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", TREE, ids=name)
def test_no_import_crosses_a_wall(path: Path) -> None:
    assert wall_problems(path.relative_to(ROOT), path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("folder", PACKAGES, ids=name)
def test_no_imports_go_in_a_circle(folder: Path) -> None:
    assert import_circle(ROOT, name(folder).replace("/", ".")) == []


@pytest.mark.parametrize(
    "line",
    [
        "import time",
        "import collections",
        "from typing import Any",
        "from collections import deque",
        "from firmware.pi import link",
        "from . import wire",
        "x = 0.5",
        "x = 1 / 2",
        "x /= 2",
        "def f(a, /): pass",
        "x = {**y}",
        "x = [*y]",
        "x = (*y, 1)",
        "x = y[::-1]",
        "del y[:2]",
        "x = y.zfill(2)",
        "x = y._replace(a=1)",
        "x = y.decode('utf-8', 'replace')",
        "x = sorted(y, key=len)",
        "y.sort(key=len)",
        "x = isinstance(y, int)",
        "x = isinstance(y, (str, int))",
        "N = namedtuple('N', 'a', defaults=(1,))",
        "class A:\n    __slots__ = ('a',)",
        "@cache\ndef f(): pass",
        "try:\n    x = 1\nexcept:\n    pass",
        "match x:\n    case 1: pass",
        "async def f(): pass",
        "print('x')",
        "x = open('y')",
        "x = float(y)",
        "def f():\n    import os",
    ],
)
def test_what_is_not_portable_is_found(line: str) -> None:
    assert len(portable_problems(line)) == 1, portable_problems(line)


@pytest.mark.parametrize(
    "line",
    [
        "import json",
        "from collections import namedtuple",
        "from firmware.core.view import Tile",
        "from firmware.core import wire",
        "if TYPE_CHECKING:\n    from typing import Any",
        "def f(a: 'int | None', *, b: int = 1) -> 'tuple[int, ...]': return a // b",
        "x = isinstance(y, (str, float))",
        "x = sorted([(len(each), place) for place, each in enumerate(y)])",
        "x = y[1:]",
        "f(*y, **z)",
        "del y['a']",
        "x = y.decode()",
        "class A:\n    @property\n    def b(self): return 1",
    ],
)
def test_what_is_portable_passes(line: str) -> None:
    assert portable_problems(line) == []


@pytest.mark.parametrize(
    ("path", "line", "problems"),
    [
        ("firmware/core/x.py", "from firmware.pi import link", 1),
        ("firmware/core/x.py", "import host_bridge.clock", 1),
        ("firmware/core/x.py", "import time", 1),
        ("firmware/pi/x.py", "from firmware.pico import main", 1),
        ("firmware/pi/x.py", "from host_bridge.clock import Clock", 1),
        ("firmware/pi/x.py", "import firmware.core.board, time", 0),
        ("firmware/pico/x.py", "from firmware.pi.link import Link", 1),
        ("firmware/pico/x.py", "def f():\n    from config import yaml_file", 1),
        ("host_bridge/x.py", "from firmware.core import wire", 0),
        ("host_bridge/x.py", "from firmware import pi", 1),
        ("host_bridge/demo/x.py", "import firmware.pi.look", 1),
        ("host_bridge/ctl/x.py", "from firmware.pi import look", 0),
        ("host_bridge/ctl/x.py", "from firmware.pico import main", 1),
        ("host_bridge/truth/x.py", "import time", 1),
        ("host_bridge/pbx/ami_wire.py", "from asyncio import sleep", 1),
        ("host_bridge/pbx/ami_link.py", "import asyncio", 0),
        ("config/x.py", "import host_bridge", 1),
        ("host_bridge/x.py", "from tests import brokers", 1),
        ("tests/x.py", "import host_bridge, firmware.pi", 0),
    ],
)
def test_imports_that_cross_a_wall_are_found(path: str, line: str, problems: int) -> None:
    assert len(wall_problems(Path(path), line)) == problems


@pytest.mark.parametrize(
    ("files", "circle"),
    [
        ({"a.py": "import top.b", "b.py": "import top.c.d", "c/d.py": "import json", "c/e.py": "import c"}, []),
        ({"a/x.py": "from top.a import y", "a/y.py": "from top.a.x import z", "b.py": "from top import a"}, []),
        ({"a.py": "from top.b import x", "b/x.py": "def f():\n    from top import a"}, ["a.py:1", "b/x.py:2"]),
        (
            {"a.py": "import top.b", "b.py": "import top.c.d", "c/d.py": "import top.a"},
            ["a.py:1", "b.py:1", "c/d.py:1"],
        ),
        ({"__init__.py": "from top.a import x", "a.py": "from top import x"}, ["__init__.py:1", "a.py:1"]),
    ],
)
def test_imports_that_go_in_a_circle_are_found(files: dict[str, str], circle: list[str], tmp_path: Path) -> None:
    for file, source in files.items():
        (tmp_path / "top" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "top" / file).write_text(source)
    found = [line.rsplit(":", 1)[0].removeprefix("top/") for line in import_circle(tmp_path, "top")]
    assert sorted(found) == circle
