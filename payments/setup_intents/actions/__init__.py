"""Verbs of setup intents."""
