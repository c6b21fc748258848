"""Payments by card as in payins."""

from tests.payments.payins.conftest import pay, utilities  # noqa: F401
