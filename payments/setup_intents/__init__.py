"""Setup intents: a card or bank account is proven and kept for later, as Stripe's clients know it. No money is moved."""
