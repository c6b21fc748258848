"""What the ledger shows of the cash, who may see what was sent, and what of payments went back."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from directpay.kernel.arrays import integers
from directpay.people.actor import Actor
from directpay.people.models import Payee
from directpay.people.ways import Way, seen_by
from ledger.journal.actions import lock_accounts
from ledger.journal.models import Account
from ledger.journal.queries import item_balances
from payments.chart.accounts import platform
from payments.methods.models import BankAccount
from payments.payins.models import CLEARED, Payment, Status
from payments.payins.moving import Moving
from payments.payouts.models import Payout


def ready_at(public_ids: Sequence[str]) -> dict[str, datetime]:
    """The completed ones of these payments → the moment from which they may settle."""
    rows = Payment.objects.filter(public_id__in=list(public_ids), status=Status.COMPLETED).values_list("public_id", "ready_at")
    return {key: when for key, when in rows if when}


def into_trust(public_ids: Sequence[str]) -> list[str]:
    """Those of these payments that were paid into trust."""
    rows = Payment.objects.filter(public_id__in=list(public_ids), applies_to__pays_into="trust")
    return list(rows.order_by("id").values_list("public_id", flat=True)) if public_ids else []


def cash_has_arrived(payments: Sequence[Moving]) -> set[str]:
    """Completed payments whose item on the rail's clearing account has come to zero: a bank line matched it."""
    if not payments:
        return set()
    keys = {platform("P1210", p.rail, p.currency) for p in payments}
    clearing = {
        (a.subject, a.currency): a.id
        for a in Account.objects.filter(book__kind="P", number="P1210", subject__in=[k[1] for k in keys], currency__in=[k[2] for k in keys])
    }
    sums = item_balances(list(clearing.values()), [p.public_id for p in payments])
    return {p.public_id for p in payments if sums.get((clearing[p.rail, p.currency], p.public_id)) == 0}


def visible_payouts(actor: Actor) -> QuerySet[Payout]:
    """Staff see all, a landlord what its payees are sent, everybody what comes to a bank account of theirs."""
    return seen_by(Payout.objects.select_related("payee__owner", "bank_account__user"), ways_to_payouts(actor))


def ways_to_payouts(actor: Actor) -> list[Way] | None:
    if actor.may_see_all:
        return None
    mine = BankAccount.objects.filter(user_id=actor.user_id)
    return [Way("payee", through=Payee.objects.filter(owner_id=actor.user_id), apart=True), Way("bank_account", through=mine, apart=True)]


def lock_origin(payout: Payout) -> Payment:
    """Step: the payment of which this gives a part back, its row locked."""
    rows = Payment.objects.select_related("payee", "applies_to__book", "applies_to__cost_account")
    return rows.select_for_update(of=("self",), no_key=True).get(public_id=payout.origin)


def taken_back(payouts: Iterable[Payout]) -> set[str]:
    """Of these, the origins that give back a part of what the bank has taken back as a whole. Asked with the payments locked."""
    origins = [one.origin for one in payouts if one.purpose == Payout.Purpose.OVERPAYMENT]
    returned = Payment.objects.filter(public_id__in=origins, status=Status.RETURNED)
    return set(returned.values_list("public_id", flat=True)) if origins else set()


def refunds_of(payments: Sequence[str]) -> QuerySet[Payout]:
    """What of these payments (by public id) was given back, or was to be; the newest first."""
    return Payout.objects.filter(purpose=Payout.Purpose.OVERPAYMENT, origin__in=list(payments)).order_by("-id")


def given_back_of(payment: Payment) -> Iterable[tuple[str, str]]:
    """For refunds.queries.ALSO_BY: what of it was paid too much, and went back."""
    return refunds_of([payment.public_id]).order_by("id").values_list("public_id", "status")


def not_forwarded(payments: QuerySet[Payment]) -> QuerySet[Payment]:
    """Of payments of deposits, those that have cleared and are with us still, or again."""
    there = Payout.objects.filter(purpose=Payout.Purpose.FORWARDING, status=Payout.Status.PAID, origin=OuterRef("public_id"))
    return payments.filter(~Exists(there), status__in=CLEARED)


def not_forwarded_minor(payments: QuerySet[Payment]) -> int:
    """Their sum."""
    found: int = not_forwarded(payments).aggregate(total=Sum("amount_minor", default=0))["total"]
    return found


# Of payments that had reached the trust bank, what the return of each took out of what had been drawn (K20).
TAKEN_BACK_HERE: Final = """
SELECT coalesce(sum(e.amount_minor), 0)::bigint FROM ledger_book b JOIN ledger_account d ON d.book_id = b.id
JOIN payments_payment p ON p.applies_to_id = d.id AND p.status = 'returned'
JOIN ledger_transaction t ON t.reference = 'payment.returned:' || p.public_id
JOIN ledger_entry e ON e.transaction_id = t.id JOIN ledger_account a ON a.id = e.account_id AND a.number = 'P2210'
WHERE b.kind = 'L' AND b.subject = %s AND d.number = 'L1510' AND d.subject = %s AND EXISTS (
    SELECT FROM payments_payout o WHERE o.origin = p.public_id AND o.purpose = 'deposit_forwarding' AND o.status = 'paid')
"""


