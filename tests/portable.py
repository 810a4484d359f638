"""Reads source for what MicroPython lacks or does otherwise without a word, for imports through walls, and in circles.

Most of what MicroPython lacks raises only in the line that uses it, and a line that no test runs under MicroPython
hides it; the silent traps raise nowhere at all. So the source itself is read.
"""

import ast
import itertools
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parent.parent

# What firmware/core may import besides itself.
PORTABLE = {"json", "struct"}
PORTABLE_NAMES = {"collections": {"namedtuple"}}

# Of a class of str, bytes, dict or namedtuple in CPython, and not in MicroPython.
MISSING_METHODS = {
    "_asdict", "_replace", "casefold", "expandtabs", "format_map", "isdecimal", "isidentifier", "isnumeric",
    "ljust", "maketrans", "removeprefix", "removesuffix", "rjust", "swapcase", "title", "translate", "zfill",
}  # fmt: skip
# Clocks, files and consoles are the outermost modules' own; dynamic imports would escape this very test.
OUTSIDE = {"open", "print", "input", "float", "exec", "eval", "__import__", "complex", "round"}
DECORATORS = {"property", "classmethod", "staticmethod"}

# Room → what it may import of this project. The longest room that fits counts.
WALLS = {
    "firmware/core": ("firmware.core",),
    "firmware/fonts": ("firmware.core", "firmware.fonts"),
    "firmware/pi": ("firmware.core", "firmware.fonts", "firmware.pi", "config", "hw"),
    "firmware/pico": ("firmware.core", "firmware.fonts", "firmware.pico"),
    "host_bridge": ("firmware.core", "host_bridge", "config"),
    "host_bridge/ctl": ("firmware.core", "firmware.fonts", "firmware.pi", "host_bridge", "config", "hw"),
    "config": ("firmware.core", "config"),
    "hw": ("firmware.core", "config", "hw"),
}
OURS = ("firmware", "host_bridge", "config", "hw", "tests")
# Rooms and modules in which time is an argument and bytes come from elsewhere.
PURE = (
    "firmware/core",
    "host_bridge/truth",
    "host_bridge/pbx/ami_session.py",
    "host_bridge/pbx/ami_wire.py",
    "host_bridge/pbx/events.py",
    "host_bridge/announce/publisher.py",
)
IMPURE_MODULES = {
    "asyncio",
    "datetime",
    "os",
    "select",
    "selectors",
    "socket",
    "ssl",
    "subprocess",
    "threading",
    "time",
}


def portable_problems(source: str) -> list[str]:
    """What in a module of firmware/core MicroPython would not do, as `line: what`."""
    tree = ast.parse(source)
    exempt = {id(node) for block in ast.walk(tree) if _is_typing_only(block) for node in ast.walk(block)}
    quoted = {id(node) for function in ast.walk(tree) for node in _annotations(function)}
    found = []
    for node in ast.walk(tree):
        if id(node) not in exempt and id(node) not in quoted:
            found += [f"{getattr(node, 'lineno', 0)}: {problem}" for problem in _problems_of(node)]
    return found


def wall_problems(path: Path, source: str) -> list[str]:
    """Imports of a module, at `path` from the project's folder, that its room may not have, as `line: import`."""
    name = path.as_posix()
    rooms = [room for room in WALLS if name.startswith(room + "/")]
    if not rooms:
        return []
    allowed = WALLS[max(rooms, key=len)]
    pure = any(name == each or name.startswith(each + "/") for each in PURE)
    found = []
    for line, module in imported(ast.parse(source)):
        top = module.split(".")[0]
        walled = top in OURS and not any(module == each or module.startswith(each + ".") for each in allowed)
        if walled or (pure and top in IMPURE_MODULES):
            found.append(f"{line}: {module}")
    return found


