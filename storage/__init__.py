"""What is remembered. SQL stays here."""
