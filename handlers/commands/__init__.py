"""One operator command a file."""