def drawn_minor(orders: QuerySet[Payout], payee: str, party: str, refunds: Sequence[str] = (Payout.Status.PAID,)) -> int:
    """What was drawn from a trust bank and is here: no refund in the states `refunds` has taken it, and no return.

    `orders` of the deposit that `party` (a subject in the book of `payee`) has left.
    """
    drawn = Sum("amount_minor", filter=Q(purpose=Payout.Purpose.DRAW, status=Payout.Status.PAID), default=0)
    back = Sum("amount_minor", filter=Q(purpose=Payout.Purpose.REFUND, status__in=refunds), default=0)
    found: int = orders.aggregate(left=drawn - back)["left"]
    if found <= 0:
        return found
    return found - _minor(TAKEN_BACK_HERE, [payee, party])


def left_of_draws_minor(one: Payout) -> int:
    """Of what was drawn from the trust bank for a deposit, what no refund has taken or is about to take."""
    of_deposit = Payout.objects.filter(origin=one.origin)
    return drawn_minor(of_deposit, one.payee.public_id, one.party, (*Payout.UNDER_WAY, Payout.Status.PAID))


def there_minor(one: Payout) -> int:
    """Of a forwarded payment's deposit, what lies in the trust bank by the books, and is not being drawn.

    Of a payment that came back (K15) it is the payee's there, as far as it is not another's, taken out, or elsewhere.
    """
    paid = Payment.objects.get(public_id=one.origin)
    if paid.status == Status.RETURNED:
        return _owners_there_minor(one)
    accounts = Account.objects.filter(book__kind="L", book__subject=one.payee.public_id, currency=one.currency)
    held = sum(a.shown_minor for a in accounts.filter(number__in=("L2200", "L2210"), subject=one.party))
    waiting = not_forwarded_minor(Payment.objects.filter(applies_to=paid.applies_to_id))
    orders = Payout.objects.filter(payee_id=one.payee_id, party=one.party, currency=one.currency)
    leaving = orders.filter(purpose=Payout.Purpose.DRAW, status__in=Payout.UNDER_WAY).aggregate(total=Sum("amount_minor", default=0))
    return held - drawn_minor(orders, one.payee.public_id, one.party) - waiting - int(leaving["total"])


# What the return of each payment that had been forwarded, or was on the way, left to its payee in a trust bank (L2230): K15.
KEPT: Final = """
SELECT substr(t.reference, length('payment.returned:') + 1) AS payment, -e.amount_minor AS minor FROM ledger_entry e
JOIN ledger_transaction t ON t.id = e.transaction_id
WHERE e.account_id = ANY(%s::bigint[]) AND t.kind = 'payment.returned' AND e.amount_minor < 0
"""
THERE: Final = """EXISTS (
    SELECT FROM payments_payout o WHERE o.origin = x.payment AND o.purpose = 'deposit_forwarding' AND o.status = 'paid')"""
NOT_THERE: Final = f"SELECT coalesce(sum(x.minor), 0)::bigint FROM ({KEPT}) x WHERE NOT {THERE}"  # noqa: S608
KEPT_OF: Final = f"SELECT coalesce(sum(x.minor), 0)::bigint FROM ({KEPT}) x WHERE x.payment = %s"  # noqa: S608


def owners_there_minor(earned: Account, payments: QuerySet[Payment]) -> int:
    """Step, with its account (L2230) locked: what is the payee's of a trust bank, and there. What is still with us is not: its forwarding
    has failed or is under way, or it was deducted from a deposit, of those that `payments` paid, that the trust bank had sent back."""
    return earned.shown_minor - _minor(NOT_THERE, [integers([earned.id])]) - _deducted_here_minor(payments)


def _deducted_here_minor(payments: QuerySet[Payment]) -> int:
    """Of what was deducted from the deposits that these paid, that of which the money is with us: the trust bank had sent it back.

    Of one deposit it is what is with us and not held any more: what is held comes first.
    """
    rows = not_forwarded(payments).order_by().values_list("applies_to__book_id", "applies_to__subject", "currency")
    here = {(book, party, currency): minor for book, party, currency, minor in rows.annotate(total=Sum("amount_minor"))}
    accounts = Account.objects.filter(number="L2200", book_id__in={key[0] for key in here}, subject__in={key[1] for key in here})
    held = {(a.book_id, a.subject, a.currency): a.shown_minor for a in accounts} if here else {}
    return sum(max(0, minor - held.get(key, 0)) for key, minor in here.items())


def _owners_there_minor(one: Payout) -> int:
    """Step: all that is posted is locked with it, in order: nobody takes it out meanwhile."""
    ours = Account.objects.filter(currency=one.currency, book__subject=one.payee.public_id, book__kind="L")
    locked = lock_accounts(
        [
            *ours.filter(Q(number__in=("L1310", "L2230"), subject=one.trust_bank) | Q(number="L1320")).values_list("id", flat=True),
            *Account.objects.filter(Q(number="P1210", subject=one.rail) | Q(number="P2210", subject=one.payee.public_id))
            .filter(book__kind="P", currency=one.currency)
            .values_list("id", flat=True),
        ]
    )
    earned = next((account for account in locked.values() if account.number == "L2230"), None)
    if earned is None:
        return 0
    deposits = Payment.objects.filter(applies_to__number="L1510", applies_to__book_id=earned.book_id, currency=one.currency)
    return min(_minor(KEPT_OF, [integers([earned.id]), one.origin]), owners_there_minor(earned, deposits))


def _minor(sql: str, parameters: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: int = cursor.fetchone()[0]
        return found
