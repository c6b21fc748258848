"""PayPal as a rail: Orders v2 and Payments v2 over plain HTTP. docs/paypal.md says how it is set up, and what becomes of silence."""
