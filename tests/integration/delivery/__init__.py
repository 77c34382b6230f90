"""Tests of the delivery: gates, routes, ledgers, the sender."""
