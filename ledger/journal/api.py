"""`/api/v1/ledger/…`: the books, read only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from directpay.api.examples import ACCOUNT, COMMON, CREATED, INCOME, LEASE, NOVEMBER, PAYEE, TRANSACTION
from directpay.api.expanding import asked_steps, by_id
from directpay.api.fields import CurrencyField, DateField
from directpay.api.lists import Filter, Related, read_query
from directpay.api.objects import json_response, rendered, unix
from directpay.api.routes import route
from directpay.api.serializers import ObjectOutput, StrictSerializer, checked
from directpay.api.views import ApiView, CollectionView, Context, ObjectView
from directpay.kernel.errors import NotAllowed
from directpay.people.actor import Actor
from directpay.people.queries import visible_payees
from directpay.people.ways import Way
from ledger.journal.actions.watermarks import NotYetKnown, known_until
from ledger.journal.models import Account, Book, Entry, Transaction
from ledger.journal.queries import balance_as_of, trial_balance
from ledger.journal.queries.past import EntriesArchived, NotKnownHere

LAST_SECOND = 32_503_680_000  # the year 3000


class AccountOutput(ObjectOutput):
    code = serializers.CharField()
    book = serializers.CharField()
    name = serializers.CharField()
    normal_side = serializers.ChoiceField(choices=["debit", "credit"])
    fund = serializers.CharField()
    currency = serializers.CharField()
    balance = serializers.IntegerField(help_text="Positive on the normal side.")
    available = serializers.IntegerField(help_text="The balance now, less what pending holds would take.")
    as_of = serializers.DateField(required=False, allow_null=True, help_text="Where it was asked for.")
    known_at = serializers.IntegerField(required=False, allow_null=True, help_text="Where it was asked for.")


@by_id
class Accounts(ApiView):
    object_name = "ledger_account"
    output_serializer = AccountOutput
    example = {
        "id": ACCOUNT,
        "object": "ledger_account",
        "code": f"L1500/{LEASE}:joint.usd",
        "book": f"L/{PAYEE}",
        "name": "receivable",
        "normal_side": "debit",
        "fund": "operating",
        "currency": "usd",
        "balance": 150000,
        "available": 150000,
        **COMMON,
    }

    def queryset_for(self, actor: Actor) -> QuerySet[Account]:
        """Staff see all books; a landlord those of its payees."""
        rows = Account.objects.select_related("book")
        return rows if actor.may_see_all else rows.filter(book__kind="L", book__subject__in=visible_payees(actor).values("public_id"))

    def render(self, row: Account, context: Context) -> Mapping[str, Any]:
        return render_account(row, row.shown_minor)


@dataclass(frozen=True)
class BookFilter(Filter):
    """As books are shown: `P`, or `L/pye_…`; the payee's id alone means its book."""

    def where(self, name: str, value: Any, at: datetime) -> Q:
        said = self.read(name, value)
        book = {"kind": "P", "subject": ""} if said == "P" else {"kind": "L", "subject": said.removeprefix("L/")}
        key = Book.objects.filter(**book).values_list("pk", flat=True).first()
        return Q(pk__in=[]) if key is None else self.of(key)

    def of(self, key: int) -> Q:
        return Q(**{self.lookup: key})


@dataclass(frozen=True)
class EntriesOfBook(BookFilter):
    """Transactions with an entry there."""

    def of(self, key: int) -> Q:
        return with_entry(Q(book=key))


@dataclass(frozen=True)
class EntriesOnAccount(Related):
    """Transactions with an entry there."""

    def of(self, key: int) -> Q:
        return with_entry(Q(account=key))


def with_entry(which: Q) -> Q:
    return Q(pk__in=Entry.objects.filter(which).order_by().values("transaction_id"))


