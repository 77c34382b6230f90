"""Who may come in: callbacks, webhooks, the console, probes."""
