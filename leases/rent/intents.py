"""`/api/v1/payment_intents` where a lease is paid: what it is, and how."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from directpay.api.routes import route
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor
from leases.contracts.queries import lease_to_pay
from leases.rent.actions.pay_rent import PayRequest, pay_rent
from payments.intents.actions.create import Purpose
from payments.intents.api import MANUAL, ConfirmIntentView, Intents, IntentsView, IntentView, VerifyIntentView
from payments.intents.models import PaymentIntent
from payments.methods.cards.paying import Source
from payments.payins.models import Payment


class LeaseIntents(Intents):
    def purpose_of(self, data: Mapping[str, Any], actor: Actor) -> Purpose | None:
        if "lease" not in data:
            return super().purpose_of(data, actor)
        if "applies_to" in data:
            raise InvalidInput("A lease says by itself what it pays.", param="applies_to")
        lease = lease_to_pay(data["lease"], actor)
        return Purpose(lease.currency, lease.unit.property.payee, origin=lease.public_id)

    def attempt(self, intent: PaymentIntent, source: Source, allow_duplicate: bool, actor: Actor, at: datetime) -> Payment:
        if not intent.origin:
            return super().attempt(intent, source, allow_duplicate, actor, at)
        lease = lease_to_pay(intent.origin, actor, currency=intent.currency)
        request = PayRequest.by(
            source,
            rail=intent.rail,
            amount_minor=intent.amount_minor,
            allow_duplicate=allow_duplicate,
            captures_later=intent.capture_method == MANUAL,
            metadata=intent.metadata,
        )
        return pay_rent(lease, request, actor=actor, at=at)


class IntentsForLeasesView(LeaseIntents, IntentsView):
    """Payment intents. With `confirm` the payment is made at once: then the Idempotency-Key is required."""


class IntentForLeasesView(LeaseIntents, IntentView):
    """One payment intent. What is written on it may be changed always, what it pays until somebody pays it."""


class ConfirmIntentForLeasesView(LeaseIntents, ConfirmIntentView):
    """Pay it: from the bank account or card that it has, or that is named now."""


class VerifyIntentForLeasesView(LeaseIntents, VerifyIntentView):
    """Name the two small deposits of its bank account, in minor units: when they are right, it is paid at once. Three tries."""


urlpatterns = [
    route("payment_intents", IntentsForLeasesView),
    route("payment_intents/{id}", IntentForLeasesView),
    route("payment_intents/{id}/confirm", ConfirmIntentForLeasesView),
    route("payment_intents/{id}/verify_microdeposits", VerifyIntentForLeasesView),
]
