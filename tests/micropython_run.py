"""Runs the `test_*` functions of one file under MicroPython, from the project's folder:

    micropython -X heapsize=128k tests/micropython_run.py tests/core/test_wire.py

Prints how many passed; exit code 1 when one failed, 3 when there was none to run.
"""

import gc
import sys

gc.threshold(4096)  # collect early and often: in so small a heap, garbage left about breaks it into pieces

PASSED, FAILED, NONE = 0, 1, 3


def run(path):
    """Exit code of one test file."""
    module = __import__(path[: -len(".py")].replace("/", "."), None, None, ["*"])
    names = sorted([name for name in dir(module) if name.startswith("test_")])
    failed = 0
    for name in names:
        gc.collect()
        try:
            getattr(module, name)()
        except Exception as error:
            failed += 1
            print(f"FAILED {path}::{name}")
            sys.print_exception(error)
    print(f"{len(names) - failed} tests passed, {failed} failed")
    return FAILED if failed else PASSED if names else NONE


if __name__ == "__main__":
    sys.path.insert(0, "")
    sys.exit(run(sys.argv[1]))
