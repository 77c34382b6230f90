"""审计 / the audit log."""

NAME = "audit"
