"""What setup intents take, of Stripe's parameters those that mean something here, and what they mean: rows of ours."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rest_framework import serializers

from directpay.api.fields import AmountField, MetadataField
from directpay.api.serializers import StrictSerializer
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor
from directpay.people.models import User
from payments.methods.cards.actions import create_card
from payments.methods.cards.paying import Kept
from payments.methods.mandates.texts import LANGUAGES, NEWEST
from payments.methods.parameters.shapes import (
    TYPES_LIMIT,
    AutomaticPaymentMethods,
    MandateData,
    PaymentMethodOptions,
    ReturnUrlField,
)
from payments.methods.parameters.sources import bank_account_named, card_named, check_types, check_usable, customer_of, may_add, oneself
from payments.rails.cards.sandbox import BY_NAME
from payments.setup_intents.models import Usage

DESCRIPTION_LENGTH = 1000
REASONS_TO_CANCEL = ("abandoned", "requested_by_customer", "duplicate")
ATTEMPT = ("mandate_data", "return_url")  # what only a confirmation takes


class TermsInput(StrictSerializer):
    """What create, update and confirm have in common."""

    payment_method = serializers.CharField(max_length=80, required=False)
    payment_method_options = PaymentMethodOptions(required=False)


class WishInput(TermsInput):
    customer = serializers.CharField(max_length=80, required=False)
    description = serializers.CharField(max_length=DESCRIPTION_LENGTH, required=False, allow_blank=True)
    payment_method_types = serializers.ListField(child=serializers.CharField(max_length=40), required=False, max_length=TYPES_LIMIT)


class AttemptInput(StrictSerializer):
    mandate_data = MandateData(required=False, help_text="How the owner of a bank account agreed to debits.")
    return_url = ReturnUrlField()


class SetupInput(WishInput, AttemptInput):
    usage = serializers.ChoiceField(choices=Usage.choices, required=False)
    confirm = serializers.BooleanField(default=False)
    automatic_payment_methods = AutomaticPaymentMethods(required=False)
    metadata = MetadataField()


class SetupUpdate(WishInput):
    metadata = MetadataField(for_update=True)


class ConfirmSetupInput(TermsInput, AttemptInput):
    pass


class CancelSetupInput(StrictSerializer):
    cancellation_reason = serializers.ChoiceField(choices=REASONS_TO_CANCEL, required=False)


class VerifySetupInput(StrictSerializer):
    amounts = serializers.ListField(child=AmountField(max_minor=99), min_length=2, max_length=2)


def changes_of(data: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """Parameters as columns of the row, those that were given. Raises InvalidInput."""
    check_types(data)
    found = {name: data[name] for name in ("description", "metadata", "return_url", "usage") if name in data}
    if "payment_method_types" in data:
        found["method_types"] = list(dict.fromkeys(data["payment_method_types"]))
    if (customer := customer_of(data, actor)) is not None:
        found["customer"] = customer
    return found


def source_of(data: Mapping[str, Any], actor: Actor, at: datetime, customer: User | None) -> Kept | None:
    """The actor's own bank account or card, named by `payment_method`; a published test name makes a card of nobody's.

    `customer`: of the setup intent as it stands. Raises InvalidInput, CardDetached.
    """
    if "payment_method" not in data:
        return None
    name, customer = data["payment_method"], customer_of(data, actor) or customer or oneself(actor)
    if name not in BY_NAME and not name.startswith("pm_"):
        return bank_account_named(name, actor)
    if customer is not None and not may_add(actor, customer):
        raise InvalidInput("Its customer names the card.", param="payment_method", code="payment_method_not_of_customer")
    if name in BY_NAME:
        return create_card(name, user=None, actor=actor, at=at)
    found = card_named(name, actor)
    check_usable(found, at)
    return found


def agreement_of(data: Mapping[str, Any], customer: User | None, at: datetime) -> dict[str, Any]:
    """How somebody agreed to debits, as it is kept until the mandate is made; empty where nothing is said. Raises InvalidInput."""
    accepted = data.get("mandate_data", {}).get("customer_acceptance")
    if accepted is None:
        return {}
    online, when = accepted.get("online"), accepted.get("accepted_at", int(at.timestamp()))
    if accepted["type"] == "online" and online is None:
        param = "mandate_data[customer_acceptance][online]"
        raise InvalidInput("Say where it was agreed to.", param=param, code="parameter_missing")
    if when > at.timestamp():
        raise InvalidInput("Nobody has agreed to it yet at that time.", param="mandate_data[customer_acceptance][accepted_at]")
    return {
        "acceptance": accepted["type"],
        "language": customer.locale if customer is not None and customer.locale in LANGUAGES else LANGUAGES[0],
        "text_version": NEWEST,
        "accepted_at": when,
        "ip_address": online["ip_address"] if online else "",
        "user_agent": online["user_agent"] if online else "",
    }
