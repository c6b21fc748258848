"""Django looks for admin pages here; they live in their rooms."""

from payments.intents.admin import PaymentIntentAdmin
from payments.methods.admin import BankAccountAdmin
from payments.payins.admin import ClaimAdmin, PaymentAdmin, TransitionAdmin
from payments.payouts.admin import PayoutAdmin, SettlementAdmin, SettlementLineAdmin
from payments.pricing.admin import RailFeeAdmin
from payments.reconciliation.admin import BankLineAdmin

__all__ = [
    "BankAccountAdmin",
    "BankLineAdmin",
    "ClaimAdmin",
    "PaymentAdmin",
    "PaymentIntentAdmin",
    "PayoutAdmin",
    "RailFeeAdmin",
    "SettlementAdmin",
    "SettlementLineAdmin",
    "TransitionAdmin",
]
