"""Paying with a wallet, as PayPal's: nothing of it is kept here (decision 21)."""
