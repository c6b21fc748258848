"""A bank of the test's own behind what we send."""

from tests.payments.payouts.conftest import sent as sent_out

__all__ = ["sent_out"]
