"""A dry run: what giving back so much would move, and what the payer owes afterwards. Nothing is changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from directpay.kernel.row_scope import every_row
from ledger.journal.kinds import KINDS
from ledger.journal.models import Account
from payments.chart.accounts import Key
from payments.chart.drafts import Line
from payments.payins.models import Payment
from payments.rails.registry import rail
from payments.rails.timetable import bank_day_of
from payments.refunds.actions.create import NOT_SO_FAR
from payments.refunds.actions.terms import Terms, check_balance, terms_of


@dataclass(frozen=True, slots=True)
class Moved:
    """A leg to be, signed (debit +), and the account's balance before and after it, as it is shown."""

    code: str
    name: str
    signed_minor: int
    before_minor: int
    after_minor: int


@dataclass(frozen=True, slots=True)
class Preview:
    terms: Terms
    moves: Sequence[Moved]
    sent_minor: int
    expected_on: date
    owed_after_minor: int  # below nothing: paid ahead


def preview_refund(payment: Payment, amount_minor: int, *, at: datetime) -> Preview:
    """Raises what `refund_payment` would raise as things stand."""
    with every_row():
        terms = terms_of(payment, amount_minor)
        lines = [line for line in terms.draft("re_preview", bank_day_of(at), at).lines if line.signed_minor]
        moves = [_moved(line) for line in lines]
        bucket = _account(terms.bucket)
        check_balance(terms, bucket.available_minor if bucket else 0, NOT_SO_FAR)
        return Preview(
            terms,
            moves,
            terms.amount_minor + terms.payer_fee_minor,
            rail(terms.rail).promise(at).clears_on,
            Account.objects.get(id=payment.applies_to_id).balance_minor + amount_minor,
        )


def _moved(line: Line) -> Moved:
    account = _account(line.account) if isinstance(line.account, tuple) else Account.objects.get(id=line.account.id)
    if account is None:  # opened by its first entry
        number, subject, currency, _ = line.account
        account = Account(number=number, subject=subject, currency=currency, normal=KINDS[number].normal)
    before = account.shown_minor
    return Moved(account.code, KINDS[account.number].name, line.signed_minor, before, before + account.normal * line.signed_minor)


def _account(key: Key) -> Account | None:
    number, subject, currency, payee = key
    return Account.objects.filter(number=number, subject=subject, currency=currency, book__kind=number[0], book__subject=payee).first()
