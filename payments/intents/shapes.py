"""What payment intents take and answer: of Stripe's parameters those that our rails can honour, the others are refused."""

from typing import Any

from rest_framework import serializers

from directpay.api.fields import AmountField, CurrencyField, IdField, MetadataField
from directpay.api.serializers import ObjectOutput, StrictSerializer
from payments.intents.queries import STATUSES
from payments.intents.rendering import NOTHING
from payments.methods.parameters.shapes import (
    TYPES_LIMIT,
    AutomaticPaymentMethods,
    MandateData,
    NullField,
    PaymentMethodOptions,
    ReturnUrlField,
)
from payments.rails.registry import BY_WALLET, EVERY_RAIL, RAILS

CAPTURE_METHODS = ("automatic", "automatic_async", "manual")
REASONS_TO_CANCEL = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
DESCRIPTION_LENGTH = 1000


class PaymentMethodData(StrictSerializer):
    """What is no payment method that is kept: a wallet."""

    def get_fields(self) -> dict[str, Any]:
        """Stripe's clients send an empty object of the type's name beside it."""
        return {**super().get_fields(), **{name: serializers.DictField(required=False) for name in BY_WALLET}}

    type = serializers.ChoiceField(choices=BY_WALLET)


class TermsInput(StrictSerializer):
    """What create, update and confirm have in common."""

    payment_method = serializers.CharField(max_length=80, required=False)
    payment_method_data = PaymentMethodData(required=False, help_text="A wallet, which is kept nowhere: its type alone.")
    payment_method_types = serializers.ListField(child=serializers.CharField(max_length=40), required=False, max_length=TYPES_LIMIT)
    payment_method_options = PaymentMethodOptions(required=False)
    capture_method = serializers.ChoiceField(choices=CAPTURE_METHODS, required=False, help_text="manual: a card or wallet promises first.")
    lease = IdField("lse", required=False, help_text="What this pays: a lease. DirectPay's own.")
    applies_to = IdField("acct", required=False, help_text="What this pays: an account of the books. DirectPay's own.")
    rail = serializers.ChoiceField(
        choices=[*RAILS, *BY_WALLET], required=False, help_text="The way of the money, ach by default. DirectPay's own."
    )


class AttemptInput(StrictSerializer):
    """What only an attempt to pay takes."""

    mandate_data = MandateData(required=False)
    off_session = serializers.BooleanField(required=False)
    return_url = ReturnUrlField()
    allow_duplicate = serializers.BooleanField(required=False, help_text="As for payments. DirectPay's own.")


class WishInput(TermsInput):
    customer = serializers.CharField(max_length=80, required=False)
    description = serializers.CharField(max_length=DESCRIPTION_LENGTH, required=False, allow_blank=True)


class IntentInput(WishInput, AttemptInput):
    amount = AmountField()
    currency = CurrencyField()
    metadata = MetadataField()
    confirm = serializers.BooleanField(default=False)
    confirmation_method = serializers.ChoiceField(choices=("automatic",), required=False)
    automatic_payment_methods = AutomaticPaymentMethods(required=False)


class IntentUpdate(WishInput):
    amount = AmountField(required=False)
    currency = CurrencyField(required=False)
    metadata = MetadataField(for_update=True)


class ConfirmInput(TermsInput, AttemptInput):
    pass


class CaptureInput(StrictSerializer):
    amount_to_capture = AmountField(required=False)
    final_capture = serializers.BooleanField(required=False)
    metadata = MetadataField(for_update=True)


class CancelInput(StrictSerializer):
    cancellation_reason = serializers.ChoiceField(choices=REASONS_TO_CANCEL, required=False)


class VerifyIntentInput(StrictSerializer):
    amounts = serializers.ListField(child=AmountField(max_minor=99), min_length=2, max_length=2)


class AmountDetails(serializers.Serializer[Any]):
    tip = serializers.DictField()


class IntentOutput(ObjectOutput):
    """A payment intent as Stripe's clients read it. Names that bank rails have nothing for stand there with null."""

    status = serializers.ChoiceField(choices=STATUSES)
    amount = serializers.IntegerField()
    amount_capturable = serializers.IntegerField()
    amount_details = AmountDetails()
    amount_received = serializers.IntegerField()
    applies_to = serializers.CharField(allow_null=True)
    automatic_payment_methods = serializers.DictField(allow_null=True)
    canceled_at = serializers.IntegerField(allow_null=True)
    cancellation_reason = serializers.CharField(allow_null=True)
    capture_method = serializers.ChoiceField(choices=CAPTURE_METHODS)
    charges = serializers.DictField()
    client_secret = serializers.CharField()
    confirmation_method = serializers.ChoiceField(choices=("automatic",))
    currency = serializers.CharField()
    customer = serializers.CharField(allow_null=True)
    description = serializers.CharField(allow_null=True)
    last_payment_error = serializers.DictField(allow_null=True)
    latest_charge = serializers.CharField(allow_null=True)
    lease = serializers.CharField(allow_null=True)
    next_action = serializers.DictField(allow_null=True)
    payment = serializers.CharField(allow_null=True)
    payment_method = serializers.CharField(allow_null=True)
    payment_method_options = serializers.DictField()
    payment_method_types = serializers.ListField(child=serializers.CharField())
    rail = serializers.ChoiceField(choices=list(EVERY_RAIL))

    def get_fields(self) -> dict[str, Any]:
        """And what Stripe has that we do not."""
        return {**super().get_fields(), **{name: NullField() for name in NOTHING}}
