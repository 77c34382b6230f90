"""What official accounts and WeCom have in common on the wire: signed queries, sealed envelopes, XML."""
