"""A stand-in for PayPal's API, with a memory: OAuth, Orders v2, Payments v2, a page to approve on, signed webhooks, faults.

It is no PayPal: what is not in `server.ROUTES` answers 404. docs/paypal.md lists what it does.
"""

from tests.paypal_stand_in.server import StandIn

__all__ = ["StandIn"]
