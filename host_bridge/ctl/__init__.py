"""wallboardctl: a module a command, called like it; COMMAND_*.py beside it are its further rooms, *_args.py options
that commands share. Rooms of their own: `site` is the way to the boards of a site; `checks` are check's, `trial`
backtest's, `pictures` preview's, `card` those of provision and flash, `health` doctor's, `bundle` support's.
"""
