"""Accepting a payment over HTTP: ours, the usual way, and another stack, each beside the others on one database."""
