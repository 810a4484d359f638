"""The wallboard against a real Asterisk: the rig that runs one, the calls made through it, and what it says itself."""
