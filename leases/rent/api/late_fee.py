"""`late_fee` of a lease: what is agreed for rent that comes late, as it is asked and shown."""

from typing import Any, Final

from rest_framework import serializers

from directpay.api.fields import AmountField
from directpay.api.serializers import StrictSerializer
from leases.contracts.late_fee import AUTOMATIC, BASES, GRACE_LIMIT, LEASE, MODES, OVERDUE, WHOSE, percent_text
from leases.contracts.models import LateFeePolicy

A_PERCENTAGE: Final = "A percentage with at most two decimals, as a number or as text."


class LateFeeInput(StrictSerializer):
    grace_days = serializers.IntegerField(min_value=0, max_value=GRACE_LIMIT, help_text="Full days after the due date without a fee.")
    flat_amount = AmountField(required=False, help_text="Once, on the day after grace.")
    percent = serializers.JSONField(required=False, help_text=f"Once, beside the flat amount. {A_PERCENTAGE}")
    daily_amount = AmountField(required=False, help_text="For each day after the first fee; from the day after grace if there is no other.")
    cap_amount = AmountField(required=False, help_text="The most that all fees of one charge come to.")
    cap_percent = serializers.JSONField(required=False, help_text=f"The same, of the charge. {A_PERCENTAGE}")
    basis = serializers.ChoiceField(
        choices=BASES, default=OVERDUE, help_text="Of what `percent` is: of what is overdue, or the whole rent."
    )
    mode = serializers.ChoiceField(
        choices=MODES, default=AUTOMATIC, help_text="`proposed`: the landlord approves each. `off`: no more fees."
    )
    per = serializers.ChoiceField(
        choices=WHOSE, default=LEASE, help_text="Judged for the lease as a whole, or for each party by its share."
    )
    returned_payment_fee = AmountField(required=False, help_text="For each payment or cheque that comes back.")


class LateFeeTermsOutput(serializers.Serializer[Any]):
    from_date = serializers.DateField(help_text="For what falls due from this day on.")
    grace_days = serializers.IntegerField()
    flat_amount = serializers.IntegerField(allow_null=True)
    percent = serializers.CharField(allow_null=True)
    daily_amount = serializers.IntegerField(allow_null=True)
    cap_amount = serializers.IntegerField(allow_null=True)
    cap_percent = serializers.CharField(allow_null=True)
    basis = serializers.ChoiceField(choices=BASES)
    mode = serializers.ChoiceField(choices=MODES)
    per = serializers.ChoiceField(choices=WHOSE)
    returned_payment_fee = serializers.IntegerField(allow_null=True)


class LateFeeOfLeaseOutput(LateFeeTermsOutput):
    policy = serializers.CharField(help_text="The version that is in force.")


def render_terms(policy: LateFeePolicy) -> dict[str, Any]:
    return {
        "from_date": policy.from_on,
        "grace_days": policy.grace_days,
        "flat_amount": policy.flat_minor,
        "percent": percent_text(policy.percent_bps),
        "daily_amount": policy.daily_minor,
        "cap_amount": policy.cap_minor,
        "cap_percent": percent_text(policy.cap_bps),
        "basis": policy.basis,
        "mode": policy.mode,
        "per": policy.per,
        "returned_payment_fee": policy.returned_fee_minor,
    }


def render_late_fee(policy: LateFeePolicy | None) -> dict[str, Any] | None:
    """As it stands in its lease."""
    return None if policy is None else {"policy": policy.public_id, **render_terms(policy)}
