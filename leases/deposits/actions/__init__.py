"""Asking for deposits, taking them, bringing them to the trust bank, and what happens to them there."""
