"""POST /payments with a `lease`: what is owed on it, or ahead."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from directpay.api.fields import AmountField, IdField, merged_metadata
from directpay.api.routes import route
from directpay.api.serializers import StrictSerializer
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor
from leases.contracts.queries import ask_for_lease_to_pay, renter_on
from leases.rent.actions.pay_rent import CHARGES_LIMIT, PayRequest, pay_rent
from leases.rent.api.examples import NOT_TAKEN
from payments.payins.api import PaymentInput, PaymentsView, ask_for_source
from payments.payins.models import Payment


class PaymentForLeaseInput(StrictSerializer):
    charge = IdField("chg")
    amount = AmountField(required=False)


class AnyPaymentInput(PaymentInput):
    renter = IdField("usr", required=False, help_text="For whom on the lease: a roommate, whose share it pays. Yourself without it.")
    charges = serializers.ListField(child=PaymentForLeaseInput(), required=False, min_length=1, max_length=CHARGES_LIMIT)


class PaymentsForLeasesView(PaymentsView):
    """Payments. With a `lease`: what is owed on it, or ahead; `charges` names parts of it. Without: an account of the books."""

    input_serializer = AnyPaymentInput
    refusals = (*PaymentsView.refusals, *NOT_TAKEN)

    def create(self, actor: Actor, data: dict[str, Any], at: datetime) -> Payment:
        if "lease" not in data:
            if "charges" in data or "renter" in data:
                raise InvalidInput("Charges and renters stand on a lease: name it.", param="lease", code="parameter_missing")
            return super().create(actor, data, at)
        for name in ("applies_to", "payee"):
            if name in data:
                raise InvalidInput("A lease says by itself what it pays.", param=name)
        asked, source = ask_for_lease_to_pay(data["lease"], actor, currency=data.get("currency")), ask_for_source(data, actor, at)
        lease = asked()
        request = PayRequest.by(
            source(),
            rail=data["rail"],
            amount_minor=data.get("amount"),
            charges=[(c["charge"], c.get("amount")) for c in data.get("charges", ())],
            allow_duplicate=data["allow_duplicate"],
            on_behalf_of=renter_on(lease, data["renter"], param="renter") if "renter" in data else None,
            metadata=merged_metadata({}, data.get("metadata")),
        )
        return pay_rent(lease, request, actor=actor, at=at)


urlpatterns = [route("payments", PaymentsForLeasesView)]
