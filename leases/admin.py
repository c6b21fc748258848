"""Django looks for admin pages here; they live in their rooms."""

from leases.arrears.admin import ArrearsCaseAdmin, ArrearsPolicyAdmin, ArrearsStepAdmin
from leases.autopay.admin import AutopayAdmin, AutopayAttemptAdmin, AutopayRunAdmin
from leases.bank_charges.admin import BankChargeAdmin
from leases.contracts.admin import LeaseAdmin, PartyAdmin, RenterAdmin
from leases.credits.admin import CreditAdmin
from leases.deposits.admin import DepositAdmin, MovementAdmin, TrustBankAdmin
from leases.late_fees.admin import LateFeeAdmin, LateFeePolicyAdmin
from leases.move_out.admin import DamageAdmin, DestinationAdmin, MoveOutAdmin
from leases.overpayments.admin import OverpaymentRefundAdmin
from leases.payment_plans.admin import CoveredChargeAdmin, PaymentPlanAdmin, PlanPartAdmin
from leases.policies.admin import PaymentPolicyAdmin
from leases.properties.admin import PropertyAdmin, UnitAdmin
from leases.receipts.admin import ReceiptAdmin
from leases.rent.admin import ChargeAdmin
from leases.transfers.admin import MoveAdmin, TransferAdmin

__all__ = [
    "ArrearsCaseAdmin",
    "ArrearsPolicyAdmin",
    "ArrearsStepAdmin",
    "AutopayAdmin",
    "AutopayAttemptAdmin",
    "AutopayRunAdmin",
    "BankChargeAdmin",
    "ChargeAdmin",
    "CoveredChargeAdmin",
    "CreditAdmin",
    "DamageAdmin",
    "DepositAdmin",
    "DestinationAdmin",
    "LateFeeAdmin",
    "LateFeePolicyAdmin",
    "LeaseAdmin",
    "MoveAdmin",
    "MoveOutAdmin",
    "MovementAdmin",
    "OverpaymentRefundAdmin",
    "PartyAdmin",
    "PaymentPlanAdmin",
    "PaymentPolicyAdmin",
    "PlanPartAdmin",
    "PropertyAdmin",
    "ReceiptAdmin",
    "RenterAdmin",
    "TransferAdmin",
    "TrustBankAdmin",
    "UnitAdmin",
]
