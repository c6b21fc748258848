"""What stands in the books."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Q, QuerySet, Sum

from ledger.journal.models import Account, Book, Entry, Transaction


def balance_of(account_id: int) -> int:
    """Signed balance in minor units: debit +, credit −."""
    return Account.objects.values_list("balance_minor", flat=True).get(id=account_id)


def available(account: Account) -> int:
    """What may still be taken: the shown balance less the pending holds that would lower it, as they stand now."""
    return Account.objects.get(id=account.id).available_minor


def find_account(book_kind: str, number: str, *, currency: str, subject: str = "", book_subject: str = "") -> Account | None:
    return Account.objects.filter(
        book__kind=book_kind, book__subject=book_subject, number=number, subject=subject, currency=currency
    ).first()


def balance_as_of(account_id: int, day: date) -> int:
    """Signed sum of the entries effective on or before `day`, whenever recorded."""
    return Entry.objects.filter(account_id=account_id, effective_on__lte=day).aggregate(total=Sum("amount_minor"))["total"] or 0


def posted(references: Sequence[str]) -> dict[str, int]:
    """Reference → transaction id, of those that stand."""
    return dict(Transaction.objects.filter(reference__in=list(references)).values_list("reference", "id"))


def entries_of(references: Sequence[str], account_ids: Sequence[int]) -> QuerySet[Entry]:
    """Legs of these transactions on these accounts."""
    chosen = Transaction.objects.filter(reference__in=list(references))
    return Entry.objects.filter(transaction__in=chosen, account_id__in=list(account_ids)).select_related("transaction")


def item_balances(account_ids: Sequence[int], items: Sequence[str]) -> dict[tuple[int, str], int]:
    """(account, item) → signed sum of its entries, for items that have any."""
    found = Entry.objects.filter(account_id__in=list(account_ids), item__in=list(items))
    return {
        (row["account_id"], row["item"]): row["total"]
        for row in found.values("account_id", "item").annotate(total=Sum("amount_minor")).order_by()
    }


def open_items(account_id: int) -> list[tuple[str, int]]:
    """Items of a clearing account that have not come to zero: + the rail owes us, − the bank moved first."""
    sums = (
        Entry.objects.filter(account_id=account_id, item__isnull=False).values("item").annotate(total=Sum("amount_minor")).order_by("item")
    )
    return [(row["item"], row["total"]) for row in sums if row["total"]]


def trial_balance() -> list[dict]:
    """Per book and currency: debits, credits and their difference, from the entries themselves."""
    rows = (
        Entry.objects.values("book_id", "currency")
        .annotate(debits=Sum("amount_minor", filter=Q(amount_minor__gt=0)), credits=Sum("amount_minor", filter=Q(amount_minor__lt=0)))
        .order_by("book_id", "currency")
    )
    books = {book.id: str(book) for book in Book.objects.filter(id__in=[row["book_id"] for row in rows])}
    return [
        {
            "book": books[row["book_id"]],
            "currency": row["currency"],
            "debits": row["debits"] or 0,
            "credits": -(row["credits"] or 0),
            "difference": (row["debits"] or 0) + (row["credits"] or 0),
        }
        for row in rows
    ]
