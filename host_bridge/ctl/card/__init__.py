"""What a memory card is made of: the rooms of `wallboardctl provision` and `wallboardctl flash`."""
