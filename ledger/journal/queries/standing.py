"""What stands in the books now."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import QuerySet, Sum

from directpay.kernel.arrays import integers, texts
from ledger.journal.models import Account, Entry, Transaction


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


def posted(references: Sequence[str]) -> dict[str, int]:
    """Reference → transaction id, of those that stand."""
    return dict(Transaction.objects.filter(reference__in=list(references)).values_list("reference", "id"))


def entries_of(references: Sequence[str], account_ids: Sequence[int]) -> QuerySet[Entry]:
    """Legs of these transactions on these accounts."""
    chosen = Transaction.objects.filter(reference__in=list(references))
    return Entry.objects.filter(transaction__in=chosen, account_id__in=list(account_ids)).select_related("transaction")


def item_balances(account_ids: Sequence[int], items: Sequence[str]) -> dict[tuple[int, str], int]:
    """(account, item) → signed sum of its entries, for items that have any."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, item, sum(amount_minor)::bigint FROM ledger_entry"
            " WHERE account_id = ANY(%s::bigint[]) AND item = ANY(%s::text[]) GROUP BY account_id, item",
            [integers(account_ids), texts(items)],
        )
        return {(account, item): total for account, item, total in cursor.fetchall()}


def open_items(account_id: int) -> list[tuple[str, int]]:
    """Items of a clearing account that have not come to zero: + the rail owes us, − the bank moved first."""
    sums = (
        Entry.objects.filter(account_id=account_id, item__isnull=False).values("item").annotate(total=Sum("amount_minor")).order_by("item")
    )
    return [(row["item"], row["total"]) for row in sums if row["total"]]
