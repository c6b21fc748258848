"""Django looks for admin pages here; they live in their rooms."""

from payments.customers.admin import DefaultMethodAdmin
from payments.intents.admin import PaymentIntentAdmin
from payments.methods.admin import BankAccountAdmin
from payments.methods.cards.admin import CardAdmin, CardTokenAdmin
from payments.methods.mandates.admin import MandateAdmin
from payments.payins.admin import ClaimAdmin, PaymentAdmin, TransitionAdmin
from payments.payouts.admin import PayoutAdmin, SettlementAdmin, SettlementLineAdmin
from payments.pricing.admin import RailFeeAdmin
from payments.reconciliation.admin import BankLineAdmin
from payments.reconciliation.processor_payouts.admin import ProcessorPayoutAdmin
from payments.refunds.admin import RefundAdmin, RefundPolicyAdmin
from payments.retries.admin import ReattemptAdmin, RetryAdmin
from payments.setup_intents.admin import SetupIntentAdmin

__all__ = [
    "BankAccountAdmin",
    "BankLineAdmin",
    "CardAdmin",
    "CardTokenAdmin",
    "ClaimAdmin",
    "DefaultMethodAdmin",
    "MandateAdmin",
    "PaymentAdmin",
    "PaymentIntentAdmin",
    "PayoutAdmin",
    "ProcessorPayoutAdmin",
    "RailFeeAdmin",
    "ReattemptAdmin",
    "RefundAdmin",
    "RefundPolicyAdmin",
    "RetryAdmin",
    "SettlementAdmin",
    "SettlementLineAdmin",
    "SetupIntentAdmin",
    "TransitionAdmin",
]
