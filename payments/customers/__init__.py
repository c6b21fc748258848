"""Customers: renters, as Stripe's clients know them. A customer is a user, by the same id; here stands what it pays with by default."""
