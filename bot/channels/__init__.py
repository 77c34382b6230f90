"""One platform a file; what several share is in folders that begin with an underscore."""
