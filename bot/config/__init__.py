"""The configuration file: read, checked with every problem named by its path, frozen."""
