"""What the bridge and the boards share outside the portable core: files of settings, connections, the log.

A commented example of every file lies beside the modules.
"""
