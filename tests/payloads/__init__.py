"""Recorded callbacks, one file a case, and a correspondent that seals them as the platform does."""
