"""`/api/v1/payments`. With a `lease` in the body, POST belongs to leases/rent: `directpay.urls` lets it come first."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.request import Request

from directpay.api.expanding import by_id
from directpay.api.fields import AmountField, CurrencyField, IdField, MetadataField, merged_metadata
from directpay.api.lists import Derived, Filter, related
from directpay.api.objects import rendered, unix
from directpay.api.routes import route
from directpay.api.search_views import SearchView
from directpay.api.searching import Choice, Named, Number, Reference, Times
from directpay.api.serializers import ObjectOutput, StrictSerializer
from directpay.api.views import ActionView, ApiView, CollectionView, Context, ObjectView, PartView
from directpay.events.models import Event
from directpay.events.queries import history_of, snapshot_at
from directpay.kernel.errors import DirectPayError, InvalidInput, NotFound
from directpay.people.actor import Actor
from directpay.people.models import Payee, User
from directpay.people.ways import Way
from ledger.journal.models import Account
from payments.methods.cards.paying import Source, ask_for_source_to_pay_with
from payments.methods.models import BankAccount
from payments.methods.wallets.paying import wallet_of_payer
from payments.payins.actions.cancel import cancel_payment
from payments.payins.actions.pay import pay
from payments.payins.attempts import CountsAttempts
from payments.payins.examples import ASKS, CALLS_OFF, HISTORY, NOT_CALLED_OFF, REFUSED, SHOWN
from payments.payins.models import Payment, Status
from payments.payins.queries import paid_with, visible_payments, ways_to_payments
from payments.rails.registry import ASKED_FOR, BY_WALLET, EVERY_RAIL

HISTORY_LIMIT = 1_000


class PaymentInput(StrictSerializer):
    lease = IdField("lse", required=False)
    applies_to = IdField("acct", required=False)
    payee = IdField("pye", required=False)
    amount = AmountField(required=False)
    currency = CurrencyField(required=False)
    rail = serializers.ChoiceField(choices=list(ASKED_FOR))
    bank_account = IdField("ba", required=False)
    payment_method = serializers.CharField(max_length=80, required=False, help_text="A bank account (ba_…) or a card (pm_…).")
    payer = IdField("usr", required=False, help_text="Who pays by wallet, where the platform asks. Yourself without it.")
    allow_duplicate = serializers.BooleanField(default=False)
    metadata = MetadataField()


class ClaimOutput(serializers.Serializer[Any]):
    charge = serializers.CharField()
    amount = serializers.IntegerField()


class PaymentOutput(ObjectOutput):
    status = serializers.ChoiceField(choices=Status.values)
    amount = serializers.IntegerField()
    amount_charged = serializers.IntegerField()
    amount_refunded = serializers.IntegerField()
    currency = serializers.CharField()
    fee = serializers.IntegerField()
    fee_payer = serializers.ChoiceField(choices=["payer", "payee"])
    tax = serializers.IntegerField()
    net = serializers.IntegerField()
    applies_to = serializers.CharField()
    charges = ClaimOutput(many=True)
    expected_on = serializers.DateField()
    completed_on = serializers.DateField(allow_null=True)
    failure_code = serializers.CharField(allow_null=True)
    failure_message = serializers.CharField(allow_null=True)
    next_action = serializers.DictField(allow_null=True)
    lease = serializers.CharField(allow_null=True)
    payer = serializers.CharField()
    payee = serializers.CharField()
    rail = serializers.ChoiceField(choices=list(EVERY_RAIL))
    bank_account = serializers.CharField(allow_null=True)
    payment_method = serializers.CharField(allow_null=True, help_text="The same bank account, or the card; by wallet null.")
    reference = serializers.CharField()


@by_id
class Payments(ApiView):
    object_name = "payment"
    output_serializer: ClassVar[Any] = PaymentOutput
    expanders = {
        "applies_to": "ledger_account",
        "bank_account": "bank_account",
        "lease": "lease",
        "payee": "payee",
        "payer": "user",
    }
    example: ClassVar[Mapping[str, Any]] = SHOWN

    def queryset_for(self, actor: Actor) -> QuerySet[Payment]:
        return visible_payments(actor).prefetch_related("claims")

    def ways_for(self, actor: Actor) -> list[Way] | None:
        return ways_to_payments(actor)

    def render(self, row: Payment, context: Context) -> Mapping[str, Any]:
        return render_payment(row)


class PaymentsView(CountsAttempts, Payments, CollectionView):
    """Payments on their way and those that have ended. A POST answers at once; the money moves in the background."""

    input_serializer = PaymentInput
    moves_money = True
    key_in_body = True
    asks = ASKS
    refusals: ClassVar[Sequence[DirectPayError]] = REFUSED
    filters = {
        "status": Filter("status", serializers.ChoiceField(choices=Status.values)),
        "rail": Filter("rail", serializers.ChoiceField(choices=list(EVERY_RAIL))),
        "lease": Filter("origin", serializers.CharField(max_length=40)),
        "applies_to": related("applies_to", Account),
        "bank_account": related("bank_account", BankAccount),
        "payment_method": Derived(field=serializers.CharField(max_length=40), by=paid_with),
        "payer": related("payer", User),
        "payee": related("payee", Payee),
    }

    def post(self, request: Request, **named: Any) -> HttpResponse:
        self.attempting(self.given(request).get("rail"))
        return super().post(request, **named)

    def create(self, actor: Actor, data: dict[str, Any], at: datetime) -> Payment:
        """Without a lease: straight to an account of the books."""
        if "applies_to" not in data:
            raise InvalidInput("Say what this pays: a lease, or an account (applies_to).", param="lease", code="parameter_missing")
        if "payee" in data:
            raise InvalidInput("The account says whose it is: send applies_to alone.", param="payee")
        for name in ("amount", "currency"):
            if name not in data:
                raise InvalidInput(f"Missing required parameter: {name}.", param=name, code="parameter_missing")
        return pay(
            data["applies_to"],
            source_of(data, actor, at),
            amount_minor=data["amount"],
            currency=data["currency"],
            rail=data["rail"],
            allow_duplicate=data["allow_duplicate"],
            metadata=merged_metadata({}, data.get("metadata")),
            actor=actor,
            at=at,
        )


class SearchPaymentsView(Payments, SearchView):
    """Payments, in Stripe's search language."""

    search_fields = {
        "amount": Number("amount_minor"),
        "applies_to": Reference("applies_to", Account),
        "bank_account": Reference("bank_account", BankAccount),
        "created": Times(),
        "currency": Choice("currency"),
        "lease": Reference("origin"),
        "payee": Reference("payee", Payee),
        "payer": Reference("payer", User),
        "payment_method": Named(paid_with),
        "rail": Choice("rail", list(EVERY_RAIL)),
        "status": Choice("status", Status.values),
    }