class AccountsView(Accounts, CollectionView):
    """Accounts with their balances."""

    filters = {
        "number": Filter("number", serializers.CharField(max_length=5)),
        "currency": Filter("currency", CurrencyField()),
        "book": BookFilter("book", serializers.CharField(max_length=42)),
        "subject": Filter("subject", serializers.CharField(max_length=80)),
    }


class AsOf(StrictSerializer):
    as_of = DateField(required=False, help_text="Counts what is effective through that day.")
    known_at = serializers.IntegerField(required=False, min_value=0, max_value=LAST_SECOND, help_text="Unix seconds: what was known then.")


class AccountView(Accounts, ObjectView):
    """One account; `as_of`: its balance by the entries effective up to that day; `known_at`: by what was recorded until then."""

    query_serializer = AsOf
    query_examples = {"as_of": "2026-11-30"}
    refusals = (
        NotYetKnown("Nobody knows yet what will be known then.", param="known_at"),
        EntriesArchived("What was known then stands in entries that are archived.", param="known_at"),
        NotKnownHere("These books were imported later.", param="known_at"),
    )

    def get(self, request: Request, **_: Any) -> HttpResponse:
        asked = read_query(request._request, ("as_of", "known_at", "expand"))
        asked_steps(asked.pop("expand", None), self.expanders, in_list=False)
        query = checked(AsOf, asked)
        row = self.row()
        if not query:
            return json_response(render_account(row, row.shown_minor))
        known_at = datetime.fromtimestamp(query["known_at"], UTC) if "known_at" in query else None
        watermark = known_until(known_at, now=self.at) if known_at else None
        balance = balance_as_of(row.id, query.get("as_of"), known_at=known_at, watermark=watermark)
        return json_response(render_account(row, row.normal * balance) | {"as_of": query.get("as_of"), "known_at": query.get("known_at")})


class EntryOutput(serializers.Serializer[Any]):
    account = serializers.CharField()
    code = serializers.CharField()
    side = serializers.ChoiceField(choices=["debit", "credit"])
    amount = serializers.IntegerField()
    balance_after = serializers.IntegerField()


class TransactionOutput(ObjectOutput):
    reference = serializers.CharField()
    kind = serializers.CharField()
    effective_on = serializers.DateField()
    reverses = serializers.CharField(allow_null=True, help_text="The transaction of which this is the exact opposite.")
    entries = EntryOutput(many=True)


@by_id
class Transactions(ApiView):
    object_name = "ledger_transaction"
    expanders = {"entries.account": "ledger_account", "reverses": "ledger_transaction"}
    order = ("at", "id")
    output_serializer = TransactionOutput
    example = {
        "id": TRANSACTION,
        "object": "ledger_transaction",
        "reference": f"charge.due:{NOVEMBER}",
        "kind": "charge.due",
        "effective_on": "2026-11-01",
        **COMMON,
        "reverses": None,
        "entries": [
            {"account": ACCOUNT, "code": f"L1500/{LEASE}:joint.usd", "side": "debit", "amount": 150000, "balance_after": 150000},
            {"account": INCOME, "code": "L4100/rent.usd", "side": "credit", "amount": 150000, "balance_after": 150000},
        ],
    }

    def queryset_for(self, actor: Actor) -> QuerySet[Transaction]:
        if actor.may_see_all:
            return Transaction.objects.select_related("reverses")
        return Transaction.objects.select_related("reverses").filter(with_entry(_own_books(actor)))

    def ways_for(self, actor: Actor) -> list[Way] | None:
        if actor.may_see_all:
            return None
        books = Book.objects.filter(kind="L", subject__in=visible_payees(actor).values("public_id"))
        return [Way("entries__book", through=books, apart=True, order=("entries__at", "entries__transaction_id"))]

    def render_many(self, rows: Sequence[Transaction], context: Context) -> list[dict[str, Any]]:
        legs = Entry.objects.filter(transaction__in=[row.id for row in rows]).select_related("account").order_by("id")
        if not context.actor.may_see_all:
            legs = legs.filter(_own_books(context.actor))
        by_transaction: dict[int, list[Entry]] = {}
        for leg in legs:
            by_transaction.setdefault(leg.transaction_id, []).append(leg)
        return [render_transaction(row, by_transaction.get(row.id, [])) for row in rows]


