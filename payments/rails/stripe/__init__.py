"""Stripe as a rail, on its official client. docs/stripe.md says how it is set up, and what becomes of an answer that does not come."""
