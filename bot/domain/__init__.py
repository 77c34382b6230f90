"""Words and decisions everyone shares; standard library only."""
