"""Books and accounts: opened when they are first needed, closed at zero, never removed."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from directpay.events.unit import require_transaction
from directpay.kernel.arrays import integers
from directpay.kernel.errors import Conflict
from directpay.kernel.ids import public_id
from ledger.journal.kinds import KINDS
from ledger.journal.models import Account, Book, Hold


class AccountNotEmpty(Conflict):
    """An account is closed at zero, with nothing held."""

    code = "account_not_empty"


def open_book(kind: str, subject: str, *, at: datetime) -> Book:
    """Step: the book of `subject` (empty for the platform's), opened if it is not there."""
    require_transaction()
    return Book.objects.get_or_create(kind=kind, subject=subject, defaults={"created_at": at})[0]


def open_account(
    book: Book,
    number: str,
    *,
    currency: str,
    at: datetime,
    subject: str = "",
    mirror_subject: str | None = None,
    accepts_payments: bool = False,
    payable_limit: str = "closed",
    pays_into: str = "",
    cost_account: Account | None = None,
) -> Account:
    """Step: the account of this kind, subject and currency, opened at zero if it is not there.

    `mirror_subject` is the payee whose books it ties together; by default the account's own subject.
    """
    require_transaction()
    kind = KINDS[number]
    if kind.book_kind != book.kind:
        raise ValueError(f"{number} does not stand in a book of kind {book.kind}")
    mirror = f"{kind.mirror}:{subject if mirror_subject is None else mirror_subject}" if kind.mirror else ""
    return Account.objects.get_or_create(
        book=book,
        number=number,
        subject=subject,
        currency=currency,
        defaults={
            "public_id": public_id("acct"),
            "normal": kind.normal,
            "fund": kind.fund,
            "floor": kind.floor,
            "mirror": mirror,
            "by_item": kind.by_item,
            "created_at": at,
            "accepts_payments": accepts_payments,
            "payable_limit": payable_limit,
            "pays_into": pays_into,
            "cost_account": cost_account,
        },
    )[0]


def lock_accounts(ids: Sequence[int]) -> dict[int, Account]:
    """Step: the accounts by id, their rows locked in order of id (the last lock in the written order)."""
    require_transaction()
    locked = Account.objects.filter(id__in=list(ids)).order_by("id").select_for_update(no_key=True, of=("self",))
    return {account.id: account for account in locked}


def lock_account_rows(ids: Sequence[int]) -> None:
    """Step: the same lock, for whoever needs nothing of the rows."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM ledger_account WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE", [integers(ids)])


def close_account(account: Account, *, at: datetime) -> Account:
    """Step: nothing more is posted to or held on it. It keeps its entries. Raises AccountNotEmpty."""
    row = lock_accounts([account.id])[account.id]
    if row.balance_minor or Hold.objects.filter(account=row, state="pending").exists():
        raise AccountNotEmpty(f"{row.code} does not stand at zero", account=row.code)
    if row.closed_at is None:
        row.closed_at = at
        row.save(update_fields=["closed_at"])
    return row
