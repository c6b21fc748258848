"""`/api/v1/payment_intents`: paying as Stripe's clients know it.

What a lease has to do with it belongs to leases/rent: its views take over these (as for `payments`), through `purpose_of` and `attempt`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from rest_framework import serializers

from directpay.api.lists import Derived, Filter, related
from directpay.api.routes import route
from directpay.api.search_views import SearchView
from directpay.api.searching import Choice, Named, Number, Reference, Times
from directpay.api.unexpected import ShowsWhatStands
from directpay.api.views import ActionView, CollectionView, Context, ObjectView
from directpay.kernel.errors import DirectPayError, InvalidInput
from directpay.people.actor import Actor
from directpay.people.models import User
from directpay.people.ways import Way
from payments.customers.rendering import render_customers
from payments.intents import examples
from payments.intents.actions.cancel import cancel_intent
from payments.intents.actions.capture import capture_intent
from payments.intents.actions.change import IntentUnexpectedState
from payments.intents.actions.confirm import confirm_intent
from payments.intents.actions.create import Purpose, create_intent
from payments.intents.actions.update import update_intent
from payments.intents.models import PaymentIntent
from payments.intents.parameters import account_purpose, changes_of, source_of, wallet_named
from payments.intents.queries import (
    REQUIRES_ACTION,
    REQUIRES_PAYMENT_METHOD,
    STATUSES,
    status_of,
    visible_intents,
    ways_to_intents,
    where_status,
)
from payments.intents.rendering import render_charge, render_intent
from payments.intents.shapes import (
    CancelInput,
    CaptureInput,
    ConfirmInput,
    IntentInput,
    IntentOutput,
    IntentUpdate,
    VerifyIntentInput,
)
from payments.methods.actions import TRIES, AmountsWrong, verify_bank_account
from payments.methods.cards.paying import Source
from payments.methods.models import BankAccount
from payments.methods.queries import visible_bank_accounts
from payments.methods.rendering import render_payment_method
from payments.methods.wallets.paying import Wallet
from payments.payins.actions.pay import pay
from payments.payins.attempts import CountsAttempts
from payments.payins.models import Payment
from payments.payins.queries import paid_with

RAIL_DEFAULT, MANUAL = "ach", "manual"
NO = (None, False, "false")  # ways to say no without doubt; whatever else `confirm` is, the key is asked for


def charges(rows: Sequence[PaymentIntent], context: Context) -> list[dict[str, Any] | None]:
    return [render_charge(i, i.payment, context) if i.payment else None for i in rows]


def customers(rows: Sequence[PaymentIntent], context: Context) -> list[dict[str, Any] | None]:
    return render_customers([i.customer for i in rows], context)


def payment_methods(rows: Sequence[PaymentIntent], context: Context) -> list[dict[str, Any] | None]:
    shown = (i.source if status_of(i) != REQUIRES_PAYMENT_METHOD else None for i in rows)
    return [None if source is None or isinstance(source, Wallet) else render_payment_method(source, context) for source in shown]


def nothing(rows: Sequence[PaymentIntent], context: Context) -> list[None]:
    """What cannot be had yet."""
    return [None for _ in rows]


class Intents(CountsAttempts, ShowsWhatStands):
    object_name = "payment_intent"
    output_serializer: ClassVar[Any] = IntentOutput
    example: ClassVar[Mapping[str, Any]] = examples.SHOWN
    id_param = "intent"
    expanders = {
        "applies_to": "ledger_account",
        "customer": customers,
        "latest_charge": charges,
        "latest_charge.balance_transaction": nothing,
        "lease": "lease",
        "payment": "payment",
        "payment_method": payment_methods,
    }

    def queryset_for(self, actor: Actor) -> QuerySet[PaymentIntent]:
        return visible_intents(actor)

    def ways_for(self, actor: Actor) -> list[Way] | None:
        return ways_to_intents(actor)

    def render(self, row: PaymentIntent, context: Context) -> Mapping[str, Any]:
        return render_intent(row, context)

    def purpose_of(self, data: Mapping[str, Any], actor: Actor) -> Purpose | None:
        """What the parameters say is paid, None when they do not. Rooms above know more. Raises InvalidInput."""
        if "lease" in data:
            raise InvalidInput(f"No such lease: {data['lease']}.", param="lease", code="resource_missing")
        return account_purpose(data, actor)

    def attempt(self, intent: PaymentIntent, source: Source, allow_duplicate: bool, actor: Actor, at: datetime) -> Payment:
        """Accept the payment of an intent. Rooms above pay what they know."""
        if intent.applies_to is None:
            raise InvalidInput(f"Nobody here knows what {intent.origin} is.", param="lease", code="resource_missing")
        return pay(
            intent.applies_to.public_id,
            source,
            amount_minor=intent.amount_minor,
            currency=intent.currency,
            rail=intent.rail,
            allow_duplicate=allow_duplicate,
            metadata=intent.metadata,
            actor=actor,
            at=at,
            captures_later=intent.capture_method == MANUAL,
        )

    def confirmed(
        self, intent: PaymentIntent, data: Mapping[str, Any], changes: Mapping[str, Any], actor: Actor, at: datetime
    ) -> PaymentIntent:
        def attempt(row: PaymentIntent, source: Source) -> Payment:
            self.attempting(row.rail)
            return self.attempt(row, source, data.get("allow_duplicate", False), actor, at)

        return confirm_intent(
            intent,
            changes,
            purpose=self.purpose_of(data, actor),
            bank_account=source_of(data, actor, at, intent.customer),
            attempt=attempt,
            off_session=data.get("off_session", False),
            actor=actor,
            at=at,
        )


class IntentsView(Intents, CollectionView):
    """Payment intents. With `confirm` the payment is made at once: then the Idempotency-Key is required."""

    input_serializer = IntentInput
    asks = examples.CREATED_ASKS
    refusals = examples.NOT_MADE
    filters = {
        "customer": related("customer", User),
        "lease": Filter("origin", serializers.CharField(max_length=40)),
        "payment_method": Derived(field=serializers.CharField(max_length=40), by=paid_with),
        "status": Derived(field=serializers.ChoiceField(choices=STATUSES), by=lambda status, at: where_status(status)),
    }

    def moves_money_with(self, parameters: Mapping[str, Any]) -> bool:
        return parameters.get("confirm") not in NO

    def create(self, actor: Actor, data: dict[str, Any], at: datetime) -> PaymentIntent:
        if not data["confirm"]:
            for name in ("off_session", "mandate_data", "return_url"):
                if name in data:
                    raise InvalidInput(f"{name} belongs to a confirmation: send confirm=true with it.", param=name)
        changes = changes_of(data, actor)
        if (wallet := wallet_named(data)) is not None:
            changes.setdefault("method_types", [wallet])
        intent = create_intent(
            amount_minor=data["amount"],
            currency=data["currency"],
            rail=changes.get("rail", RAIL_DEFAULT),
            purpose=self.purpose_of(data, actor),
            customer=changes.get("customer"),
            bank_account=source_of(data, actor, at, None),
            details=changes,
            actor=actor,
            at=at,
        )
        if not data["confirm"]:
            return intent
        said = {name: value for name, value in data.items() if name in ("allow_duplicate", "off_session")}
        return self.confirmed(intent, said, {}, actor, at)


class IntentView(Intents, ObjectView):
    """One payment intent. What is written on it may be changed always, what it pays until somebody pays it."""

    update_serializer = IntentUpdate
    asks = examples.UPDATED
    refusals = examples.NOT_CHANGED

    def update(self, actor: Actor, row: PaymentIntent, data: dict[str, Any], at: datetime) -> PaymentIntent:
        return update_intent(
            row,
            changes_of(data, actor),
            purpose=self.purpose_of(data, actor),
            bank_account=source_of(data, actor, at, row.customer),
            actor=actor,
            at=at,
        )


class ConfirmIntentView(Intents, ActionView):
    """Pay it: from the bank account or card that it has, or that is named now."""

    input_serializer = ConfirmInput
    asks = examples.CONFIRMED
    refusals = examples.NOT_CONFIRMED
    moves_money = True

    def act(self, actor: Actor, row: PaymentIntent, data: dict[str, Any], at: datetime) -> PaymentIntent:
        return self.confirmed(row, data, changes_of(data, actor), actor, at)


class CancelIntentView(Intents, ActionView):
    """Give it up while no payment has left for the bank."""

    input_serializer = CancelInput
    asks = examples.GIVEN_UP
    refusals = examples.NOT_GIVEN_UP

    def act(self, actor: Actor, row: PaymentIntent, data: dict[str, Any], at: datetime) -> PaymentIntent:
        return cancel_intent(row, reason=data.get("cancellation_reason", ""), actor=actor, at=at)


class CaptureIntentView(Intents, ActionView):
    """Take what the card has promised, all or a part, within seven days; the rest is let go."""

    input_serializer = CaptureInput
    asks = examples.CAPTURED
    refusals = examples.NOT_CAPTURED
    moves_money = True

    def act(self, actor: Actor, row: PaymentIntent, data: dict[str, Any], at: datetime) -> PaymentIntent:
        return capture_intent(row, data.get("amount_to_capture"), actor=actor, at=at)


class VerifyIntentView(Intents, ActionView):
    """Name the two small deposits of its bank account, in minor units: when they are right, it is paid at once. Three tries."""

    input_serializer = VerifyIntentInput
    asks = examples.PROVEN
    refusals = examples.NOT_PROVEN
    keeps_refusals = True
    moves_money = True

    def act(self, actor: Actor, row: PaymentIntent, data: dict[str, Any], at: datetime) -> Any:
        if row.bank_account is None or status_of(row) != REQUIRES_ACTION:
            raise IntentUnexpectedState(f"This payment intent has a status of {status_of(row)}: it waits for no deposits.", row)
        account = visible_bank_accounts(actor).filter(id=row.bank_account_id).first()
        if account is None:
            said = f"No such payment method: {row.bank_account.public_id!r}."
            raise InvalidInput(said, param="payment_method", code="resource_missing")
        named = verify_bank_account(account, data["amounts"], actor=actor, at=at)
        if named.status != BankAccount.Status.VERIFIED:
            left = TRIES - named.verification_tries
            return AmountsWrong(f"These are not the amounts. Tries left: {left}.", param="amounts", tries_left=left)
        try:
            with transaction.atomic():  # the account is proven even where the payment is refused, e.g. because the debt is paid meanwhile
                return self.confirmed(row, {}, {}, actor, at)
        except DirectPayError as refusal:
            return refusal


class SearchIntentsView(Intents, SearchView):
    """Payment intents, in Stripe's search language. What was just written is found."""

    search_fields = {
        "amount": Number("amount_minor"),
        "created": Times(),
        "currency": Choice("currency"),
        "customer": Reference("customer", User),
        "lease": Reference("origin"),
        "payment_method": Named(paid_with),
        "status": Choice("", STATUSES, lambda status, at: where_status(status)),
    }
    query_examples = {"query": "status:'canceled'"}


# `payment_intents`, one of them, and what pays it are routed by leases, whose views take over where a lease is paid.
urlpatterns = [
    route("payment_intents/search", SearchIntentsView),
    route("payment_intents/{id}/cancel", CancelIntentView),
    route("payment_intents/{id}/capture", CaptureIntentView),
]
