"""Verbs of payment intents."""