class PaymentView(Payments, ObjectView):
    """One payment."""


class CancelPaymentView(Payments, ActionView):
    """Call it off while it has not left for the bank."""

    asks = CALLS_OFF
    refusals = NOT_CALLED_OFF

    def act(self, actor: Actor, row: Payment, data: dict[str, Any], at: datetime) -> Payment:
        return cancel_payment(row, actor=actor, at=at)


class HistoryQuery(StrictSerializer):
    at = serializers.DateTimeField(required=False, default_timezone=UTC, help_text="Then: the payment as it stood at that moment.")


class FactOutput(serializers.Serializer[Any]):
    id = serializers.CharField()
    object = serializers.ChoiceField(choices=["event"])
    type = serializers.CharField()
    created = serializers.IntegerField(help_text="Unix seconds.")
    at = serializers.DateTimeField()
    actor = serializers.CharField()
    to = serializers.CharField(allow_null=True)
    snapshot = serializers.DictField(help_text="The payment as it stood right after.")

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of Python's."""
        return {**super().get_fields(), "from": serializers.CharField(allow_null=True)}


class FactsOutput(serializers.Serializer[Any]):
    object = serializers.ChoiceField(choices=["list"])
    url = serializers.CharField()
    has_more = serializers.BooleanField()
    data: Any = FactOutput(many=True)


