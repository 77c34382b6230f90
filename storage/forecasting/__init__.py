"""Reading what a forecast starts from; writes nothing."""
