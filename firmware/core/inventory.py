"""Which queues a board knows, and in which order it shows them."""

from firmware.core.payload import WireError
from firmware.core.topics import encode_id
from firmware.core.watch import Watch

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

ALL = "@all"  # the whole centre
MOST = 2000  # queues, and the whole centre: more of them are somebody's mistake, or malice


class Inventory:
    """The board's queues by id. `wanted`: the ids of those it shows, in order; None: all that the site lists.

    `centre`: the whole centre has a page of its own, and is watched like a queue; it is no tile unless it is wanted.
    """

    def __init__(self, names: "Sequence[str] | None" = None, centre: bool = False) -> None:
        self.wanted: "list[str] | None" = None
        self._centre = centre
        self._by_id: "dict[str, Watch]" = {}
        self._site: "list[dict[str, Any]] | None" = None
        self._shown: "list[Watch]" = []
        if names:
            self.wanted = []
            for name in names:
                # A group is written as `@name`, and is so on topics; in a queue's own name `@` is percent-encoded.
                queue = "@" + encode_id(name[1:]) if name.startswith("@") else encode_id(name)
                if queue not in self.wanted:
                    self.wanted.append(queue)
            self.arrange()

    def shown(self) -> "list[Watch]":
        """The queues that the board shows and watches, in order."""
        return self._shown

    def centre(self) -> "Watch | None":
        """The whole centre, if it has a page and is known."""
        return self._by_id.get(ALL) if self._centre else None

    def watched(self) -> "list[Watch]":
        """All whose alarms count: those shown, and the whole centre where it has a page."""
        centre = self.centre()
        return self._shown if centre is None or centre in self._shown else self._shown + [centre]

    def wants(self, queue: str) -> bool:
        """The board may ever show this queue."""
        return self.wanted is None or queue in self.wanted or self.wants_centre(queue)

    def wants_centre(self, queue: str) -> bool:
        """It is the whole centre, and that has a page."""
        return self._centre and queue == ALL

    def find(self, queue: str) -> "Watch | None":
        """The queue of this id, if it is known."""
        return self._by_id.get(queue)

    def lists(self, queue: str) -> bool:
        """Messages of this queue are of use now: it has a place, or there is no list yet that would give it one."""
        return queue in self._by_id or self.wanted is not None or self._site is None or self.wants_centre(queue)

    def get(self, queue: str) -> Watch:
        """The queue of this id, known from now on. WireError when the board is full."""
        watch = self._by_id.get(queue)
        if watch is None:
            if not self.wants(queue):
                raise WireError("a queue that this board does not show", "unwanted")
            if len(self._by_id) > MOST:
                raise WireError("more than %d queues" % MOST, "many")
            watch = Watch(queue)
            self._by_id[queue] = watch
        return watch

    def take_site(self, queues: "list[dict[str, Any]]") -> None:
        """The site's list of queues: `id`, `label`, `label_visual`, `rtl`. They come before all others."""
        if self.wanted is None and (self._site is None or len(self._by_id) + len(queues) > MOST):
            listed = {entry["id"] for entry in queues}
            for queue in list(self._by_id):
                if queue not in listed and not self.wants_centre(queue):
                    del self._by_id[queue]
        self._site = queues
        self.arrange()

    def arrange(self) -> None:
        """Decide anew what is shown: the wanted queues; else the site's; else those that have a snapshot."""
        if self._site is not None:
            for entry in self._site:
                if self.wants(entry["id"]):
                    self.get(entry["id"]).site = entry
        if self.wanted is not None:
            order = self.wanted
        elif self._site is not None:
            order = [entry["id"] for entry in self._site]
        else:
            order = sorted([queue for queue in self._by_id if self._by_id[queue].values is not None])
        self._shown = []
        taken = set()
        for queue in order:
            if queue not in taken and not (queue == ALL and self._centre and self.wanted is None):
                taken.add(queue)
                self._shown.append(self.get(queue))

    def snapshots_changed(self) -> None:
        """A queue has got its first figures, or lost them: of interest only while nothing else says what to show."""
        if self.wanted is None and self._site is None:
            self.arrange()

    def soil(self) -> None:
        """All alarms have something new to look at."""
        for watch in self.watched():
            watch.dirty = True
