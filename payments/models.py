"""Gathers the models of the rooms, so that Django finds them."""

from payments.customers.models import DefaultMethod
from payments.intents.models import PaymentIntent
from payments.methods.cards.models import Card, CardToken
from payments.methods.mandates.models import Mandate
from payments.methods.models import BankAccount
from payments.payins.models import Claim, Payment, Transition
from payments.payouts.models import Payout, Settlement, SettlementLine
from payments.pricing.models import RailFee
from payments.reconciliation.models import BankLine
from payments.reconciliation.processor_payouts.models import ProcessorPayout, ProcessorPayoutLine
from payments.refunds.models import Refund, RefundPolicy
from payments.retries.models import Reattempt, Retry
from payments.setup_intents.models import SetupIntent

__all__ = [
    "BankAccount",
    "BankLine",
    "Card",
    "CardToken",
    "Claim",
    "DefaultMethod",
    "Mandate",
    "Payment",
    "PaymentIntent",
    "Payout",
    "ProcessorPayout",
    "ProcessorPayoutLine",
    "RailFee",
    "Reattempt",
    "Refund",
    "RefundPolicy",
    "Retry",
    "Settlement",
    "SettlementLine",
    "SetupIntent",
    "Transition",
]