HistoryOutput = PolymorphicProxySerializer("HistoryOutput", [FactsOutput, FactOutput], resource_type_field_name=None)


class PaymentHistoryView(Payments, PartView):
    """Every change as an immutable event, oldest first; `?at=` answers with the payment as it stood at that moment."""

    query_serializer = HistoryQuery
    output_serializer: ClassVar[Any] = HistoryOutput
    example = HISTORY
    example_id = SHOWN["id"]
    refusals = (NotFound("This payment did not exist at that moment.", param="at"),)

    def read(self, row: Payment, query: dict[str, Any], context: Context) -> Mapping[str, Any]:
        if "at" in query:
            event = snapshot_at(row.public_id, query["at"])
            if event is None:
                raise NotFound("This payment did not exist at that moment.", param="at")
            return render_event(event)
        events = [render_event(event) for event in history_of(row.public_id)[:HISTORY_LIMIT]]
        return {"object": "list", "url": f"/v1/payments/{row.public_id}/history", "has_more": False, "data": events}


def render_event(event: Event) -> dict[str, Any]:
    """An event of a payment's history."""
    snapshot = {name: value for name, value in event.data.items() if name != "from"}
    return {
        "id": event.public_id,
        "object": "event",
        "type": event.type,
        "created": unix(event.at),
        "at": event.at,
        "actor": event.actor,
        "from": event.data.get("from"),
        "to": event.data.get("status"),
        "snapshot": snapshot,
    }


def source_of(data: Mapping[str, Any], actor: Actor, at: datetime) -> Source:
    """The verified bank account named by `bank_account`, or by `payment_method` which means the same, or may name a card."""
    return ask_for_source(data, actor, at)()


def ask_for_source(data: Mapping[str, Any], actor: Actor, at: datetime) -> Callable[[], Source]:
    """The same, asked together with what else is asked before it is looked at. A wallet is named by its rail."""
    if data["rail"] in BY_WALLET:
        wallet = wallet_of_payer(data["rail"], data, actor)
        return lambda: wallet
    if "payer" in data:
        raise InvalidInput("A bank account or card says by itself who pays.", param="payer")
    given = {name: data[name] for name in ("bank_account", "payment_method") if name in data}
    if len(set(given.values())) != 1:
        missing = "parameter_missing" if not given else None
        raise InvalidInput("Name one bank account or card to pay with.", param="bank_account", code=missing)
    name, public_id = next(iter(given.items()))
    return ask_for_source_to_pay_with(public_id, actor, at, param=name)


def next_action(p: Payment) -> dict[str, Any] | None:
    """What its payer must do before it goes on."""
    if p.status != Status.REQUIRES_ACTION:
        return None
    return {"type": "redirect_to_url", "redirect_to_url": {"url": p.action_url, "return_url": None}}


def render_payment(p: Payment) -> dict[str, Any]:
    """A payment as the API shows it."""
    return rendered(
        "payment",
        p,
        status=str(p.status),
        amount=p.amount_minor,
        amount_charged=p.charged_minor,
        amount_refunded=p.amount_refunded,
        currency=p.currency,
        fee=p.fee_minor,
        fee_payer=p.fee_payer,
        tax=p.tax_minor,
        net=p.net_minor,
        applies_to=p.applies_to.public_id,
        charges=[{"charge": c.item, "amount": c.amount_minor} for c in p.claims.all()],
        expected_on=p.expected_on,
        completed_on=p.completed_on,
        failure_code=p.failure_code or None,
        failure_message=p.failure_message or None,
        next_action=next_action(p),
        lease=p.origin if p.origin.startswith("lse_") else None,
        payer=p.payer.public_id,
        payee=p.payee.public_id,
        rail=p.rail,
        bank_account=p.bank_account.public_id if p.bank_account else None,
        payment_method=p.source.public_id or None,
        reference=p.reference,
    )


# `payments` itself is routed by leases, whose view takes over where a lease is named.
urlpatterns = [
    route("payments/search", SearchPaymentsView),
    route("payments/{id}", PaymentView),
    route("payments/{id}/cancel", CancelPaymentView),
    route("payments/{id}/history", PaymentHistoryView),
]
