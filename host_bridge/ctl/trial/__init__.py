"""Rules tried on the past: the rooms of `wallboardctl backtest`. The replay itself is host_bridge/backtest."""
