"""Lifecycle rules: who enters, what happens step by step, when it ends."""
