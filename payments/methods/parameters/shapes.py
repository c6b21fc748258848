"""Groups of parameters that payment intents and setup intents have in common."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from directpay.api.lists import LAST_SECOND
from directpay.api.serializers import StrictSerializer
from payments.methods.parameters.return_url import fault_of

TYPES_LIMIT = 10


class UsBankAccountOptions(StrictSerializer):
    verification_method = serializers.ChoiceField(choices=("automatic", "microdeposits"), required=False)
    preferred_settlement_speed = serializers.ChoiceField(choices=("fastest", "standard"), required=False)


class CardOptions(StrictSerializer):
    request_three_d_secure = serializers.ChoiceField(choices=("automatic", "any"), required=False)


class PaymentMethodOptions(StrictSerializer):
    card = CardOptions(required=False)
    us_bank_account = UsBankAccountOptions(required=False)


class AutomaticPaymentMethods(StrictSerializer):
    enabled = serializers.BooleanField()
    allow_redirects = serializers.ChoiceField(choices=("always", "never"), required=False)


class OnlineAcceptance(StrictSerializer):
    ip_address = serializers.IPAddressField()
    user_agent = serializers.CharField(max_length=500)


class CustomerAcceptance(StrictSerializer):
    type = serializers.ChoiceField(choices=("online", "offline"))
    accepted_at = serializers.IntegerField(min_value=0, max_value=LAST_SECOND, required=False)
    online = OnlineAcceptance(required=False)


class MandateData(StrictSerializer):
    customer_acceptance = CustomerAcceptance()


class ReturnUrlField(serializers.URLField):
    """Where the payer is awaited after an action: an address of the web, https alone outside the sandbox."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 2048, "required": False, "help_text": "Where the payer is awaited after an action.", **kwargs})

    def to_internal_value(self, data: Any) -> str:
        found: str = super().to_internal_value(data)
        if fault := fault_of(found):
            raise serializers.ValidationError(f"the address {fault}.", code="url_invalid")
        return found


@extend_schema_field({"type": "null"})
class NullField(serializers.Field):
    """What Stripe has and we do not."""