def import_circle(root: Path, package: str) -> list[str]:
    """Rooms of a package (dotted, its modules and packages) that import each other in a circle, as `file:line: import`.

    Wherever the import stands: one in a function only hides the circle until somebody moves it. [] when there is none.
    """
    folder = root / package.replace(".", "/")
    where: dict[str, dict[str, str]] = {}  # room → room that it imports → one place where it does
    for path in sorted(folder.rglob("*.py")):
        room = _room(folder, path.relative_to(folder).parts[0].removesuffix(".py"))
        for line, module in imported(ast.parse(path.read_text(encoding="utf-8"))):
            if module.startswith(package + "."):
                other = _room(folder, module.removeprefix(package + ".").split(".")[0])
                if other != room:
                    where.setdefault(room, {})[other] = f"{path.relative_to(root).as_posix()}:{line}: {module}"
    try:
        TopologicalSorter(where).prepare()
    except CycleError as error:
        circle = error.args[1][::-1]
        return [where[room][other] for room, other in itertools.pairwise(circle)]
    return []


def _room(folder: Path, name: str) -> str:
    """What stands in the package under that name; a name that is no file and no folder is of its __init__."""
    return name if (folder / name).is_dir() or (folder / f"{name}.py").exists() else "__init__"


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, dotted module) of every import; `from a import b` counts as a.b, which may be a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                yield node.lineno, each.name
        elif isinstance(node, ast.ImportFrom):
            for each in node.names:
                yield node.lineno, "." * node.level + f"{node.module or ''}.{each.name}"


def _is_typing_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _annotations(node: ast.AST) -> Iterator[ast.AST]:
    """Nodes of annotations: MicroPython parses them and looks no further."""
    parts: list[ast.AST | None] = []
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        parts = [node.returns, *[each.annotation for each in (*node.args.args, *node.args.kwonlyargs)]]
    elif isinstance(node, ast.AnnAssign):
        parts = [node.annotation]
    for part in parts:
        if part is not None:
            yield from ast.walk(part)


def _problems_of(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            for each in names:
                if each.name not in PORTABLE:
                    yield f"import {each.name}"
        case ast.ImportFrom(module=module, names=names, level=level):
            for each in names:
                ours = (module or "") == "firmware.core" or (module or "").startswith("firmware.core.")
                if level or (module not in PORTABLE and not ours and each.name not in PORTABLE_NAMES.get(module, ())):
                    yield f"from {module} import {each.name}"
        case ast.Match() | ast.TryStar() | ast.AsyncFunctionDef() | ast.Await():
            yield f"{type(node).__name__}: not in the portable subset"
        case ast.Constant(value=float() | complex()):
            yield "a float: integers only"
        case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
            yield "/ makes floats: use //"
        case ast.arguments(posonlyargs=[_, *_]):
            yield "positional-only arguments"
        case ast.Dict(keys=keys) if None in keys:
            yield "{**mapping}"
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items) if any(
            isinstance(item, ast.Starred) for item in items
        ):
            yield "[*items]"
        case ast.Slice(step=step) if step is not None:
            yield "a slice with a step"
        case ast.Delete(targets=targets) if any(
            isinstance(getattr(each, "slice", None), ast.Slice) for each in targets
        ):
            yield "del of a slice"
        case ast.ExceptHandler(type=None):
            yield "bare except"
        case ast.Assign(targets=[ast.Name(id="__slots__")]):
            yield "__slots__ is not enforced"
        case ast.FunctionDef(decorator_list=decorators) | ast.ClassDef(decorator_list=decorators):
            for each in decorators:
                if not (isinstance(each, ast.Name) and each.id in DECORATORS):
                    yield f"decorator {ast.unparse(each)}"
        case ast.Call():
            yield from _problems_of_call(node)


def _problems_of_call(node: ast.Call) -> Iterator[str]:
    given = {each.arg for each in node.keywords}
    match node.func:
        case ast.Name(id=name) if name in OUTSIDE:
            yield f"{name}()"
        case ast.Name(id="sorted") if "key" in given:
            yield "sorted by a key is unstable: sort tuples that end in their place"
        case ast.Name(id="isinstance") if any(
            isinstance(each, ast.Name) and each.id == "int" for each in ast.walk(node.args[1])
        ):
            yield "isinstance of int: a bool is one in CPython and none in MicroPython"
        case ast.Name(id="namedtuple") if "defaults" in given:
            yield "defaults of a namedtuple"
        case ast.Attribute(attr="sort") if "key" in given:
            yield "sort by a key is unstable"
        case ast.Attribute(attr="decode") if len(node.args) + len(given) > 1:
            yield "bytes.decode with an error handler"
        case ast.Attribute(attr=name) if name in MISSING_METHODS:
            yield f".{name}()"
