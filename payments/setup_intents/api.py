"""`/api/v1/setup_intents`: keeping a card or bank account for later, as Stripe's clients know it. No money is moved."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from directpay.api.lists import Derived, related
from directpay.api.routes import resource
from directpay.api.unexpected import ShowsWhatStands
from directpay.api.views import ActionView, CollectionView, Context, ObjectView
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor
from directpay.people.models import User
from directpay.people.ways import Way
from payments.methods.actions import TRIES, AmountsWrong, verify_bank_account
from payments.methods.models import BankAccount
from payments.methods.parameters.sources import oneself
from payments.methods.queries import visible_bank_accounts
from payments.methods.rendering import render_payment_method
from payments.setup_intents import examples
from payments.setup_intents.actions.answers import record_setups
from payments.setup_intents.actions.cancel import cancel_setup
from payments.setup_intents.actions.change import SetupUnexpectedState
from payments.setup_intents.actions.confirm import confirm_setup
from payments.setup_intents.actions.create import create_setup
from payments.setup_intents.actions.update import update_setup
from payments.setup_intents.models import SetupIntent, State
from payments.setup_intents.parameters import (
    ATTEMPT,
    CancelSetupInput,
    ConfirmSetupInput,
    SetupInput,
    SetupUpdate,
    VerifySetupInput,
    agreement_of,
    changes_of,
    source_of,
)
from payments.setup_intents.queries import (
    REQUIRES_PAYMENT_METHOD,
    STATUSES,
    set_up_with,
    status_of,
    visible_setups,
    ways_to_setups,
    where_status,
)
from payments.setup_intents.rendering import SetupIntentOutput, render_setup


def payment_methods(rows: Sequence[SetupIntent], context: Context) -> list[dict[str, Any] | None]:
    shown = (s.source if status_of(s) != REQUIRES_PAYMENT_METHOD else None for s in rows)
    return [render_payment_method(source, context) if source else None for source in shown]


class Setups(ShowsWhatStands):
    object_name = "setup_intent"
    output_serializer: ClassVar[Any] = SetupIntentOutput
    example: ClassVar[Mapping[str, Any]] = examples.SHOWN
    id_param = "intent"
    expanders = {"customer": "customer", "mandate": "mandate", "payment_method": payment_methods}

    def queryset_for(self, actor: Actor) -> QuerySet[SetupIntent]:
        return visible_setups(actor)

    def ways_for(self, actor: Actor) -> list[Way] | None:
        return ways_to_setups(actor)

    def render(self, row: SetupIntent, context: Context) -> Mapping[str, Any]:
        return render_setup(row, context)

    def confirmed(self, row: SetupIntent, data: Mapping[str, Any], changes: Mapping[str, Any], actor: Actor, at: datetime) -> SetupIntent:
        source = source_of(data, actor, at, row.customer)
        owner = row.customer or (source.user if source is not None else None)
        agreement = agreement_of(data, owner, at)
        return confirm_setup(row, changes, source=source, agreement=agreement, actor=actor, at=at)


class SetupsView(Setups, CollectionView):
    """Setup intents. With `confirm` the card's processor is asked at once, or the owner of the bank account. A renter's is its own."""

    input_serializer = SetupInput
    asks = examples.ASKS
    refusals = examples.NOT_MADE
    filters = {
        "customer": related("customer", User),
        "payment_method": Derived(field=serializers.CharField(max_length=40), by=set_up_with),
        "status": Derived(field=serializers.ChoiceField(choices=STATUSES), by=lambda status, at: where_status(status)),
    }

    def create(self, actor: Actor, data: dict[str, Any], at: datetime) -> SetupIntent:
        for name in () if data["confirm"] else ATTEMPT:
            if name in data:
                raise InvalidInput(f"{name} belongs to a confirmation: send confirm=true with it.", param=name)
        changes = changes_of(data, actor)
        source = source_of(data, actor, at, None)
        customer = changes.pop("customer", None) or oneself(actor)
        setup = create_setup(customer=customer, source=source, details=changes, actor=actor, at=at)
        said = {name: value for name, value in data.items() if name in ATTEMPT}
        return self.confirmed(setup, said, {}, actor, at) if data["confirm"] else setup


class SetupView(Setups, ObjectView):
    """One setup intent. What is written on it may be changed always, what it sets up until that is done."""

    update_serializer = SetupUpdate
    asks = examples.UPDATED
    refusals = examples.NOT_CHANGED

    def update(self, actor: Actor, row: SetupIntent, data: dict[str, Any], at: datetime) -> SetupIntent:
        source = source_of(data, actor, at, row.customer)
        return update_setup(row, changes_of(data, actor), source=source, actor=actor, at=at)


class ConfirmSetupView(Setups, ActionView):
    """Set it up: the card or bank account that it has, or that is named now."""

    input_serializer = ConfirmSetupInput
    asks = examples.CONFIRMED
    refusals = examples.NOT_CONFIRMED

    def act(self, actor: Actor, row: SetupIntent, data: dict[str, Any], at: datetime) -> SetupIntent:
        return self.confirmed(row, data, changes_of(data, actor), actor, at)


class CancelSetupView(Setups, ActionView):
    """Give it up while it is not done."""

    input_serializer = CancelSetupInput
    asks = examples.GIVEN_UP
    refusals = examples.NOT_GIVEN_UP

    def act(self, actor: Actor, row: SetupIntent, data: dict[str, Any], at: datetime) -> SetupIntent:
        return cancel_setup(row, reason=data.get("cancellation_reason", ""), actor=actor, at=at)


class VerifySetupView(Setups, ActionView):
    """Name the two small deposits of its bank account, in minor units: when they are right, it is set up at once. Three tries."""

    input_serializer = VerifySetupInput
    asks = examples.PROVEN
    refusals = examples.NOT_PROVEN
    keeps_refusals = True

    def act(self, actor: Actor, row: SetupIntent, data: dict[str, Any], at: datetime) -> Any:
        if row.status != State.REQUIRES_ACTION or row.card_id is not None:
            raise SetupUnexpectedState(f"This setup intent has a status of {status_of(row)}: it waits for no deposits.", row)
        account = visible_bank_accounts(actor).filter(id=row.bank_account_id).first()
        if account is None:
            raise InvalidInput("Its owner names the deposits.", param="payment_method", code="resource_missing")
        named = verify_bank_account(account, data["amounts"], actor=actor, at=at)
        record_setups([row.public_id], {}, at=at)
        if named.status != BankAccount.Status.VERIFIED:
            left = TRIES - named.verification_tries
            return AmountsWrong(f"These are not the amounts. Tries left: {left}.", param="amounts", tries_left=left)
        return self.queryset_for(actor).get(id=row.id)


urlpatterns = [
    *resource(
        "setup_intents",
        SetupsView,
        SetupView,
        confirm=ConfirmSetupView,
        cancel=CancelSetupView,
        verify_microdeposits=VerifySetupView,
    )
]
