"""`POST /api/v1/leases/{id}/payment_policy`, and the policy as a lease shows and takes it."""

from collections.abc import Mapping
from typing import Any, Final

from rest_framework import serializers

from directpay.api.fields import AmountField
from directpay.api.serializers import StrictSerializer
from leases.policies.models import PaymentPolicy as P
from leases.policies.queries import CATEGORIES, Policy

PARTIAL: Final = "Whether a part of what is due is taken."
CERTIFIED: Final = "When only instant transfers and wires are taken."
PREPAYMENT: Final = "Whether the next charge may be paid before it is due."


class PaymentPolicyInput(StrictSerializer):
    partial_payments = serializers.ChoiceField(choices=P.Partial.values, default=str(P.Partial.ANY), help_text=PARTIAL)
    minimum_amount = AmountField(required=False, help_text="With `partial_payments` minimum: the smallest part.")
    blocked = serializers.BooleanField(default=False, help_text="No payments at all, as before an eviction.")
    certified_funds = serializers.ChoiceField(choices=P.Certified.values, default=str(P.Certified.NEVER), help_text=CERTIFIED)
    prepayment = serializers.ChoiceField(choices=P.Prepayment.values, default=str(P.Prepayment.NEXT), help_text=PREPAYMENT)
    order = serializers.ChoiceField(choices=P.Order.values, default=str(P.Order.OLDEST_FIRST), help_text="What money pays first.")
    categories = serializers.ListField(
        child=serializers.ChoiceField(choices=CATEGORIES),
        required=False,
        min_length=1,
        max_length=len(CATEGORIES),
        help_text="With `order` categories; what is not named comes last.",
    )


class PaymentPolicyOutput(serializers.Serializer[Any]):
    version = serializers.IntegerField(help_text="0: none was set, everything is taken, the oldest is paid first.")
    partial_payments = serializers.ChoiceField(choices=P.Partial.values)
    minimum_amount = serializers.IntegerField(allow_null=True)
    blocked = serializers.BooleanField()
    certified_funds = serializers.ChoiceField(choices=P.Certified.values)
    prepayment = serializers.ChoiceField(choices=P.Prepayment.values)
    order = serializers.ChoiceField(choices=P.Order.values)
    categories: Any = serializers.ListField(child=serializers.ChoiceField(choices=CATEGORIES))


def policy_wished(data: Mapping[str, Any]) -> Policy:
    return Policy(
        partial=data["partial_payments"],
        minimum_minor=data.get("minimum_amount"),
        blocked=data["blocked"],
        certified_funds=data["certified_funds"],
        prepayment=data["prepayment"],
        order=data["order"],
        categories=tuple(data.get("categories", ())),
    )


def render_policy(policy: Policy) -> dict[str, Any]:
    return {
        "version": policy.version,
        "partial_payments": policy.partial,
        "minimum_amount": policy.minimum_minor,
        "blocked": policy.blocked,
        "certified_funds": policy.certified_funds,
        "prepayment": policy.prepayment,
        "order": policy.order,
        "categories": list(policy.categories),
    }
