"""Setup intents in the shape of https://docs.stripe.com/api/setup_intents/object."""

from typing import Any, Final

from rest_framework import serializers

from directpay.api.objects import rendered, unix
from directpay.api.serializers import ObjectOutput
from directpay.api.views import Context
from payments.methods.parameters.shapes import NullField
from payments.methods.rendering import CARD, US_BANK_ACCOUNT, render_payment_method
from payments.setup_intents.models import SetupIntent, State, Usage
from payments.setup_intents.queries import REQUIRES_PAYMENT_METHOD, STATUSES, status_of

# What Stripe has and we do not: said, so that a client that reads it finds nothing rather than an error.
OPTIONS: Final = {US_BANK_ACCOUNT: {"verification_method": "microdeposits"}, CARD: {"request_three_d_secure": "automatic"}}
NOTHING: Final = dict.fromkeys(
    (
        "application",
        "automatic_payment_methods",
        "excluded_payment_method_types",
        "flow_directions",
        "latest_attempt",
        "on_behalf_of",
        "payment_method_configuration_details",
        "single_use_mandate",
    )
)


class SetupIntentOutput(ObjectOutput):
    """A setup intent as Stripe's clients read it."""

    status = serializers.ChoiceField(choices=STATUSES)
    cancellation_reason = serializers.CharField(allow_null=True)
    client_secret = serializers.CharField()
    customer = serializers.CharField(allow_null=True)
    description = serializers.CharField(allow_null=True)
    last_setup_error = serializers.DictField(allow_null=True)
    mandate = serializers.CharField(allow_null=True, help_text="Of a bank account, for those who may see it.")
    next_action = serializers.DictField(allow_null=True)
    payment_method = serializers.CharField(allow_null=True)
    payment_method_options = serializers.DictField()
    payment_method_types = serializers.ListField(child=serializers.CharField())
    usage = serializers.ChoiceField(choices=Usage.choices)

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), **{name: NullField() for name in NOTHING}}


def render_setup(s: SetupIntent, context: Context) -> dict[str, Any]:
    status = status_of(s)
    failed = status == REQUIRES_PAYMENT_METHOD
    return rendered(
        "setup_intent",
        s,
        **NOTHING,
        cancellation_reason=s.cancellation_reason or None,
        client_secret=s.client_secret,
        customer=s.customer.public_id if s.customer else None,
        description=s.description or None,
        last_setup_error=_last_error(s, context) if failed and s.error_code else None,
        mandate=s.mandate.public_id if s.mandate else None,
        next_action=_next_action(s) if s.status == State.REQUIRES_ACTION else None,
        payment_method=s.source.public_id if s.source and not failed else None,
        payment_method_options={name: OPTIONS[name] for name in s.method_types},
        payment_method_types=s.method_types,
        status=status,
        usage=s.usage,
    )


def _last_error(s: SetupIntent, context: Context) -> dict[str, Any]:
    """Why a payment method must be named again."""
    error: dict[str, Any] = {"code": s.error_code, "message": s.error_message, "param": None}
    if s.decline_code:
        error["decline_code"] = s.decline_code
    kind = "invalid_request_error" if s.bank_account_id else "card_error"
    return {"type": kind, **error, "payment_method": render_payment_method(s.source, context) if s.source else None}


def _next_action(s: SetupIntent) -> dict[str, Any] | None:
    """The owner of the card is to be proven at an address; or two small deposits are to be named."""
    if s.card is not None:
        return {"type": "redirect_to_url", "redirect_to_url": {"url": s.action_url, "return_url": s.return_url or None}}
    if s.bank_account is None:  # not for who asks to see
        return None
    deposits = {"arrival_date": unix(s.bank_account.created_at), "hosted_verification_url": None, "microdeposit_type": "amounts"}
    return {"type": "verify_with_microdeposits", "verify_with_microdeposits": deposits}
