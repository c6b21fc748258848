"""Gathers the models of the rooms, so that Django finds them."""

from payments.intents.models import PaymentIntent
from payments.methods.models import BankAccount
from payments.payins.models import Claim, Payment, Transition
from payments.payouts.models import Payout, Settlement, SettlementLine
from payments.pricing.models import RailFee
from payments.reconciliation.models import BankLine

__all__ = [
    "BankAccount",
    "BankLine",
    "Claim",
    "Payment",
    "PaymentIntent",
    "Payout",
    "RailFee",
    "Settlement",
    "SettlementLine",
    "Transition",
]
