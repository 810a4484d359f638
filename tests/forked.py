"""Something done in a process of its own, which may be killed in the middle of it."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable

UNEXPECTED = 255


def in_a_process(action: Callable[[], int | None]) -> int:
    """What `action` returns (None is 0), the errno of its OSError, or minus the signal that ended it.

    Any other exception is printed, and is UNEXPECTED: it never passes for a success.
    """
    child = os.fork()
    if child == 0:
        code = UNEXPECTED
        try:
            code = action() or 0
        except OSError as error:
            code = error.errno or UNEXPECTED
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
