"""wallboardctl: a module a command, called like it; COMMAND_*.py beside it are its further rooms, *_args.py options
that commands share, site_*.py the way to the boards of a site. `health` are doctor's rooms, `bundle` support's.
"""
