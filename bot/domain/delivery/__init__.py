"""Who may be sent what, when and by which route: pure gates over a small world."""
