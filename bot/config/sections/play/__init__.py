"""The activities' sections, one kind of activity a file."""
