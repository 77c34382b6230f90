"""Business events from a shop's systems: signed, read strictly, brought into our one shape."""
