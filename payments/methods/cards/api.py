"""`/api/v1/tokens`, where alone a card is typed in, and `/api/v1/payment_methods`: cards, and beside them bank accounts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from rest_framework import serializers

from directpay.api.expanding import by_id
from directpay.api.fields import IdField, MetadataField, merged_metadata
from directpay.api.lists import Derived, related
from directpay.api.objects import rendered, unix
from directpay.api.paging import Listed
from directpay.api.routes import resource, route
from directpay.api.serializers import ObjectOutput, StrictSerializer
from directpay.api.views import ActionView, ApiView, CollectionView, Context, ObjectView
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor
from directpay.people.models import User
from directpay.people.ways import Way
from payments.methods.api import own_user
from payments.methods.cards import examples
from payments.methods.cards.actions import attach_card, create_card, create_token, detach_card, update_card
from payments.methods.cards.models import Card, CardToken
from payments.methods.cards.queries import visible_cards, visible_tokens, ways_to_cards
from payments.methods.models import BankAccount
from payments.methods.queries import visible_bank_accounts
from payments.methods.rendering import CARD, US_BANK_ACCOUNT, card_facts, render_payment_method

NUMBER_LENGTH, TOKEN_LENGTH, NAME_LENGTH = 25, 80, 100


class TypedCard(StrictSerializer):
    number = serializers.CharField(max_length=NUMBER_LENGTH)
    exp_month = serializers.IntegerField(min_value=0, max_value=99)
    exp_year = serializers.IntegerField(min_value=0, max_value=9999)
    cvc = serializers.CharField(max_length=4, required=False)
    name = serializers.CharField(max_length=NAME_LENGTH, required=False)


class TokenInput(StrictSerializer):
    card = TypedCard()


class CardOutput(serializers.Serializer[Any]):
    brand = serializers.CharField()
    checks = serializers.DictField()
    exp_month = serializers.IntegerField()
    exp_year = serializers.IntegerField()
    fingerprint = serializers.CharField()
    funding = serializers.ChoiceField(choices=["credit", "debit", "prepaid"])
    last4 = serializers.CharField()
    network = serializers.CharField()


class TokenCardOutput(CardOutput):
    object = serializers.ChoiceField(choices=["card"])
    name = serializers.CharField(allow_null=True)


class TokenOutput(ObjectOutput):
    type = serializers.ChoiceField(choices=[CARD])
    card = TokenCardOutput()
    used = serializers.BooleanField()
    expires_at = serializers.IntegerField()


class TokenOfCard(StrictSerializer):
    token = serializers.CharField(max_length=TOKEN_LENGTH, help_text="Of /v1/tokens, or a published test name such as tok_visa.")


class Billing(StrictSerializer):
    name = serializers.CharField(max_length=NAME_LENGTH, required=False)


class MethodInput(StrictSerializer):
    type = serializers.ChoiceField(choices=[CARD], help_text="Bank accounts are added at /v1/bank-accounts.")
    card = TokenOfCard()
    billing_details = Billing(required=False)
    metadata = MetadataField()


class ExpiryInput(StrictSerializer):
    exp_month = serializers.IntegerField(min_value=0, max_value=99, required=False)
    exp_year = serializers.IntegerField(min_value=0, max_value=9999, required=False)


class MethodUpdate(StrictSerializer):
    card = ExpiryInput(required=False)
    billing_details = Billing(required=False)
    metadata = MetadataField(for_update=True)


class AttachInput(StrictSerializer):
    customer = IdField("usr")


class MethodOutput(ObjectOutput):
    type = serializers.ChoiceField(choices=[CARD, US_BANK_ACCOUNT])
    customer = serializers.CharField(allow_null=True)
    billing_details = serializers.DictField()
    card = serializers.DictField(required=False)
    us_bank_account = serializers.DictField(required=False)


class Tokens(ApiView):
    object_name = "token"
    output_serializer: ClassVar[Any] = TokenOutput
    example: ClassVar[Mapping[str, Any]] = examples.TOKEN_SHOWN

    def queryset_for(self, actor: Actor) -> QuerySet[CardToken]:
        return visible_tokens(actor)

    def render(self, row: CardToken, context: Context) -> Mapping[str, Any]:
        return render_token(row)


class TokensView(Tokens, CollectionView):
    """A card typed in, for one use within ten minutes. The sandbox takes published test numbers only, and keeps no number."""

    input_serializer = TokenInput
    takes_publishable_keys = True
    asks = examples.TOKENS
    refusals = examples.NOT_TYPED

    def create(self, actor: Actor, data: dict[str, Any], at: datetime) -> CardToken:
        return create_token(data["card"], actor=actor, at=at)


TokensView.http_method_names = ["post", "options"]  # nobody looks through what others have typed in


class TokenView(Tokens, ObjectView):
    """One token, and whether it was used."""


@by_id
class PaymentMethods(ApiView):
    object_name = "payment_method"
    output_serializer: ClassVar[Any] = MethodOutput
    expanders = {"customer": "user"}
    example: ClassVar[Mapping[str, Any]] = examples.SHOWN

    def queryset_for(self, actor: Actor) -> QuerySet[Any]:
        return visible_cards(actor)

    def ways_for(self, actor: Actor) -> list[Way] | None:
        return ways_to_cards(actor)

    def addressed(self, actor: Actor) -> tuple[str, QuerySet[Any]]:
        """A bank account goes by its own id."""
        is_bank = self.kwargs["id"].startswith("ba_")
        return self.object_name, visible_bank_accounts(actor) if is_bank else visible_cards(actor)

    def render(self, row: Any, context: Context) -> Mapping[str, Any]:
        return render_payment_method(row, context)

    def card(self, row: Card | BankAccount) -> Card:
        """Raises InvalidInput for a bank account: it belongs to its owner from the start, and is changed nowhere."""
        if isinstance(row, BankAccount):
            raise InvalidInput("A bank account stays its owner's, and as it is.", param="payment_method")
        return row


class PaymentMethodsView(PaymentMethods, CollectionView):
    """Cards that are not detached; with `type=us_bank_account` bank accounts. A new card belongs to nobody until it is attached."""

    input_serializer = MethodInput
    asks = examples.ASKS
    refusals = examples.NOT_MADE
    filters = {
        "customer": related("user", User),
        "type": Derived(field=serializers.ChoiceField(choices=[CARD, US_BANK_ACCOUNT]), by=lambda kind, at: Q()),
    }

    def listed(self) -> Listed:
        kept = Q(detached_at=None)
        if self.request.query_params.get("type") == US_BANK_ACCOUNT:
            return Listed(visible_bank_accounts(self.actor), None, self.order, kept)
        return Listed(visible_cards(self.actor), ways_to_cards(self.actor), self.order, kept)

    def create(self, actor: Actor, data: dict[str, Any], at: datetime) -> Card:
        return create_card(
            data["card"]["token"],
            user=None,
            actor=actor,
            at=at,
            name=data.get("billing_details", {}).get("name"),
            metadata=merged_metadata({}, data.get("metadata")),
        )


class PaymentMethodView(PaymentMethods, ObjectView):
    """One payment method: a card, or a bank account by its own id. Of a card, what was renewed may be changed."""

    update_serializer = MethodUpdate
    asks = examples.UPDATES
    refusals = (*examples.EXPIRED, examples.GONE, examples.BANKS_STAY)

    def update(self, actor: Actor, row: Card | BankAccount, data: dict[str, Any], at: datetime) -> Card:
        card = self.card(row)
        changes: dict[str, Any] = {**data.get("card", {}), **data.get("billing_details", {})}
        if "metadata" in data:
            changes["metadata"] = merged_metadata(card.metadata, data["metadata"])
        return update_card(card, changes, actor=actor, at=at)


class AttachView(PaymentMethods, ActionView):
    """Keep the card for a person, who may pay with it from now on."""

    input_serializer = AttachInput
    asks = examples.ATTACHES
    refusals = examples.NOT_ATTACHED

    def act(self, actor: Actor, row: Card | BankAccount, data: dict[str, Any], at: datetime) -> Card:
        return attach_card(self.card(row), own_user(actor, data["customer"], param="customer"), actor=actor, at=at)


class DetachView(PaymentMethods, ActionView):
    """Let go of the card, for good. What was paid with it stays paid."""

    asks = examples.DETACHES
    refusals = (examples.BANKS_STAY,)

    def act(self, actor: Actor, row: Card | BankAccount, data: dict[str, Any], at: datetime) -> Card:
        return detach_card(self.card(row), actor=actor, at=at)


def render_token(row: CardToken) -> dict[str, Any]:
    """A token as the API shows it."""
    shown = {**card_facts(row), "object": "card", "name": row.name or None}
    return rendered("token", row, type=CARD, card=shown, used=row.used_at is not None, expires_at=unix(row.expires_at))


urlpatterns = [
    route("tokens", TokensView),
    route("tokens/{id}", TokenView),
    *resource("payment_methods", PaymentMethodsView, PaymentMethodView, attach=AttachView, detach=DetachView),
]
