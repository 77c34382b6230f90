"""One step or entry kind a file."""
