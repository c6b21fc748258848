"""The books: accounts, transactions and their entries. Posting changes them, nothing else can."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from directpay.events.look_only import LookOnly, LookOnlyInline, amount, moment, money, table
from ledger.journal.models import Account, Book, Entry, Hold, Period, Transaction
from ledger.journal.pages import periods, statements, trial

LATEST = 50
Pages = Sequence[tuple[str, Callable[..., HttpResponseBase], str]]


def link(text: str, page: str, row_id: int) -> SafeString:
    return format_html('<a class="dp-link" href="{}">{}</a>', reverse(f"admin:{page}", args=[row_id]), text)


def sides(entry: Entry) -> tuple[SafeString | str, SafeString | str]:
    """The amount under debit or credit."""
    printed = amount(abs(entry.amount_minor), entry.currency)
    return (printed, "") if entry.amount_minor > 0 else ("", printed)


def as_id(text: str) -> int:
    """Of an address; 0, which nothing has, for what is no id."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


@admin.register(Book)
class BookAdmin(LookOnly):
    list_display = ("__str__", "kind", "subject", "created_at", "trial")
    search_fields = ("subject",)
    ordering = ("id",)
    fields = ("kind", "subject", "created_at", "trial")

    def pages(self) -> Pages:
        return (
            ("trial-balance/", partial(trial.all_books, self), "ledger_trial_balances"),
            ("<int:book_id>/trial-balance/", partial(trial.one_book, self), "ledger_trial_balance"),
            ("<int:book_id>/trial-balance/csv/", partial(trial.one_book_csv, self), "ledger_trial_balance_csv"),
        )

    @display(description="trial balance")
    def trial(self, book: Book) -> SafeString:
        return link("Trial balance", "ledger_trial_balance", book.id)


@admin.register(Account)
class AccountAdmin(LookOnly):
    balance = money("shown_minor", "balance")
    list_display = ("code", "name", "book", "fund", "side", "balance", "last_seq")
    list_filter = ("number", "fund")
    list_select_related = ("book",)
    search_fields = ("number", "subject", "public_id")
    ordering = ("book_id", "number", "subject")
    fields = (
        "code",
        "name",
        "book",
        "fund",
        "side",
        "floor",
        "balance",
        "statement",
        "public_id",
        "pays_into",
        "payable_limit",
        "created_at",
        "latest",
    )

    def pages(self) -> Pages:
        return (
            ("<int:account_id>/statement/", partial(statements.screen, self), "ledger_statement"),
            ("<int:account_id>/statement/csv/", partial(statements.file, self), "ledger_statement_csv"),
        )

    @display(description="statement")
    def statement(self, account: Account) -> SafeString:
        return link("Statement of this account", "ledger_statement", account.id)

    @display(description="name")
    def name(self, account: Account) -> str:
        return account.kind.name

    @display(description="normal side")
    def side(self, account: Account) -> str:
        return "debit" if account.normal == 1 else "credit"

    @display(description=f"latest {LATEST} entries")
    def latest(self, account: Account) -> SafeString:
        entries = Entry.objects.filter(account=account).select_related("transaction").order_by("-seq")[:LATEST]
        rows = (
            (e.seq, e.effective_on, e.transaction.reference, *sides(e), amount(account.normal * e.balance_after, e.currency))
            for e in entries
        )
        return table(("#", "effective", "transaction", "debit", "credit", "balance after"), rows)


class EntryInline(LookOnlyInline):
    model = Entry
    fields = ("account", "book", "debit", "credit", "balance", "item")
    ordering = ("id",)
    balance = money("balance_after", "signed balance after")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        return super().get_queryset(request).select_related("account", "book")

    @display(description="debit")
    def debit(self, entry: Entry) -> SafeString | str:
        return sides(entry)[0]

    @display(description="credit")
    def credit(self, entry: Entry) -> SafeString | str:
        return sides(entry)[1]


@admin.register(Transaction)
class TransactionAdmin(LookOnly):
    list_display = ("reference", "kind", "effective_on", "recorded", "public_id")
    recorded = moment("at", "recorded")
    list_filter = ("kind",)
    search_fields = ("reference", "public_id", "request_id")
    ordering = ("-id",)
    fields = ("reference", "kind", "effective_on", "recorded", "public_id", "request_id", "reverses", "created_xid")
    inlines = (EntryInline,)


@admin.register(Entry)
class EntryAdmin(LookOnly):
    list_display = ("id", "transaction", "account", "debit", "credit", "effective_on", "recorded")
    recorded = moment("at", "recorded")
    list_select_related = ("transaction", "account", "book")
    search_fields = ("transaction__reference", "item")
    ordering = ("-id",)
    balance = money("balance_after", "signed balance after")
    fields = ("transaction", "account", "book", "debit", "credit", "balance", "seq", "item", "effective_on", "recorded")
    debit, credit = EntryInline.debit, EntryInline.credit


@admin.register(Hold)
class HoldAdmin(LookOnly):
    amount = money("amount_minor", "amount", lambda hold: hold.account.currency)
    posted = money("posted_minor", "posted", lambda hold: hold.account.currency)
    list_display = ("reference", "account", "amount", "posted", "state", "created_at", "resolved_at")
    list_filter = ("state",)
    list_select_related = ("account",)
    search_fields = ("reference", "public_id")
    ordering = ("-id",)
    fields = ("reference", "account", "amount", "posted", "state", "expires_at", "created_at", "resolved_at", "public_id")


@admin.register(Period)
class PeriodAdmin(LookOnly):
    list_display = ("__str__", "book", "through_on", "closed", "closed_by", "public_id")
    closed = moment("closed_at", "closed")
    list_select_related = ("book",)
    search_fields = ("public_id", "book__subject")
    ordering = ("-id",)
    change_list_template = "ledger/periods.html"

    def pages(self) -> Pages:
        return (("close/", partial(periods.close, self), "ledger_period_close"),)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        if request.method == "POST":
            raise PermissionDenied
        period = get_object_or_404(Period.objects.select_related("book", "watermark"), id=as_id(object_id))
        return periods.movements(self, request, period)
