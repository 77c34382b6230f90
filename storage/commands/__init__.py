"""What operators' commands ask and order, carried out: one file for each family."""

from storage.commands.desk import carry_out, dry_run, look

__all__ = ["carry_out", "dry_run", "look"]