class TransactionsView(Transactions, CollectionView):
    """Balanced sets of entries, newest first. A landlord sees the legs of its own books."""

    filters = {
        "reference": Filter("reference", serializers.CharField(max_length=120)),
        "kind": Filter("kind", serializers.CharField(max_length=40)),
        "book": EntriesOfBook("", serializers.CharField(max_length=42)),
        "account": EntriesOnAccount("", serializers.CharField(max_length=40), model=Account),
    }


class TransactionView(Transactions, ObjectView):
    """One transaction."""


class BookBalanceOutput(serializers.Serializer[Any]):
    book = serializers.CharField()
    currency = serializers.CharField()
    debits = serializers.IntegerField()
    credits = serializers.IntegerField()
    difference = serializers.IntegerField()


class TrialBalanceOutput(serializers.Serializer[Any]):
    object = serializers.ChoiceField(choices=["trial_balance"])
    balanced = serializers.BooleanField(help_text="Every difference is zero.")
    created = serializers.IntegerField(help_text="Unix seconds.")
    data: Any = BookBalanceOutput(many=True)


class TrialBalanceView(ApiView):
    """Debits and credits per book and currency, from the entries themselves. Staff only."""

    object_name = "trial_balance"
    output_serializer = TrialBalanceOutput
    example = {
        "object": "trial_balance",
        "balanced": True,
        "created": CREATED,
        "data": [
            {"book": "P", "currency": "usd", "debits": 1000000, "credits": 1000000, "difference": 0},
            {"book": f"L/{PAYEE}", "currency": "usd", "debits": 150000, "credits": 150000, "difference": 0},
        ],
    }
    refusals = (NotAllowed("The trial balance covers every book: it is for staff."),)
    http_method_names = ["get", "head", "options"]

    def get(self, request: Request, **_: Any) -> HttpResponse:
        read_query(request._request, ())
        if not self.actor.may_see_all:
            raise NotAllowed("The trial balance covers every book: it is for staff.")
        rows = trial_balance()
        return json_response(
            {"object": "trial_balance", "balanced": all(r["difference"] == 0 for r in rows), "created": unix(self.at), "data": rows}
        )


def _own_books(actor: Actor) -> Q:
    return Q(book__kind="L", book__subject__in=visible_payees(actor).values("public_id"))


def render_account(row: Account, shown_minor: int) -> dict[str, Any]:
    return rendered(
        "ledger_account",
        row,
        code=row.code,
        book=str(row.book),
        name=row.kind.name,
        normal_side="debit" if row.normal == 1 else "credit",
        fund=row.fund,
        currency=row.currency,
        balance=shown_minor,
        available=row.available_minor,
    )


def render_transaction(row: Transaction, legs: Sequence[Entry]) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "object": "ledger_transaction",
        "reference": row.reference,
        "kind": row.kind,
        "effective_on": row.effective_on,
        "created": unix(row.at),
        "livemode": not settings.SANDBOX,
        "metadata": {},
        "reverses": row.reverses.public_id if row.reverses else None,
        "entries": [
            {
                "account": leg.account.public_id,
                "code": leg.account.code,
                "side": "debit" if leg.amount_minor > 0 else "credit",
                "amount": abs(leg.amount_minor),
                "balance_after": leg.account.normal * leg.balance_after,
            }
            for leg in legs
        ],
    }


urlpatterns = [
    route("ledger/accounts", AccountsView),
    route("ledger/accounts/{id}", AccountView),
    route("ledger/transactions", TransactionsView),
    route("ledger/transactions/{id}", TransactionView),
    route("ledger/trial_balance", TrialBalanceView),
]
