"""What a board had stored, taken into what it knows: the last good site and rules, before anybody has said a word."""

from firmware.core import check_records, messages
from firmware.core.payload import WireError
from firmware.core.printable import one_line

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

    from firmware.core.knowledge import Knowledge


def restore(known: "Knowledge", stored: "dict[str, Any]") -> None:
    """Take the site and rules of the state file, through the same schemas as messages; the rest is left out."""
    site, problems = check_records.read(messages.site(), stored.get("site"), wire=True)
    if site is not None and not problems:
        known.take_site(site)
    kept: "Any" = stored.get("rules")
    for queue in sorted(kept if isinstance(kept, dict) else {}):
        rules, problems = check_records.read(messages.rules(), kept[queue], wire=True)
        if rules is not None and not problems and known.inventory.wants(queue):
            try:
                known.odd_rules += known.take_rules(queue, rules)
            except WireError as error:  # of more queues than a board has room for
                known.odd_rules.append("rules/%s: %s" % (one_line(queue, 60), error))
    known.stored_changed = False
