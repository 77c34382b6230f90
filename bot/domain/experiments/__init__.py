"""Experiments: who gets which arm, and what may honestly be said of the arms."""
