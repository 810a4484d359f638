"""Thresholds tried on real days: queue_log through the bridge's own state and the boards' own alarm code.

result = backtest([Path("queue_log.1.gz"), Path("queue_log")], thresholds)   # raises SourceError
for firing in result.firings: ...
"""

from host_bridge.backtest.replay import backtest
from host_bridge.backtest.result import Day, Firing, QueueTest, Result, RuleTest, Series
from host_bridge.pbx.queue_log_set import SourceError

__all__ = ["Day", "Firing", "QueueTest", "Result", "RuleTest", "Series", "SourceError", "backtest"]
