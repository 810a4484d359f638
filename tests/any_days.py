"""How many random days a property test tries, and which."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

ASKED = "WALLBOARD_EXAMPLES"


def any_days(for_ci: int) -> settings:
    """So many examples as are sized for CI, or as many as WALLBOARD_EXAMPLES says, for a long run.

    The same days each time, so that nobody's change fails for another's; a long run has others.
    """
    return settings(
        max_examples=int(os.environ.get(ASKED, for_ci)),
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        derandomize=ASKED not in os.environ,
    )
