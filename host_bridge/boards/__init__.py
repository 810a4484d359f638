"""The watch over the boards of a site: who is there, who went away, who bears another's name.

Modules: `watch` (the facts), `twins` (two of one name), `talk` (what the log and the history are told of it), `words`.
"""

from host_bridge.boards.talk import Event, Talk
from host_bridge.boards.twins import Who
from host_bridge.boards.watch import BoardsWatch

__all__ = ["BoardsWatch", "Event", "Talk", "Who"]
