"""A stand-in for Stripe's API that remembers: for development and tests where Stripe itself cannot be reached, or must not be.

Never imported by the product. Its answers have the shape of Stripe's published fixtures (a test compares them); its faults are those
that a network and a busy service have, on demand. See docs/stripe.md.
"""

from tests.stripe_stand_in.server import StandIn as StandIn
