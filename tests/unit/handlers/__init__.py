"""What handlers decide, without any database."""
