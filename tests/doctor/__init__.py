"""`wallboardctl doctor` and `wallboardctl support`."""
