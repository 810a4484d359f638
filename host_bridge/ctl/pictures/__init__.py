"""What `wallboardctl preview` shows, from what, and how: pictures of boards that real ones would show."""
