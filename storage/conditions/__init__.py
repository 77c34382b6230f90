"""Conditions as SQL: the evaluator for many members at once."""

from storage.conditions.tree import where

__all__ = ["where"]
