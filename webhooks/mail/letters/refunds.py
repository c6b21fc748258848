"""The letter about a payment that goes back: where to and by when, or why it did not arrive and what happens next."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from directpay.kernel import money
from leases.contracts.models import Renter
from leases.portal.queries.payments import told
from leases.portal.story import explain_code
from leases.portal.words import title_of
from ledger.allocation.queries import reopened_minor
from payments.payins.models import Payment, Status
from payments.rails.registry import BY_WALLET
from payments.refunds.models import Refund
from payments.refunds.queries import credits_of, with_related
from webhooks.mail.letters.letter import Letter, Moot, Subject, link, name

WHY: Final = {
    "": gettext_noop("{payee} did not say why: ask, if you do not know."),
    Refund.Reason.DUPLICATE: gettext_noop("Why: it was paid twice."),
    Refund.Reason.FRAUDULENT: gettext_noop("Why: somebody may have paid with what is yours without asking you."),
    Refund.Reason.REQUESTED: gettext_noop("Why: you asked for it."),
    Refund.Reason.OTHER: gettext_noop("{payee} had another reason: ask, if you do not know."),
}


def refund(subject: Subject) -> Letter:
    """Of one that has come to nothing meanwhile, how it ended is told alone."""
    row = with_related().get(public_id=subject.message.about)
    kind = subject.facts["event"].removeprefix("refund.")
    if kind == "created" and row.status in Refund.DEAD:
        raise Moot(str(row.status))
    payment = row.payment
    payee = name(payment.payee.name)
    title = name(title_of(told([payment])[0].charges, subject.today))
    values = {
        "kind": kind,
        "whole": row.amount_minor == payment.amount_minor,
        "money": money.words(row.sent_minor, row.currency),
        "part": money.words(row.amount_minor, row.currency),
        "paid": money.words(payment.amount_minor, payment.currency),
        "payee": payee,
        "title": title,
        "why": _(WHY[row.reason]).format(payee=payee),
        "reason": _reason(row),
        "way": _way(payment),
        "source": _source(payment),
        "by_day": subject.day(row.expected_on),
        "since": subject.day_of(row.created_at),
        "day": subject.day_of(subject.message.created_at),
        "owed_again": _owed_again(row),
        "counts_again": payment.status != Status.RETURNED and payment.applies_to.payable_limit == "balance",
        "taken_back": payment.status == Status.RETURNED,
    }
    page = link("renter_payment", payment_id=payment.public_id)
    return Letter(values, _rows(row, title, kind), kind == "created", _("See the payment"), page)


def _rows(row: Refund, title: str, kind: str) -> list[tuple[str, str]]:
    rows = [(_("For"), title), (_("Reference"), row.payment.reference)]
    if kind != "created":
        return [*rows, (_("Amount"), money.words(row.sent_minor, row.currency))]
    if row.payer_fee_minor:
        rows.append((_("Amount"), money.words(row.amount_minor, row.currency)))
        rows.append((_("Fee"), money.words(row.payer_fee_minor, row.currency)))
    return [*rows, (_("You get back"), money.words(row.sent_minor, row.currency))]


def _owed_again(row: Refund) -> str:
    """What the payer owes again by it: nothing where there was more than was owed, or where somebody else had owed it."""
    account = row.payment.applies_to
    if not Renter.objects.filter(user_id=row.payment.payer_id, party__account_id=account.id).exists():
        return ""
    minor = min(reopened_minor(account.id, credits_of(row.payment), row.created_at), row.amount_minor)
    return money.words(minor, row.currency) if minor else ""


def _reason(row: Refund) -> str:
    """Why it did not arrive, in words; the bank's own code behind them, where it has one."""
    if not row.return_code:
        return _(row.failure_message) if row.failure_message else ""
    return f"{explain_code(row.return_code).rstrip('.')} ({row.return_code})."


def _way(payment: Payment) -> str:
    """What kind of thing it goes back to: each has times of its own."""
    if payment.rail in BY_WALLET:
        return "wallet"
    return "card" if payment.card else "bank"


def _source(payment: Payment) -> str:
    return str(payment.card or payment.bank_account or "PayPal")
