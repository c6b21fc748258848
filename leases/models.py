"""Gathers the models of the rooms, so that Django finds them."""

from leases.arrears.models import ArrearsCase, ArrearsPolicy, ArrearsStep
from leases.autopay.models import Autopay, AutopayAttempt, AutopayRun
from leases.bank_charges.models import BankCharge
from leases.contracts.models import LateFeePolicy, Lease, Party, Renter, RentStep
from leases.credits.models import Credit
from leases.deposits.models import Deposit, Movement, TrustBank
from leases.late_fees.models import LateFee
from leases.move_out.models import Damage, Destination, MoveOut
from leases.overpayments.models import OverpaymentPart, OverpaymentRefund
from leases.payment_plans.models import CoveredCharge, PaymentPlan, PlanPart
from leases.policies.models import PaymentPolicy
from leases.properties.models import Property, Unit
from leases.receipts.models import Receipt
from leases.rent.models import Charge
from leases.transfers.models import Move, Transfer

__all__ = [
    "ArrearsCase",
    "ArrearsPolicy",
    "ArrearsStep",
    "Autopay",
    "AutopayAttempt",
    "AutopayRun",
    "BankCharge",
    "Charge",
    "CoveredCharge",
    "Credit",
    "Damage",
    "Deposit",
    "Destination",
    "LateFee",
    "LateFeePolicy",
    "Lease",
    "Move",
    "MoveOut",
    "Movement",
    "OverpaymentPart",
    "OverpaymentRefund",
    "Party",
    "PaymentPlan",
    "PaymentPolicy",
    "PlanPart",
    "Property",
    "Receipt",
    "RentStep",
    "Renter",
    "Transfer",
    "TrustBank",
    "Unit",
]
